"""Catalogues of terms that look the same each time they are written.

What Odoo exports changes from one minute to the next (dates) and from one machine to the
next (its own release). What is written here depends on the addon's terms alone, so that a
diff of i18n/ shows terms and nothing else.
"""

from __future__ import annotations

import polib

LANGUAGES = {
    "ro": "nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2);",
    "bg": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
}


def template(exported: polib.POFile) -> polib.POFile:
    """Return the exported terms in a fixed order, with an undated head."""
    catalogue = _empty()
    for entry in sorted(exported, key=lambda entry: entry.msgid):
        catalogue.append(_copy(entry))
    return catalogue


def translation(terms: polib.POFile, language: str, known: polib.POFile) -> polib.POFile:
    """Return a language's catalogue: the template's terms with the translations known so far.

    A translation belongs to its term and not to the place where the term is used: moving a
    field keeps it. Terms that the addon has lost are left out.
    """
    translated = {entry.msgid: entry for entry in known if not entry.obsolete}
    catalogue = _empty()
    catalogue.metadata |= {"Language": language, "Plural-Forms": LANGUAGES[language]}
    for term in terms:
        entry = _copy(term)
        if term.msgid in translated:
            entry.msgstr = translated[term.msgid].msgstr
            entry.flags = translated[term.msgid].flags
        catalogue.append(entry)
    return catalogue


def _empty() -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.header = "Terms of the Odoo addon counterparty_crm; written by bin/pot."
    catalogue.metadata = {
        "Project-Id-Version": "Odoo Server 19.0",
        "Report-Msgid-Bugs-To": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return catalogue


def _copy(entry: polib.POEntry) -> polib.POEntry:
    return polib.POEntry(
        msgid=entry.msgid,
        comment=entry.comment,
        occurrences=sorted(entry.occurrences),
    )
