from collections import Counter

from odoo.tests import BaseCase, tagged

from ..tools.settlement import Side, leg

RON, EUR, USD = 1, 2, 3
ALFA, DELTA, NOBODY = 7, 8, None


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsSettlement(BaseCase):
    """Each case: posted items, which of them settle each other, what each ledger closes with."""

    CASES = (
        ("paid in its own currency", [(ALFA, EUR, 100), (ALFA, EUR, -100)], [(100, 100)], {}),
        (
            "paid in part",
            [(ALFA, EUR, 100), (ALFA, EUR, -30)],
            [(30, 30)],
            {(ALFA, EUR): 70},
        ),
        ("paid in ours", [(ALFA, EUR, 100), (ALFA, RON, -500)], [(100, 500)], {}),
        (
            "paid in part in ours",
            [(ALFA, EUR, 100), (ALFA, RON, -150)],
            [(30, 150)],
            {(ALFA, EUR): 70},
        ),
        (
            "paid too much in ours",
            [(ALFA, EUR, 100), (ALFA, RON, -510)],
            [(100, 500)],
            {(ALFA, RON): -10},
        ),
        ("paid in a third currency", [(ALFA, EUR, 100), (ALFA, USD, -110)], [(100, 110)], {}),
        ("a bill, we pay in ours", [(ALFA, RON, 500), (ALFA, EUR, -100)], [(500, 100)], {}),
        (
            "an exchange difference, which has no amount in the currency",
            [(ALFA, EUR, 100), (ALFA, EUR, 0)],
            [(0, 0)],
            {(ALFA, EUR): 100},
        ),
        (
            "rounding of the rate: the two amounts differ in one currency",
            [(ALFA, EUR, 100), (ALFA, EUR, -99.99)],
            [(100, 99.99)],
            {},
        ),
        ("another one pays", [(ALFA, EUR, 100), (DELTA, EUR, -100)], [(100, 100)], {}),
        ("nobody is named as payer", [(ALFA, EUR, 100), (NOBODY, RON, -500)], [(100, 500)], {}),
        ("the payment is not posted", [(ALFA, EUR, 100), None], [(100, 100)], {}),
        ("nothing is matched yet", [(ALFA, EUR, 100), (ALFA, RON, -500)], [], {
            (ALFA, EUR): 100,
            (ALFA, RON): -500,
        }),
    )  # fmt: skip

    def test_ledgers_close_with_what_is_open(self):
        for label, items, settled, expected in self.CASES:
            closings, opened = Counter(), Counter()
            for one in filter(None, items):
                closings[one[:2]] += one[2]
                opened[one[:2]] += one[2]
            ledgers = [one and one[:2] for one in items]
            for amounts in settled:
                debit, credit = map(Side, ledgers, amounts)
                for own, other, sign in ((debit, credit, -1), (credit, debit, 1)):
                    if own.ledger:
                        closings[own.ledger] += sign * leg(own, other)
                        opened[own.ledger] += sign * own.amount
            with self.subTest(label):
                found = {key: round(value, 2) for key, value in closings.items() if key[0]}
                self.assertEqual({key: value for key, value in found.items() if value}, expected)
                rests = {key: round(value, 2) for key, value in opened.items() if key[0]}
                self.assertEqual(rests, found)

    def test_what_settles_itself_needs_no_line(self):
        side = Side((ALFA, EUR), 100)
        self.assertEqual(leg(side, side), 0)
        self.assertEqual(leg(side, Side((ALFA, RON), 500)), 100)
        self.assertEqual(leg(Side((ALFA, RON), 500), side), 500)
        self.assertEqual(leg(side, Side(None, 100)), 100)
