from odoo.tests import BaseCase, tagged

from ..tools.ratio import change, exported, margin, markup, ratio, roi


@tagged("post_install", "-at_install", "counterparty_profit")
class TestToolsRatio(BaseCase):
    def test_ratios_answer_or_say_nothing(self):
        cases = [
            (ratio, 1, 4, 0.25),
            (ratio, 1, 0, None),
            (margin, 90, 100, 0.9),
            (margin, -10, 100, -0.1),
            (margin, -10, 0, None),
            (margin, -10, -100, None),
            (markup, 90, 10, 9),
            (markup, 90, 0, None),
            (roi, 300, 100, 2),
            (roi, 50, 100, -0.5),
            (roi, 50, 0, None),
            (change, 150, 100, 0.5),
            (change, 150, 0, None),
        ]
        for function, first, second, expected in cases:
            with self.subTest(function=function.__name__, first=first, second=second):
                self.assertEqual(function(first, second), expected)

    def test_exported_ratios_need_all_their_sums(self):
        sums = {"profit": 36010, "revenue": 40080, "unknown": 30, "cost": None}
        self.assertAlmostEqual(exported("margin", sums), 89.913, 3)
        self.assertIsNone(exported("markup", sums))
        self.assertIsNone(exported("margin", {"profit": 1, "revenue": 2}))
        self.assertEqual(exported("markup", {"profit": 5, "cost": 10}), 50)
