import random
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.periods import Period, covers, is_valid, joined, overlap

NEW_YEAR, MARCH, JUNE, JULY = (
    date(2026, 1, 1),
    date(2026, 3, 1),
    date(2026, 6, 30),
    date(2026, 7, 1),
)
ALWAYS = Period(None, None)


def all_days(period, first=date(2025, 12, 1), count=40):
    days = (first + timedelta(days=number) for number in range(count))
    return {day for day in days if covers(period, day)}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestToolsPeriods(BaseCase):
    def test_period_is_valid_unless_it_ends_before_it_starts(self):
        cases = [
            (ALWAYS, True),
            (Period(MARCH, None), True),
            (Period(None, MARCH), True),
            (Period(MARCH, JUNE), True),
            (Period(MARCH, MARCH), True),
            (Period(JUNE, MARCH), False),
        ]
        for period, expected in cases:
            with self.subTest(period=period):
                self.assertIs(is_valid(period), expected)

    def test_period_covers_both_its_ends(self):
        cases = [
            (Period(MARCH, JUNE), MARCH, True),
            (Period(MARCH, JUNE), JUNE, True),
            (Period(MARCH, JUNE), date(2026, 2, 28), False),
            (Period(MARCH, JUNE), JULY, False),
            (Period(MARCH, MARCH), MARCH, True),
            (Period(MARCH, MARCH), date(2026, 3, 2), False),
            (Period(None, JUNE), date(1900, 1, 1), True),
            (Period(None, JUNE), JULY, False),
            (Period(JULY, None), date(2999, 1, 1), True),
            (Period(JULY, None), JUNE, False),
            (ALWAYS, NEW_YEAR, True),
        ]
        for period, day, expected in cases:
            with self.subTest(period=period, day=day):
                self.assertIs(covers(period, day), expected)

    def test_periods_overlap_when_they_share_a_day(self):
        cases = [
            (Period(NEW_YEAR, MARCH), Period(MARCH, JUNE), True),
            (Period(MARCH, JUNE), Period(JULY, None), False),
            (Period(None, JUNE), Period(JULY, None), False),
            (Period(None, JULY), Period(JULY, None), True),
            (Period(MARCH, MARCH), Period(MARCH, MARCH), True),
            (Period(MARCH, MARCH), Period(NEW_YEAR, JUNE), True),
            (ALWAYS, ALWAYS, True),
            (ALWAYS, Period(MARCH, MARCH), True),
            (Period(None, MARCH), Period(None, JUNE), True),
            (Period(MARCH, None), Period(JUNE, None), True),
        ]
        for left, right, expected in cases:
            with self.subTest(left=left, right=right):
                self.assertIs(overlap(left, right), expected)
                self.assertIs(overlap(right, left), expected)

    def test_join_holds_all_periods(self):
        cases = [
            ([Period(MARCH, JUNE)], Period(MARCH, JUNE)),
            ([Period(MARCH, JUNE), Period(NEW_YEAR, MARCH)], Period(NEW_YEAR, JUNE)),
            ([Period(MARCH, MARCH), Period(JULY, JULY)], Period(MARCH, JULY)),
            ([Period(None, MARCH), Period(JULY, None)], ALWAYS),
            ([Period(MARCH, None), Period(NEW_YEAR, JUNE)], Period(NEW_YEAR, None)),
            (
                [Period(MARCH, JUNE), Period(None, NEW_YEAR), Period(JULY, JULY)],
                Period(None, JULY),
            ),
        ]
        for periods, expected in cases:
            with self.subTest(periods=periods):
                self.assertEqual(joined(periods), expected)
                self.assertEqual(joined(iter(reversed(periods))), expected)

    def test_nothing_to_join_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no period"):
            joined([])

    def test_random_periods_agree_with_their_days(self):
        chance = random.Random(19)
        days = [None, *(date(2025, 12, 10) + timedelta(days=number) for number in range(12))]
        periods = [Period(chance.choice(days), chance.choice(days)) for _number in range(300)]
        periods = [period for period in periods if is_valid(period)]

        for left, right in zip(periods, reversed(periods), strict=True):
            with self.subTest(left=left, right=right):
                common = all_days(left) & all_days(right)
                self.assertEqual(overlap(left, right), bool(common))
                self.assertLessEqual(
                    all_days(left) | all_days(right), all_days(joined([left, right]))
                )
