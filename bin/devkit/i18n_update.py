"""Bring i18n/ up to date with the terms of the addon as the checkout has it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polib

from . import database, environment, i18n, i18n_catalogue, i18n_suggest, paths, progress, shell
from .odoo import Environment

FOLDER = paths.CHECKOUT / "i18n"


def body() -> int:
    """Write the catalogues; with --check only tell whether that would change any."""
    options = i18n.parse()
    check = options.check
    env = environment.ensure(browser=False)
    terms = i18n_catalogue.template(_export(env))
    changed = _update(FOLDER / f"{paths.ADDON}.pot", terms, check)
    progress.note(f"{len(terms)} terms")
    for language in i18n_catalogue.LANGUAGES:
        target = FOLDER / f"{language}.po"
        known = polib.pofile(str(target)) if target.exists() else polib.POFile()
        catalogue = i18n_catalogue.translation(terms, language, known)
        if options.suggest:
            i18n_suggest.fill(catalogue, i18n_suggest.host_catalogues(env, language))
        changed += _update(target, catalogue, check)
        missing, fuzzy = catalogue.untranslated_entries(), catalogue.fuzzy_entries()
        progress.note(f"  {language}: {len(missing)} untranslated, {len(fuzzy)} fuzzy")
    for path in changed:
        progress.note(f"{path.relative_to(paths.CHECKOUT)} {'is out of date' if check else ''}")
    return 1 if check and changed else 0


def _export(env: Environment) -> polib.POFile:
    """Install the addon without demo data and have Odoo collect its terms.

    Demo records would bring their names along, which nobody needs translated.
    """
    name = f"pot_{os.getpid()}"
    database.clone(env, database.ensure_template(env, demo=False), name)
    try:
        database.install_addon(env, name)
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, "terms.pot")
            command = ["i18n", "export", "-o", str(target), "-l", "pot", "--", paths.ADDON]
            done = env.run_odoo(command, name)
            if not target.exists():
                raise shell.Trouble(f"Odoo exported nothing:\n{shell.tail(done.stderr)}")
            return polib.pofile(str(target))
    finally:
        database.drop(env, name)


def _update(target: Path, catalogue: polib.POFile, check: bool) -> list[Path]:
    """Write a catalogue if it differs, and return it among those that did."""
    text = f"{catalogue}"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return []
    if not check:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return [target]


if __name__ == "__main__":
    shell.main(body)
