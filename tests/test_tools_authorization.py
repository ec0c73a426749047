from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.authorization import ALWAYS, Link, common, group_periods, links_by_member, united
from ..tools.periods import Period

JAN, MAR, APR, JUN, DEC = (date(2026, month, 1) for month in (1, 3, 4, 6, 12))


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsAuthorization(BaseCase):
    """On which days a head has a member."""

    def test_common_days(self):
        cases = [
            (ALWAYS, ALWAYS, ALWAYS),
            (Period(JAN, JUN), Period(MAR, DEC), Period(MAR, JUN)),
            (Period(None, MAR), Period(JAN, None), Period(JAN, MAR)),
            (Period(JAN, MAR), Period(MAR, None), Period(MAR, MAR)),
            (Period(JAN, MAR), Period(APR, JUN), None),
        ]
        for left, right, expected in cases:
            with self.subTest(left=left, right=right):
                self.assertEqual(common(left, right), expected)
                self.assertEqual(common(right, left), expected)

    def test_periods_that_touch_become_one(self):
        march_end = date(2026, 3, 31)

        self.assertEqual(united([Period(APR, JUN), Period(JAN, march_end)]), [Period(JAN, JUN)])
        self.assertEqual(len(united([Period(JAN, JAN), Period(MAR, MAR)])), 2)
        self.assertEqual(united([]), [])

    def test_a_way_holds_while_each_of_its_links_does(self):
        links = [
            Link("head", "middle", Period(MAR, None)),
            Link("middle", "member", Period(JAN, JUN)),
            Link("other", "member", ALWAYS),
        ]

        self.assertEqual(
            group_periods(links_by_member(links), "head", "member"), [Period(MAR, JUN)]
        )
        self.assertEqual(group_periods(links_by_member(links), "other", "member"), [ALWAYS])
        self.assertEqual(group_periods(links_by_member(links), "stranger", "member"), [])

    def test_two_ways_add_up(self):
        links = [
            Link("head", "a", Period(JAN, date(2026, 2, 28))),
            Link("head", "b", Period(MAR, APR)),
            Link("a", "member", ALWAYS),
            Link("b", "member", ALWAYS),
        ]

        self.assertEqual(
            group_periods(links_by_member(links), "head", "member"), [Period(JAN, APR)]
        )

    def test_owners_of_each_other_are_followed_once(self):
        links = [
            Link("a", "b", Period(JAN, DEC)),
            Link("b", "a", ALWAYS),
            Link("head", "a", Period(MAR, None)),
        ]

        self.assertEqual(group_periods(links_by_member(links), "head", "b"), [Period(MAR, DEC)])
        self.assertEqual(group_periods(links_by_member(links), "head", "a"), [Period(MAR, None)])
