"""Pots of group credit by a published example and by tables of cases."""

from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import credit
from ..tools.credit import Event, Pot


@tagged("post_install", "-at_install", "counterparty_holding")
class TestPots(BaseCase):
    # Oracle Financials Cloud, "How the Credit Limit is Derived in a Party Hierarchy", in million
    PARENTS = {
        "Vision": None,
        "USA": "Vision",
        "Account 1": "USA",
        "Account 2": "USA",
        "Account 3": "USA",
        "Canada": "Vision",
        "Account 4": "Canada",
        "Mexico": "Vision",
        "Account 6": "Mexico",
        "Middle East": "Vision",
        "Account 7": "Middle East",
        "Account 8": "Middle East",
    }
    LIMITS = {"Vision": 50.0, "USA": 20.0, "Account 1": 5.0, "Middle East": 3.0}

    def test_reserved_pots_in_three_levels(self):
        pots = credit.reserved_pots("Vision", self.PARENTS, self.LIMITS, {})

        available = {name: pot.available for name, pot in pots.items()}
        self.assertEqual(available["Account 1"], 5)
        self.assertEqual(available["Account 2"], 15)
        self.assertEqual(available["Account 3"], 15)
        self.assertEqual(available["Account 7"], 3)
        self.assertEqual(available["Account 8"], 3)
        self.assertEqual(available["Canada"], 27)
        self.assertEqual(available["Mexico"], 27)

    def test_members_without_limit_use_up_the_same_rest(self):
        exposures = {"Account 4": 2.5, "Account 6": 3.5}

        pots = credit.reserved_pots("Vision", self.PARENTS, self.LIMITS, exposures)

        self.assertEqual(pots["Canada"].available, 21)
        self.assertEqual(pots["Mexico"].available, 21)
        self.assertEqual(pots["Account 2"].available, 15)

    def test_a_reserved_pot_is_not_touched_by_the_debts_of_others(self):
        pots = credit.reserved_pots("Vision", self.PARENTS, self.LIMITS, {"Canada": 40.0})

        self.assertEqual(pots["Canada"].available, -13)
        self.assertEqual(pots["Account 7"].available, 3)

    def test_a_member_unknown_to_the_tree_draws_on_the_head(self):
        pots = credit.reserved_pots("Vision", {}, {"Vision": 50.0}, {"Stranger": 10.0})

        self.assertEqual(pots["Stranger"].owner, "Vision")
        self.assertEqual(pots["Stranger"].available, 40)

    def test_a_loop_in_the_tree_ends_at_the_head(self):
        parents = {"h": None, "a": "b", "b": "a"}

        self.assertEqual(credit.reserved_pots("h", parents, {"h": 1.0}, {})["a"].owner, "h")

    def test_a_head_without_limit_is_an_error(self):
        with self.assertRaises(KeyError):
            credit.reserved_pots("h", {"h": None}, {}, {"h": 1.0})

    def test_the_shared_pot_is_the_limit_less_all_exposures(self):
        pot = credit.shared_pot("h", 100.0, {"h": 10.0, "a": 30.0, "b": -5.0})

        self.assertEqual(pot, Pot("h", 100.0, 35.0))
        self.assertEqual(pot.available, 65)

    def test_the_whole_limit_may_be_used_and_no_cent_more(self):
        cases = [(1000, 0, 1000, 0), (1000, 0, 950, 0), (1000, 600, 400.01, 0.01), (0, 0, 1, 1)]
        for limit, exposure, amount, missing in cases:
            with self.subTest(limit=limit, amount=amount):
                pot = Pot("h", limit, exposure)

                self.assertAlmostEqual(credit.missing_amount(pot, amount), missing, places=6)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestReplay(BaseCase):
    def test_orders_over_the_limit_are_listed_with_what_was_missing(self):
        day = datetime(2026, 11, 2, 9)
        events = [
            Event(datetime(2026, 1, 1), 700.0),
            Event(day, 200.0, order=1),
            Event(datetime(2026, 11, 3), 200.0, order=2),
            Event(datetime(2026, 11, 4), -500.0),
            Event(datetime(2026, 11, 5), 300.0, order=3),
        ]

        stopped = credit.replay(1000.0, events)

        self.assertEqual([tuple(row) for row in stopped], [(2, 900.0, 100.0)])

    def test_a_payment_at_the_same_moment_counts_first(self):
        now = datetime(2026, 11, 2, 9)
        opening = Event(datetime(2026, 1, 1), 900.0)
        events = [Event(now, 600.0, order=1), Event(now, -500.0), opening]

        self.assertEqual(credit.replay(1000.0, events), [])
