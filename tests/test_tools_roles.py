import random
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.periods import Period, overlap
from ..tools.roles import RoleFacts, join_roles, role_state, section_string

TODAY = date(2026, 3, 15)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SALE, PURCHASE = 1, 2


def year(first, last=None):
    return Period(date(first, 1, 1) if first else None, date(last, 12, 31) if last else None)


def role(key, period, kind=SALE, is_prospect=False, business_start=None):
    return RoleFacts(key, kind, period, is_prospect, business_start)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestToolsRoles(BaseCase):
    def test_state_follows_from_the_dates(self):
        cases = [
            (Period(None, None), False, "active"),
            (Period(None, None), True, "prospect"),
            (Period(TODAY, None), False, "active"),
            (Period(TODAY, TODAY), False, "active"),
            (Period(TODAY, TODAY), True, "prospect"),
            (Period(None, TODAY), False, "active"),
            (Period(TOMORROW, None), False, "future"),
            (Period(TOMORROW, TOMORROW), True, "future"),
            (Period(None, YESTERDAY), False, "former"),
            (Period(None, YESTERDAY), True, "former"),
            (Period(YESTERDAY, YESTERDAY), False, "former"),
        ]
        for period, is_prospect, expected in cases:
            with self.subTest(period=period, is_prospect=is_prospect):
                self.assertEqual(role_state(period, is_prospect, TODAY), expected)

    def test_section_string_is_framed_by_commas_and_never_empty(self):
        cases = [
            ([], ","),
            (["banks"], ",banks,"),
            (["contacts", "banks"], ",contacts,banks,"),
            (["contacts", "banks", "contacts"], ",contacts,banks,"),
        ]
        for codes, expected in cases:
            with self.subTest(codes=codes):
                self.assertEqual(section_string(codes), expected)
                self.assertEqual(section_string(iter(codes)), expected)

    def test_roles_of_other_types_or_other_times_do_not_join(self):
        cases = [
            ([], [role(1, year(2020))]),
            ([role(1, year(2020))], []),
            ([role(1, year(2020))], [role(2, year(2020), kind=PURCHASE)]),
            ([role(1, year(2020, 2021))], [role(2, year(2022))]),
        ]
        for kept, moved in cases:
            with self.subTest(kept=kept, moved=moved):
                self.assertEqual(join_roles(kept, moved), [])

    def test_roles_that_share_a_day_become_one(self):
        kept = [role(1, year(2020, 2022))]

        (join,) = join_roles(kept, [role(2, year(2022, 2024))])

        self.assertEqual(join.keep, role(1, year(2020, 2024)))
        self.assertEqual(join.drop, (2,))

    def test_business_wins_over_prospect_and_starts_earliest(self):
        kept = [role(1, year(2020), is_prospect=True)]
        spring, autumn = date(2023, 3, 1), date(2023, 10, 1)

        (join,) = join_roles(
            kept,
            [
                role(2, year(2021), business_start=autumn),
                role(3, year(2022), business_start=spring),
            ],
        )

        self.assertFalse(join.keep.is_prospect)
        self.assertEqual(join.keep.business_start, spring)
        self.assertEqual(join.drop, (2, 3))

    def test_prospects_of_both_stay_a_prospect(self):
        (join,) = join_roles(
            [role(1, year(2020), is_prospect=True)], [role(2, year(2019), is_prospect=True)]
        )

        self.assertEqual(join.keep, role(1, year(2019), is_prospect=True))

    def test_one_moved_role_joins_three_ways(self):
        kept = [role(1, year(2018, 2019)), role(2, year(2021, 2022)), role(3, year(2024))]

        (join,) = join_roles(kept, [role(9, year(2019, 2024), business_start=date(2019, 5, 1))])

        self.assertEqual(join.keep, role(1, year(2018), business_start=date(2019, 5, 1)))
        self.assertEqual(set(join.drop), {2, 3, 9})

    def test_sources_that_overlap_each_other_join_without_the_target(self):
        moved = [role(7, year(2019, 2020)), role(8, year(2020)), role(9, year(2010, 2011))]

        (join,) = join_roles([], moved)

        self.assertEqual(join.keep, role(7, year(2019)))
        self.assertEqual(join.drop, (8,))

    def test_random_roles_end_up_apart_and_complete(self):
        chance = random.Random(2026)
        for number in range(200):
            kept = self._random_roles(chance, 100)
            moved = self._random_roles(chance, 200) + self._random_roles(chance, 300)

            joins = join_roles(kept, moved)

            with self.subTest(number=number, kept=kept, moved=moved):
                self._check_joins(kept, moved, joins)

    def _random_roles(self, chance, key):
        """Return roles of one counterparty: those of one type never share a day."""
        roles = []
        for number in range(chance.randint(0, 4)):
            first = chance.randint(2000, 2012)
            last = chance.choice([None, *range(first, 2013)])
            fresh = role(key + number, year(first, last), chance.choice([SALE, PURCHASE]))
            if not any(fresh.kind == r.kind and overlap(fresh.period, r.period) for r in roles):
                roles.append(fresh)
        return roles

    def _check_joins(self, kept, moved, joins):
        dropped = {key for join in joins for key in join.drop}
        joined = {join.keep.key: join.keep for join in joins}
        self.assertFalse(dropped & joined.keys(), "a role is kept and dropped")
        result = [joined.get(r.key, r) for r in kept + moved if r.key not in dropped]
        for position, one in enumerate(result):
            for other in result[position + 1 :]:
                apart = one.kind != other.kind or not overlap(one.period, other.period)
                self.assertTrue(apart, f"{one} and {other} share a day")
        for before in kept + moved:
            holds = [
                r for r in result if r.kind == before.kind and overlap(r.period, before.period)
            ]
            self.assertEqual(len(holds), 1, f"{before} is lost")
