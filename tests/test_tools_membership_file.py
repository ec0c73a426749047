from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.membership_file import KindRules, Row, check_rows, parse_rows
from ..tools.periods import Period

OWNED = KindRules(1, True, False, False, False)
BRANCH = KindRules(2, True, True, True, False)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestToolsMembershipFile(BaseCase):
    PARTNERS = {"A": [1], "B": [2], "C": [3], "Twin": [4, 5]}
    KINDS = {"owned": OWNED, "branch": BRANCH}

    def _faults(self, *lines):
        rows, faults = parse_rows(enumerate(lines, 2), self.PARTNERS, self.KINDS)
        faults += check_rows(rows, [], self.KINDS.values())
        return [(fault.line, fault.code) for fault in faults]

    def test_every_fault_has_its_line(self):
        good = {"owner": "A", "member": "B", "kind": "owned"}
        cases = [
            ({"owner": "Nobody"}, "unknown"),
            ({"owner": ""}, "unknown"),
            ({"owner": "Twin"}, "ambiguous"),
            ({"kind": "cousin"}, "kind"),
            ({"since": "31.12.2025"}, "date"),
            ({"since": "2026-01-02", "until": "2026-01-01"}, "period"),
            ({"equity": "many"}, "number"),
            ({"equity": "100.01"}, "percent"),
            ({"equity": "-1"}, "percent"),
            ({"equity": "NaN"}, "percent"),
            ({"equity_min": "60", "equity_max": "50"}, "range"),
            ({"votes_min": "60", "votes_max": "50"}, "votes_range"),
            ({"votes_max": "500"}, "percent"),
            ({"control": "maybe"}, "control"),
            ({"control": "yes"}, "document"),
            ({"status": "rumour"}, "status"),
            ({"member": "A"}, "self"),
        ]
        for change, code in cases:
            with self.subTest(change=change):
                self.assertEqual(self._faults({**good, **change}), [(2, code)])

    def test_lines_are_checked_against_each_other(self):
        rows = (
            {"owner": "A", "member": "C", "kind": "owned", "equity": "60"},
            {"owner": "A", "member": "C", "kind": "owned", "since": "2026-01-01"},
            {"owner": "B", "member": "C", "kind": "owned", "equity": "50"},
            {"owner": "A", "member": "B", "kind": "branch"},
            {"owner": "C", "member": "B", "kind": "branch", "status": "reported"},
        )

        self.assertEqual(self._faults(*rows), [(3, "overlap"), (4, "sum"), (6, "exclusive")])

    def test_lines_are_checked_against_what_is_there(self):
        row = Row(7, 1, 3, 1, Period(None, None))
        present = [Row(0, 1, 3, 1, Period(date(2025, 1, 1), None))]

        (fault,) = check_rows([row], present, self.KINDS.values())

        self.assertEqual(tuple(fault), (7, "overlap", "0"))

    def test_percentages_are_rounded_half_up_to_six_decimals(self):
        cells = {"owner": "A", "member": "B", "kind": "owned", "equity": "33,3333335 %"}

        (row,), faults = parse_rows([(2, cells)], self.PARTNERS, self.KINDS)

        self.assertFalse(faults)
        self.assertEqual(row.equity, 33.333334)

    def test_dates_are_read_as_the_user_writes_them(self):
        cases = [
            ("2025-12-31", (), date(2025, 12, 31)),
            ("2025-12-31 00:00:00", (), date(2025, 12, 31)),
            ("31.12.2025", ("%d.%m.%Y",), date(2025, 12, 31)),
            ("1.2.2025", ("%d.%m.%Y",), date(2025, 2, 1)),
            ("02/01/2025", ("%m/%d/%Y",), date(2025, 2, 1)),
            ("31/12/2025", ("%m/%d/%Y",), None),
        ]
        for text, formats, expected in cases:
            with self.subTest(text=text):
                cells = {"owner": "A", "member": "B", "kind": "owned", "since": text}

                rows, faults = parse_rows([(2, cells)], self.PARTNERS, self.KINDS, formats)

                self.assertEqual([row.period.start for row in rows], [expected] * bool(expected))
                self.assertEqual([fault.code for fault in faults], ["date"] * (not expected))

    def test_votes_have_ends_of_their_own(self):
        cells = {"owner": "A", "member": "B", "kind": "owned", "votes_min": "40"}

        (row,), faults = parse_rows([(2, cells)], self.PARTNERS, self.KINDS)

        self.assertFalse(faults)
        self.assertEqual((row.votes, row.votes_range, row.basis), (None, (40, 100), "unknown"))
