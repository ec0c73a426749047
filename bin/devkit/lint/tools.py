"""What `bin/lint` runs: each linter with the command line that suits this addon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .sources import Sources

RULES = Path(__file__).with_name("rules")

# Rules of OCA for its own members.
NOT_OURS = ("missing-readme", "manifest-required-author")

# OCA's hooks are made for repositories of many addons; these few do not fit one.
NOT_FOR_US = (
    "prefer-readme-rst",  # the README is read on the forge, in Markdown
    "weblate-component-too-long",
    "po-pretty-format",  # `bin/pot --check` owns the layout of catalogues
)


@dataclass(frozen=True)
class Context:
    """Where the linters are, and what they look at."""

    programs: Path
    addon: Path
    sources: Sources
    fix: bool = False

    def program(self, name: str) -> str:
        """Return the path of an installed linter."""
        return str(self.programs / name)


@dataclass(frozen=True)
class Tool:
    """A linter: its command line, or nothing when there is nothing for it to check."""

    name: str
    purpose: str
    command: Callable[[Context], list[str]]


def _ruff_check(context: Context) -> list[str]:
    fix = ["--fix"] if context.fix else []
    paths = map(str, context.sources.python)
    return [
        context.program("ruff"),
        "check",
        "--quiet",
        "--no-cache",
        "--output-format=concise",
        *fix,
        *paths,
    ]


def _ruff_format(context: Context) -> list[str]:
    check = [] if context.fix else ["--check", "--output-format=concise"]
    paths = map(str, context.sources.python)
    return [context.program("ruff"), "format", "--no-cache", *check, *paths]


def _pylint(context: Context) -> list[str]:
    """Name every file: pylint looks neither into plain folders nor through links."""
    paths = [str(context.addon / path) for path in context.sources.addon_python]
    settings = f"--rcfile={context.sources.root / 'pyproject.toml'}"
    checks = ["--disable=all", "--enable=odoolint", f"--disable={','.join(NOT_OURS)}"]
    return [context.program("pylint"), settings, *checks, *paths] if paths else []


def _oca_module(context: Context) -> list[str]:
    manifest = context.addon / "__manifest__.py"
    if not manifest.is_file():
        return []
    disable = f"--disable={','.join(NOT_FOR_US)}"
    return [context.program("oca-checks-odoo-module"), disable, str(manifest)]


def _oca_po(context: Context) -> list[str]:
    paths = map(str, context.sources.catalogues)
    command = [context.program("oca-checks-po"), f"--disable={','.join(NOT_FOR_US)}", *paths]
    return command if context.sources.catalogues else []


def _bandit(context: Context) -> list[str]:
    paths = [str(path) for path in context.sources.addon_python if path.parts[0] != "tests"]
    command = [context.program("bandit"), "--quiet", "-c", "pyproject.toml", "--format=custom"]
    layout = "--msg-template={relpath}:{line}: {test_id} {msg}"
    return [*command, layout, *paths] if paths else []


def _semgrep(*arguments: str) -> Callable[[Context], list[str]]:
    """Run semgrep with the rules of this repository only: it never asks a server."""

    def command(context: Context) -> list[str]:
        offline = ["--metrics=off", "--disable-version-check", "--quiet"]
        return [context.program("semgrep"), "scan", *offline, *arguments]

    return command


def _portal(context: Context) -> list[str]:
    kinds = {".py", ".xml"}
    files = [path for path in context.sources.files if path.suffix in kinds]
    paths = [str(path) for path in files if path.parts[0] not in {"bin", "tests"}]
    config = f"--config={RULES / 'portal.yml'}"
    return _semgrep("--error", "--no-git-ignore", config, *paths)(context) if paths else []


def _module(*arguments: str) -> Callable[[Context], list[str]]:
    return lambda context: [context.program("python"), "-m", *arguments]


TOOLS = [
    Tool("ruff", "style, bugs, complexity, import order", _ruff_check),
    Tool("format", "layout of the code", _ruff_format),
    Tool("pylint", "Odoo conventions in Python", _pylint),
    Tool("oca-module", "manifest, XML and CSV files", _oca_module),
    Tool("oca-po", "placeholders in translations", _oca_po),
    Tool("bandit", "security of the Python code", _bandit),
    Tool("portal", "portal sins: see rules/portal.yml", _portal),
    Tool("house", "sizes, layers, reasons, complete translations", _module("devkit.lint.house")),
    Tool("portal-test", "the portal rules find their samples", _semgrep("--test", str(RULES))),
    Tool(
        "house-test",
        "the rules of the house find what they are for",
        _module("unittest", "--quiet", "devkit.lint.test_house"),
    ),
]
