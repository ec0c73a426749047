from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..tools import facts


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestToolsFacts(BaseCase):
    def test_what_moves_is_named_with_its_change(self):
        growing, shrinking = facts.trends(
            {"racks": 150.0, "shelves": 40.0, "advice": 100.0, "hooks": 1.0},
            {"racks": 100.0, "shelves": 80.0, "advice": 98.0, "hooks": 0.5},
        )

        self.assertEqual([(t.key, t.change) for t in growing], [("racks", 0.5)])
        self.assertEqual([(t.key, t.change) for t in shrinking], [("shelves", -0.5)])

    def test_the_largest_difference_comes_first(self):
        growing, shrinking = facts.trends(
            {"a": 200.0, "b": 900.0, "c": 10.0, "d": 100.0},
            {"a": 100.0, "b": 500.0, "c": 400.0, "d": 300.0},
        )

        self.assertEqual([t.key for t in growing], ["b", "a"])
        self.assertEqual([t.key for t in shrinking], ["c", "d"])

    def test_what_is_new_has_no_change(self):
        growing, shrinking = facts.trends({"racks": 100.0}, {})

        self.assertEqual([(t.key, t.change) for t in growing], [("racks", None)])
        self.assertEqual(shrinking, [])

    def test_nothing_is_said_about_nothing(self):
        for now, before in [({}, {}), ({"a": 0.0}, {}), ({"a": -5.0}, {}), ({"a": 0}, {"a": 0})]:
            with self.subTest(now=now, before=before):
                self.assertEqual(facts.trends(now, before), ([], []))

    def test_what_was_taken_back_shrinks(self):
        _growing, shrinking = facts.trends({"a": -20.0}, {"a": 100.0})

        self.assertEqual([(t.key, t.change) for t in shrinking], [("a", -1.2)])

    def test_percent_is_never_all_unless_it_is(self):
        for part, whole, expected in [
            (0, 0, None),
            (0, 10, 0),
            (1, 1000, 1),
            (999, 1000, 99),
            (1000, 1000, 100),
            (2, 3, 67),
            (15, 10, 150),
        ]:
            with self.subTest(part=part, whole=whole):
                self.assertEqual(facts.percent(part, whole), expected)

    def test_tones(self):
        self.assertEqual(
            [facts.tone_of_share(s) for s in (None, 95, 70, 69)],
            ["", "success", "warning", "danger"],
        )
        self.assertEqual(
            [facts.tone_of_days_late(d) for d in (None, -3, 5, 40)],
            ["", "success", "warning", "danger"],
        )
