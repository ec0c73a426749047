from decimal import Decimal

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..tools.attribution import Touch, attribute, deciding_model
from .common_profit import ProfitCase

SALES = "sales_team.group_sale_salesman"
CENT = Decimal("0.01")


@tagged("post_install", "-at_install", "counterparty_profit", "counterparty_campaign")
class TestUtmCampaign(ProfitCase):
    """What a campaign plans, what it and its parts bring, and to whom a customer is new."""

    def setUp(self):
        super().setUp()
        self.winter = self.env["utm.campaign"].create({"title": "Winter"})
        self.newcomer = self.env["res.partner"].create({"name": "Newcomer", "is_company": True})

    def _spend(self, campaign, amount):
        self.env["counterparty.cost"].create(
            {"name": "Stand", "amount": amount, "campaign_id": campaign.id, "date": "2026-03-01"}
        )

    def _new(self, *campaigns):
        self.env.invalidate_all()
        return [campaign.counterparty_new_customers for campaign in campaigns or (self.spring,)]

    def test_form_opens_for_those_who_send_no_mailings(self):
        for login, *groups in (
            ("sella", SALES, "group_user"),
            ("acca", "account.group_account_invoice"),
            ("mana", SALES, "group_manager", "group_cost_profit"),
        ):
            user = self._profit_user(login, *groups)
            with self.subTest(user=login):
                self.assertFalse(user.has_group("mass_mailing.group_mass_mailing_user"))
                campaign = self.spring.with_user(user)
                views = campaign.get_views([(False, "form"), (False, "kanban")])
                names = dict.fromkeys(views["models"]["utm.campaign"]["fields"], {})
                [values] = campaign.web_read(names)
                self.assertEqual(values["ab_testing_mailings_count"], 0)

    # ------------------------------------------------------------
    # Who decides
    # ------------------------------------------------------------

    def test_not_everybody_decides_who_earns_later_sales(self):
        seller = self._profit_user("cara", SALES, "group_user")
        spring = self.spring.with_user(seller)
        self.assertFalse(spring.counterparty_may_decide)

        for vals in (
            {"counterparty_window_days": 3650},
            {"counterparty_attribution_model": "first"},
            {"counterparty_parent_id": self.autumn.id},
            {"company_id": self.other_company.id},
        ):
            with self.subTest(vals=vals):
                with self.assertRaisesRegex(AccessError, "Spring"):
                    spring.write(vals)
                with self.assertRaisesRegex(AccessError, "Summer"):
                    spring.create({"title": "Summer", **vals})
        # a form that leaves them as they are, and all else
        spring.write({"counterparty_window_days": 30, "title": "May"})
        plain = {"counterparty_window_days": 30, "counterparty_parent_id": False}
        self.assertEqual(spring.create({"title": "June", **plain}).title, "June")

    def test_those_who_plan_campaigns_decide(self):
        for login, *groups in (
            ("mara", SALES, "group_manager"),
            ("saro", "sales_team.group_sale_manager"),
            ("mila", SALES, "mass_mailing.group_mass_mailing_user"),
        ):
            spring = self.spring.with_user(self._profit_user(login, *groups))
            with self.subTest(user=login):
                spring.write({"counterparty_window_days": 9, "counterparty_parent_id": False})
                self.assertTrue(spring.counterparty_may_decide)
                july = spring.create({"title": "July", "counterparty_window_days": 5})
                self.assertEqual(july.counterparty_window_days, 5)

    # ------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------

    def test_campaign_counts_its_parts_at_every_depth(self):
        self.autumn.counterparty_parent_id = self.spring
        self.winter.write({"counterparty_parent_id": self.autumn.id, "active": False})
        self._invoice(campaign_id=self.spring.id)
        self._invoice(self._line(price=50), campaign_id=self.winter.id, partner_id=self.newcomer.id)
        self._spend(self.winter, 30)
        self._order(campaign=self.winter)
        self.env.invalidate_all()

        self.assertEqual(self.spring.counterparty_revenue, 150)
        self.assertEqual(self.spring.counterparty_profit, 130)
        self.assertEqual(self.spring.counterparty_net_profit, 100)
        self.assertEqual(self.spring.counterparty_order_count, 1)
        self.assertEqual(self.autumn.counterparty_revenue, 50)
        self.assertEqual(self._new(self.spring, self.autumn), [2, 1])
        shown = self.env["counterparty.campaign.report"].search(
            self.spring.action_open_counterparty_results()["domain"]
        )
        self.assertEqual(sum(shown.mapped("revenue")), 150)

    def test_budget_is_compared_with_what_was_spent(self):
        self.spring.counterparty_budget = 200
        self._spend(self.spring, 50)

        self.assertEqual(self.spring.counterparty_budget_left, 150)
        self.assertEqual(self.spring.counterparty_budget_used, "25%")
        self.assertEqual(self.autumn.counterparty_budget_used, "n/a")

    def test_budget_left_hides_in_every_language_without_a_budget(self):
        lang = self.env["res.lang"]._activate_lang("es_ES").code
        view = self.env.ref("counterparty_crm.utm_campaign_view_form").with_context(lang=lang)
        arch = etree.fromstring(view.get_combined_arch())
        [node] = arch.xpath("//field[@name='counterparty_budget_left']")
        campaigns = (self.spring | self.autumn).with_context(lang=lang)
        campaigns[0].counterparty_budget = 200

        hidden = [
            safe_eval(
                node.get("invisible"),
                {
                    name: campaign[name]
                    for name in ("counterparty_has_budget", "counterparty_budget_used")
                    if name in campaign
                },
            )
            for campaign in campaigns
        ]

        self.assertEqual(hidden, [False, True])

    def test_campaign_without_a_budget_has_that_of_its_parts(self):
        (self.autumn | self.winter).counterparty_parent_id = self.spring
        self.autumn.counterparty_budget = 60
        self.winter.counterparty_budget = 40
        self._spend(self.winter, 50)

        self.assertEqual(self.spring.counterparty_budget_left, 50)
        self.assertEqual(self.spring.counterparty_budget_used, "50%")

    def test_budget_is_in_the_currency_of_its_company(self):
        leu = self.env.ref("base.RON")
        leu.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": leu.id,
                "name": "2026-01-01",
                "rate": 5,
                "company_id": self.company.id,
            }
        )
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s", [leu.id, self.other_company.id]
        )
        self.env.invalidate_all()
        self.spring.write(
            {
                "company_id": self.other_company.id,
                "counterparty_budget": 500,
                "counterparty_date_from": "2026-03-01",
            }
        )
        spring = self.spring.with_company(self.company)
        self.env["res.currency.rate"].search([("currency_id", "=", leu.id)]).copy(
            {"company_id": self.other_company.id}
        )

        self.assertEqual(spring.counterparty_budget_left, 100)

    # ------------------------------------------------------------
    # What it cost
    # ------------------------------------------------------------

    def test_bill_that_names_the_campaign_is_its_cost_and_no_revenue(self):
        line = self._line(self.service, price=20)
        other = self._line(self.service, price=7, campaign_id=self.autumn.id)
        bill = {"kind": "in_invoice", "partner_id": self.vendor.id, "campaign_id": self.spring.id}
        self._invoice(line, other, **bill)
        self._invoice(line, post=False, **bill)
        self._invoice(self._line(self.service, price=5), **{**bill, "kind": "in_refund"})

        self.assertEqual(self.spring.counterparty_spent, 15)
        self.assertEqual(self.spring.counterparty_revenue, 0)
        self.assertEqual(self.autumn.counterparty_spent, 7)

    def test_a_posted_bill_keeps_its_campaign(self):
        line = self._line(self.service, price=20)
        bill = self._invoice(
            line, kind="in_invoice", partner_id=self.vendor.id, campaign_id=self.spring.id
        )

        for record in (bill, bill.invoice_line_ids):
            with self.subTest(model=record._name), self.assertRaisesRegex(UserError, "to draft"):
                record.campaign_id = self.autumn
        bill.button_draft()
        bill.campaign_id = self.autumn
        bill.action_post()

        self.assertEqual(self.autumn.counterparty_spent, 20)

    def _account(self, name, plan=None):
        project_plan, _other_plans = self.env["account.analytic.plan"]._get_all_plans()
        return self.env["account.analytic.account"].create(
            {"name": name, "plan_id": (plan or project_plan).id}
        )

    def _bill(self, account, price=20, **values):
        line = self._line(self.service, price=price, analytic_distribution={account.id: 100})
        return self._invoice(line, kind="in_invoice", partner_id=self.vendor.id, **values)

    def test_costs_of_the_analytic_account_are_money_spent(self):
        plan = self.env["account.analytic.plan"].create({"name": "Marketing"})
        for account in (self._account("Spring fair"), self._account("Spring fair", plan)):
            campaign = self.env["utm.campaign"].create(
                {"title": "Fair", "counterparty_analytic_account_id": account.id}
            )
            with self.subTest(plan=account.plan_id.name):
                bill = self._bill(account)
                entry = self.env["account.analytic.line"].create(
                    {
                        "name": "Our own hours",
                        "date": "2026-03-05",
                        "amount": -12,
                        account.plan_id._column_name(): account.id,
                        "company_id": self.company.id,
                    }
                )

                self.assertEqual(campaign.counterparty_spent, 32)
                rows = self.env["counterparty.profit.report"].search(
                    [("campaign_id", "=", campaign.id)]
                )
                opened = {row.spent: row.action_open_document() for row in rows}
                self.assertEqual(
                    {
                        spent: (action["res_model"], action["res_id"])
                        for spent, action in opened.items()
                    },
                    {20: (bill._name, bill.id), 12: (entry._name, entry.id)},
                )

    def test_sales_on_the_analytic_account_are_no_negative_cost(self):
        account = self._account("Spring fair")
        self.spring.counterparty_analytic_account_id = account

        self._invoice(
            self._line(self.ledger_goods, analytic_distribution={account.id: 100}),
            campaign_id=self.spring.id,
        )
        self._invoice(
            self._line(
                self.service,
                price=40,
                account_id=self.account_income.id,
                analytic_distribution={account.id: 100},
            ),
            kind="in_refund",
            partner_id=self.vendor.id,
        )

        self.assertEqual(self.spring.counterparty_revenue, 100)
        self.assertEqual(self.spring.counterparty_spent, 0)

    def test_bill_that_says_it_twice_costs_once(self):
        spring, autumn = self._account("Spring fair"), self._account("Autumn fair")
        self.spring.counterparty_analytic_account_id = spring
        self.autumn.counterparty_analytic_account_id = autumn

        self._bill(spring, campaign_id=self.spring.id)
        self._bill(autumn, price=7, campaign_id=self.spring.id)

        self.assertEqual(self.spring.counterparty_spent, 27)
        self.assertEqual(self.autumn.counterparty_spent, 0)

    def test_entry_on_accounts_of_two_campaigns_is_spent_once(self):
        plan = self.env["account.analytic.plan"].create({"name": "Marketing"})
        spring, autumn = self._account("Spring fair"), self._account("Autumn fair", plan)
        elsewhere = self._account("Office")
        self.spring.counterparty_analytic_account_id = spring
        self.autumn.counterparty_analytic_account_id = autumn
        both = f"{spring.id},{autumn.id}"
        cases = [
            # how a line of 10 is distributed, and what each campaign spent
            ({both: 100}, 5.0, 5.0),
            ({spring.id: 100, autumn.id: 100}, 5.0, 5.0),
            ({spring.id: 30, elsewhere.id: 70, autumn.id: 60}, 3.0, 6.0),
            ({both: 50, spring.id: 50}, 7.5, 2.5),
            ({both: 10, elsewhere.id: 90}, 0.5, 0.5),
        ]
        for distribution, *expected in cases:
            with self.subTest(distribution=distribution):
                bill = self._invoice(
                    self._line(self.service, price=10, analytic_distribution=distribution),
                    kind="in_invoice",
                    partner_id=self.vendor.id,
                )
                self.env.invalidate_all()
                self.assertEqual(
                    [self.spring.counterparty_spent, self.autumn.counterparty_spent], expected
                )
                rows = self.env["counterparty.profit.report"].search(
                    [("campaign_id", "in", (self.spring + self.autumn).ids)]
                )
                self.assertEqual(len(set(rows.ids)), len(rows))
                self.assertEqual(rows.move_id, bill)
                bill.button_draft()

    def test_odd_cent_of_an_entry_goes_to_the_older_campaign(self):
        plan = self.env["account.analytic.plan"].create({"name": "Marketing"})
        spring, autumn = self._account("Spring fair"), self._account("Autumn fair", plan)
        self.spring.counterparty_analytic_account_id = spring
        self.autumn.counterparty_analytic_account_id = autumn

        entry = self.env["account.analytic.line"].create(
            {
                "name": "Our own hours",
                "date": "2026-03-05",
                "amount": -0.01,
                spring.plan_id._column_name(): spring.id,
                plan._column_name(): autumn.id,
                "company_id": self.company.id,
            }
        )

        self.assertEqual(
            [self.spring.counterparty_spent, self.autumn.counterparty_spent], [0.01, 0.0]
        )
        rows = self.env["counterparty.profit.report"].search(
            [("campaign_id", "in", (self.spring + self.autumn).ids)]
        )
        self.assertEqual(len(rows), 2)
        for row in rows:
            action = row.action_open_document()
            self.assertEqual((action["res_model"], action["res_id"]), (entry._name, entry.id))

    def test_analytic_account_belongs_to_one_campaign(self):
        self.spring.counterparty_analytic_account_id = self._account("Fair")
        self.spring.flush_recordset()

        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "analytic_account_uniq"),
        ):
            self.autumn.counterparty_analytic_account_id = (
                self.spring.counterparty_analytic_account_id
            )
            self.autumn.flush_recordset()

    def test_costs_of_another_company_stay_there(self):
        account = self._account("Fair")
        account.company_id = False
        self.spring.counterparty_analytic_account_id = account
        self.env["account.analytic.line"].create(
            {
                "name": "Stand",
                "amount": -12,
                "account_id": account.id,
                "company_id": self.other_company.id,
            }
        )
        reader = self._profit_user("read", SALES, "group_user", "group_cost_profit")

        self.assertEqual(self.spring.with_user(reader).counterparty_spent, 0)

    def test_whoever_sees_no_budget_copies_a_campaign_without_it(self):
        seller = self._profit_user("copy", SALES, "group_user")
        self.spring.counterparty_budget = 500

        copied = self.spring.with_user(seller).copy()

        self.assertEqual(copied.sudo().counterparty_budget, 0)
        self.assertEqual(self.spring.copy().counterparty_budget, 500)

    def test_orders_that_interactions_earned_count_like_those_that_name_it(self):
        named, earned = self._order(campaign=self.spring), self._order()
        self._order(campaign=self.spring, confirmed=False)
        self._interaction(self.spring, "2026-03-01 10:00:00")

        self._invoice_orders(named)
        self._invoice_orders(earned)
        self._invoice()

        self.env.invalidate_all()
        self.assertEqual(self.spring.counterparty_order_count, 2)
        self.assertEqual(self.spring.counterparty_revenue, 300)

    def test_an_order_of_two_parts_is_one_order_of_the_whole(self):
        (self.autumn | self.winter).counterparty_parent_id = self.spring
        order = self._order(campaign=self.winter)
        self._invoice_orders(order)
        line = order.invoice_ids.invoice_line_ids
        self.env["counterparty.campaign.correction"].create(
            {"line_ids": [Command.set(line.ids)], "campaign_id": self.autumn.id, "reason": "Fair"}
        ).action_correct()

        self.env.invalidate_all()
        counts = [each.counterparty_order_count for each in (self.spring, self.autumn, self.winter)]
        self.assertEqual(counts, [1, 1, 1])

    def test_orders_of_own_companies_count_no_more_than_their_sales(self):
        order = self._order(campaign=self.spring)
        order.partner_id = self.other_company.partner_id

        self.env.invalidate_all()
        self.assertEqual(self.spring.counterparty_order_count, 0)

    def test_sums_do_not_depend_on_the_rules_of_documents(self):
        self._invoice(campaign_id=self.spring.id)
        self._invoice(kind="out_receipt", campaign_id=self.spring.id)
        # the host shows receipts to accountants alone
        user = self._profit_user(
            "sami", "sales_team.group_sale_manager", "group_manager", "group_cost_profit"
        )
        spring = self.spring.with_user(user)

        self.assertEqual(spring.counterparty_revenue, 200)
        cost_and_profit = spring.counterparty_cost + spring.counterparty_profit
        self.assertEqual(spring.counterparty_revenue, cost_and_profit + spring.counterparty_unknown)

    def test_the_time_before_of_many_campaigns_is_read_at_once(self):
        for campaign in self.spring | self.autumn | self.winter:
            campaign.write(
                {"counterparty_date_from": "2026-03-01", "counterparty_date_to": "2026-03-31"}
            )
        self._invoice(campaign_id=self.spring.id)
        self._invoice(day="2026-02-10")
        self.env.flush_all()

        def count(campaigns):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            texts = campaigns.mapped("counterparty_before")
            return self.env.cr.sql_log_count - before, texts

        one, [text] = count(self.spring)
        three, texts = count(self.spring | self.autumn | self.winter)

        self.assertIn("100.00", text)
        self.assertEqual(texts[0], text)
        self.assertIn("0.00", texts[1])
        self.assertLessEqual(three, one)

    # ------------------------------------------------------------
    # Customers won
    # ------------------------------------------------------------

    def test_customer_is_new_to_one_campaign_on_the_same_day(self):
        self._invoice(campaign_id=self.spring.id)
        self._invoice(campaign_id=self.autumn.id)

        self.assertEqual(self._new(self.spring, self.autumn), [1, 0])

    def test_customer_of_shared_sale_is_new_to_the_largest_share(self):
        self.company.counterparty_attribution_model = "linear"
        for number, campaign in enumerate([self.spring, self.autumn, self.autumn]):
            self._interaction(campaign, f"2026-03-0{number + 1} 09:00:00", res_id=number)
        self._invoice()

        self.assertEqual(self._new(self.spring, self.autumn), [0, 1])

    def test_new_customer_goes_along_with_a_corrected_sale(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids,
            self.autumn,
            self.env["utm.medium"],
            self.env["utm.source"],
            "Fair",
        )

        self.assertEqual(self._new(self.spring, self.autumn), [0, 1])

    def test_customer_who_bought_before_is_not_new(self):
        self._invoice(day="2026-01-10")
        self._invoice(campaign_id=self.spring.id)

        self.assertEqual(self._new(), [0])

    def test_salesperson_counts_own_sales_alone(self):
        seller = self._profit_user("sella", SALES)
        self._invoice(campaign_id=self.spring.id)
        self._invoice(
            campaign_id=self.spring.id, partner_id=self.newcomer.id, invoice_user_id=seller.id
        )
        self.env.invalidate_all()

        mine = self.spring.with_user(seller).with_context(allowed_company_ids=self.company.ids)

        self.assertEqual((mine.counterparty_new_customers, mine.counterparty_revenue), (1, 100))
        self.assertEqual(self._new(), [2])

    # ------------------------------------------------------------
    # What the figures lack
    # ------------------------------------------------------------

    def test_amounts_without_a_rate_are_told_and_not_shown_as_nothing(self):
        leu = self.env.ref("base.RON")
        leu.active = True
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s", [leu.id, self.other_company.id]
        )
        self.env["res.currency.rate"].search([("currency_id", "=", leu.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": leu.id, "name": "2026-06-01", "rate": 5, "company_id": self.company.id}
        )
        self.env.invalidate_all()
        self.env.user.company_ids |= self.other_company
        there = self.env["account.move"].with_company(self.other_company)
        there.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-10",
                "date": "2026-03-10",
                "currency_id": leu.id,
                "campaign_id": self.spring.id,
                "invoice_line_ids": [self._line(self.service, price=500)],
            }
        ).action_post()

        both = {"allowed_company_ids": (self.company | self.other_company).ids}
        spring = self.spring.with_context(**both)

        self.assertEqual(spring.counterparty_revenue, 0)
        self.assertIn("rate on the invoice date: 1.", spring.counterparty_note)
        self.assertIn("No sale yet", self.autumn.with_context(**both).counterparty_note)

    # ------------------------------------------------------------
    # Who shares a sale, and how
    # ------------------------------------------------------------

    def _touch_three(self):
        for number, (campaign, day) in enumerate(
            [(self.spring, "02-20"), (self.autumn, "03-01"), (self.winter, "03-09")]
        ):
            self._interaction(campaign, f"2026-{day} 09:00:00", res_id=number)
        return [
            Touch("Spring", Decimal(18)),
            Touch("Autumn", Decimal(9)),
            Touch("Winter", Decimal(1)),
        ]

    def test_campaign_of_the_last_contact_decides_how_a_sale_is_shared(self):
        touches = self._touch_three()
        for own in (
            (None, None, None),
            (None, None, "linear"),
            ("first", "linear", None),
            (None, "first", "position"),
            ("linear", None, "time_decay"),
        ):
            for campaign, model in zip((self.spring, self.autumn, self.winter), own, strict=True):
                campaign.counterparty_attribution_model = model
            expected = attribute(Decimal(10), touches, deciding_model(own, "last"), CENT)
            with self.subTest(own=own):
                shares = self._by_campaign(self._invoice(self._line(self.service, price=10)))
                self.assertEqual(
                    shares, {name: float(share) for name, share in expected.items() if share}
                )

    def test_company_decides_without_contacts_or_models_of_their_own(self):
        self.assertEqual(deciding_model([], "linear"), "linear")
        self.assertEqual(deciding_model(["first", None], "linear"), "linear")
        self.assertEqual(deciding_model([None, "first"], "linear"), "first")

    def test_campaign_of_another_company_earns_nothing_by_contacts(self):
        self._interaction(self.spring, "2026-03-01 09:00:00", res_id=1)
        self._interaction(self.autumn, "2026-03-05 09:00:00", res_id=2)
        self.autumn.company_id = self.other_company

        own = self._by_campaign(self._invoice(self._line(self.service)))
        self.autumn.company_id = False
        everybodys = self._by_campaign(self._invoice(self._line(self.service)))

        self.assertEqual((own, everybodys), ({"Spring": 100}, {"Autumn": 100}))
