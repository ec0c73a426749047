from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools import payment_groups, set_off
from ..tools.payment_groups import Due
from ..tools.set_off import Claim


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsPaymentGroups(BaseCase):
    def test_one_payment_per_company_partner_and_currency(self):
        ours, theirs = (1, 7, "EUR"), (1, 7, "USD")
        found = payment_groups.groups(
            [Due(1, ours, 100.1), Due(2, theirs, 30), Due(3, ours, -20.05), Due(4, ours, 0.2)]
        )

        self.assertEqual([group.ids for group in found], [(1, 3, 4), (2,)])
        self.assertEqual(
            (found[0].invoiced, found[0].credited, found[0].to_pay), (100.3, 20.05, 80.25)
        )

    def test_credit_notes_alone_or_larger_than_invoices_are_not_paid(self):
        cases = [([100], True), ([100, -40], True), ([100, -100], False), ([-5], False)]
        cases.append(([10, -40], False))
        for residuals, expected in cases:
            with self.subTest(residuals=residuals):
                dues = [Due(at, (1,), residual) for at, residual in enumerate(residuals)]
                [group] = payment_groups.groups(dues)
                self.assertIs(payment_groups.is_payable(group), expected)

    def test_ids_are_read_as_they_come(self):
        sent = ["3", "1", "3", "x", "-1", "1e3", "", "99999999999999999999", "0x1"]

        self.assertEqual(payment_groups.read_ids(sent), [3, 1])
        many = payment_groups.read_ids(map(str, range(999)))
        self.assertEqual(len(many), payment_groups.MAX_DOCUMENTS)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsSetOff(BaseCase):
    def _claims(self, *rows):
        return [Claim(name, due, due, amount) for name, due, amount in rows]

    def test_both_sides_are_taken_oldest_first_up_to_the_smaller_one(self):
        old, young = date(2026, 1, 1), date(2026, 5, 5)
        theirs = self._claims(("I2", young, 70.5), ("I1", old, 50))
        ours = self._claims(("B1", young, 90))

        proposal = set_off.propose(theirs, ours)

        self.assertEqual(proposal.amount, 90)
        self.assertEqual(
            [(part.claim.document, part.amount, part.rest) for part in proposal.theirs],
            [("I1", 50, 0), ("I2", 40, 30.5)],
        )
        for side in (proposal.theirs, proposal.ours):
            self.assertEqual(sum(part.amount for part in side), proposal.amount)

    def test_credits_that_are_not_used_are_not_owed(self):
        old, young = date(2026, 1, 1), date(2026, 5, 5)
        bill = self._claims(("B1", young, 80))
        invoices = (("I1", old, 100), ("I2", young, 50))
        cases = [
            ("all is credited", [("I1", old, 100), ("C", young, -100)], None),
            ("more than all", [("I1", old, 100), ("C", young, -130)], None),
            ("a part", [("I1", old, 100), ("C", young, -30)], [("I1", 70, 30)]),
            ("the oldest", [*invoices, ("C", old, -100)], [("I2", 50, 0)]),
            ("over two", [*invoices, ("C", old, -40)], [("I1", 60, 40), ("I2", 20, 30)]),
        ]
        for label, theirs, expected in cases:
            for turned in (False, True):
                sides = [self._claims(*theirs), bill]
                proposal = set_off.propose(*(sides[::-1] if turned else sides))
                with self.subTest(label, turned=turned):
                    if expected is None:
                        self.assertIsNone(proposal)
                        continue
                    side = proposal.ours if turned else proposal.theirs
                    parts = [(part.claim.document, part.amount, part.rest) for part in side]
                    self.assertEqual(parts, expected)
                    self.assertEqual(proposal.amount, sum(part[1] for part in expected))

    def test_nothing_is_set_off_where_one_side_owes_nothing(self):
        claim = self._claims(("I1", None, 50))

        for theirs, ours in (([], claim), (claim, []), ([], [])):
            with self.subTest(theirs=theirs):
                self.assertIsNone(set_off.propose(theirs, ours))
