from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.reminders import (
    Due,
    anniversaries_between,
    anniversary,
    months_and_days,
    within_limit,
)

LEAP = date(2000, 2, 29)


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsReminders(BaseCase):
    def test_anniversary_of_a_leap_day_is_the_28th_in_common_years(self):
        self.assertEqual(anniversary(LEAP, 2026), date(2026, 2, 28))
        self.assertEqual(anniversary(LEAP, 2028), date(2028, 2, 29))
        self.assertEqual(anniversary(date(1980, 7, 4), 2026), date(2026, 7, 4))

    def test_anniversaries_between_days(self):
        born = date(1980, 1, 2)
        cases = [
            ((2025, 12, 30), (2026, 1, 5), [date(2026, 1, 2)]),
            ((2026, 1, 2), (2026, 1, 2), [date(2026, 1, 2)]),
            ((2026, 1, 3), (2026, 1, 9), []),
            # nobody has an anniversary on the very day or before
            ((1980, 1, 1), (1980, 1, 9), []),
            ((1979, 1, 1), (1979, 1, 9), []),
        ]
        for start, end, expected in cases:
            with self.subTest(start=start, end=end):
                found = anniversaries_between(born, date(*start), date(*end))
                self.assertEqual(found, expected)

    def test_marks_of_days_find_every_anniversary(self):
        cases = [
            (date(2025, 12, 30), date(2026, 1, 1), [101, 1230, 1231]),
            (date(2026, 2, 28), date(2026, 2, 28), [228, 229]),
            (date(2028, 2, 28), date(2028, 2, 28), [228]),
            (date(2028, 2, 29), date(2028, 2, 29), [229]),
        ]
        for start, end, expected in cases:
            with self.subTest(start=start):
                self.assertEqual(months_and_days(start, end), expected)

    def test_nobody_gets_more_than_the_limit_and_days_that_pass_come_first(self):
        silence = Due("silence", 1, 7, date(2025, 1, 1), 3)
        longer = Due("silence", 2, 7, date(2024, 1, 1), 3)
        birthday = Due("birthday", 3, 7, date(2026, 3, 16))
        other = Due("silence", 4, 8, date(2025, 6, 1), 3)

        chosen = within_limit([silence, longer, birthday, other], {7: 1}, 3)

        self.assertEqual(chosen, [birthday, longer, other])

    def test_no_limit_is_no_reminder(self):
        due = [Due("birthday", 1, 7, date(2026, 3, 16))]

        self.assertEqual(within_limit(due, {}, 0), [])
        self.assertEqual(within_limit(due, {7: 5}, 5), [])
