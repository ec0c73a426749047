"""Ownership by published examples and by definition."""

import random
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import linear, ownership
from ..tools.ownership import Edge


def votes(*rows):
    return [Edge(owner, member, share=part, votes=part) for owner, member, part in rows]


@tagged("post_install", "-at_install", "counterparty_holding")
class TestTotalShares(BaseCase):
    def _assert_shares(self, head, rows, expected):
        values = ownership.total_shares(head, votes(*rows)).values
        self.assertEqual(values.keys(), expected.keys())
        for node, share in expected.items():
            self.assertAlmostEqual(values[node], share, places=9, msg=node)

    def test_a_chain_multiplies_and_ways_add_up(self):
        rows = (("h", "a", 0.6), ("h", "b", 0.5), ("a", "c", 0.5), ("b", "c", 0.4))

        self._assert_shares("h", rows, {"a": 0.6, "b": 0.5, "c": 0.5})

    def test_two_companies_that_own_half_of_each_other(self):
        """User A has 66.67 % of company A, user B 33.33 % (Stack Overflow, "Computing a
        company's shareholders ownership percentage"; Brioschi et al. 1989 give the formula).
        """
        rows = (("UA", "A", 0.5), ("UB", "B", 0.5), ("A", "B", 0.5), ("B", "A", 0.5))

        self._assert_shares("UA", rows, {"A": 2 / 3, "B": 1 / 3})
        self._assert_shares("UB", rows, {"A": 1 / 3, "B": 2 / 3})

    def test_a_head_in_a_loop_does_not_count_itself(self):
        """V - I would say 2/3; walks that do not return to A say one half (Baldone et al. 1998)."""
        rows = (("A", "B", 0.5), ("B", "A", 0.5))

        self._assert_shares("A", rows, {"B": 0.5})

    def test_a_ring_of_three_at_30_percent(self):
        """One turn of the ring is 0.027: the outside owner has 0.7 / (1 - 0.027) of the first."""
        rows = (("X", "A", 0.7), ("A", "B", 0.3), ("B", "C", 0.3), ("C", "A", 0.3))
        first = 0.7 / (1 - 0.027)

        self._assert_shares("X", rows, {"A": first, "B": first * 0.3, "C": first * 0.09})
        self._assert_shares("A", rows, {"B": 0.3, "C": 0.09})

    def test_outside_owners_of_a_ring_have_it_all_together(self):
        rows = [("A", "B", 0.3), ("B", "C", 0.3), ("C", "A", 0.3)]
        rows += [("X", "A", 0.7), ("Y", "B", 0.7), ("Z", "C", 0.7)]

        values = [ownership.total_shares(head, votes(*rows)).values for head in "XYZ"]

        for member in "ABC":
            self.assertAlmostEqual(sum(shares[member] for shares in values), 1.0)

    def test_a_loop_that_owns_itself_is_reported_instead_of_a_number(self):
        rows = votes(("A", "B", 1.0), ("B", "A", 1.0), ("A", "C", 0.4))

        shares = ownership.total_shares("A", rows)

        self.assertEqual(shares.loops, {"A", "B"})
        self.assertEqual(set(shares.values), {"C"})

    def test_own_shares_raise_the_part_of_the_others(self):
        rows = (("X", "A", 0.8), ("A", "A", 0.2))

        self._assert_shares("X", rows, {"A": 1.0})

    def test_the_large_block_agrees_with_the_small_one(self):
        """The same random block solved exactly and by sweeps."""
        generator = random.Random(4)
        rows = [("X", 0, 0.3)]
        for member in range(50):
            rows += [(owner, member, 0.06) for owner in generator.sample(range(50), 8)]

        exact = ownership.total_shares("X", votes(*rows)).values
        with patch.object(linear, "DENSE_LIMIT", 0):
            swept = ownership.total_shares("X", votes(*rows)).values

        self.assertEqual(exact.keys(), swept.keys())
        for node, value in exact.items():
            self.assertAlmostEqual(value, swept[node], places=10)

    def test_thirty_companies_that_all_own_each_other(self):
        part = 1 / 30
        rows = [(a, b, part) for a in range(30) for b in range(30) if a != b]

        values = ownership.total_shares(0, votes(*rows)).values

        self.assertEqual(len(values), 29)
        # by symmetry x = part + 28 * part * x
        self.assertAlmostEqual(values[7], part / (1 - 28 * part))

    def test_depth_is_no_limit(self):
        rows = [(number, number + 1, 1.0) for number in range(5000)]

        self.assertAlmostEqual(ownership.total_shares(0, votes(*rows)).values[5000], 1.0)
        self.assertEqual(ownership.shortest_paths(0, votes(*rows))[5000].depth, 5000)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestOwnerShares(BaseCase):
    """What all owners have in one member, worked out at once, is what each has by itself."""

    def _assert_same(self, member, edges):
        owners = {edge.owner for edge in edges} | {edge.member for edge in edges}
        found = ownership.owner_shares(member, edges, owners)
        for owner in owners - {member}:
            alone = ownership.total_shares(owner, edges)
            self.assertEqual(owner in found.loops, member in alone.loops)
            self.assertEqual(owner in found.unclear, member in alone.unclear)
            self.assertEqual(owner in found.values, member in alone.values)
            if member in alone.values:
                self.assertAlmostEqual(found.values[owner], alone.values[member], places=6)

    def test_published_loops(self):
        half = votes(("UA", "A", 0.5), ("UB", "B", 0.5), ("A", "B", 0.5), ("B", "A", 0.5))
        ring = votes(("X", "A", 0.7), ("A", "B", 0.3), ("B", "C", 0.3), ("C", "A", 0.3))

        self.assertAlmostEqual(ownership.owner_shares("A", half, ["UA", "UB"]).values["UA"], 2 / 3)
        self._assert_same("B", half)
        self._assert_same("C", ring)

    def test_random_owners_that_own_each_other(self):
        for seed in range(150):
            generator = random.Random(seed)
            size = generator.randint(2, 7)
            # of some members all or more than all is owned
            total = generator.choice([0.5, 0.9, 1.0, 1.3])
            edges = []
            for member in range(size):
                owners = [owner for owner in range(size) if generator.random() < 0.5]
                edges += votes(*((owner, member, total / len(owners)) for owner in owners))
            with self.subTest(seed=seed), patch.object(linear, "DENSE_LIMIT", seed % 2 * 60):
                self._assert_same(generator.randrange(size), edges)

    def test_only_those_asked_for_are_told(self):
        edges = votes(("a", "b", 0.5), ("x", "b", 0.5), ("b", "c", 0.5))

        self.assertEqual(ownership.owner_shares("c", edges, ["a", "c"]).values, {"a": 0.25})


@tagged("post_install", "-at_install", "counterparty_holding")
class TestExcess(BaseCase):
    def test_owners_with_more_than_all_leave_no_number(self):
        edges = votes(("x", "a", 1.0), ("y", "a", 1.0), ("a", "b", 0.5), ("x", "c", 0.5))

        shares = ownership.total_shares("x", edges)

        self.assertEqual(shares.unclear, {"a", "b"})
        self.assertEqual(shares.values, {"c": 0.5})

    def test_a_loop_that_gains_leaves_no_number(self):
        edges = votes(("z", "x", 0.1), ("x", "y", 1.8), ("y", "x", 0.9))

        shares = ownership.total_shares("z", edges)

        self.assertEqual(shares, ownership.Shares({}, frozenset(), frozenset("xy")))

    def test_what_registers_round_is_no_excess(self):
        edges = votes(("x", "a", 0.50005), ("y", "a", 0.50005), ("z", "x", 1.0), ("z", "y", 1.0))

        self.assertEqual(ownership.total_shares("z", edges).values["a"], 1.0)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestShareRanges(BaseCase):
    def test_exact_shares_have_no_range(self):
        edges = votes(("h", "a", 0.6), ("a", "b", 0.5))

        self.assertEqual(ownership.share_ranges("h", edges), {"a": (0.6, 0.6), "b": (0.3, 0.3)})

    def test_a_range_is_passed_on(self):
        edges = [Edge("h", "a", share=0.5, share_max=0.75), Edge("a", "b", share=0.8)]

        ranges = ownership.share_ranges("h", edges)

        self.assertEqual(ranges["a"], (0.5, 0.75))
        self.assertAlmostEqual(ranges["b"][0], 0.4)
        self.assertAlmostEqual(ranges["b"][1], 0.6)

    def test_owners_never_have_more_than_all_of_a_member(self):
        """Others surely have 50 %, so a range of 25 to 75 % ends at 50 %."""
        edges = [Edge("h", "a", share=0.25, share_max=0.75), Edge("x", "a", share=0.5)]

        self.assertEqual(ownership.share_ranges("h", edges)["a"], (0.25, 0.5))

    def test_the_head_gets_what_is_free_through_the_better_owner(self):
        edges = [
            Edge("h", "a", share=1.0),
            Edge("h", "b", share=0.5),
            Edge("a", "c", share=0.3, share_max=0.6),
            Edge("b", "c", share=0.3, share_max=0.6),
        ]

        low, high = ownership.share_ranges("h", edges)["c"]

        self.assertAlmostEqual(low, 0.45)
        self.assertAlmostEqual(high, 0.6 + 0.2)  # a takes 0.6, b what is left: 0.4 * 0.5


@tagged("post_install", "-at_install", "counterparty_holding")
class TestUnknownPart(BaseCase):
    def test_what_nobody_has_entered_belongs_to_others(self):
        part = Edge("h", "a", share=0.6)
        cases = {
            "nobody": ((), (1.0, 1.0)),
            "one": ((part,), (0.4, 0.4)),
            "all": ((part, Edge("x", "a", share=0.4)), (0.0, 0.0)),
            "range": ((part, Edge("x", "a", share=0.1, share_max=0.3)), (0.1, 0.3)),
            "reported more than all": ((part, Edge("x", "a", share=0.7)), (0.0, 0.0)),
            "of another": ((Edge("h", "b", share=0.6),), (1.0, 1.0)),
        }
        for case, (edges, expected) in cases.items():
            with self.subTest(case=case):
                for found, part_ in zip(ownership.unknown_part("a", edges), expected, strict=True):
                    self.assertAlmostEqual(found, part_)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGraph(BaseCase):
    def test_the_shortest_path_leads_to_the_head(self):
        edges = votes(("h", "a", 1), ("a", "b", 1), ("h", "b", 1), ("b", "h", 1))

        steps = ownership.shortest_paths("h", edges)

        self.assertEqual(
            {node: tuple(step) for node, step in steps.items()},
            {"h": (None, 0), "a": ("h", 1), "b": ("h", 1)},
        )

    def test_the_larger_owner_wins_at_the_same_depth(self):
        edges = votes(("h", "a", 1), ("h", "b", 1), ("a", "c", 0.25), ("b", "c", 0.51))

        self.assertEqual(ownership.shortest_paths("h", edges)["c"].owner, "b")

    def test_blocks_come_after_what_they_lead_to(self):
        graph = {1: [2], 2: [3], 3: [2, 4], 4: []}

        blocks = ownership.strong_components([1], graph)

        self.assertEqual([sorted(block) for block in blocks], [[4], [2, 3], [1]])
