"""The addon speaks every language it promises, completely."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polib

from devkit.paths import ADDON

from ..sources import Sources
from .finding import Finding

LANGUAGES = ("ro", "bg", "es")
FOLDER = Path("i18n")
SHOWN = 3


def check_complete(sources: Sources) -> Iterator[Finding]:
    """Refuse a missing language, a missing or fuzzy term, and one the addon lost."""
    if not (sources.root / FOLDER).is_dir():
        return
    template = FOLDER / f"{ADDON}.pot"
    if not (sources.root / template).is_file():
        yield Finding(template, 1, "missing: run bin/pot")
        return
    terms = {entry.msgid for entry in polib.pofile(str(sources.root / template))}
    for language in LANGUAGES:
        yield from _check_language(sources, FOLDER / f"{language}.po", terms)


def _check_language(sources: Sources, path: Path, terms: set[str]) -> Iterator[Finding]:
    if not (sources.root / path).is_file():
        yield Finding(path, 1, "missing: run bin/pot")
        return
    catalogue = polib.pofile(str(sources.root / path))
    yield from _first(path, "untranslated", catalogue.untranslated_entries())
    yield from _first(path, "fuzzy", catalogue.fuzzy_entries())
    found = {entry.msgid for entry in catalogue}
    if found != terms:
        count = len(found ^ terms)
        yield Finding(path, 1, f"{count} terms differ from the template: run bin/pot")


def _first(path: Path, fault: str, entries: list[polib.POEntry]) -> Iterator[Finding]:
    """Show a few entries with a fault and count the others: a new area has hundreds."""
    for entry in entries[:SHOWN]:
        yield Finding(path, entry.linenum, f"{fault}: {entry.msgid!r}")
    if len(entries) > SHOWN:
        yield Finding(path, entries[SHOWN].linenum, f"{fault}: {len(entries) - SHOWN} more")
