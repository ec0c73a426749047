from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..models import payment_transaction
from .common_statement import StatementCase


class PaymentCase(StatementCase, AccountPaymentCommon):
    """A customer with a login who pays with the host's test provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payments = cls.env["counterparty.portal.payment"]
        cls.company.write({"counterparty_portal_balance": True, "counterparty_portal_pay": True})
        cls.pat = new_test_user(
            cls.env,
            "pat",
            groups="base.group_portal",
            password="pat-pat-pat",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.pat.partner_id.write({"parent_id": cls.northwind.id, "email": "pat@example.com"})
        cls.provider.company_id = cls.company

    def setUp(self):
        super().setUp()
        # the provider of the host's tests stands for one that pays at once
        self.patch(payment_transaction, "LATER", ("custom",))

    def _prepare(self, *moves):
        ids = [move.id for move in moves]
        payments = self.payments.with_user(self.pat)
        return payments._prepare_payment(self.northwind.sudo(), self.company, ids)

    def _begin(self, *moves, state="draft", amount=None):
        """Create the transaction that the page would create."""
        payment = self._prepare(*moves)
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "reference": "-".join(move.name for move in moves),
                "amount": amount or payment["amount"],
                "currency_id": payment["currency"].id,
                "partner_id": payment["partner"].id,
                "operation": "online_direct",
                "state": state,
                **payment["values"],
            }
        )


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPayment(PaymentCase):
    def test_several_documents_make_one_payment_of_what_is_open(self):
        first, second = self._move(100), self._move(50.5)
        self._pay(first, 30)

        payment = self._prepare(first, second)

        self.assertEqual(payment["amount"], 120.5)
        self.assertEqual(payment["partner"], self.pat.partner_id)
        self.assertEqual(payment["moves"], first | second)

    def test_paid_documents_are_settled_together_with_their_credit_note(self):
        first, second = self._move(100), self._move(50)
        credit = self._move(20, kind="out_refund")
        transaction = self._begin(first, second, credit)
        self.assertEqual(transaction.amount, 130)

        transaction._set_done()
        transaction._post_process()

        self.assertEqual((first | second | credit).mapped("amount_residual"), [0, 0, 0])
        self.assertEqual(transaction.payment_id.partner_id, self.northwind)

    def test_a_payment_in_progress_bars_a_second_one(self):
        invoice, other = self._move(100), self._move(50)
        transaction = self._begin(invoice)

        for state in ("draft", "pending", "done"):
            transaction.state = state
            with self.subTest(state=state), self.assertRaises(UserError):
                self._prepare(invoice, other)
        self.assertEqual(self.payments._get_states(invoice | other)[invoice.id], "busy")
        for state in ("cancel", "error"):
            transaction.state = state
            with self.subTest(state=state):
                self.assertEqual(self._prepare(invoice)["amount"], 100)

    def test_a_payment_that_nobody_went_on_with_bars_no_longer(self):
        invoice = self._move(100)
        transaction = self._begin(invoice)
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = now() - interval '11 minutes'"
            " WHERE id = %s",
            [transaction.id],
        )
        transaction.invalidate_recordset()

        self.assertEqual(self._prepare(invoice)["amount"], 100)

    def test_what_cannot_be_paid_together_is_refused(self):
        own, other = self._move(100), self._move(100, currency_id=self.other.id)
        foreign = self._move(100, partner_id=self.slowpay.id)
        bill, draft = self._move(100, kind="in_invoice"), self._move(100)
        draft.button_draft()
        credit, paid = self._move(500, kind="out_refund"), self._move(10)
        self._pay(paid)

        cases = {
            "currencies": (own, other),
            "foreign": (own, foreign),
            "bill": (own, bill),
            "draft": (draft,),
            "paid": (own, paid),
            "too much credit": (own, credit),
            "credit alone": (credit,),
            "nothing": (),
        }
        for name, moves in cases.items():
            with self.subTest(case=name), self.assertRaises(UserError):
                self._prepare(*moves)

    def test_groups_have_one_company_partner_and_currency(self):
        moves = self._move(100) | self._move(40) | self._move(7, currency_id=self.other.id)

        found = self.payments._get_groups(moves)

        self.assertEqual(
            [(len(docs), group.to_pay, currency) for docs, group, currency in found],
            [(2, 140, self.own), (1, 7, self.other)],
        )

    def test_a_delegate_pays_in_the_name_of_the_company(self):
        invoice = self._move(100, partner_id=self.slowpay.id)

        payer = self.payments.with_user(self.pat)._get_payer(invoice)

        self.assertEqual(payer, self.slowpay)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPaymentPages(PaymentCase, HttpCase):
    def _transact(self, *moves, **values):
        ids = "-".join(str(move.id) for move in moves)
        url = f"/my/balance/transaction/{self.company.id}/{ids}"
        return self.make_jsonrpc_request(
            url,
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": 1.0,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "https://evil.example/",
                "is_validation": False,
                "access_token": None,
                **values,
            },
        )

    def _transaction(self, move):
        return self.env["payment.transaction"].search([("invoice_ids", "in", move.ids)])

    def test_amounts_are_ours_whatever_the_browser_says(self):
        first, second = self._move(100), self._move(50)
        self.authenticate("pat", "pat-pat-pat")

        self._transact(first, second, amount=0.01)

        transaction = self._transaction(first)
        self.assertEqual((transaction.amount, transaction.invoice_ids), (150, first | second))
        self.assertTrue(transaction.landing_route.startswith("/my/balance"))
        self.assertEqual(transaction.currency_id, self.own)

    def test_a_second_transaction_is_refused(self):
        invoice = self._move(100)
        self.authenticate("pat", "pat-pat-pat")
        self._transact(invoice)

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact(invoice)

        self.assertEqual(len(self._transaction(invoice)), 1)

    def _transact_by_host(self, invoice):
        return self.make_jsonrpc_request(
            f"/invoice/transaction/{invoice.id}",
            {
                "access_token": invoice._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": invoice.amount_residual,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my/invoices",
                "is_validation": False,
            },
        )

    def test_the_hosts_page_begins_no_second_payment(self):
        invoice = self._move(100)
        self.authenticate("pat", "pat-pat-pat")
        self._transact(invoice)

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact_by_host(invoice)

        self.assertEqual(len(self._transaction(invoice)), 1)
        other = self._move(50)
        self._transact_by_host(other)
        self.assertEqual(len(self._transaction(other)), 1)

    def test_the_hosts_pages_offer_no_payment_of_what_is_being_paid(self):
        busy, free = self._move(100), self._move(50)
        self.authenticate("pat", "pat-pat-pat")
        transaction = self._begin(busy)
        transaction.create_date = fields.Datetime.now()

        for state, is_offered in (("draft", False), ("done", False), ("cancel", True)):
            transaction.state = state
            self.env.flush_all()
            with self.subTest(state=state):
                html = self.url_open("/my/invoices").text
                self.assertEqual(html.count('title="Pay Now"'), 1 + is_offered)
                page = self.url_open(f"/my/invoices/{busy.id}").text
                self.assertEqual('data-bs-target="#pay_with"' in page, is_offered)
                page = self.url_open(f"/my/invoices/{busy.id}?payment=True").text
                said = "is in progress. Finish it" in page or "is on its way" in page
                self.assertEqual(said, not is_offered)
        page = self.url_open(f"/my/invoices/{free.id}").text
        self.assertTrue('data-bs-target="#pay_with"' in page, "nothing to pay with")

        # where our page of payments is switched off, the host's goes on as ever
        transaction.state = "draft"
        self.company.counterparty_portal_pay = False
        self.env.flush_all()
        self.assertEqual(self.url_open("/my/invoices").text.count('title="Pay Now"'), 2)

    def _authorize_pat(self, *scopes):
        """Let Pat act for Slowpay where authorizations count."""
        self.company.counterparty_portal_visibility = "authorization"
        return self.env["counterparty.authorization"].create(
            {
                "representative_id": self.pat.partner_id.id,
                "partner_id": self.slowpay.id,
                "date_from": "2020-01-01",
                **{f"scope_{scope}": True for scope in scopes},
            }
        )

    def test_a_delegate_pays_in_the_name_of_the_company_on_the_hosts_page_too(self):
        invoice = self._move(100, partner_id=self.slowpay.id)
        self._authorize_pat("invoices", "pay")
        self.authenticate("pat", "pat-pat-pat")

        self._transact_by_host(invoice)

        transaction = self._transaction(invoice)
        self.assertEqual(transaction.partner_id, self.slowpay)
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(transaction.payment_id.partner_id, self.slowpay)
        self.assertEqual(invoice.amount_residual, 0)

    def test_who_only_sees_invoices_pays_none_on_the_hosts_page(self):
        invoice = self._move(100, partner_id=self.slowpay.id)
        self._authorize_pat("invoices")
        self.authenticate("pat", "pat-pat-pat")

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact_by_host(invoice)

        self.assertFalse(self._transaction(invoice))
        page = self.url_open(f"/my/invoices/{invoice.id}").text
        self.assertIn(invoice.name, page)
        self.assertNotIn('data-bs-target="#pay_with"', page)

    def test_an_order_of_another_company_is_paid_in_its_name(self):
        # sudo: the test's own user keeps accounts
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.slowpay.id,
                    "company_id": self.company.id,
                    "require_payment": True,
                    "order_line": [(0, 0, {"product_id": self.product_a.id, "price_unit": 100})],
                }
            )
        )
        order.state = "sent"
        self._authorize_pat("orders", "pay")
        self.authenticate("pat", "pat-pat-pat")

        self.make_jsonrpc_request(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": None,
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": order.amount_total,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my/orders",
                "is_validation": False,
            },
        )

        self.assertEqual(order.transaction_ids.partner_id, self.slowpay)

    def test_a_provider_of_another_company_takes_nothing(self):
        invoice = self._move(100)
        provider = self.provider.copy(
            {"company_id": self.env["res.company"].create({"name": "O"}).id}
        )
        provider.state = "test"
        self.authenticate("pat", "pat-pat-pat")

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact(invoice, provider_id=provider.id)

        self.assertFalse(self._transaction(invoice))

    def test_a_provider_that_the_page_does_not_offer_takes_nothing(self):
        invoice = self._move(100)
        self.authenticate("pat", "pat-pat-pat")
        for values in ({"state": "disabled"}, {"is_published": False}):
            self.provider.write({"state": "test", "is_published": True})
            self.provider.write(values)
            with (
                self.subTest(**values),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self._transact(invoice)
        for number in (99_999_999, 0, None):
            with (
                self.subTest(provider=number),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self._transact(invoice, provider_id=number)
        self.assertFalse(self._transaction(invoice))

    def test_documents_of_others_are_not_paid(self):
        foreign = self._move(100, partner_id=self.slowpay.id)
        self.authenticate("pat", "pat-pat-pat")

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact(foreign)

        self.assertFalse(self._transaction(foreign))
        page = self.url_open(f"/my/balance/pay?invoice={foreign.id}").text
        self.assertFalse(foreign.name in page, "the document of another is on the page")

    def test_nothing_is_paid_where_the_page_is_switched_off(self):
        invoice = self._move(100)
        self.company.counterparty_portal_pay = False
        self.authenticate("pat", "pat-pat-pat")

        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._transact(invoice)

        self.assertFalse('name="invoice"' in self.url_open("/my/balance").text)

    def test_the_page_offers_one_form_or_the_groups_to_choose_from(self):
        first, second = self._move(100), self._move(50)
        foreign = self._move(7, currency_id=self.other.id)
        self.authenticate("pat", "pat-pat-pat")

        page = self.url_open(f"/my/balance/pay?invoice={first.id}&invoice={second.id}").text
        self.assertTrue("o_payment_form" in page, "there is no form")
        self.assertTrue("150.00" in page, "the sum is missing")

        page = self.url_open("/my/balance/pay?all=1").text
        self.assertFalse("o_payment_form" in page, "two groups in one form")
        self.assertTrue(foreign.name in page and first.name in page, "a group is missing")

        self._begin(first)
        page = self.url_open(f"/my/balance/pay?invoice={first.id}").text
        self.assertTrue("in progress" in page and "o_payment_form" not in page)
