from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFact(ProfitCase):
    def test_posting_writes_one_row_for_each_product_line(self):
        invoice = self._invoice(
            self._line(quantity=2),
            self._line(self.service, price=50),
            self._line(display_type="line_section", name="Later", product_id=False),
        )

        self.assertEqual(len(self._facts(invoice)), 2)
        self.assertEqual(self._sums(invoice), (250, 20, 180))

    def test_fact_keeps_the_dimensions_of_the_posting(self):
        invoice = self._invoice(partner_id=self.contact.id)
        category = self.goods.categ_id

        self.goods.categ_id = self.category_fifo

        fact = self._facts(invoice)
        self.assertEqual(fact.commercial_partner_id, self.customer)
        self.assertEqual(fact.partner_id, self.contact)
        self.assertEqual(fact.categ_id, category)
        self.assertEqual(fact.company_id, self.company)
        self.assertEqual(str(fact.date), "2026-03-10")
        self.assertEqual(fact.user_id, invoice.invoice_user_id)

    def test_later_cost_changes_leave_the_past_alone(self):
        invoice = self._invoice(self._line(quantity=3))

        self.goods.standard_price = 77

        self.assertEqual(self._sums(invoice), (300, 30, 270))

    def test_draft_and_posting_again_keep_the_cost_of_the_posting(self):
        invoice = self._invoice(self._line(quantity=2), self._line(quantity=3))

        self.goods.standard_price = 77
        invoice.button_draft()
        invoice.invoice_line_ids[1].quantity = 4
        invoice.action_post()

        self.assertEqual(self._facts(invoice).mapped("cost"), [20, 40])
        self.assertEqual(set(self._bases(invoice)), {"standard"})

    def test_another_product_is_asked_for_its_own_cost(self):
        invoice = self._invoice(self._line(quantity=2))

        invoice.button_draft()
        invoice.invoice_line_ids.product_id = self.service
        self.service.standard_price = 7
        invoice.action_post()

        self.assertEqual(sum(self._facts(invoice).mapped("cost")), 14)

    def test_rebuild_keeps_the_cost_of_the_posting(self):
        invoice = self._invoice(self._line(quantity=2))

        self.goods.standard_price = 77
        self.Fact._rebuild()

        self.assertEqual(self._sums(invoice), (200, 20, 180))
        self.assertEqual(self._bases(invoice), ["standard"])

    def test_facts_that_nobody_kept_are_an_estimate(self):
        invoice = self._invoice(self._line(quantity=2))
        self.env.cr.execute("DELETE FROM counterparty_sale_fact WHERE move_id = %s", invoice.ids)

        self.goods.standard_price = 77
        self.Fact._repair()

        self.assertEqual(self._sums(invoice), (200, 154, 46))
        self.assertEqual(self._bases(invoice), ["estimated"])

    def test_shares_of_interactions_stay_when_posted_again_or_rebuilt(self):
        self._interaction(self.spring, "2026-03-01 10:00:00", res_id=1)
        invoice = self._invoice()
        alone = {"Spring": 100}
        self.assertEqual(self._by_campaign(invoice), alone)

        self._interaction(self.autumn, "2026-03-05 10:00:00", res_id=2)
        invoice.button_draft()
        invoice.action_post()
        again = self._by_campaign(invoice)
        self.Fact._rebuild()

        self.assertEqual(again, alone)
        self.assertEqual(self._by_campaign(invoice), alone)

    def test_rebuild_of_a_company_leaves_the_others_alone(self):
        invoice = self._invoice()
        before = self._facts(invoice).ids

        self.Fact._rebuild(self.other_company)

        self.assertEqual(self._facts(invoice).ids, before)

    def test_goods_without_an_order_wait_for_no_delivery(self):
        self.assertFalse(self._facts(self._invoice()).is_provisional)

    def test_draft_removes_and_posting_again_returns_the_same(self):
        invoice = self._invoice(self._line(quantity=2), self._line(self.ledger_goods))
        before = self._sums(invoice)

        invoice.button_draft()
        removed = self._facts(invoice)
        invoice.action_post()

        self.assertFalse(removed)
        self.assertEqual(self._sums(invoice), before)
        self.assertEqual(len(self._facts(invoice)), 2)

    def test_cancel_removes_the_facts(self):
        invoice = self._invoice()

        invoice.button_cancel()

        self.assertFalse(self._facts(invoice))

    def test_delete_removes_the_facts(self):
        invoice = self._invoice()
        facts = self._facts(invoice)

        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()

        self.assertFalse(facts.exists())

    def test_entries_and_bills_are_no_sales(self):
        bill = self._invoice(kind="in_invoice", partner_id=self.vendor.id)

        self.assertFalse(self._facts(bill))

    def test_receipt_is_a_sale(self):
        receipt = self._invoice(kind="out_receipt")

        self.assertEqual(self._sums(receipt), (100, 10, 90))

    def test_discount_and_tax_included_prices_give_net_revenue(self):
        tax = self.env["account.tax"].create(
            {
                "name": "25 % included",
                "amount": 25,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
            }
        )
        invoice = self._invoice(
            self._line(price=100, discount=10), self._line(price=125, tax_ids=[(6, 0, tax.ids)])
        )

        self.assertEqual(self._facts(invoice).mapped("revenue"), [90, 100])
        self.assert_matches_ledger(invoice)

    def test_quantity_is_in_the_unit_of_the_product(self):
        pack = self._invoice(self._line(product_uom_id=self.uom_pack_of_6.id, quantity=2))

        fact = self._facts(pack)
        self.assertEqual((fact.quantity, fact.cost), (12, 120))

    def test_foreign_currency_counts_at_the_invoice_date(self):
        euro = self._euro({"2026-01-01": 0.5, "2026-03-15": 0.25})
        early = self._invoice(currency_id=euro.id)
        late = self._invoice(currency_id=euro.id, day="2026-03-16")

        self.assertEqual(self._sums(early), (200, 10, 190))
        self.assertEqual(self._sums(late), (400, 10, 390))

    def test_free_goods_are_a_cost_without_revenue(self):
        invoice = self._invoice(self._line(price=100, discount=100))

        self.assertEqual(self._sums(invoice), (0, 10, -10))

    def test_notes_sections_and_roundings_are_no_sales(self):
        invoice = self._invoice(
            self._line(price=10.02),
            Command.create({"display_type": "line_section", "name": "Goods"}),
            Command.create({"display_type": "line_note", "name": "Thank you"}),
            post=False,
        )
        invoice.invoice_cash_rounding_id = self.env["account.cash.rounding"].create(
            {
                "name": "To 0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company.income_account_id.id,
                "loss_account_id": self.account_expense.id,
                "rounding_method": "HALF-UP",
            }
        )
        invoice.action_post()

        self.assertIn("rounding", invoice.line_ids.mapped("display_type"))
        self.assertEqual(self._facts(invoice).mapped("revenue"), [10.02])
        self.assert_matches_ledger(invoice)

    def test_negative_and_free_lines_count_for_what_they_are(self):
        invoice = self._invoice(
            self._line(price=100),
            self._line(price=50, discount=100),
            self._line(self.service, quantity=-1, price=30),
        )

        self.assertEqual(self._facts(invoice).mapped("revenue"), [100, 0, -30])
        self.assertEqual(self._facts(invoice).mapped("profit"), [90, -10, -30])
        self.assert_matches_ledger(invoice)

    def test_posting_survives_a_currency_without_a_rate(self):
        krone = self.env.ref("base.NOK")
        krone.active = True
        krone.rate_ids.unlink()

        invoice = self._invoice(currency_id=krone.id)

        self.assertEqual(len(self._facts(invoice)), 1)
        self.assert_matches_ledger(invoice)

    def test_negative_stock_and_no_cost_is_missing_and_never_a_full_margin(self):
        self.goods.standard_price = 0
        order = self._order((self.goods, 5, 100.0))
        self._deliver(order)
        self.assertLess(self.goods.qty_available, 0)

        invoice = self._invoice_orders(order)

        self.assertEqual(self._bases(invoice), ["missing"])
        self.assertEqual(self._sums(invoice), (500, 0, 0))

    def test_sale_to_an_own_company_is_marked(self):
        invoice = self._invoice(partner_id=self.other_company.partner_id.id)

        self.assertTrue(self._facts(invoice).is_internal)

    def test_facts_follow_a_contact_to_its_new_company(self):
        lone = self.env["res.partner"].create({"name": "Lone"})
        invoice = self._invoice(partner_id=lone.id)

        lone.parent_id = self.customer

        self.assertEqual(self._facts(invoice).commercial_partner_id, self.customer)

    def test_facts_follow_a_merge(self):
        twin = self.env["res.partner"].create({"name": "Northwind", "is_company": True})
        invoice = self._invoice(partner_id=twin.id)

        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, self.customer)

        self.env.invalidate_all()
        self.assertEqual(self._facts(invoice).commercial_partner_id, self.customer)

    def test_shares_of_a_draft_follow_a_merge_and_a_move(self):
        for way in ("merge", "move"):
            with self.subTest(way):
                partner = self.env["res.partner"].create({"name": "Twin", "is_company": True})
                person = self.env["res.partner"].create({"name": "Ed", "parent_id": partner.id})
                self._interaction(self.spring, "2026-03-01", partner_id=person.id)
                invoice = self._invoice(partner_id=person.id, invoice_date="2026-03-10")
                self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
                invoice.button_draft()

                if way == "merge":
                    wizard = self.env["base.partner.merge.automatic.wizard"].create({})
                    wizard._merge((self.customer | partner).ids, self.customer)
                else:
                    person.parent_id = self.customer
                    invoice.write({"commercial_partner_id": self.customer.id})
                self._interaction(self.autumn, "2026-03-05", partner_id=self.contact.id)
                invoice.action_post()

                self.assertEqual(self._facts(invoice).commercial_partner_id, self.customer)
                self.assertEqual(self._by_campaign(invoice), {"Spring": 100})

    def test_goods_without_a_cost_are_counted_apart(self):
        self.goods.standard_price = 0
        invoice = self._invoice()

        fact = self._facts(invoice)
        self.assertEqual(fact.cost_basis, "missing")
        self.assertEqual((fact.revenue, fact.profit, fact.unknown), (100, 0, 100))

    def test_auto_posting_survives_a_missing_cost(self):
        self.goods.standard_price = 0
        invoice = self._invoice(post=False, day="2026-01-10", auto_post="at_date")

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.env["account.move"]._autopost_draft_entries()

        self.assertEqual(invoice.state, "posted")
        self.assertEqual(self._bases(invoice), ["missing"])

    def test_one_statement_whatever_the_batch(self):
        self._invoice()
        counts = []
        for size in (2, 12):
            invoices = self.env["account.move"].browse()
            for _number in range(size):
                invoices |= self._invoice(post=False)
            invoices.action_post()
            self.env.cr.execute(
                "DELETE FROM counterparty_sale_fact WHERE move_id = ANY(%s)", [invoices.ids]
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Fact._post_moves(invoices)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(self._facts(invoices)), size)

        self.assertEqual(counts, [1, 1])

    def test_no_error_of_a_fact_stops_a_posting(self):
        errors = {
            "of Python": ValueError("unforeseen"),
            "of the database": SQL("SELECT 1 / 0"),
        }
        for name, error in errors.items():
            effect = {"return_value": error} if isinstance(error, SQL) else {"side_effect": error}
            with (
                self.subTest(name),
                patch.object(type(self.Fact), "_sql_quick", **effect),
                self.assertLogs("odoo.addons.counterparty_crm.models.counterparty_sale_fact"),
                mute_logger("odoo.sql_db"),
            ):
                invoice = self._invoice()
            self.assertEqual(invoice.state, "posted")
            self.assertFalse(self._facts(invoice))

            self.Fact._repair()

            self.assertEqual(self._sums(invoice), (100, 10, 90))

    def test_no_error_of_a_fact_stops_a_credit_note(self):
        invoice = self._invoice()
        credit = self._credit(invoice, post=False)
        with (
            patch.object(type(self.Fact), "_sql_mirrors", side_effect=ValueError("unforeseen")),
            self.assertLogs("odoo.addons.counterparty_crm.models.counterparty_sale_fact"),
        ):
            credit.action_post()

        self.assertEqual(credit.state, "posted")
        self.Fact._repair()
        self.assertEqual(self._sums(credit), (-100, -10, -90))

    def test_window_has_a_bound_that_dates_can_bear(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.spring.counterparty_window_days = 2_000_000_000
            self.env.flush_all()

    def test_second_writing_of_a_posted_document_adds_nothing(self):
        invoice = self._invoice()

        self.Fact._post_moves(invoice)

        self.assertEqual(len(self._facts(invoice)), 1)


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactCampaign(ProfitCase):
    def test_orders_of_two_campaigns_keep_theirs_in_one_invoice(self):
        orders = self._order(campaign=self.spring) | self._order(campaign=self.autumn)

        invoice = self._invoice_orders(orders)

        self.assertEqual(len(invoice), 1)
        self.assertEqual(self._by_campaign(invoice), {"Spring": 100, "Autumn": 100})

    def test_order_without_campaign_does_not_inherit_its_neighbours(self):
        orders = self._order(campaign=self.spring) | self._order()

        invoice = self._invoice_orders(orders)

        self.assertEqual(len(invoice), 1)
        self.assertEqual(self._by_campaign(invoice), {"Spring": 100, False: 100})

    def test_the_strongest_level_wins(self):
        order = self._order(campaign=self.autumn)
        header = self._invoice(campaign_id=self.spring.id)
        line = self._invoice(self._line(campaign_id=self.autumn.id), campaign_id=self.spring.id)
        ordered = self._invoice_orders(order)

        self.assertEqual(self._by_campaign(header), {"Spring": 100})
        self.assertEqual(self._by_campaign(line), {"Autumn": 100})
        self.assertEqual(self._by_campaign(ordered), {"Autumn": 100})
        self.assertEqual(self._facts(header).campaign_basis, "invoice")
        self.assertEqual(self._facts(line).campaign_basis, "line")

    def test_changed_header_of_a_draft_carries_its_lines(self):
        order = self._order(campaign=self.autumn)
        invoice = order._create_invoices()

        invoice.campaign_id = self.spring
        invoice.action_post()

        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})

    def test_opportunity_gives_the_campaign_that_the_order_lost(self):
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "type": "opportunity", "campaign_id": self.spring.id}
        )
        order = self._order(opportunity_id=lead.id)

        invoice = self._invoice_orders(order)

        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
        self.assertEqual(self._facts(invoice).campaign_basis, "opportunity")

    def test_request_gives_the_campaign_that_its_documents_lost(self):
        category = self.env["counterparty.request.category"].search([("code", "=", "help")])
        request = self.env["counterparty.request"].create(
            {
                "name": "A price for racks, please",
                "category_id": category.id,
                "partner_id": self.contact.id,
                "campaign_id": self.spring.id,
                "company_id": self.company.id,
            }
        )
        conversion = self.env["counterparty.request.conversion"]
        for model, kind in (("account.move", "invoice"), ("sale.order", "quotation")):
            with self.subTest(model=model):
                made = self._order() if model == "sale.order" else self._invoice(post=False)
                self.assertFalse(made.campaign_id)
                request._link_document(made, conversion.search([("code", "=", kind)]))

                if model == "sale.order":
                    invoice = self._invoice_orders(made)
                else:
                    invoice = made
                    invoice.action_post()

                self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
                self.assertEqual(self._facts(invoice).campaign_basis, "request")

    def test_request_of_an_opportunity_earns_what_comes_of_it(self):
        category = self.env["counterparty.request.category"].search([("code", "=", "help")])
        first, later = self.env["counterparty.request"].create(
            [
                {
                    "name": "A visit, please",
                    "category_id": category.id,
                    "partner_id": self.contact.id,
                    "campaign_id": campaign.id,
                    "company_id": self.company.id,
                }
                for campaign in (self.spring, self.autumn)
            ]
        )
        lead = self.env["crm.lead"].create({"name": "Lead", "type": "opportunity"})
        conversion = self.env["counterparty.request.conversion"].search([], limit=1)
        first._link_document(lead, conversion)
        later._link_document(lead, conversion)

        invoice = self._invoice_orders(self._order(opportunity_id=lead.id))

        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})

    def test_last_interaction_inside_the_window_earns_the_sale(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")
        self._interaction(self.autumn, "2026-03-05 10:00:00", res_id=2)
        self._interaction(self.spring, "2026-03-11 10:00:00", res_id=3)

        invoice = self._invoice()

        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
        self.assertEqual(self._facts(invoice).campaign_basis, "interaction")

    def test_window_is_the_campaigns_own_and_includes_its_first_day(self):
        self.spring.counterparty_window_days = 9
        self._interaction(self.spring, "2026-03-01 00:00:00")

        inside = self._invoice(day="2026-03-10")
        outside = self._invoice(day="2026-03-11")

        self.assertEqual(self._by_campaign(inside), {"Spring": 100})
        self.assertEqual(self._by_campaign(outside), {False: 100})

    def test_silent_and_refused_contacts_earn_nothing(self):
        self._interaction(self.spring, "2026-03-05 10:00:00", kind="mailing")
        self._interaction(self.autumn, "2026-03-05 10:00:00", result="negative")

        self.assertEqual(self._by_campaign(self._invoice()), {False: 100})

    def test_medium_without_campaign_is_kept(self):
        invoice = self._invoice(medium_id=self.fair.id)

        self.assertEqual(self._facts(invoice).medium_id, self.fair)
        self.assertFalse(self._facts(invoice).campaign_id)

    def test_posted_documents_keep_their_campaign(self):
        invoice = self._invoice(campaign_id=self.spring.id)

        with self.assertRaisesRegex(UserError, "posted"):
            invoice.campaign_id = self.autumn
        with self.assertRaisesRegex(UserError, "posted"):
            invoice.invoice_line_ids.campaign_id = self.autumn

        invoice.write({"campaign_id": self.spring.id})

    def test_used_campaign_cannot_be_deleted(self):
        self._invoice(campaign_id=self.spring.id)

        with self.assertRaisesRegex(UserError, "Spring"):
            self.spring.unlink()
        self.autumn.unlink()
