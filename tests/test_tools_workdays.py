from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.workdays import FARTHEST, next_working_day

FRIDAY = date(2026, 3, 13)


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsWorkdays(BaseCase):
    def test_next_working_day_is_the_day_itself_or_the_first_after_it(self):
        days_off = {date(2026, 3, 16)}

        def is_working(day):
            return day.weekday() < 5 and day not in days_off

        cases = [
            (0, FRIDAY),
            (1, date(2026, 3, 17)),
            (2, date(2026, 3, 17)),
            (4, date(2026, 3, 17)),
        ]
        for distance, expected in cases:
            with self.subTest(distance=distance):
                self.assertEqual(
                    next_working_day(FRIDAY + timedelta(days=distance), is_working), expected
                )

    def test_whoever_never_works_keeps_the_day(self):
        asked = []

        self.assertEqual(next_working_day(FRIDAY, lambda day: bool(asked.append(day))), FRIDAY)
        self.assertEqual(len(asked), FARTHEST)
