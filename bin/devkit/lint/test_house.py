"""The rules of the house find what they are for, and nothing else."""

from __future__ import annotations

import tempfile
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

from .house import catalogues, identities, layers, reasons, sizes, traces
from .house.finding import Finding
from .sources import Sources

Rule = Callable[[Sources], Iterator[Finding]]


class TestHouse(unittest.TestCase):
    """Each test writes one small checkout and runs one rule on it."""

    def findings(self, rule: Rule, files: dict[str, str]) -> list[str]:
        """Return what a rule says about a checkout, without its paths."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return [f"{found.line}: {found.message}" for found in rule(Sources(Path(folder)))]

    def test_long_function(self) -> None:
        body = "def long():\n" + "    pass\n" * 50
        self.assertEqual(
            self.findings(sizes.check_functions, {"models/a.py": body}),
            ["1: long() has 51 lines, limit 50"],
        )

    def test_long_file(self) -> None:
        long = {"models/a.py": "\n" * 601, "models/b.py": "\n" * 600}
        found = self.findings(sizes.check_files, long)
        self.assertEqual(found, ["1: 601 lines, limit 600", "1: 600 lines, limit 400"])

    def test_tools_without_odoo(self) -> None:
        found = self.findings(layers.check_imports, {"tools/a.py": "from odoo import fields\n"})
        self.assertEqual(found, ["1: tools/ is plain Python: no odoo"])

    def test_imports_go_down(self) -> None:
        down = {
            "models/a.py": "from ..tools import dates\n",
            "wizard/b.py": "from ..models import a\n",
        }
        self.assertEqual(self.findings(layers.check_imports, down), [])

    def test_imports_do_not_go_up(self) -> None:
        for text in (
            "from ..wizard import b\n",
            "from odoo.addons.counterparty_crm.report import c\n",
        ):
            found = self.findings(layers.check_imports, {"models/a.py": text})
            self.assertEqual(len(found), 1, text)

    def test_an_id_names_one_thing(self) -> None:
        template = '<odoo>\n<template id="page"/>\n</odoo>'
        record = '<odoo>\n<record id="a" model="{}"><field name="{}"/></record>\n</odoo>'
        cases = [
            (template, template, ["2: page is another template in views/a.xml"]),
            (template, record.format("m", "x"), []),
            (record.format("m", "x"), record.format("n", "y"), ["2: a is a m in views/a.xml"]),
            (record.format("m", "x"), record.format("m", "x"), ["2: a has x in views/a.xml"]),
            (record.format("m", "x"), record.format("m", "y"), []),
        ]
        for first, second, expected in cases:
            found = self.findings(
                identities.check_ids, {"views/a.xml": first, "views/b.xml": second}
            )
            self.assertEqual(found, expected, second)

    def test_a_record_may_be_extended(self) -> None:
        record = '<odoo><record id="a" model="m">{}</record></odoo>'
        links = record.format('<field name="x" eval="[Command.link(1)]"/>')
        word = record.format('<field name="x">1</field>')
        for files in (
            {"security/a.xml": links, "security/b.xml": links},
            {"data/a.xml": word, "demo/b.xml": word},
        ):
            self.assertEqual(self.findings(identities.check_ids, files), [])

    def test_ids_outside_the_addon_are_not_ours(self) -> None:
        page = '<odoo><template id="page"/></odoo>'
        found = self.findings(
            identities.check_ids, {"views/a.xml": page, "static/tests/a.xml": page}
        )
        self.assertEqual(found, [])

    def test_sudo_needs_a_reason(self) -> None:
        text = "a.sudo()\n# sudo: visitors own no record\nb.sudo()\nc.sudo()  # sudo: same\n"
        self.assertEqual(
            self.findings(reasons.check_sudo, {"controllers/a.py": text}),
            ["1: sudo() without a '# sudo: reason' beside it"],
        )

    def test_public_route_needs_a_check_or_a_reason(self) -> None:
        route = '@route("/x", auth="public")\ndef show(self):\n    '
        bare = self.findings(reasons.check_public_routes, {"controllers/a.py": f"{route}pass\n"})
        checked = f"{route}self._document_check_access('m', 1)\n"
        explained = f"# public: a form that reads nothing\n{route}pass\n"
        self.assertEqual(len(bare), 1)
        for text in (checked, explained):
            found = self.findings(reasons.check_public_routes, {"controllers/a.py": text})
            self.assertEqual(found, [])

    def test_promise_needs_an_issue(self) -> None:
        text = "# TODO later\n# TODO(#12) later\n"
        self.assertEqual(len(self.findings(traces.check_todos, {"models/a.py": text})), 1)

    def test_path_of_one_machine(self) -> None:
        text = "A = '/home/ann/odoo'\nB = 'https://example.com/home/ann'\nC = '/my/home'\n"
        found = self.findings(traces.check_paths, {"models/a.py": text})
        self.assertEqual(found, ["1: path of one machine: /home/ann"])

    def test_translations_are_complete(self) -> None:
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        term = head + 'msgid "Role"\nmsgstr "{}"\n'
        files = {f"i18n/{name}.po": term.format("Rol") for name in ("ro", "es")}
        files |= {"i18n/counterparty_crm.pot": term.format(""), "i18n/bg.po": term.format("")}
        found = self.findings(catalogues.check_complete, files)
        self.assertEqual(found, ["4: untranslated: 'Role'"])


if __name__ == "__main__":
    unittest.main()
