"""Words of the host for terms that it has too: users should meet one word per thing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

from . import addon
from .odoo import Environment

BASICS = ("base", "web", "mail", "product", "sale", "crm", "purchase", "stock")

AGREEMENT = 2 / 3


def host_catalogues(env: Environment, language: str) -> Iterator[Path]:
    """Return the catalogues of the modules that we build on."""
    # a source tree of Odoo keeps most of its modules beside the package
    folders = [env.odoo_path / "odoo" / "addons", env.odoo_path / "addons"]
    for module in sorted({*BASICS, *addon.depends(env.checkout)}):
        for folder in folders:
            path = folder / module / "i18n" / f"{language}.po"
            if path.is_file():
                yield path


def fill(catalogue: polib.POFile, sources: Iterable[Path]) -> None:
    """Translate missing terms that the host's modules agree on.

    A term they translate in several ways depends on its place, which is for a person to judge.
    """
    missing = {entry.msgid: entry for entry in catalogue.untranslated_entries()}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sources:
        for entry in polib.pofile(str(path)):
            if entry.msgid in missing and entry.msgstr and not entry.fuzzy:
                found[entry.msgid][entry.msgstr] += 1
    for term, translations in found.items():
        [(translation, count)] = translations.most_common(1)
        if count >= AGREEMENT * translations.total():
            missing[term].msgstr = translation
