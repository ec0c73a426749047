import io
import json
from ast import literal_eval
from unittest.mock import patch

from lxml import etree
from openpyxl import load_workbook
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.web.controllers.export import ExcelExport as GroupExcel
from odoo.addons.web.controllers.export import GroupsTreeNode

from ..controllers.export import ExcelExport
from ..models.counterparty_sale_fact_fill import CURSOR
from .common_profit import ProfitCase

SALES = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"
SEARCH = "counterparty_crm.counterparty_profit_report_view_search"


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartyProfitReport(ProfitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["counterparty.profit.report"]
        cls.seller = cls._profit_user("sella", SALES, "base.group_allow_export")
        cls.seer = cls._profit_user("seera", ALL, "group_cost_profit")
        cls.stranger = cls._profit_user("stranga", "base.group_user")

    def _read(
        self, model="counterparty.profit.report", user=None, groupby=(), names=None, domain=()
    ):
        report = self.env[model]
        if user:
            report = report.with_user(user).with_context(allowed_company_ids=self.company.ids)
        own = [("company_id", "in", [self.company.id, self.other_company.id]), *domain]
        return report._read_group(own, list(groupby), names or ["revenue:sum"])

    def test_ratios_come_from_sums(self):
        self._invoice(self._line(price=100))
        self._invoice(self._line(price=20))
        self._credit(self._invoice(self._line(price=50)))

        [[margin, markup]] = self._read(names=["margin:avg", "markup:avg"])

        self.assertAlmostEqual(margin, 100 * 100 / 120, 6)
        self.assertAlmostEqual(markup, 500)

    def test_ratios_say_nothing_instead_of_infinity(self):
        self._invoice(self._line(self.service))

        [[margin, markup]] = self._read(names=["margin:avg", "markup:avg"])

        self.assertIs(margin, False)
        self.assertIs(markup, False)

    def test_groups_of_an_export_have_ratios_of_their_sums(self):
        Report = self.env["counterparty.profit.report"]
        names = ["revenue", "profit", "unknown", "margin"]
        tree = GroupsTreeNode(Report, names, ["team_id", "user_id"], ["many2one"] * 2)
        rows = {7: [[40000, 36000, 0, 90.0]], 8: [[50, 10, 0, 20.0]]}
        for user, data in rows.items():
            tree.insert_leaf({"team_id": 1, "user_id": user, "__count": 1}, data)

        with patch.object(GroupExcel, "from_group_data", lambda *args: args[-1]):
            ExcelExport().from_group_data([], [], tree)

        team, total = tree.children.values()
        self.assertAlmostEqual(team.aggregated_values["margin"], 89.913, 3)
        self.assertEqual(team.children[8].aggregated_values["margin"], 20)
        self.assertAlmostEqual(total.aggregated_values["margin"], 89.913, 3)
        self.assertEqual((total.count, total.aggregated_values["revenue"]), (2, 40050))

    def test_unknown_cost_is_outside_the_margin(self):
        self._invoice()
        self.goods.standard_price = 0
        self._invoice(self._line(price=5000))

        [[margin, unknown]] = self._read(names=["margin:avg", "unknown:sum"])

        self.assertAlmostEqual(margin, 90)
        self.assertEqual(unknown, 5000)

    def test_sales_whose_cost_came_later_are_open_no_more(self):
        self.goods.standard_price = 0
        invoice, other = self._invoice(), self._invoice(self._line(price=70))
        credit = self._credit(invoice)
        domain = self._filter("unknown")
        open_before = self._read(domain=domain, names=["unknown:sum", "revenue:sum"])

        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33}, "Price list"
        )

        self.assertEqual(open_before, [(70, 70)])
        for model in (
            "counterparty.profit.report",
            "counterparty.campaign.report",
            "counterparty.profit.holding.report",
        ):
            found = self.env[model].search([*domain, ("company_id", "=", self.company.id)])
            self.assertFalse(found.move_id & (invoice | credit), model)
        rows = self.Report.search([("move_id", "in", (invoice | other).ids)])
        self.assertEqual(
            {row.move_id: row.is_cost_corrected for row in rows}, {invoice: True, other: False}
        )

    def _filter(self, name):
        """Return the domain of a filter of the report."""
        arch = etree.fromstring(self.env.ref(SEARCH).get_combined_arch())
        [node] = arch.xpath(f"//filter[@name='{name}']")
        return literal_eval(node.get("domain"))

    def test_country_groups_by_the_counterparty(self):
        self.customer.country_id = self.env.ref("base.ro")
        self._invoice()

        [[country, revenue]] = self._read(groupby=["country_id"])

        self.assertEqual((country, revenue), (self.env.ref("base.ro"), 100))

    def test_money_spent_lowers_the_contribution(self):
        self._invoice(campaign_id=self.spring.id)
        self.env["counterparty.cost"].create(
            [
                {
                    "name": "Stand",
                    "amount": 30,
                    "date": "2026-03-01",
                    "campaign_id": self.spring.id,
                },
                {
                    "name": "Gift",
                    "amount": 5,
                    "date": "2026-03-01",
                    "commercial_partner_id": self.customer.id,
                },
            ]
        )
        self._invoice(
            self._line(self.service, price=20, campaign_id=self.spring.id),
            kind="in_invoice",
            partner_id=self.vendor.id,
        )

        by_campaign = dict(
            (campaign.title, values)
            for campaign, *values in self._read(
                "counterparty.campaign.report",
                groupby=["campaign_id"],
                names=["revenue:sum", "profit:sum", "spent:sum", "contribution:sum"],
            )
        )
        by_partner = dict(self._read(groupby=["commercial_partner_id"], names=["contribution:sum"]))

        self.assertEqual(by_campaign, {"Spring": [100, 90, 50, 40]})
        self.assertEqual(by_partner[self.customer], 85)

    def test_row_of_money_spent_opens_its_entry_or_bill(self):
        cost = self.env["counterparty.cost"].create(
            {"name": "Stand", "amount": 30, "campaign_id": self.spring.id}
        )
        bill = self._invoice(
            self._line(self.service, price=20),
            campaign_id=self.spring.id,
            kind="in_invoice",
            partner_id=self.vendor.id,
        )

        rows = self.Report.search([("kind", "=", "spent"), ("campaign_id", "=", self.spring.id)])
        opened = {row.spent: row.action_open_document() for row in rows}

        self.assertEqual((opened[30]["res_model"], opened[30]["res_id"]), (cost._name, cost.id))
        self.assertEqual((opened[20]["res_model"], opened[20]["res_id"]), (bill._name, bill.id))

    def test_sellers_do_not_even_learn_that_money_was_spent(self):
        self.env["counterparty.cost"].create(
            {
                "name": "Stand",
                "amount": 30,
                "campaign_id": self.spring.id,
                "user_id": self.seller.id,
            }
        )

        rows = self.Report.with_user(self.seller).search([("campaign_id", "=", self.spring.id)])

        self.assertFalse(rows)

    def test_own_companies_are_left_out_until_the_facet_goes(self):
        self._invoice()
        self._invoice(partner_id=self.other_company.partner_id.id)
        view = self.env.ref("counterparty_crm.counterparty_profit_report_view_search")
        for name in ("", "_partner"):
            action = self.env.ref(f"counterparty_crm.counterparty_profit_report_action{name}")
            self.assertIn("'search_default_external': 1", action.context)
        self.assertIn('name="external"', view.arch)

        self.assertEqual(self._read(domain=[("is_internal", "=", False)]), [(100,)])
        self.assertEqual(self._read(), [(200,)])

    def test_report_tells_what_it_lacks(self):
        self._invoice()
        seller = self.Report.with_user(self.seller)
        self.assertEqual(seller.get_counterparty_notes(), [])

        self.env["ir.config_parameter"].set_param(CURSOR, "2026-03-11,0")
        complete, waiting = seller.get_counterparty_notes()

        self.assertIn("complete after 03/11/2026", complete)
        self.assertRegex(waiting, r"^Documents still to be read: [1-9]")
        with self.assertRaises(AccessError):
            self.Report.with_user(self.stranger).get_counterparty_notes()

    def test_companies_are_added_up_in_the_readers_currency(self):
        leu = self.env.ref("base.RON")
        leu.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": leu.id, "name": day, "rate": rate, "company_id": self.company.id}
                for day, rate in [("2026-01-01", 5), ("2026-03-15", 4)]
            ]
        )
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [leu.id, self.other_company.id],
        )
        self.env.invalidate_all()
        self.env.user.company_ids |= self.other_company
        there = self.env["account.move"].with_company(self.other_company)
        for day, price in [("2026-03-10", 500), ("2026-03-20", 400), ("2025-12-01", 70)]:
            there.create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": day,
                    "date": day,
                    "currency_id": leu.id,
                    "invoice_line_ids": [self._line(self.service, price=price)],
                }
            ).action_post()
        self._invoice()

        report = self.Report.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        [[revenue, flagged]] = report._read_group(
            [("company_id", "in", [self.company.id, self.other_company.id])],
            [],
            ["revenue:sum", "without_rate:sum"],
        )

        self.assertEqual((revenue, flagged), (300, 1))
        [note] = report.get_counterparty_notes()
        self.assertIn("rate on the invoice date: 1.", note)

    def test_rates_are_missing_only_where_the_host_has_none_either(self):
        own, leu = self.company.currency_id, self.env.ref("base.RON")
        leu.active = True
        self.env["res.currency.rate"].search([("currency_id", "in", (own | leu).ids)]).unlink()
        self.env.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [leu.id, self.other_company.id],
        )
        self.env.invalidate_all()
        self.env.user.company_ids |= self.other_company
        self.env["account.move"].with_company(self.other_company).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2025-12-01",
                "date": "2025-12-01",
                "currency_id": leu.id,
                "invoice_line_ids": [self._line(self.service, price=500)],
            }
        ).action_post()
        # rates of the reader's currency and of the other company's, and what the sale is then
        cases = [
            ("none at all", {}, {}, None),
            ("one is the base", {}, {"2025-01-01": 5}, 100),
            ("the other is the base", {"2025-01-01": 0.2}, {}, 100),
            ("no rate of the other", {"2025-01-01": 1}, {}, None),
            ("both have rates", {"2025-01-01": 0.9}, {"2025-01-01": 5}, 90),
            ("own rates begin later", {"2026-01-01": 0.9}, {"2025-01-01": 5}, None),
            ("the other's begin later", {"2025-01-01": 0.9}, {"2026-01-01": 5}, None),
        ]
        report = self.Report.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        for name, *rates, expected in cases:
            rows = self.env["res.currency.rate"].create(
                [
                    {
                        "currency_id": currency.id,
                        "name": day,
                        "rate": rate,
                        "company_id": self.company.id,
                    }
                    for currency, by_day in zip(own | leu, rates, strict=True)
                    for day, rate in by_day.items()
                ]
            )
            self.env.invalidate_all()

            [[revenue, flagged]] = report._read_group(
                [("company_id", "=", self.other_company.id)],
                [],
                ["revenue:sum", "without_rate:sum"],
            )

            with self.subTest(name):
                self.assertEqual((revenue or None, flagged), (expected, int(expected is None)))
            rows.unlink()

    def test_salesperson_sees_own_and_nobodys_sales(self):
        mine = self._invoice(invoice_user_id=self.seller.id)
        nobody = self._invoice(invoice_user_id=False)
        self._invoice(invoice_user_id=self.seer.id)

        for model in (
            "counterparty.sale.fact",
            "counterparty.profit.report",
        ):
            found = self.env[model].with_user(self.seller).search([])
            self.assertEqual(found.move_id, mine | nobody)

    def test_sales_of_other_companies_are_not_there(self):
        self._invoice()

        elsewhere = self.seer.copy(
            {
                "login": "elsa",
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )
        allowed = {"allowed_company_ids": self.other_company.ids}
        for model in (
            "counterparty.sale.fact",
            "counterparty.profit.report",
            "counterparty.campaign.report",
        ):
            self.assertFalse(
                self.env[model].with_user(elsewhere).with_context(**allowed).search([])
            )

    def test_people_outside_sales_and_accounts_read_nothing(self):
        for model in (
            "counterparty.sale.fact",
            "counterparty.profit.report",
            "counterparty.campaign.report",
            "counterparty.cost",
            "counterparty.sale.correction",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.stranger).search([])

    def test_cost_and_profit_are_hidden_in_every_way(self):
        self._invoice(invoice_user_id=self.seller.id)
        for model in ("counterparty.sale.fact", "counterparty.profit.report"):
            report = self.env[model].with_user(self.seller)
            rows = report.search([])
            attempts = {
                "read": lambda rows=rows: rows.read(["profit"]),
                "export": lambda rows=rows: rows.export_data(["cost"]),
                "aggregate": lambda report=report: report.formatted_read_group(
                    [], [], ["profit:sum"]
                ),
                "group": lambda report=report: report.formatted_read_group(
                    [], ["cost_basis"], ["__count"]
                ),
                "domain": lambda report=report: report.search([("cost", ">", 5)]),
                "order": lambda report=report: report.search([], order="profit desc"),
            }
            for name, attempt in attempts.items():
                with self.subTest(model=model, way=name), self.assertRaises(AccessError):
                    attempt()
        with self.assertRaises(AccessError):
            self.Report.with_user(self.seller).formatted_read_group([], [], ["margin:avg"])
        self.assertNotIn("profit", self.Report.with_user(self.seller).fields_get())

    def test_reader_of_cost_sees_it(self):
        self._invoice(invoice_user_id=self.seller.id)

        [[profit, margin]] = self._read(user=self.seer, names=["profit:sum", "margin:avg"])

        self.assertEqual((profit, margin), (90, 90))

    def test_list_opens_on_profit_only_for_those_who_see_it(self):
        views = {
            user: self.Report.with_user(user).get_view(view_type="list")["arch"]
            for user in (self.seller, self.seer)
        }

        self.assertIn('default_order="revenue desc"', views[self.seller])
        self.assertIn('default_order="profit desc"', views[self.seer])
        self.assertNotIn('name="profit"', views[self.seller])

    def test_facts_cannot_be_written_by_anybody(self):
        self._invoice(invoice_user_id=self.seer.id)
        fact = self.Fact.with_user(self.seer).search([])

        with self.assertRaises(AccessError):
            fact.write({"revenue": 5})
        with self.assertRaises(AccessError):
            fact.unlink()

    def test_row_opens_its_invoice(self):
        invoice = self._invoice()
        row = self.Report.search([("move_id", "=", invoice.id)])

        self.assertEqual(row.action_open_document()["res_id"], invoice.id)

    def test_invoice_of_a_row_opens_for_its_salesperson(self):
        invoice = self._invoice(invoice_user_id=self.seller.id)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.env.invalidate_all()
        row = self.Report.with_user(self.seller).search([("move_id", "=", invoice.id)])

        action = row.action_open_document()
        Move = self.env[action["res_model"]].with_user(self.seller)
        names = Move.get_views(action["views"])["models"][Move._name]["fields"]
        arch = Move.get_view(view_type="form")["arch"]
        shown = {name: {} for name in names if f'name="{name}"' in arch}
        [values] = Move.browse(action["res_id"]).web_read(shown)

        self.assertEqual(values["name"], invoice.name)
        self.assertEqual(values["payment_count"], 0)
        self.assertGreaterEqual(invoice.payment_count, 1)


@tagged("post_install", "-at_install", "counterparty_profit")
class TestUtmCampaignProfit(ProfitCase):
    def test_campaign_shows_what_it_brought(self):
        self.spring.write(
            {"counterparty_date_from": "2026-03-01", "counterparty_date_to": "2026-03-31"}
        )
        self._invoice(day="2026-02-10")
        invoice = self._invoice(self._line(quantity=3), campaign_id=self.spring.id)
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        newcomer = self.env["res.partner"].create({"name": "New", "is_company": True})
        self._invoice(campaign_id=self.spring.id, partner_id=newcomer.id)
        self._invoice(campaign_id=self.spring.id, partner_id=self.other_company.partner_id.id)
        self.env["counterparty.cost"].create(
            {"name": "Stand", "amount": 90, "campaign_id": self.spring.id}
        )
        self.env.invalidate_all()

        self.assertEqual(self.spring.counterparty_invoiced, 400)
        self.assertEqual(self.spring.counterparty_refunded, 100)
        self.assertEqual(self.spring.counterparty_revenue, 300)
        self.assertEqual(self.spring.counterparty_cost, 30)
        self.assertEqual(self.spring.counterparty_profit, 270)
        self.assertEqual(self.spring.counterparty_net_profit, 180)
        self.assertEqual(self.spring.counterparty_roi, "200%")
        self.assertIn("90.00", self.spring.counterparty_cpa)
        self.assertIn("100.00", self.spring.counterparty_before)

    def test_campaign_without_figures_says_so(self):
        self.assertEqual(self.autumn.counterparty_revenue, 0)
        self.assertEqual(self.autumn.counterparty_roi, "n/a")
        self.assertEqual(self.autumn.counterparty_cpa, "n/a")
        self.assertEqual(self.autumn.counterparty_before, "n/a")

    def test_campaign_does_not_end_before_it_starts(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.spring.write(
                {"counterparty_date_from": "2026-03-01", "counterparty_date_to": "2026-02-01"}
            )
            self.env.flush_all()

    def test_money_and_budgets_are_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.spring.counterparty_budget = -1
            self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env["counterparty.cost"].create(
                {"name": "Back", "amount": -1, "campaign_id": self.spring.id}
            )

    def test_campaign_is_no_part_of_itself(self):
        self.spring.counterparty_parent_id = self.autumn

        with self.assertRaisesRegex(ValidationError, "part of itself"):
            self.autumn.counterparty_parent_id = self.spring

    def test_used_dimensions_are_refused_in_words(self):
        cost = {"name": "Stand", "amount": 5}
        uses = {
            "invoice": lambda use: self._invoice(post=False, **use),
            "line": lambda use: self._invoice(self._line(**use), post=False),
            "order": lambda use: self._order(confirmed=False).write(use),
        }
        for name, use in uses.items():
            for model, field in (
                ("utm.campaign", "campaign_id"),
                ("utm.medium", "medium_id"),
                ("utm.source", "source_id"),
            ):
                with self.subTest(use=name, model=model):
                    record = self.env[model].create({"name": f"{name} {model}"})
                    use({field: record.id})
                    with self.assertRaisesRegex(UserError, "is used by"):
                        record.unlink()
        paid, whole, part = self.env["utm.campaign"].create(
            [{"title": "Paid"}, {"title": "Whole"}, {"title": "Part"}]
        )
        self.env["counterparty.cost"].create({**cost, "campaign_id": paid.id})
        part.counterparty_parent_id = whole
        for campaign in (paid, whole):
            with self.assertRaisesRegex(UserError, "Archive it"):
                campaign.unlink()
        part.unlink()
        whole.unlink()


@tagged("post_install", "-at_install", "counterparty_profit")
class TestProfitExport(ProfitCase, HttpCase):
    """Sheets of the reports, as the browser asks for them."""

    def _export(self, model, names, **asked):
        data = {
            "model": model,
            "fields": [
                {"name": name, "label": name, "type": self.env[model]._fields[name].type}
                for name in names
            ],
            "ids": False,
            "domain": [("company_id", "=", self.company.id)],
            "import_compat": False,
            "context": {"allowed_company_ids": self.company.ids},
            **asked,
        }
        values = {"data": json.dumps(data), "csrf_token": Request.csrf_token(self)}
        response = self.url_open("/web/export/xlsx", values)
        sheet = load_workbook(io.BytesIO(response.content)).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def setUp(self):
        super().setUp()
        self._profit_user(
            "exa", ALL, "group_cost_profit", "base.group_allow_export"
        ).password = "exa-exa-exa"
        self._invoice(self._line(price=100), invoice_user_id=False)
        self._invoice(self._line(price=20), invoice_user_id=False)
        self.session = self.authenticate("exa", "exa-exa-exa")

    def test_sheet_ends_with_a_total_and_ratios_of_sums(self):
        names = ["move_id", "revenue", "profit", "unknown", "margin"]

        rows = self._export("counterparty.profit.report", names)

        self.assertEqual(rows[-1][:4], ["Total", 120, 100, 0])
        self.assertAlmostEqual(rows[-1][4], 100 * 100 / 120)

    def test_rows_without_a_ratio_have_none_in_the_sheet(self):
        self._credit(self._invoice(self._line(price=50), invoice_user_id=False))
        names = ["revenue", "cost", "profit", "unknown", "margin", "markup"]

        for asked in ({}, {"groupby": ["move_id"]}):
            rows = self._export("counterparty.profit.report", names, **asked)
            [credit] = [row for row in rows if row[:2] == [-50, -10]][-1:]
            self.assertEqual([value or None for value in credit[4:]], [None, None])
            self.assertNotIn(0, credit[4:])

    def test_grouped_sheet_ends_with_a_total(self):
        names = ["commercial_partner_id", "revenue", "profit"]

        rows = self._export("counterparty.profit.report", names, groupby=["commercial_partner_id"])

        self.assertEqual(rows[1], ["Northwind (2)", 120, 100])
        self.assertEqual(rows[-1], ["Total (2)", 120, 100])

    def test_sheets_of_other_models_have_no_total_of_ours(self):
        rows = self._export("account.move", ["name", "amount_total"])

        self.assertNotIn("Total", rows[-1])
