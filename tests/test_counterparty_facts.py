from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.counterparty_facts_money import SELLERS_SEE
from .test_counterparty_trade import TradeCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyFacts(TradeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._profit_user(
            "sven", "base.group_user", "group_user", "sales_team.group_sale_salesman"
        )
        cls.accountant = cls._profit_user(
            "anna", "base.group_user", "group_user", "account.group_account_invoice"
        )

    def _lines(self, user=None, partner=None):
        """Return ``{key: (text, tone)}`` of the card."""
        self.env.flush_all()
        self.env.invalidate_all()
        Facts = self.env["counterparty.facts"].with_user(user or self.accountant)
        Facts = Facts.with_context(allowed_company_ids=self.company.ids)
        groups = Facts.get_facts((partner or self.customer).id)
        return {
            line["key"]: (line["text"].replace("\N{NO-BREAK SPACE}", " "), line["tone"])
            for group in groups
            for line in group["lines"]
        }

    def _money(self):
        self.env.flush_all()
        return self.env["counterparty.facts"]._read_money(self.customer)

    def _pay(self, invoice, day):
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment.create({"payment_date": day})._create_payments()

    def _today(self, days=0):
        return fields.Date.today() + timedelta(days=days)

    def test_a_new_counterparty_has_an_empty_card(self):
        partner = self.env["res.partner"].create({"name": "New"})

        self.assertEqual(self._lines(self.env.ref("base.user_admin"), partner), {})

    def _expect(self, revenue, probability, **values):
        return self.env["crm.lead"].create(
            {
                "name": "Racks",
                "type": "opportunity",
                "partner_id": self.contact.id,
                "expected_revenue": revenue,
                "probability": probability,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_what_it_may_bring_stands_beside_what_it_brings(self):
        admin = self.env.ref("base.user_admin")
        self._expect(1000.0, 40)
        self._expect(500.0, 20, company_id=False)
        self._expect(9000.0, 0).action_set_lost()
        self._expect(700.0, 50, type="lead")
        self._order((self.service, 3, 100.0), confirmed=False)
        self._order((self.service, 1, 100.0))

        lines = self._lines(admin)

        self.assertIn("1,500.00, by probability", lines["expected"][0])
        self.assertIn("500.00 (opportunities: 2)", lines["expected"][0])
        self.assertIn("300.00 without taxes, quotations: 1", lines["quoted"][0])

    def test_what_it_may_bring_is_what_the_user_may_read(self):
        self._expect(1000.0, 40, user_id=self.env.ref("base.user_admin").id)
        own = self._expect(200.0, 50, user_id=self.seller.id)

        self.assertIn("200.00, by probability", self._lines(self.seller)["expected"][0])
        self.assertNotIn("expected", self._lines(self.accountant))
        action = (
            self.env["counterparty.facts"]
            .with_user(self.seller)
            .action_open(self.customer.id, "expected")
        )
        found = self.env["crm.lead"].with_user(self.seller).search(action["domain"])
        self.assertEqual(found, own)

    def test_pages_and_lists_bear_the_name_of_the_counterparty(self):
        Facts = self.env["counterparty.facts"].with_user(self.accountant)
        Timeline = self.env["counterparty.timeline"].with_user(self.accountant)

        for action in (
            Facts.action_open(self.customer.id, "sold"),
            Timeline.action_open_page(self.customer.id),
        ):
            self.assertIn("Northwind", action["display_name"])

    def test_counterparty_without_an_entity_has_a_card(self):
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = NULL WHERE id = %s", self.contact.ids
        )
        self.env.invalidate_all()

        self.assertEqual(self._lines(partner=self.contact), {})

    def test_line_without_a_list_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "no list behind"):
            self.env["counterparty.facts"].action_open(self.customer.id, "nonsense")

    def test_people_without_our_rights_get_none(self):
        for groups in ("base.group_portal", "base.group_user"):
            user = self._profit_user(f"nobody_{groups}", groups)
            with self.subTest(groups), self.assertRaises(AccessError):
                self.env["counterparty.facts"].with_user(user).get_facts(self.customer.id)

    def test_money_equals_the_hosts_own_figures(self):
        self._invoice(day=self._today(-60), invoice_date_due=self._today(-30))
        self._invoice(day=self._today(), invoice_date_due=self._today(30))
        self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": 30.0, "payment_type": "inbound"}
        ).action_post()
        self._invoice(day=self._today(), kind="in_invoice")

        money = self._money()

        self.assertEqual(money["balance"], self.customer.credit)
        self.assertEqual(money["payable"], self.customer.debit)
        self.assertEqual((money["balance"], money["unused"]), (170.0, 30.0))

    def test_overdue_is_what_was_due_before_today(self):
        self._invoice(day=self._today(-60), invoice_date_due=self._today(-1))
        self._invoice(day=self._today(), invoice_date_due=self._today())

        self.assertEqual(self._money()["overdue"], 100.0)
        self.assertEqual(self._lines()["overdue"][1], "danger")

    def test_who_keeps_no_accounts_sees_balances_as_the_setting_says(self):
        self._invoice(day=self._today())
        parameters = self.env["ir.config_parameter"]
        for setting, own, seen in [
            (False, True, False),
            ("none", True, False),
            ("own", False, False),
            ("own", True, True),
            ("all", False, True),
            ("nonsense", True, False),
        ]:
            parameters.set_param(SELLERS_SEE, setting)
            self.customer.user_id = self.seller if own else False
            with self.subTest(setting=setting, own=own):
                self.assertEqual("balance" in self._lines(self.seller), seen)
        # selling is what the setting is about
        outsider = self._profit_user("olga", "base.group_user", "group_user")
        parameters.set_param(SELLERS_SEE, "all")
        self.assertNotIn("balance", self._lines(outsider))

    def test_a_contact_of_ones_own_does_not_open_the_company(self):
        self._invoice(day=self._today())
        self.env["ir.config_parameter"].set_param(SELLERS_SEE, "own")
        self.customer.user_id = False
        self.contact.user_id = self.seller

        self.assertNotIn("balance", self._lines(self.seller, self.contact))

    def test_money_of_two_companies_is_that_of_the_one_that_works_and_says_so(self):
        self.accountant.company_ids |= self.other_company
        invoice = self._invoice(day=self._today(-40), invoice_date_due=self._today(-20))
        self._pay(invoice, self._today(-20))
        self._invoice(day=self._today(-40), invoice_date_due=self._today(-20))
        self.env.flush_all()
        both = self.company | self.other_company

        def read(companies):
            Facts = self.env["counterparty.facts"].with_user(self.accountant)
            groups = Facts.with_context(allowed_company_ids=companies.ids).get_facts(
                self.customer.id
            )
            keys = {line["key"] for group in groups for line in group["lines"]}
            return keys, {group["title"] for group in groups}

        keys, titles = read(both)
        self.assertLessEqual({"balance", "overdue", "pays"}, keys)
        self.assertIn(f"Money, {self.company.name}", titles)
        keys, _titles = read(both[::-1])
        self.assertFalse({"balance", "overdue", "pays"} & keys)

    def test_credit_used_stands_beside_the_limit(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 125.0
        self._invoice(day=self._today())

        self.assertIn("80 %", self._lines()["credit"][0])

    def test_how_late_invoices_were_paid(self):
        for due, paid in ((-40, -20), (-10, -10)):
            invoice = self._invoice(day=self._today(-50), invoice_date_due=self._today(due))
            self._pay(invoice, self._today(paid))

        text, tone = self._lines()["pays"]

        self.assertIn("10 days late", text)
        self.assertIn("50 %", text)
        self.assertEqual(tone, "warning")

    def test_an_invoice_in_instalments_is_one_invoice_as_late_as_its_latest(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in ten days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        invoice = self._invoice(day=self._today(-50), invoice_payment_term_id=term.id)
        self._pay(invoice, self._today(-50))
        late = self._invoice(day=self._today(-50), invoice_payment_term_id=term.id)
        self._pay(late, self._today(-45))
        Facts = self.env["counterparty.facts"].with_user(self.accountant)

        days, count, in_time = Facts._read_payment_morals(self.customer)[:3]
        self.assertEqual((float(days), count, in_time), (2.5, 2, 1))

    def _credit(self, invoice, day):
        """Reverse an invoice on a day, and settle it so."""
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": day, "journal_id": invoice.journal_id.id})
        )
        reversal.refund_moves()
        refund = reversal.new_move_ids
        refund.action_post()
        receivable = (invoice | refund).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.filtered(lambda line: not line.reconciled).reconcile()
        return refund

    def test_invoice_settled_by_a_credit_note_was_not_paid(self):
        self._credit(
            self._invoice(day=self._today(-50), invoice_date_due=self._today(-20)),
            self._today(-49),
        )
        self.assertNotIn("pays", self._lines())
        seen = self.customer.with_user(self.env.ref("base.user_admin"))
        self.assertNotIn("early", seen.counterparty_days_late or "")

        paid = self._invoice(day=self._today(-50), invoice_date_due=self._today(-40))
        self._pay(paid, self._today(-40))

        self.assertIn("(invoices: 1)", self._lines()["pays"][0])

    def test_what_is_overdue_still_stands_beside_what_was_paid(self):
        paid = self._invoice(day=self._today(-50), invoice_date_due=self._today(-40))
        self._pay(paid, self._today(-40))
        self.assertEqual(self._lines()["pays"][1], "success")

        for _number in range(2):
            self._invoice(day=self._today(-250), invoice_date_due=self._today(-200))
        lines = self._lines()

        self.assertEqual(lines["unpaid"], ("invoices: 2, by 200 days on average", "danger"))
        self.assertIn("100 %", lines["pays"][0])
        self.assertEqual(lines["pays"][1], "danger")

    def test_credit_notes_are_no_prepayments(self):
        self._invoice(day=self._today(), kind="out_refund")
        self._invoice(day=self._today(), kind="in_refund")
        self._receive(-1, 30.0)

        money = self._money()

        self.assertEqual((money["unused"], money["credited"]), (30.0, 100.0))
        self.assertEqual((money["advanced"], money["refunded"]), (0.0, 100.0))
        self.assertLessEqual({"credited", "refunded"}, self._lines().keys())

    def test_credit_used_is_that_of_the_hosts_warning(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 1000.0
        self._invoice(day=self._today())
        self._order((self.service, 3, 100.0))
        self.env.flush_all()
        self.env.invalidate_all()
        total = self.customer.credit + self.customer.credit_to_invoice
        self.assertEqual(total, 400.0)

        text, tone = self._lines()["credit"]

        self.assertIn("40 %", text)
        self.assertIn("with orders to invoice", text)
        self.assertEqual(tone, "success")

    def test_expired_quotations_are_not_expected_any_more(self):
        admin = self.env.ref("base.user_admin")
        expired = self._order((self.service, 3, 100.0), confirmed=False)
        expired.validity_date = self._today(-1)
        self.assertNotIn("quoted", self._lines(admin))

        last = self._order((self.service, 2, 100.0), confirmed=False)
        last.validity_date = self._today()

        self.assertIn("200.00 without taxes, quotations: 1", self._lines(admin)["quoted"][0])

    def _promise(self, made, due, amount=100.0, **values):
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": fields.Datetime.now() + timedelta(days=made),
                    "company_id": self.company.id,
                    "partner_id": self.contact.id,
                    "kind": "call",
                    "origin": "manual",
                    "promised_on": self._today(due),
                    "promised_amount": amount,
                    "promised_currency_id": self.company.currency_id.id,
                    **values,
                }
            ]
        )

    def _receive(self, day, amount=100.0, **values):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": amount,
                "payment_type": "inbound",
                "date": self._today(day),
                **values,
            }
        )
        payment.action_post()
        return payment

    def test_promises_to_pay_kept_are_counted(self):
        # one kept, one broken, one still open, one of long ago, one of another company
        self._promise(-60, -50)
        self._receive(-55)
        self._promise(-40, -30)
        self._receive(-29)
        self._promise(-2, 5, 900.0)
        self._promise(-500, -400)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._promise(-40, -30, 70.0, company_id=other.id)

        text, tone = self._lines()["promises"]

        self.assertEqual((text, tone), ("kept: 1 of 2", "danger"))

    def test_only_what_the_counterparty_paid_keeps_a_promise(self):
        self._promise(-20, -10)
        self._receive(-15, payment_type="outbound")
        self._receive(-15, partner_id=self.env["res.partner"].create({"name": "Other"}).id)
        self._receive(-15).action_cancel()
        self.assertEqual(self._lines()["promises"][0], "kept: 0 of 1")

        self._receive(-15, partner_id=self.contact.id)

        self.assertEqual(self._lines()["promises"][0], "kept: 1 of 1")

    def test_line_of_the_bank_keeps_a_promise_unless_it_repeats_a_payment(self):
        self._promise(-20, -10)
        self._promise(-20, -9, 60.0)
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        for amount in (100.0, 60.0):
            self.env["account.bank.statement.line"].create(
                {
                    "journal_id": journal.id,
                    "date": self._today(-12),
                    "payment_ref": "Transfer",
                    "partner_id": self.customer.id,
                    "amount": amount,
                    "counterpart_account_id": self.customer.property_account_receivable_id.id,
                }
            )
        self.assertEqual(self._lines()["promises"][0], "kept: 2 of 2")

        # one of the lines brought what a payment without an entry had announced
        announced = self._receive(-15, 60.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_payment SET move_id = NULL WHERE id = %s", [announced.id]
        )
        self._promise(-20, -8, 60.0)

        self.assertEqual(self._lines()["promises"][0], "kept: 2 of 3")

    def test_promise_in_another_currency_is_kept_at_the_rate_of_the_day(self):
        foreign = self.env["res.currency"].create({"name": "XPR", "symbol": "X"})
        foreign.rate_ids = [
            Command.create({"name": "2020-01-01", "rate": 2.0, "company_id": self.company.id})
        ]
        self._promise(-20, -10, 200.0, promised_currency_id=foreign.id)
        self._receive(-15, 99.0)
        self.assertEqual(self._lines()["promises"][0], "kept: 0 of 1")

        self._receive(-15, 1.0)

        self.assertEqual(self._lines()["promises"][0], "kept: 1 of 1")

    def test_promises_are_for_those_who_may_see_money(self):
        self._promise(-20, -10)
        parameters = self.env["ir.config_parameter"]
        for setting, seen in [("none", False), ("all", True)]:
            parameters.set_param(SELLERS_SEE, setting)
            with self.subTest(setting):
                self.assertEqual("promises" in self._lines(self.seller), seen)

    def test_promises_cost_no_query_of_their_own(self):
        self._promise(-60, -50)
        self._receive(-55)
        self.env.flush_all()
        Facts = self.env["counterparty.facts"].with_user(self.accountant)
        Facts._get_payment_morals(self.customer)

        # the branches of the company, and what was paid and promised in one
        with self.assertQueryCount(2):
            Facts._get_payment_morals(self.customer)

    def test_what_is_missing_is_counted_with_its_amount(self):
        self._sell(10, user_id=self.seller.id)

        lines = self._lines(self.seller)

        self.assertIn("100.00", lines["undelivered"][0])
        self.assertNotIn("unreceived", lines)

    def test_lines_lead_to_their_lists(self):
        self._sell(10, user_id=self.seller.id)
        Facts = self.env["counterparty.facts"].with_user(self.seller)
        for key in (
            "undelivered",
            "unreceived",
            "not_coming",
            "sold",
            "bought",
            "stale",
            "promises",
        ):
            with self.subTest(key):
                action = Facts.action_open(self.contact.id, key)
                whose = ("commercial_partner_id", "=", self.customer.id)
                self.assertEqual(action["domain"][0], whose)
                self.assertIn(self.customer.name, action["display_name"])

    def test_a_supplier_that_keeps_its_word(self):
        good, late = self._buy(10), self._buy(4)
        good.order_line.date_planned = fields.Datetime.now() + timedelta(days=2)
        late.order_line.date_planned = fields.Datetime.now() - timedelta(days=5)
        self._move(good, 10)
        self._move(late, 3)

        lines = self._lines(self.buyer)

        self.assertIn("50 %", lines["receipts"][0])
        self.assertEqual(lines["receipts"][1], "danger")
        self.assertIn("0 %", lines["quantities"][0])

    def test_services_that_nobody_receives_are_not_short(self):
        advice = self.env["product.product"].create({"name": "Advice", "type": "service"})
        line = {"product_id": advice.id, "product_qty": 1, "price_unit": 90}
        order = self._buy(1, order_line=[Command.create(line)])
        order.order_line.date_planned = fields.Datetime.now() - timedelta(days=5)

        for policy, counted in (("purchase", False), ("receive", True)):
            advice.purchase_method = policy
            with self.subTest(policy=policy):
                self.assertEqual("quantities" in self._lines(self.buyer), counted)

    def test_a_bill_dearer_than_the_order_is_noticed(self):
        order = self._buy(10, price=4.0)
        self._move(order, 10)
        order.action_create_invoice()
        bill = order.invoice_ids
        bill.invoice_date = self._today()
        bill.invoice_line_ids.price_unit = 5.0
        bill.action_post()

        self.assertIn("0 %", self._lines(self.buyer)["prices"][0])

    def test_ratings_are_averaged(self):
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.customer.id,
                "partner_id": self.contact.id,
                "rating": 5,
                "consumed": True,
            }
        )
        rating.copy({"rating": 2})
        rating.copy({"rating": 1, "consumed": False})

        self.assertIn("3.5 of 5", self._lines()["satisfaction"][0])

    def test_revenue_is_compared_with_the_year_before(self):
        self._invoice(self._line(price=150.0), day=self._today(-30))
        self._invoice(self._line(price=100.0), day=self._today(-400))

        lines = self._lines()

        self.assertIn("+50 %", lines["revenue"][0])
        self.assertEqual(lines["growing"][1], "success")

    def test_revenue_says_whose_it_is(self):
        self._invoice(day=self._today(-30), invoice_user_id=self.seller.id)

        for user, label in (
            (self.seller, "Revenue of 12 months, as far as yours"),
            (self.accountant, "Revenue of 12 months"),
        ):
            with self.subTest(user=user.login):
                self.env.flush_all()
                self.env.invalidate_all()
                Facts = self.env["counterparty.facts"].with_user(user)
                groups = Facts.with_context(allowed_company_ids=self.company.ids).get_facts(
                    self.customer.id
                )
                labels = [line["label"] for group in groups for line in group["lines"]]
                self.assertIn(label, labels)

    def test_the_card_costs_the_same_for_any_number_of_documents(self):
        self._sell(1)
        Facts = self.env["counterparty.facts"].with_user(self.buyer)
        Facts.get_facts(self.customer.id)
        for _number in range(5):
            self._sell(2)
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(24):
            Facts.get_facts(self.customer.id)
