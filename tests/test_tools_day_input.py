from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.day_input import YEARS, clamp_day, read_day


@tagged("post_install", "-at_install", "counterparty")
class TestToolsDayInput(BaseCase):
    """What browsers send as days, and what comes instead."""

    def test_days_are_read_as_browsers_send_them(self):
        for value, expected in [
            ("2026-02-28", date(2026, 2, 28)),
            (" 2026-02-28 ", date(2026, 2, 28)),
            ("2026-02-28T10:00", date(2026, 2, 28)),
            (date(2026, 2, 28), date(2026, 2, 28)),
            ("0001-01-01", date(1, 1, 1)),
            ("2026-02-31", None),
            ("20260-01-01", None),
            ("9999-99-01", None),
            ("'; DROP TABLE", None),
            ("1e9", None),
            ("soon", None),
            ("", None),
            (7, None),
            (None, None),
            (False, None),
        ]:
            with self.subTest(value=value):
                self.assertEqual(read_day(value), expected)

    def test_days_of_other_years_are_none_where_years_are_asked_for(self):
        self.assertEqual(read_day("2026-03-01", *YEARS), date(2026, 3, 1))
        for value in ("0202-03-01", "1899-12-31", "2201-01-01", "9999-12-31"):
            with self.subTest(value=value):
                self.assertIsNone(read_day(value, *YEARS))

    def test_days_are_moved_into_the_years_of_calendars(self):
        for day, expected in [
            (date(2026, 3, 10), date(2026, 3, 10)),
            (date(202, 3, 10), date(1900, 1, 1)),
            (date(9999, 12, 31), date(9998, 12, 31)),
        ]:
            with self.subTest(day=day):
                self.assertEqual(clamp_day(day), expected)
