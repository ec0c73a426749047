from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleCorrection(ProfitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._profit_user("sella", "sales_team.group_sale_salesman_all_leads")
        cls.boss = cls._profit_user("bossa", "group_manager", "account.group_account_invoice")

    def _correct(self, lines, campaign, user=None, reason="The fair brought them"):
        wizard = (
            self.env["counterparty.campaign.correction"]
            .with_user(user or self.boss)
            .with_context(allowed_company_ids=self.company.ids)
            .create({"line_ids": [(6, 0, lines.ids)], "campaign_id": campaign.id, "reason": reason})
        )
        wizard.action_correct()

    def test_manager_moves_a_posted_sale_to_another_campaign(self):
        invoice = self._invoice(campaign_id=self.spring.id)

        self._correct(invoice.invoice_line_ids, self.autumn)

        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
        self.assertEqual(self._sums(invoice), (100, 10, 90))
        minus, plus = self._facts(invoice)[1:]
        self.assertEqual((minus.revenue, plus.revenue), (-100, 100))
        self.assertEqual(minus.correction_id.reason, "The fair brought them")
        self.assertEqual(minus.correction_id.user_id, self.boss)
        self.assertIn("The fair brought them", invoice.message_ids[0].body)
        self.assertEqual(invoice.campaign_id, self.spring)

    def test_others_may_not_correct(self):
        invoice = self._invoice(campaign_id=self.spring.id)

        with self.assertRaises(AccessError):
            self._correct(invoice.invoice_line_ids, self.autumn, user=self.seller)

    def test_credit_notes_follow_their_invoice(self):
        invoice = self._invoice(self._line(quantity=2), campaign_id=self.spring.id)
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()

        self._correct(invoice.invoice_line_ids, self.autumn)
        later = self._credit(invoice, post=False)
        later.invoice_line_ids.quantity = 1
        later.action_post()

        self.assertEqual(self._by_campaign(invoice | credit), {"Autumn": 100})
        self.assertEqual(self._by_campaign(later), {"Autumn": -100})

    def test_locked_period_is_corrected_on_the_first_open_day(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        self.company.sale_lock_date = "2026-04-30"

        self._correct(invoice.invoice_line_ids, self.autumn)

        dates = [str(day) for day in self._facts(invoice).mapped("date")]
        self.assertEqual(dates, ["2026-03-10", "2026-05-01", "2026-05-01"])
        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})

    def test_rebuild_and_repair_leave_closed_periods_as_they_were_reported(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 1, 100.0))
        line = self._line(goods, sale_line_ids=[(6, 0, order.order_line.ids)])
        invoice = self._invoice(line, day="2026-01-10")
        self._make_in_move(goods, 5, unit_cost=13)
        self._deliver(order)
        self.Fact._settle(invoice)
        self._correct(invoice.invoice_line_ids, self.autumn)
        self.company.sale_lock_date = "2026-01-31"
        reported = self._by_month(invoice)

        self.Fact._rebuild(self.company)
        rebuilt = self._by_month(invoice)
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET revenue = 1 WHERE move_id = %s AND kind = 'posting'",
            invoice.ids,
        )
        self.Fact._repair(self.company)

        self.assertEqual({month for month, _campaign in reported}, {"2026-01"})
        self.assertIn("settled", self._bases(invoice))
        self.assertEqual(rebuilt, reported)
        self.assertEqual(self._by_month(invoice), reported)

    def _by_month(self, moves):
        """Return what each campaign brought in each month."""
        found = {}
        for fact in self._facts(moves):
            key = str(fact.date)[:7], fact.campaign_id.title
            old = found.get(key, (0, 0))
            found[key] = tuple(
                round(was + amount, 2)
                for was, amount in zip(old, (fact.revenue, fact.cost), strict=True)
            )
        return {key: amounts for key, amounts in found.items() if any(amounts)}

    def test_nobody_but_managers_corrects_in_open_or_locked_periods(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        others = {
            "own documents": ("sales_team.group_sale_salesman",),
            "officer": ("group_officer", "sales_team.group_sale_salesman_all_leads"),
            "accountant": ("account.group_account_user",),
            "reader of cost": ("group_cost_profit", "account.group_account_invoice"),
            "employee": ("base.group_user",),
        }
        for lock in (False, "2026-04-30"):
            self.company.sale_lock_date = lock
            for number, (role, groups) in enumerate(others.items()):
                user = self._profit_user(f"role{number}{bool(lock)}", *groups)
                with self.subTest(role=role, lock=lock), self.assertRaises(AccessError):
                    self._correct(invoice.invoice_line_ids, self.autumn, user=user)
            self._correct(invoice.invoice_line_ids, self.autumn, user=self.boss)
            self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
            self._correct(invoice.invoice_line_ids, self.spring, user=self.boss)
        self.assertEqual(len(self._facts(invoice)), 9)

    def test_medium_and_source_stay_unless_they_are_changed(self):
        expo = self.env["utm.source"].create({"name": "Expo 2026"})
        own = {"campaign_id": self.spring.id, "medium_id": self.mail.id, "source_id": expo.id}
        invoice = self._invoice(self._line(**own))

        self._correct(invoice.invoice_line_ids, self.autumn)
        after_campaign = self._earned_by(invoice)
        wizard = self.env["counterparty.campaign.correction"].with_user(self.boss)
        wizard.create(
            {
                "line_ids": [(6, 0, invoice.invoice_line_ids.ids)],
                "change_campaign": False,
                "change_medium": True,
                "medium_id": self.fair.id,
                "reason": "Met at the fair",
            }
        ).action_correct()
        self.Fact._rebuild(self.company)

        self.assertEqual(after_campaign, {("Autumn", "Letter", "Expo 2026"): 100})
        self.assertEqual(self._earned_by(invoice), {("Autumn", "Fair", "Expo 2026"): 100})
        self.assertIn("Medium or source corrected: Met at the fair", invoice.message_ids[0].body)
        invoice.button_draft()
        line = invoice.invoice_line_ids
        self.assertEqual(
            (line.campaign_id, line.medium_id, line.source_id), (self.autumn, self.fair, expo)
        )

    def test_correction_of_nothing_is_refused(self):
        wizard = self.env["counterparty.campaign.correction"].with_user(self.boss)
        wizard = wizard.create(
            {
                "line_ids": [(6, 0, self._invoice().invoice_line_ids.ids)],
                "change_campaign": False,
                "reason": "Nothing",
            }
        )
        with self.assertRaisesRegex(UserError, "Choose what to change"):
            wizard.action_correct()

    def test_nobody_writes_corrections_by_program(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.sale.correction"].with_user(self.boss).create(
                {"kind": "campaign", "reason": "x", "company_id": self.company.id}
            )

    def test_what_reverses_a_credit_follows_too(self):
        self.goods.standard_price = 0
        invoice = self._invoice(campaign_id=self.spring.id)
        credit = self._credit(invoice)
        back = self._credit(credit)

        self._correct(invoice.invoice_line_ids, self.autumn)
        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33}, "Price list"
        )

        self.assertEqual(self._sums(back), (100, 33, 67))
        self.assertEqual(self._by_campaign(back), {"Autumn": 100})
        self.assertEqual(self._by_campaign(invoice | credit), {})

    def _earned_by(self, moves):
        found = {}
        for fact in self._facts(moves):
            key = fact.campaign_id.title, fact.medium_id.name, fact.source_id.name
            found[key] = round(found.get(key, 0) + fact.revenue, 2)
        return {key: amount for key, amount in found.items() if amount}

    def test_second_correction_starts_from_the_first(self):
        invoice = self._invoice()

        self._correct(invoice.invoice_line_ids, self.autumn)
        self._correct(invoice.invoice_line_ids, self.spring)
        self._correct(invoice.invoice_line_ids, self.env["utm.campaign"])

        self.assertEqual(self._by_campaign(invoice), {False: 100})

    def test_shares_of_several_campaigns_go_to_one(self):
        self.company.counterparty_attribution_model = "linear"
        self._interaction(self.spring, "2026-03-01 10:00:00", res_id=1)
        self._interaction(self.autumn, "2026-03-02 10:00:00", res_id=2)
        invoice = self._invoice(self._line(price=10.01))

        self._correct(invoice.invoice_line_ids, self.autumn)

        self.assertEqual(self._by_campaign(invoice), {"Autumn": 10.01})
        self.assertEqual(self._by_campaign(invoice, "cost"), {"Autumn": 10})

    def test_draft_takes_the_corrected_campaign_over_and_posting_returns_it(self):
        invoice = self._invoice(self._line(), self._line(price=7), campaign_id=self.spring.id)
        first, second = invoice.invoice_line_ids
        self._correct(first, self.spring)
        self._correct(first, self.autumn)
        accountant = self._profit_user("acca", "account.group_account_invoice")

        invoice.with_user(accountant).button_draft()

        self.assertEqual((first.campaign_id, second.campaign_id.ids), (self.autumn, []))
        self.assertFalse(self.env["counterparty.sale.correction"].search([]).line_ids)
        self.assertIn("Autumn now stands on the lines", invoice.message_ids[0].body)
        invoice.action_post()
        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100, "Spring": 7})

    def test_draft_tells_that_a_correction_to_nobody_is_forgotten(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        self._correct(invoice.invoice_line_ids, self.env["utm.campaign"])

        invoice.button_cancel()

        self.assertIn("Correct them again after posting", invoice.message_ids[0].body)
        self.assertFalse(self._facts(invoice))

    def test_cost_correction_is_told_without_its_amount(self):
        invoice = self._invoice()

        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33.5}, "Price list"
        )

        self.assertIn("Unit cost corrected: Price list", invoice.message_ids[0].body)
        self.assertNotIn("33", invoice.message_ids[0].body)

    def test_empty_choice_is_refused(self):
        with self.assertRaisesRegex(UserError, "at least one line"):
            self._correct(self.env["account.move.line"], self.autumn)

    def test_wizard_takes_the_product_lines_of_chosen_documents(self):
        sale = self._invoice(self._line(), self._line(self.ledger_goods))
        draft = self._invoice(post=False)
        wizard = (
            self.env["counterparty.campaign.correction"]
            .with_context(active_model="account.move", active_ids=(sale | draft).ids)
            .new({})
        )

        self.assertEqual(wizard.line_ids._origin, sale.invoice_line_ids)

    def test_unit_cost_given_later_makes_the_profit_known(self):
        self.goods.standard_price = 0
        invoice = self._invoice(self._line(quantity=3))
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()

        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 7.5}, "Price list of the supplier"
        )

        self.assertEqual(self._sums(invoice), (300, 22.5, 277.5))
        self.assertEqual(self._sums(credit), (-100, -7.5, -92.5))
        self.assertEqual(sum(self._facts(invoice | credit).mapped("unknown")), 0)


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactCheck(ProfitCase):
    def test_nothing_differs_after_the_host_did_its_work(self):
        self._credit(self._invoice(self._line(), self._line(self.ledger_goods)))

        self.assertFalse(self._own_differences())

    def test_repair_brings_back_what_is_missing_or_wrong(self):
        missing, wrong, gone = (self._invoice() for _number in range(3))
        self.env.cr.execute("DELETE FROM counterparty_sale_fact WHERE move_id = %s", [missing.id])
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET revenue = 5 WHERE move_id = %s", [wrong.id]
        )
        self.env.cr.execute("UPDATE account_move SET state = 'draft' WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        found = self._own_differences()

        self.Fact._repair()

        self.assertEqual(found, {missing.id: "missing", wrong.id: "revenue", gone.id: "not posted"})
        self.assertFalse(self._own_differences())
        self.assertEqual(self._sums(missing | wrong), (200, 20, 180))

    def test_credit_after_the_settlement_stays_in_its_closed_month(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 2, 100))
        line = self._line(goods, quantity=2, sale_line_ids=[Command.set(order.order_line.ids)])
        invoice = self._invoice(line)
        self._make_in_move(goods, 5, unit_cost=13)
        self._deliver(order)
        self.Fact._settle(invoice)
        credit = self._credit(invoice)
        self.company.sale_lock_date = "2026-03-31"

        self.Fact._rebuild(self.company)

        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))
        days = self._facts(invoice | credit).mapped("date")
        self.assertEqual({day.month for day in days}, {3})

    def test_excess_stays_unknown_when_the_cost_is_given(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        self._credit(invoice)
        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 40}, "From the old books"
        )

        second = self._credit(invoice)
        before = self._sums(second), sum(self._facts(second).mapped("unknown"))
        self.Fact._rebuild(self.company)

        self.assertEqual(before, ((-100, 0, 0), -100))
        self.assertEqual((self._sums(second), sum(self._facts(second).mapped("unknown"))), before)

    def test_costs_before_our_time_are_estimates(self):
        invoice = self._invoice()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("counterparty_crm.facts_since", "2100-01-01 00:00:00")
        self.env.cr.execute("DELETE FROM counterparty_sale_fact WHERE move_id = %s", [invoice.id])

        self.Fact._insert_facts(invoice, live=False)

        self.assertEqual(self._bases(invoice), ["estimated"])
        self.assertEqual(self._sums(invoice), (100, 10, 90))

    def test_order_cost_before_our_time_counts_only_if_it_was_kept(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("counterparty_crm.facts_since", "2100-01-01 00:00:00")
        self.service.standard_price = 20
        order = self._order()
        order.order_line.purchase_price = 33
        invoice = self._invoice_orders(order)
        for trusted, expected in [("True", "order"), ("False", "estimated")]:
            parameters.set_param("counterparty_crm.facts_order_cost", trusted)
            # before our time nothing was kept
            self.env.cr.execute(
                "DELETE FROM counterparty_sale_fact WHERE move_id = %s", [invoice.id]
            )

            self.Fact._insert_facts(invoice, live=False)

            self.assertEqual(self._bases(invoice), [expected])

    def test_fill_links_old_credit_notes_and_goes_on_where_it_stopped(self):
        invoice = self._invoice(self._line(), self._line())
        credit = self._credit(invoice)
        self.env.cr.execute("DELETE FROM counterparty_sale_fact")
        credit.invoice_line_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move_line SET reversed_line_id = NULL WHERE move_id = %s", [credit.id]
        )
        self.env.invalidate_all()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("counterparty_crm.facts_cursor", "9999-12-31,0")

        while self.Fact._fill_chunk(1):
            pass

        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))
        self.assertIsNone(self.Fact._get_fill_progress())
        self.assertFalse(self._own_differences())

    def test_campaign_is_corrected_where_it_is_seen(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        for model in ("counterparty.profit.report", "counterparty.campaign.report"):
            rows = self.env[model].search([("move_id", "=", invoice.id)])
            wizard = self.env["counterparty.campaign.correction"].with_context(
                active_model=model, active_ids=[*rows.ids, -5]
            )
            bound = self.env["ir.actions.act_window"].search(
                [("binding_model_id.model", "=", model)]
            )

            self.assertEqual(
                wizard.create({"reason": "Fair"}).line_ids, invoice.invoice_line_ids, model
            )
            self.assertIn("counterparty.campaign.correction", bound.mapped("res_model"), model)

    def test_unfilled_past_is_no_difference(self):
        old = self._invoice(day="2025-01-10")
        self.Fact._forget_moves(old)
        self.env["ir.config_parameter"].set_param("counterparty_crm.facts_cursor", "2025-06-30,0")

        self.assertNotIn(old.id, self.Fact._find_differences())

    def _own_differences(self):
        found = self.Fact._find_differences()
        own = self.env["account.move"].search([("company_id", "=", self.company.id)])
        return {move: why for move, why in found.items() if move in own.ids}
