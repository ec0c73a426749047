from odoo.tests import BaseCase, tagged

from ..tools.reversal import waves


@tagged("post_install", "-at_install", "counterparty_profit")
class TestToolsReversal(BaseCase):
    def test_lines_wait_for_what_they_reverse_and_for_earlier_credits(self):
        cases = [
            ({}, []),
            ({5: 1}, [[5]]),
            ({5: 1, 6: 2}, [[5, 6]]),
            ({6: 1, 5: 1}, [[5], [6]]),
            ({5: 1, 6: 5}, [[5], [6]]),
            ({5: 1, 6: 5, 7: 1, 8: 2}, [[5, 8], [6, 7]]),
        ]
        for origins, expected in cases:
            with self.subTest(origins=origins):
                self.assertEqual(list(waves(origins)), expected)

    def test_a_circle_ends(self):
        self.assertEqual(list(waves({1: 2, 2: 1})), [[1, 2]])
