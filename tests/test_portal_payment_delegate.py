from odoo import Command, fields
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import payment_groups
from .test_portal_payment import PaymentCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPaymentDelegate(PaymentCase, HttpCase):
    """Dana of Slowpay pays for Northwind, with the provider that the host brings to try out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls._prepare_demo()
        cls.way = cls.demo.payment_method_ids[:1]
        cls.dana = new_test_user(
            cls.env,
            "dana",
            groups="base.group_portal",
            password="dana-dana",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.dana.partner_id.write({"parent_id": cls.slowpay.id, "email": "dana@example.com"})
        cls.row = cls.env["counterparty.authorization"].create(
            {
                "representative_id": cls.dana.partner_id.id,
                "partner_id": cls.northwind.id,
                "date_from": "2020-01-01",
                "scope_invoices": True,
                "scope_orders": True,
                "scope_pay": True,
            }
        )

    @classmethod
    def _prepare_demo(cls):
        """Switch payment_demo on for the company of the test."""
        if cls.env.ref("base.module_payment_demo").state != "installed":
            cls.skipTest(cls, "payment_demo is not installed")
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        demo = demo.copy({"company_id": cls.company.id}).with_env(cls.env)
        demo.write({"state": "test", "is_published": True, "allow_tokenization": True})
        demo.payment_method_ids.write({"active": True, "support_tokenization": True})
        lines = demo.journal_id.inbound_payment_method_line_ids
        lines.payment_account_id = cls.inbound_payment_method_line.payment_account_id
        return demo

    # ------------------------------------------------------------
    # As a browser does
    # ------------------------------------------------------------

    def _begin_by_host(self, url, amount, **values):
        """Begin a payment as the form of the host's page does; return its reference."""
        values = {
            "access_token": "",
            "provider_id": self.demo.id,
            "payment_method_id": self.way.id,
            "token_id": None,
            "amount": amount,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my",
            "is_validation": False,
            **values,
        }
        return self.make_jsonrpc_request(url, values)["reference"]

    def _begin_ours(self, *moves, **values):
        ids = "-".join(str(move.id) for move in moves)
        url = f"/my/balance/transaction/{self.company.id}/{ids}"
        return self._begin_by_host(url, 0.01, **values)

    def _finish(self, reference):
        """Let the provider say that the money is there, and the books take it in."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": reference, "payment_details": "1234", "simulated_state": "done"},
        )
        transaction = self._find(reference)
        transaction._post_process()
        return transaction

    def _find(self, reference):
        self.env.invalidate_all()
        return self.env["payment.transaction"].search([("reference", "=", reference)])

    def _owed(self, partner):
        """Return what is on the receivable accounts of a partner, by the books."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def _refused(self, function, *args, **values):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            function(*args, **values)

    def _order(self):
        product = self.env["product.product"].create({"name": "Advice", "type": "service"})
        orders = self.env["sale.order"].sudo().with_company(self.company)
        order = orders.create(
            {
                "partner_id": self.northwind.id,
                "company_id": self.company.id,
                "require_payment": True,
                "require_signature": False,
                "prepayment_percent": 1.0,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "price_unit": 80.0, "tax_ids": [Command.clear()]}
                    )
                ],
            }
        )
        order.action_quotation_sent()
        return order

    # ------------------------------------------------------------
    # Whose payment it is
    # ------------------------------------------------------------

    def test_on_the_hosts_page_a_delegate_pays_in_the_name_of_the_company(self):
        invoice = self._move(100)
        self.authenticate("dana", "dana-dana")

        reference = self._begin_by_host(f"/invoice/transaction/{invoice.id}", 100)
        transaction = self._finish(reference)

        self.assertEqual(transaction.partner_id, self.northwind)
        self.assertEqual(transaction.payment_id.partner_id, self.northwind)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual((self._owed(self.northwind), self._owed(self.slowpay)), (0, 0))

    def test_a_page_of_the_host_that_was_opened_without_a_key_takes_payments(self):
        invoice = self._move(100)
        url = f"/invoice/transaction/{invoice.id}"
        values = {"provider_id": self.demo.id, "payment_method_id": self.way.id, "token_id": None}
        values.update(amount=100, flow="direct", tokenization_requested=False, landing_route="/my")
        self.authenticate("dana", "dana-dana")

        reference = self.make_jsonrpc_request(url, values)["reference"]

        self.assertEqual(self._find(reference).partner_id, self.northwind)
        self.authenticate(None, None)
        self._refused(self.make_jsonrpc_request, url, values)

    def test_on_our_page_several_documents_are_paid_and_settled(self):
        invoices = self._move(100) | self._move(50)
        credit = self._move(20, kind="out_refund")
        self.authenticate("dana", "dana-dana")
        self.opener.cookies["counterparty_represented"] = f"{self.dana.id}-{self.northwind.id}"

        transaction = self._finish(self._begin_ours(*invoices, credit))

        self.assertEqual((transaction.amount, transaction.partner_id), (130, self.northwind))
        self.assertEqual((invoices | credit).mapped("amount_residual"), [0, 0, 0])
        self.assertEqual((self._owed(self.northwind), self._owed(self.slowpay)), (0, 0))

    def test_the_advance_for_an_order_is_the_companys(self):
        order = self._order()
        self.authenticate("dana", "dana-dana")

        reference = self._begin_by_host(f"/my/orders/{order.id}/transaction", order.amount_total)
        transaction = self._finish(reference)

        self.assertEqual(transaction.partner_id, self.northwind)
        self.assertEqual(order.state, "sale")
        self.assertEqual((self._owed(self.northwind), self._owed(self.slowpay)), (-80, 0))

    def test_who_sees_and_may_not_pay_pays_on_no_page(self):
        invoice, order = self._move(100), self._order()
        self.row.scope_pay = False
        self.authenticate("dana", "dana-dana")

        self._refused(self._begin_by_host, f"/invoice/transaction/{invoice.id}", 100)
        self._refused(self._begin_by_host, f"/my/orders/{order.id}/transaction", 80)
        self._refused(self._begin_ours, invoice)

        self.assertFalse(self.env["payment.transaction"].search([("amount", "in", (80, 100))]))

    def test_what_the_host_lets_people_pay_stays_theirs(self):
        invoice = self._move(100)
        below = self.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": self.slowpay.id}
        )
        link = invoice._portal_ensure_token()
        foreign, of_branch = self._move(30), self._move(20, partner_id=below.id)
        token = foreign._portal_ensure_token()
        self.row._end()
        cases = {
            "contact": ("pat", "pat-pat-pat", invoice, ""),
            "company below": ("dana", "dana-dana", of_branch, ""),
            "link": ("dana", "dana-dana", foreign, token),
        }
        for name, (login, password, move, key) in cases.items():
            self.authenticate(login, password)
            with self.subTest(case=name):
                reference = self._begin_by_host(
                    f"/invoice/transaction/{move.id}", move.amount_residual, access_token=key
                )
                payer = self._find(reference).partner_id
                self.assertEqual(payer.user_ids.login, login)
        self.assertTrue(link)

    # ------------------------------------------------------------
    # What is saved
    # ------------------------------------------------------------

    def _card(self, partner):
        return self.env["payment.token"].create(
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.way.id,
                "partner_id": partner.id,
                "provider_ref": f"card of {partner.name}",
                "payment_details": "9876",
                "demo_simulated_state": "done",
            }
        )

    def test_a_delegate_saves_and_uses_no_card(self):
        cards = self._card(self.northwind) | self._card(self.dana.partner_id)
        host, ours, order = self._move(100), self._move(50), self._order()
        self.authenticate("dana", "dana-dana")
        self.opener.cookies["counterparty_represented"] = f"{self.dana.id}-{self.northwind.id}"
        begin = {
            "host": (self._begin_by_host, f"/invoice/transaction/{host.id}", 100),
            "order": (self._begin_by_host, f"/my/orders/{order.id}/transaction", 80),
            "ours": (self._begin_ours, ours),
        }
        for name, way in begin.items():
            for card in cards:
                with self.subTest(page=name, card=card.partner_id.name):
                    self._refused(*way, flow="token", token_id=card.id)
        for name, (function, *args) in begin.items():
            with self.subTest(page=name):
                transaction = self._finish(function(*args, tokenization_requested=True))
                self.assertFalse(transaction.token_id)
        tokens = self.env["payment.token"].search([("provider_id", "=", self.demo.id)])
        self.assertEqual(tokens, cards)

    def test_pages_offer_a_delegate_nothing_saved(self):
        self._card(self.dana.partner_id)
        invoice, order = self._move(100), self._order()
        own = self._move(70, partner_id=self.slowpay.id)
        self.authenticate("dana", "dana-dana")
        page = self.url_open(f"/my/invoices/{own.id}").text
        self.assertTrue("9876" in page and "o_payment_tokenize_container" in page, "as the host")

        self.opener.cookies["counterparty_represented"] = f"{self.dana.id}-{self.northwind.id}"
        for url in (
            f"/my/invoices/{invoice.id}",
            f"/my/orders/{order.id}",
            f"/my/balance/pay?invoice={invoice.id}&company={self.company.id}",
        ):
            with self.subTest(url=url):
                page = self.url_open(url).text
                self.assertTrue("o_payment_form" in page, "there is no form")
                self.assertFalse("9876" in page, "a saved card is offered")
                self.assertFalse('name="o_payment_tokenize' in page, "a card may be saved")

    # ------------------------------------------------------------
    # What can be paid together, and how often
    # ------------------------------------------------------------

    def test_documents_of_different_accounts_are_paid_one_after_another(self):
        first, second = self._move(100), self._move(50)
        line = second.line_ids.filtered(lambda one: one.display_type == "payment_term")
        account = line.account_id.copy({"code": "411199", "name": "Other receivables"})
        second.button_draft()
        line.account_id = account
        second.action_post()

        self.assertEqual(len(self.payments._get_groups(first | second)), 2)
        self.authenticate("pat", "pat-pat-pat")
        self._refused(self._begin_ours, first, second)
        for move in (first, second):
            self._finish(self._begin_ours(move))
        self.assertEqual((first | second).mapped("amount_residual"), [0, 0])
        self.assertEqual(self._owed(self.northwind), 0)

    def test_whoever_begins_very_many_payments_waits(self):
        self.env["ir.config_parameter"].set_param("counterparty_crm.request_form_limit", "3")
        moves = [self._move(10 + number) for number in range(5)]
        self.authenticate("pat", "pat-pat-pat")
        for move in moves[:2]:
            self._begin_ours(move)
        self._begin_by_host(f"/invoice/transaction/{moves[2].id}", 12)

        self._refused(self._begin_ours, moves[3])
        self._refused(self._begin_by_host, f"/invoice/transaction/{moves[3].id}", 13)

        self.assertFalse(moves[3].transaction_ids)
        self.authenticate("dana", "dana-dana")
        self._begin_by_host(f"/invoice/transaction/{moves[4].id}", 14)

    def test_of_very_many_documents_the_page_says_which_it_shows(self):
        self.patch(payment_groups, "MAX_DOCUMENTS", 2)
        moves = [self._move(10, due=f"2026-04-0{day}") for day in (3, 2, 1)]
        self.authenticate("pat", "pat-pat-pat")
        url = f"/my/balance/pay?all=1&company={self.company.id}"

        page = " ".join(self.url_open(url).text.split())
        self.assertTrue("the oldest 2 of 3 open documents" in page, "the page says nothing")
        self.assertFalse(moves[0].name in page)

        self.patch(payment_groups, "MAX_DOCUMENTS", 3)
        self.assertFalse("the oldest" in self.url_open(url).text)

    def test_what_is_on_its_way_is_not_said_to_end_in_minutes(self):
        invoice = self._move(100)
        transaction = self._begin(invoice)
        self.demo.capture_manually = True
        transaction.provider_id = self.demo
        said = {}
        for state in ("draft", "pending", "authorized", "done"):
            transaction.state = state
            said[state] = self.payments._get_busy_text(invoice)
            with self.subTest(state=state):
                self.assertEqual(self.payments._get_states(invoice)[invoice.id], "busy")
        self.assertIn("10 minutes", said["draft"])
        for state in ("pending", "authorized", "done"):
            self.assertNotIn("minutes", said[state])
            self.assertIn(invoice.name, said[state])

    def test_paying_early_brings_the_discount_of_the_host(self):
        early = self.env["account.payment.term"].create(
            {
                "name": "2/7 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
            }
        )
        today = fields.Date.today()
        invoice, other = (
            self._move(amount, day=today, invoice_payment_term_id=early.id) for amount in (100, 50)
        )
        self.authenticate("pat", "pat-pat-pat")
        query = f"invoice={invoice.id}&company={self.company.id}"
        page = self.url_open(f"/my/balance/pay?{query}").text
        self.assertTrue("98.00" in page and "Discount of" in page, "no discount is offered")

        [(_moves, both, _currency)] = self.payments._get_groups(invoice | other)
        self.assertEqual(both.to_pay, 150, "the host gives it to one invoice at a time")
        transaction = self._finish(self._begin_ours(invoice))

        self.assertEqual(transaction.amount, 98)
        self.assertEqual((invoice.amount_residual, self._owed(self.northwind)), (0, 50))

    def test_an_invoice_in_instalments_is_paid_whole_or_on_its_own_page(self):
        halves = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 30, "nb_days": 10}),
                    Command.create({"value_amount": 70, "nb_days": 40}),
                ],
            }
        )
        invoice = self._move(100, day=fields.Date.today(), invoice_payment_term_id=halves.id)
        self.authenticate("pat", "pat-pat-pat")
        query = f"invoice={invoice.id}&company={self.company.id}"

        page = self.url_open(f"/my/balance/pay?{query}").text

        self.assertTrue("Next instalment" in page and "30.00" in page, "nothing of instalments")
        self.assertTrue(f"/my/invoices/{invoice.id}?payment=True" in page)
        reference = self._begin_by_host(f"/invoice/transaction/{invoice.id}", 30)
        self._finish(reference)
        self.assertEqual(invoice.amount_residual, 70)
        self.assertEqual(self._finish(self._begin_ours(invoice)).amount, 70)
        self.assertEqual((invoice.amount_residual, self._owed(self.northwind)), (0, 0))

    # ------------------------------------------------------------
    # A head's delegate
    # ------------------------------------------------------------

    def test_a_heads_delegate_pays_what_is_of_the_days_of_the_membership(self):
        member = self.env["res.partner"].create({"name": "Member", "is_company": True})
        membership = self.env["counterparty.membership"].create(
            {
                "owner_id": self.slowpay.id,
                "member_id": member.id,
                "kind_id": self.env.ref("counterparty_crm.membership_kind_owned").id,
                "equity": 100,
                "date_from": "2026-02-01",
            }
        )
        self.row.copy({"partner_id": member.id, "head_id": self.slowpay.id})
        before = self._move(40, day="2026-01-10", partner_id=member.id)
        within = self._move(60, day="2026-03-10", partner_id=member.id)
        self.authenticate("dana", "dana-dana")
        self.opener.cookies["counterparty_represented"] = f"{self.dana.id}-{member.id}"

        page = self.url_open(f"/my/balance/pay?all=1&company={self.company.id}").text
        self.assertTrue(within.name in page, "the document of the membership is missing")
        self.assertFalse(before.name in page, "a document of other days is shown")
        self._refused(self._begin_ours, before)
        transaction = self._finish(self._begin_ours(within))
        self.assertEqual((transaction.partner_id, within.amount_residual), (member, 0))
        self.assertEqual((self._owed(member), self._owed(self.slowpay)), (40, 0))

        late = self._move(60, day="2026-03-11", partner_id=member.id)
        membership.date_to = fields.Date.subtract(fields.Date.today(), days=1)
        self._refused(self._begin_ours, late)
        self._refused(self._begin_by_host, f"/invoice/transaction/{late.id}", 60)
