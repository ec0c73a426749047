"""Imports only go down: screens and reports use models, models use plain tools."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from devkit.paths import ADDON

from ..sources import Sources
from .finding import Finding

# A folder may import from those of a lower level, and from itself.
LEVELS = {"tools": 0, "models": 1, "controllers": 2, "report": 2, "wizard": 2}


def check_imports(sources: Sources) -> Iterator[Finding]:
    """Refuse imports that go up or sideways, and any Odoo below models."""
    for path in sources.addon_python:
        layer = path.parts[0]
        if layer not in LEVELS:
            continue
        for node in ast.walk(ast.parse(sources.read(path), str(path))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                objections = (_objection(layer, name) for name in _imported(node, path))
                yield from (Finding(path, node.lineno, text) for text in objections if text)


def _objection(layer: str, name: str) -> str | None:
    """Say what is wrong with importing a dotted name from a layer, if anything."""
    package, _, rest = name.partition(".")
    if package == "odoo":
        return "tools/ is plain Python: no odoo" if layer == "tools" else None
    target = rest.partition(".")[0]
    if package != ADDON or target in {layer, ""} or target not in LEVELS:
        return None
    if LEVELS[target] >= LEVELS[layer]:
        return f"{layer}/ must not import {target}/: imports only go down"
    return None


def _imported(node: ast.Import | ast.ImportFrom, path: Path) -> list[str]:
    """Return absolute names of what a statement imports; our own start with the addon."""
    if isinstance(node, ast.Import):
        return [_own(alias.name) for alias in node.names]
    if not node.level:
        return [_own(f"{node.module}.{alias.name}") for alias in node.names]
    package = [ADDON, *path.parts[:-1]]
    base = package[: len(package) - node.level + 1] + ([node.module] if node.module else [])
    return [".".join([*base, alias.name]) for alias in node.names]


def _own(name: str) -> str:
    return name.removeprefix("odoo.addons.") if f".{ADDON}" in name else name
