from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.membership import MembershipFacts, merge_memberships
from ..tools.periods import Period

ALWAYS = Period(None, None)
BEFORE = Period(None, date(2024, 12, 31))
SINCE = Period(date(2025, 1, 1), None)

OWNED, BRANCH = 1, 2


def facts(key, owner, member, kind=OWNED, period=ALWAYS, part=0.0):
    return MembershipFacts(
        key, owner, member, kind, period, part, is_exclusive=kind == BRANCH, part=part
    )


@tagged("post_install", "-at_install", "counterparty_holding")
class TestMergeMemberships(BaseCase):
    """Partner 9 becomes partner 5."""

    def _conflicts(self, *rows):
        return merge_memberships(rows, {9}, 5).conflicts

    def test_owners_of_the_merged_add_up(self):
        cases = {
            "both wholly": (facts(1, 2, 5, part=100), facts(2, 3, 9, part=100), ((1, 2),)),
            "all together": (facts(1, 2, 5, part=60), facts(2, 3, 9, part=40), ()),
            "rounded": (facts(1, 2, 5, part=60), facts(2, 3, 9, part=40.01), ()),
            "not known": (facts(1, 2, 5, part=100), facts(2, 3, 9), ()),
            "one after the other": (
                facts(1, 2, 5, period=BEFORE, part=100),
                facts(2, 3, 9, period=SINCE, part=100),
                (),
            ),
        }
        for name, (left, right, conflicts) in cases.items():
            with self.subTest(case=name):
                self.assertEqual(self._conflicts(left, right), conflicts)

    def test_the_two_largest_owners_are_named(self):
        rows = (facts(1, 2, 5, part=5), facts(2, 3, 5, part=90), facts(3, 4, 9, part=50))

        self.assertEqual(self._conflicts(*rows), ((2, 3),))

    def test_a_branch_has_one_owner_after_the_merge_too(self):
        cases = {
            "at once": (facts(1, 2, 5, BRANCH), facts(2, 3, 9, BRANCH), ((1, 2),)),
            "another kind": (facts(1, 2, 5, BRANCH), facts(2, 3, 9), ()),
            "later": (
                facts(1, 2, 5, BRANCH, period=BEFORE),
                facts(2, 3, 9, BRANCH, period=SINCE),
                (),
            ),
            "the same owner": (facts(1, 2, 5, BRANCH), facts(2, 2, 9, BRANCH), ()),
        }
        for name, (left, right, conflicts) in cases.items():
            with self.subTest(case=name):
                self.assertEqual(self._conflicts(left, right), conflicts)
