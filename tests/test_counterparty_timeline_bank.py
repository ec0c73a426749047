from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .common import MODULE
from .common_profit import ProfitCase

MONEY = ["payment_in", "payment_out"]


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyTimelineBank(ProfitCase):
    """Money that a line of the bank tells of: once, whatever else tells of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "anna",
            groups=f"base.group_user,{MODULE}.group_user,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.journal = cls.env["account.journal"].create(
            {"name": "Bank of Tests", "code": "BKT", "type": "bank", "company_id": cls.company.id}
        )
        cls.receivable = cls.customer.property_account_receivable_id
        cls.between = cls.env["account.account"].create(
            {
                "name": "Receipts on their way",
                "code": "119900",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )

    def _wire(self, amount=100.0, account=None, **values):
        """Let the bank tell of money, booked on an account or left for later."""
        values = {"counterpart_account_id": account.id, **values} if account else values
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "payment_ref": "By wire",
                "partner_id": self.customer.id,
                "amount": amount,
                "date": "2026-03-20",
                **values,
            }
        )

    def _settle(self, line, invoice):
        items = (line.move_id | invoice).line_ids
        items.filtered(lambda item: item.account_id == self.receivable).reconcile()

    def _pay(self, invoice=None, outstanding=None, amount=100.0):
        """Register a payment; without an account between it has no entry.

        The host makes none where lines of the bank are matched with invoices: in the edition that
        can, or with a module for it.
        """
        self.enterContext(
            patch.object(
                type(self.env["account.move"]),
                "_get_invoice_in_payment_state",
                lambda self: "in_payment",
            )
        )
        method = self.journal.inbound_payment_method_line_ids[0]
        method.payment_account_id = outstanding
        if not invoice:
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "amount": amount,
                    "payment_type": "inbound",
                    "journal_id": self.journal.id,
                    "date": "2026-03-18",
                }
            )
            payment.action_post()
            return payment
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        return (
            self.env["account.payment.register"]
            .with_context(**context)
            .create(
                {
                    "journal_id": self.journal.id,
                    "payment_method_line_id": method.id,
                    "amount": amount,
                    "payment_date": "2026-03-18",
                }
            )
            ._create_payments()
        )

    def _money(self, **filters):
        self.env.flush_all()
        self.env.invalidate_all()
        Timeline = self.env["counterparty.timeline"].with_user(self.accountant)
        Timeline = Timeline.with_context(allowed_company_ids=self.company.ids)
        rows = Timeline.get_page(self.customer.id, {"kinds": MONEY, **filters})["rows"]
        return [(row["kind"], row["model"], row["amount"]) for row in rows]

    def test_what_the_bank_tells_of_an_invoice_is_money_received(self):
        invoice = self._invoice()
        line = self._wire(account=self.receivable)
        self._settle(line, invoice)

        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._money(), [("payment_in", "account.move", 100.0)])
        self.assertEqual(self._money(text="wire"), [("payment_in", "account.move", 100.0)])
        self.assertEqual(self._money(text="cheque"), [])

    def test_money_sent_is_told_apart(self):
        self._wire(-40.0, account=self.customer.property_account_payable_id)
        self._wire(account=self.receivable)

        self.assertEqual(
            self._money(kinds=["payment_out"]), [("payment_out", "account.move", 40.0)]
        )

    def test_what_nobody_has_booked_yet_is_nobodys(self):
        self._wire()

        self.assertEqual(self._money(), [])

    def test_a_payment_that_the_bank_confirms_stands_once(self):
        invoice = self._invoice()
        payment = self._pay(invoice, outstanding=self.between)
        line = self._wire(account=self.between)
        items = (line.move_id | payment.move_id).line_ids
        items.filtered(lambda item: item.account_id == self.between).reconcile()

        self.assertTrue(payment.move_id)
        self.assertEqual(self._money(), [("payment_in", "account.payment", 100.0)])

    def test_a_payment_without_entry_that_the_bank_confirms_stands_once(self):
        invoice = self._invoice()
        payment = self._pay(invoice)
        self._settle(self._wire(98.0, account=self.receivable), invoice)

        self.assertFalse(payment.move_id)
        self.assertEqual(self._money(), [("payment_in", "account.payment", 100.0)])

    def test_of_two_instalments_the_one_without_payment_is_told_by_the_bank(self):
        invoice = self._invoice()
        self._pay(invoice, amount=50.0)
        self._settle(self._wire(50.0, account=self.receivable), invoice)
        self._settle(self._wire(50.0, account=self.receivable, date="2026-04-20"), invoice)

        self.assertEqual(
            self._money(),
            [("payment_in", "account.move", 50.0), ("payment_in", "account.payment", 50.0)],
        )

    def test_a_payment_of_no_invoice_is_known_by_its_amount(self):
        self._pay()
        self._wire(account=self.receivable)
        self._wire(30.0, account=self.receivable)
        # the same again a quarter later is other money
        self._wire(account=self.receivable, date="2026-06-20")

        self.assertEqual(
            self._money(),
            [
                ("payment_in", "account.move", 100.0),
                ("payment_in", "account.move", 30.0),
                ("payment_in", "account.payment", 100.0),
            ],
        )

    def test_only_what_no_payment_tells_of_is_counted_of_a_line(self):
        line = self._wire(account=self.receivable)
        item = line.move_id.line_ids.filtered(lambda one: one.account_id == self.receivable)
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(item.id, {"credit": 20.0, "amount_currency": -20.0}),
                    Command.create(
                        {
                            "account_id": self.between.id,
                            "partner_id": self.customer.id,
                            "credit": 80.0,
                        }
                    ),
                ]
            }
        )

        self.assertEqual(self._money(), [("payment_in", "account.move", 20.0)])

    def test_money_in_another_currency_is_shown_in_it(self):
        euro = self._euro({"2020-01-01": 0.5})
        self._wire(account=self.receivable, foreign_currency_id=euro.id, amount_currency=50.0)
        self.env.flush_all()
        Timeline = self.env["counterparty.timeline"].with_user(self.accountant)

        [row] = Timeline.get_page(self.customer.id, {"kinds": MONEY})["rows"]

        self.assertEqual((row["amount"], row["currency_id"]), (50.0, euro.id))
        self.assertEqual(row["subtitle"], "By wire")

    def test_a_line_taken_back_is_gone(self):
        line = self._wire(account=self.receivable)
        line.action_undo_reconciliation()

        self.assertEqual(self._money(), [])
