import math
import random
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import linear

HALVES = {"a": {"b": 0.5}, "b": {"a": 0.5}}


@tagged("post_install", "-at_install", "counterparty_holding")
class TestToolsLinear(BaseCase):
    """Small blocks are solved by elimination, large ones by sweeps: both say the same."""

    def _sweeping(self):
        return patch.object(linear, "DENSE_LIMIT", 0)

    def test_solutions_on_paper(self):
        """x = outside + x * within."""
        cases = [
            ({}, {"a": 0.4}, {"a": 0.4}, "no links"),
            ({"a": {"b": 0.5}}, {"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 0.5}, "a chain"),
            (HALVES, {"a": 1.0, "b": 0.0}, {"a": 4 / 3, "b": 2 / 3}, "halves of each other"),
            ({"a": {"a": 0.5}}, {"a": 0.5}, {"a": 1.0}, "its own shares"),
        ]
        for within, outside, expected, case in cases:
            for way in ("elimination", "sweeps"):
                with self.subTest(case=case, way=way):
                    if way == "sweeps":
                        with self._sweeping():
                            solved = linear.solve_block(within, outside)
                    else:
                        solved = linear.solve_block(within, outside)

                    for node, value in expected.items():
                        self.assertAlmostEqual(solved[node], value, 9)

    def test_a_loop_that_owns_itself_wholly_has_no_number(self):
        whole = {"a": {"b": 1.0}, "b": {"a": 1.0}}
        alone = {"a": {"a": 1.0}}

        self.assertTrue(math.isnan(linear.solve_block(whole, {"a": 0.0, "b": 0.0})["a"]))
        self.assertTrue(math.isnan(linear.solve_block(alone, {"a": 0.0})["a"]))
        with self._sweeping():
            self.assertTrue(math.isnan(linear.solve_block(alone, {"a": 0.0})["a"]))
            self.assertTrue(math.isnan(linear.inverse_diagonal(alone, ["a"], ["a"])["a"]))
        self.assertTrue(math.isnan(linear.inverse_diagonal(whole, ["a", "b"], ["a"])["a"]))

    def test_the_diagonal_is_what_a_unit_comes_back_as(self):
        found = linear.inverse_diagonal(HALVES, ["a", "b"], ["a", "b"])

        self.assertAlmostEqual(found["a"], 4 / 3, 9)
        self.assertAlmostEqual(found["b"], 4 / 3, 9)

    def test_both_ways_agree_on_random_blocks(self):
        chance = random.Random(7)  # noqa: S311 - the same blocks each time
        for number in range(20):
            nodes = list(range(12))
            within = {
                owner: {member: chance.random() / 13 for member in nodes if chance.random() < 0.5}
                for owner in nodes
            }
            outside = {node: chance.random() for node in nodes}
            with self.subTest(number=number):
                exact = linear.solve_block(within, outside)
                diagonal = linear.inverse_diagonal(within, nodes, nodes)
                with self._sweeping():
                    swept = linear.solve_block(within, outside)
                    swept_diagonal = linear.inverse_diagonal(within, nodes, nodes)

                for node in nodes:
                    self.assertAlmostEqual(swept[node], exact[node], 9)
                    self.assertAlmostEqual(swept_diagonal[node], diagonal[node], 6)
                    self.assertAlmostEqual(
                        exact[node],
                        outside[node] + sum(exact[o] * within[o].get(node, 0) for o in nodes),
                        9,
                    )
