"""Control by published examples and by definition."""

from odoo.tests import BaseCase, tagged

from ..tools import control
from ..tools.control import Controllers
from ..tools.ownership import Edge


def votes(*rows):
    return [Edge(owner, member, share=part, votes=part) for owner, member, part in rows]


@tagged("post_install", "-at_install", "counterparty_holding")
class TestControl(BaseCase):
    # OFAC, FAQ 401 "50 Percent Rule", examples 1 to 5: (edges, what X blocks, what a strict
    # majority gives X)
    SANCTION_CHAINS = [
        ((("X", "A", 0.5), ("A", "B", 0.5)), {"A", "B"}, set()),
        (
            (("X", "A", 0.5), ("X", "B", 0.5), ("A", "C", 0.25), ("B", "C", 0.25)),
            {"A", "B", "C"},
            set(),
        ),
        ((("X", "A", 0.5), ("X", "B", 0.1), ("A", "B", 0.4)), {"A", "B"}, set()),
        (
            (("X", "A", 0.5), ("X", "B", 0.25), ("A", "C", 0.25), ("B", "C", 0.25)),
            {"A"},
            set(),
        ),
        (
            (("X", "A", 0.25), ("X", "B", 0.25), ("A", "C", 0.5), ("B", "C", 0.5)),
            set(),
            set(),
        ),
    ]

    def test_sanction_chains_with_both_settings_of_strictness(self):
        for number, (rows, blocked, controlled) in enumerate(self.SANCTION_CHAINS, 1):
            with self.subTest(example=number):
                edges = votes(*rows)

                lax = control.controlled_by("X", edges, is_strict=False)
                strict = control.controlled_by("X", edges)

                self.assertEqual(lax, blocked)
                self.assertEqual(strict, controlled)

    def test_votes_of_controlled_companies_add_up(self):
        """Company control (Ceri, Gottlob, Tanca, Logic Programming and Databases, 1990)."""
        edges = votes(("a", "b", 0.6), ("a", "c", 0.2), ("b", "c", 0.4), ("c", "d", 0.51))

        self.assertEqual(control.controlled_by("a", edges), {"b", "c", "d"})
        self.assertEqual(control.controlled_by("b", edges), set())

    def test_a_loop_does_not_support_itself(self):
        """Ross and Sagiv (PODS 1992): b and c hold 60 % of each other, a 30 % of each."""
        edges = votes(("a", "b", 0.3), ("a", "c", 0.3), ("b", "c", 0.6), ("c", "b", 0.6))

        self.assertEqual(control.controlled_by("a", edges), set())
        self.assertEqual(control.controlled_by("b", edges), {"c"})

    def test_a_loop_is_entered_by_a_majority(self):
        edges = votes(("a", "b", 0.55), ("b", "c", 0.3), ("a", "c", 0.25), ("c", "b", 0.45))

        self.assertEqual(control.controlled_by("a", edges), {"b", "c"})

    def test_registered_control_beats_votes_and_excluded_control_cuts_them(self):
        edges = [
            Edge("a", "b", votes=0.1, forced=True),
            Edge("a", "c", votes=0.9, forced=False),
            Edge("b", "c", votes=0.45),
        ]

        self.assertEqual(control.controlled_by("a", edges), {"b"})

    def test_the_threshold_is_a_setting(self):
        edges = votes(("a", "b", 0.3))

        self.assertEqual(control.controlled_by("a", edges, threshold=0.25), {"b"})

    def test_sums_that_are_exact_on_paper_are_exact(self):
        edges = votes(*(("a", f"m{n}", 1.0) for n in range(10)))
        edges += votes(*((f"m{n}", "z", 0.05) for n in range(10)))

        self.assertIn("z", control.controlled_by("a", edges, is_strict=False))
        self.assertNotIn("z", control.controlled_by("a", edges))


@tagged("post_install", "-at_install", "counterparty_holding")
class TestUltimateControllers(BaseCase):
    def test_the_top_of_a_chain(self):
        edges = votes(("p", "h", 1.0), ("h", "s", 0.6), ("x", "s", 0.4))

        self.assertEqual(
            control.ultimate_controllers("s", edges), Controllers(("p",), is_mutual=False)
        )

    def test_nobody_has_a_majority(self):
        edges = votes(("a", "s", 0.5), ("b", "s", 0.5))

        self.assertEqual(control.ultimate_controllers("s", edges), Controllers((), False))

    def test_owners_of_each_other_are_a_mutual_block(self):
        edges = votes(("a", "b", 0.6), ("b", "a", 0.6), ("a", "s", 0.9))

        self.assertEqual(
            control.ultimate_controllers("s", edges), Controllers(("a", "b"), is_mutual=True)
        )

    def test_a_mutual_block_with_a_controller_outside_is_not_the_top(self):
        edges = votes(("p", "a", 0.6), ("a", "b", 0.6), ("b", "a", 0.4), ("b", "s", 0.9))

        self.assertEqual(control.ultimate_controllers("s", edges), Controllers(("p",), False))

    def test_joint_registered_control_names_both(self):
        edges = [Edge("a", "s", forced=True), Edge("b", "s", forced=True)]

        self.assertEqual(control.ultimate_controllers("s", edges), Controllers(("a", "b"), False))


@tagged("post_install", "-at_install", "counterparty_holding")
class TestPossibleControl(BaseCase):
    # (smallest, largest) votes of a, sure votes of another, possible control of a
    CASES = [
        ((0.4, 0.6), 0.0, True),
        ((0.4, 0.6), 0.45, True),
        ((0.4, 0.6), 0.5, False),
        ((0.2, 0.5), 0.0, False),
    ]

    def test_the_most_votes_that_others_leave(self):
        for (low, high), other, expected in self.CASES:
            with self.subTest(low=low, high=high, other=other):
                edges = [
                    Edge("a", "m", votes=low, votes_max=high),
                    Edge("x", "m", votes=other),
                ]

                self.assertEqual(control.controlled_by("a", edges), set())
                possible = control.controlled_by("a", edges, is_possible=True)
                self.assertEqual(possible, {"m"} if expected else set())
                found = control.controllers("m", edges, is_possible=True)
                self.assertEqual("a" in found, expected)

    def test_two_hands_of_one_side_have_no_more_than_is_left(self):
        edges = [
            Edge("h", "a", votes=1.0),
            Edge("h", "b", votes=1.0),
            Edge("a", "m", votes=0.1, votes_max=0.6),
            Edge("b", "m", votes=0.1, votes_max=0.6),
            Edge("x", "m", votes=0.5),
        ]

        self.assertNotIn("m", control.controlled_by("h", edges, is_possible=True))

    def test_exact_votes_leave_nothing_open(self):
        edges = votes(("a", "b", 0.6), ("a", "c", 0.2), ("b", "c", 0.4))

        self.assertEqual(
            control.controlled_by("a", edges, is_possible=True),
            control.controlled_by("a", edges),
        )
