from odoo.tests import BaseCase, tagged

from ..tools.reversal import price_gap, waves


@tagged("post_install", "-at_install", "counterparty_profit")
class TestToolsReversal(BaseCase):
    def test_lines_wait_for_what_they_reverse_and_for_earlier_credits(self):
        cases = [
            ({}, []),
            ({5: 1}, [[5]]),
            ({5: 1, 6: 2}, [[5, 6]]),
            ({6: 1, 5: 1}, [[6], [5]]),
            ({5: 1, 6: 5}, [[5], [6]]),
            ({5: 1, 6: 5, 7: 1, 8: 2}, [[5, 8], [6, 7]]),
        ]
        for origins, expected in cases:
            with self.subTest(origins=origins):
                self.assertEqual(list(waves(origins)), expected)

    def test_a_circle_ends(self):
        self.assertEqual(list(waves({1: 2, 2: 1})), [[1, 2]])

    def test_gap_of_a_price_is_what_roundings_do_not_explain(self):
        cases = [
            # sold, its quantity, credited, its quantity, gap
            (1000, 10, 1000, 10, 0),
            (1000, 10, 300, 3, 0),
            (1000, 10, 50, 10, 950),
            (900, 10, 1000, 10, -100),
            (100.01, 3, 33.34, 1, 0),
            (100.01, 3, 33.33, 1, 0),
            (100.01, 3, 33.3, 1, 100.01 / 3 - 33.3),
            (4, 1000, 1.2, 1000, 2.8),
            (-10, 1, -10, 1, 0),
            (100, 0, 50, 1, 0),
            (100, 1, 0, 0, 0),
        ]
        for sold, sold_quantity, credited, quantity, expected in cases:
            with self.subTest(sold=sold, credited=credited, quantity=quantity):
                gap = price_gap(sold, sold_quantity, credited, quantity, 0.01)
                self.assertAlmostEqual(gap, expected, 6)
