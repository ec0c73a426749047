"""Nothing in the repository depends on one machine or on somebody's memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..sources import Sources
from .finding import Finding

TEXTS = {".py", ".xml", ".csv", ".js", ".scss", ".md", ".toml", ".yml", ".txt", ".html", ""}
MACHINE = re.compile(r"(?<![\w.~}])/(?:home|root|Users|work|workspace)/[\w.]+|\b[A-Z]:\\\\?\w")
TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?! ?\(?#\d+)")
OURSELVES = "bin/devkit/lint/"


def check_paths(sources: Sources) -> Iterator[Finding]:
    """Refuse absolute paths of a developer's machine."""
    yield from _search(sources, MACHINE, "path of one machine: {}")


def check_todos(sources: Sources) -> Iterator[Finding]:
    """Refuse promises that nobody tracks: they need the number of an issue."""
    yield from _search(sources, TODO, "{} without an issue: write TODO(#12)")


def _search(sources: Sources, pattern: re.Pattern[str], message: str) -> Iterator[Finding]:
    for path in sources.files:
        if path.suffix not in TEXTS or path.as_posix().startswith(OURSELVES):
            continue
        for number, line in enumerate(sources.read(path).splitlines(), 1):
            match = pattern.search(line)
            if match:
                yield Finding(path, number, message.format(match.group()))
