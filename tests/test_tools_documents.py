from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools import documents
from ..tools.periods import Period

TODAY = date(2026, 3, 15)


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsDocuments(BaseCase):
    def test_state_on_a_day(self):
        cases = [
            # first day, last day, remind before, renewed -> state
            (None, None, 30, False, "valid"),
            (TODAY, TODAY, 0, False, "expiring"),
            (date(2026, 3, 16), None, 30, False, "future"),
            (date(2026, 3, 16), date(2026, 3, 20), 30, False, "future"),
            (None, date(2026, 4, 14), 30, False, "expiring"),
            (None, date(2026, 4, 15), 30, False, "valid"),
            (None, date(2026, 4, 14), 30, True, "valid"),
            (None, date(2026, 3, 14), 30, False, "expired"),
            (None, date(2026, 3, 14), 30, True, "renewed"),
        ]
        for start, end, days, renewed, state in cases:
            with self.subTest(start=start, end=end, days=days, renewed=renewed):
                found = documents.document_state(
                    Period(start, end), days, TODAY, is_renewed=renewed
                )
                self.assertEqual(found, state)

    def test_following_period_has_the_same_length(self):
        cases = [
            # whole months, whole years, leap years, odd days
            ("2026-01-01", "2026-03-31", "2026-04-01", "2026-06-30"),
            ("2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31"),
            ("2023-03-01", "2024-02-29", "2024-03-01", "2025-02-28"),
            ("2026-01-15", "2026-02-14", "2026-02-15", "2026-03-14"),
            ("2026-01-10", "2026-01-19", "2026-01-20", "2026-01-29"),
            ("2026-05-05", "2026-05-05", "2026-05-06", "2026-05-06"),
        ]
        for start, end, next_start, next_end in cases:
            with self.subTest(start=start):
                days = map(date.fromisoformat, (start, end))
                following = documents.following_period(Period(*days))
                self.assertEqual((str(following.start), str(following.end)), (next_start, next_end))

    def test_open_period_has_no_following_one(self):
        with self.assertRaises(ValueError):
            documents.following_period(Period(TODAY, None))

    def test_numbers_compare_without_blanks_and_case(self):
        cases = [(" 12 ab\t3 ", "12AB3"), ("", None), (None, None), ("   ", None)]
        for written, compared in cases:
            with self.subTest(written=written):
                self.assertEqual(documents.normalised_number(written), compared)
