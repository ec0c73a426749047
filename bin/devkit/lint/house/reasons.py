"""Code for strangers says why it may do what it does.

`sudo()` in a controller and routes open to everybody are sometimes right, but only
for a reason, and the reason belongs beside the code: a comment on the line or above it,
starting with the word `sudo:` or `public:`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ..sources import Sources
from .finding import Finding

# Each of these verifies an access token, or the rights of the signed-in user.
CHECKS = {"_document_check_access", "check_access_token", "consteq", "verify_hash_signed"}


def check_sudo(sources: Sources) -> Iterator[Finding]:
    """Refuse an unexplained sudo() in a controller."""
    for path, tree, lines in _controllers(sources):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            line = node.func.end_lineno or node.lineno
            if node.func.attr == "sudo" and not _explained(lines, line, "sudo:"):
                yield Finding(path, line, "sudo() without a '# sudo: reason' beside it")


def check_public_routes(sources: Sources) -> Iterator[Finding]:
    """Refuse a public route that checks no token and does not say why."""
    for path, tree, lines in _controllers(sources):
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or not _is_public(node):
                continue
            first = node.decorator_list[0].lineno
            if not _called(node) & CHECKS and not _explained(lines, first, "public:"):
                message = "public route without an access check or a '# public: reason' above it"
                yield Finding(path, first, message)


def _controllers(sources: Sources) -> Iterator[tuple[Path, ast.Module, list[str]]]:
    for path in sources.addon_python:
        if path.parts[0] == "controllers":
            text = sources.read(path)
            yield path, ast.parse(text, str(path)), text.splitlines()


def _explained(lines: list[str], number: int, word: str) -> bool:
    """Tell whether the line, or the block of comments right above it, gives the reason."""
    if f"# {word}" in lines[number - 1]:
        return True
    above = number - 2
    while above >= 0 and lines[above].lstrip().startswith("#"):
        if lines[above].lstrip().startswith(f"# {word}"):
            return True
        above -= 1
    return False


def _is_public(function: ast.FunctionDef) -> bool:
    """Tell whether a function is routed with auth="public" or auth="none"."""
    calls = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    values = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "auth"]
    return any(isinstance(v, ast.Constant) and v.value in {"public", "none"} for v in values)


def _called(function: ast.FunctionDef) -> set[str]:
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {node.attr for node in calls if isinstance(node, ast.Attribute)}
    return names | {node.id for node in calls if isinstance(node, ast.Name)}
