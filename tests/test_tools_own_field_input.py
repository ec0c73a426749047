from odoo.tests import BaseCase, tagged

from ..tools.own_field_input import KINDS, is_changed, read_value, shown_value

OPTIONS = [["cargo", "Cargo"], ["fleet", "Whole fleet"]]
ZONE = "Europe/Sofia"


def _entry(kind):
    return {"name": "x", "string": "X", "type": kind, "selection": OPTIONS, "tags": OPTIONS}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsOwnFieldInput(BaseCase):
    def test_what_a_form_sends_is_read_by_its_kind(self):
        cases = [
            ("char", ["  two  words\x00 "], "two words"),
            ("text", ["one\r\ntwo"], "one\ntwo"),
            ("integer", ["-12"], -12),
            ("integer", ["0"], 0),
            ("float", ["1,5"], 1.5),
            ("float", ["1 234.25"], 1234.25),
            ("boolean", ["", "1"], True),
            ("boolean", [""], False),
            ("date", ["2026-02-28"], "2026-02-28"),
            ("datetime", ["2026-01-05T12:00"], "2026-01-05 10:00:00"),
            ("selection", ["cargo"], "cargo"),
            ("tags", ["", "fleet", "cargo", "fleet"], ["fleet", "cargo"]),
        ]
        for kind, sent, value in cases:
            with self.subTest(kind=kind, sent=sent):
                self.assertEqual(read_value(_entry(kind), sent, ZONE), value)
        for kind in KINDS:
            with self.subTest(empty=kind):
                self.assertIs(read_value(_entry(kind), ["", " \x00"], ZONE), False)

    def test_nonsense_is_refused(self):
        cases = [
            ("char", "x" * 201),
            ("text", "x" * 20_001),
            ("integer", "1.5"),
            ("integer", "99999999999"),
            ("float", "NaN"),
            ("float", "1e309"),
            ("float", "1.234,50"),
            ("float", "٣"),
            ("date", "2026-02-31"),
            ("date", "9999-99-99"),
            ("date", "0001-01-01"),
            ("date", "2026-01-01x"),
            ("datetime", "tomorrow"),
            ("selection", "sea"),
            ("selection", "Cargo"),
            ("tags", "sea"),
            ("many2one", "1"),
            ("separator", "x"),
        ]
        for kind, text in cases:
            with self.subTest(kind=kind, text=text[:20]), self.assertRaises(ValueError):
                read_value(_entry(kind), [text], ZONE)

    def test_what_is_shown_is_read_back_the_same(self):
        cases = [
            ("char", "two words"),
            ("integer", 7),
            ("integer", 0),
            ("float", 1234.5),
            ("float", 100.0),
            ("boolean", True),
            ("date", "2026-02-28"),
            ("datetime", "2026-07-05 10:00:00"),
            ("selection", "cargo"),
            ("tags", ["fleet", "cargo"]),
        ]
        for kind, value in cases:
            with self.subTest(kind=kind, value=value):
                shown = shown_value(_entry(kind), value, ZONE)
                self.assertEqual(read_value(_entry(kind), shown, ZONE), value)
                self.assertEqual(shown_value(_entry(kind), False, ZONE), [])
        self.assertEqual(shown_value(_entry("float"), 100.0, ZONE), ["100"])

    def test_nothing_is_no_zero(self):
        for before, value, changed in [
            (None, False, False),
            (False, 0, True),
            (0, False, True),
            (0, 0, False),
            ([], False, False),
            ("", "x", True),
            (3, 3.0, False),
        ]:
            with self.subTest(before=before, value=value):
                self.assertIs(is_changed(before, value), changed)
