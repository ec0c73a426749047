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
    for entry in catalogue.untranslated_entries():
        yield Finding(path, entry.linenum, f"untranslated: {entry.msgid!r}")
    for entry in catalogue.fuzzy_entries():
        yield Finding(path, entry.linenum, f"fuzzy: {entry.msgid!r}")
    found = {entry.msgid for entry in catalogue}
    if found != terms:
        count = len(found ^ terms)
        yield Finding(path, 1, f"{count} terms differ from the template: run bin/pot")
