from datetime import date

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, tagged

from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCounterpartyHolding(HoldingCase):
    def test_members_follow_from_memberships_of_the_day(self):
        cases = {
            "2019-12-31": {"Northwind Group"},
            "2020-06-01": {"Northwind Group", "Northwind Foods"},
            "2021-01-01": {"Northwind Group", "Northwind Foods", "Northwind Freight"},
        }
        for day, names in cases.items():
            with self.subTest(day=day):
                self.assertEqual(self._members(day), names)

    def test_a_leaver_does_not_change_the_past(self):
        before = self._members("2025-12-31")

        self.to_freight.date_to = "2026-01-31"

        self.assertEqual(self._members("2025-12-31"), before)
        self.assertNotIn("Northwind Freight", self._members("2026-02-01"))

    def test_loops_end_and_visit_everybody_once(self):
        self._membership(self.freight, self.holding, 10)
        self._membership(self.foods, self.freight, 20)

        query = self.group._sql_members(self.today)
        rows = self.env.execute_query(query)

        self.assertEqual(len(rows), 3)

    def test_a_group_spans_the_kinds_it_names(self):
        self._membership(self.foods, self.late_payer, kind=self.franchise, share_basis="unknown")
        network = self.env["counterparty.holding"].create(
            {"name": "Shops", "head_id": self.foods.id, "kind_ids": self.franchise.ids}
        )
        self._membership(self.foods, self.first_bank, 51)

        self.assertIn("Slowpay Ltd", self._members())
        self.assertEqual(self._members(group=network), {"Northwind Foods", "Slowpay Ltd"})

    def test_includes_bring_along_and_excludes_cut_off(self):
        self._membership(self.late_payer, self.first_bank, 51)
        self.group.include_ids = self.late_payer
        self.assertLessEqual({"Slowpay Ltd", "First Bank"}, self._members())

        self.group.exclude_ids = self.late_payer
        self.assertFalse({"Slowpay Ltd", "First Bank"} & self._members())
        self.assertFalse(self.first_bank.counterparty_holding_ids)

    def test_a_group_without_known_head_consists_of_what_is_included(self):
        unknown = self.env["counterparty.holding"].create(
            {"name": "Who knows", "include_ids": self.foods.ids}
        )

        self.assertEqual(self._members(group=unknown), {"Northwind Foods"})
        self.assertEqual(self._members("2019-01-01", unknown), {"Northwind Foods"})
        self.assertEqual(unknown._get_steps(self.today)[self.foods.id].depth, 0)

    # ------------------------------------------------------------
    # Role and group
    # ------------------------------------------------------------

    def test_the_role_of_a_holding_creates_its_group(self):
        self._role(self.late_payer, self.head)

        group = self.env["counterparty.holding"].search([("head_id", "=", self.late_payer.id)])
        self.assertEqual(group.name, "Slowpay Ltd")
        self.assertEqual(len(self._roles(self.late_payer)), 1)

    def test_a_group_gives_its_head_the_role(self):
        self.assertEqual(self._roles(self.holding).type_id, self.head)

        self.group.head_id = self.late_payer
        self.assertEqual(self._roles(self.late_payer).type_id, self.head)
        groups = self.env["counterparty.holding"].search([("head_id", "=", self.late_payer.id)])
        self.assertEqual(groups, self.group)

    def test_a_role_that_starts_later_has_its_group_as_well(self):
        role = self._role(self.late_payer, self.head, date_from=self._day(30))

        self.assertEqual(self._roles(self.late_payer), role)
        self.assertTrue(
            self.env["counterparty.holding"].search([("head_id", "=", self.late_payer.id)])
        )

    def test_a_user_without_rights_on_groups_creates_one_by_the_role(self):
        role = self.env["counterparty.role"].with_user(self.user)

        role.create({"partner_id": self.late_payer.id, "type_id": self.head.id})

        self.assertTrue(self.late_payer.with_user(self.user).counterparty_holding_ids)

    def test_a_contact_as_head_leads_to_its_company(self):
        group = self.env["counterparty.holding"].create({"head_id": self.ben.id})

        self.assertEqual((group.head_id, group.name), (self.foods, "Northwind Foods"))

    # ------------------------------------------------------------
    # Partners, orders, invoice lines
    # ------------------------------------------------------------

    def test_partners_and_their_contacts_know_their_groups(self):
        for partner in (self.holding, self.foods, self.ben):
            with self.subTest(partner=partner.name):
                self.assertEqual(partner.counterparty_holding_ids, self.group)
        self.assertFalse(self.late_payer.counterparty_holding_ids)

    def test_search_by_group_by_name_and_by_none(self):
        Partner = self.env["res.partner"]
        mine = self.holding | self.foods | self.freight | self.ben | self.late_payer

        def found(*condition):
            return Partner.search([condition, ("id", "in", mine.ids)])

        members = self.holding | self.foods | self.freight | self.ben
        self.assertEqual(found("counterparty_holding_ids", "in", self.group.ids), members)
        self.assertEqual(found("counterparty_holding_ids", "ilike", "northw"), members)
        self.assertEqual(found("counterparty_holding_ids", "=", False), self.late_payer)
        self.assertEqual(found("counterparty_holding_ids", "!=", False), members)

    def test_records_group_by_holding(self):
        order = self._order(self.ben)
        line = self._invoice(self.freight, 10).invoice_line_ids
        for records in (self.foods | self.late_payer, order, line):
            with self.subTest(model=records._name):
                rows = records._read_group(
                    [("id", "in", records.ids)], ["counterparty_holding_ids"], ["__count"]
                )

                self.assertIn((self.group, 1), rows)
                self.assertEqual(sum(count for _group, count in rows), len(records))

    def test_groups_of_a_page_of_partners_cost_the_same_as_of_one(self):
        many = self.env["res.partner"].create(
            [{"name": f"Shop {number}", "is_company": True} for number in range(40)]
        )
        for shop in many:
            self._membership(self.foods, shop, 51)
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            records.mapped("commercial_partner_id")
            start = self.env.cr.sql_log_count
            records.mapped("counterparty_holding_ids")
            return self.env.cr.sql_log_count - start

        count(many)
        self.assertLessEqual(count(many), count(many[:1]))

    def test_the_button_opens_the_chart_of_the_only_group(self):
        action = self.freight.action_open_counterparty_group()

        self.assertEqual(action["res_model"], "counterparty.holding.member")
        self.assertEqual(action["context"]["counterparty_holding_ids"], self.group.ids)
        self.assertEqual(action["views"][0][1], "hierarchy")

    def test_another_head_does_not_rename_the_group(self):
        self.group.head_id = self.late_payer

        self.assertEqual((self.group.name, self.group.head_id), ("Northwind", self.late_payer))

    def test_contacts_included_or_left_out_lead_to_their_companies(self):
        clerk, driver = self.env["res.partner"].create(
            [
                {"name": "Clerk", "parent_id": self.late_payer.id},
                {"name": "Driver", "parent_id": self.freight.id},
            ]
        )

        self.group.write({"include_ids": clerk.ids, "exclude_ids": driver.ids})

        self.assertEqual(self.group.include_ids, self.late_payer)
        self.assertEqual(self.group.exclude_ids, self.freight)
        self.assertEqual(self._members(), {"Northwind Group", "Northwind Foods", "Slowpay Ltd"})

    def test_many_members_leave_room_for_the_owner(self):
        members = self.env["res.partner"].create(
            [{"name": f"Shop {number}", "is_company": True} for number in range(81)]
        )
        self.env["counterparty.membership"].create(
            [
                {"owner_id": self.foods.id, "member_id": member.id, "kind_id": self.franchise.id}
                for member in members
            ]
        )
        self.to_foods.date_to = self.today
        self.env.invalidate_all()

        self.assertEqual(self.foods.counterparty_owner_card_ids, self.to_foods)
        self.assertEqual(len(self.foods.counterparty_member_card_ids), 40)

    def test_the_form_shows_both_ends_and_the_button_without_a_query_for_others(self):
        self._membership(self.freight, self.late_payer, 51)
        self.env.flush_all()

        self.assertEqual(self.freight.counterparty_owner_card_ids, self.to_freight)
        self.assertEqual(self.freight.counterparty_member_card_ids.member_id, self.late_payer)
        self.assertTrue(self.freight.counterparty_has_holding)
        self.assertTrue(self.holding.counterparty_has_holding)
        self.assertFalse(self.first_bank.counterparty_has_holding)

        self.env.invalidate_all()
        self.tax_office.read(["commercial_partner_id", "counterparty_is_linked"])
        with self.assertQueryCount(0):
            self.tax_office.read(["counterparty_owner_card_ids", "counterparty_has_holding"])

    def test_the_form_of_a_member_costs_four_queries(self):
        self._membership(self.freight, self.late_payer, 51)
        cards = ["counterparty_owner_card_ids", "counterparty_member_card_ids"]
        shown = ["owner_id", "member_id", "kind_id", "share_text", "is_mutual", "is_own_company"]

        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            self.freight.read(["commercial_partner_id", "counterparty_is_linked"])
            with self.assertQueryCount(4):
                self.freight.read([*cards, "counterparty_has_holding"])
                for name in cards:
                    self.freight[name].read(shown)

        self.env["counterparty.membership"]._get_own_partners()
        read()

    def test_who_left_a_group_is_shown_when(self):
        self.to_freight.write({"date_from": "2020-01-01", "date_to": "2021-01-01"})

        action = self.freight.action_open_counterparty_group()

        self.assertTrue(self.freight.counterparty_has_holding)
        self.assertEqual(action["res_model"], "counterparty.membership")

    def test_own_companies_are_known_anew_when_they_change(self):
        own = self.env["counterparty.membership"]._get_own_partners
        before = own()

        company = self.env["res.company"].create({"name": "Ours, too"})
        self.assertEqual(own() - before, company.partner_id)
        company.partner_id = self.late_payer
        self.assertEqual(own() - before, self.late_payer)
        company.active = False
        self.assertEqual(own(), before)

    def test_marks_are_filled_for_all_who_take_part(self):
        self.group.include_ids = self.first_bank
        part = self.holding | self.foods | self.freight | self.first_bank
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET counterparty_is_linked = NULL")
        self.env.invalidate_all()

        self.env["counterparty.holding.balance"]._fill_at_install()

        self.assertEqual(part.filtered("counterparty_is_linked"), part)
        self.assertFalse(self.tax_office.counterparty_is_linked)

    def test_the_dialogs_of_the_form_know_the_company(self):
        cases = {
            "action_add_counterparty_member": "default_owner_id",
            "action_add_counterparty_owner": "default_member_id",
        }
        for action, key in cases.items():
            with self.subTest(action=action):
                self.assertEqual(getattr(self.ben, action)()["context"], {key: self.foods.id})

    def test_the_button_lists_several_groups(self):
        other = self.env["counterparty.holding"].create({"head_id": self.foods.id})

        action = self.foods.action_open_counterparty_group()

        self.assertEqual(action["domain"], [("id", "in", (self.group | other).ids)])


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCounterpartyHoldingFigures(HoldingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("acca", "group_user", "account.group_account_invoice")

    def _rows(self, day=None, **context):
        context = {"counterparty_holding_ids": self.group.ids, "counterparty_as_of": day, **context}
        Member = self.env["counterparty.holding.member"].with_context(**context)
        return {row.partner_id.name: row for row in Member.search([])}

    def _figures(self, day=None, user=None):
        # rows are numbered by the query of the moment
        self.env.invalidate_all()
        Figure = self.env["counterparty.holding.figure"].with_user(user or self.env.user)
        context = {"counterparty_holding_ids": self.group.ids, "counterparty_as_of": day}
        return Figure.with_context(**context)

    def test_the_chart_hangs_members_below_their_owners(self):
        self._membership(self.foods, self.late_payer, 51)
        rows = self._rows()

        self.assertTrue(rows["Northwind Group"].is_head)
        self.assertFalse(rows["Northwind Group"].parent_id)
        self.assertEqual(rows["Slowpay Ltd"].parent_id, rows["Northwind Foods"])
        self.assertEqual(rows["Slowpay Ltd"].depth, 2)
        self.assertEqual(rows["Northwind Freight"].share_text, "60 %")
        self.assertEqual(len(rows["Northwind Group"].child_ids), 2)

    def test_the_chart_is_read_as_the_client_reads_it(self):
        Member = self.env["counterparty.holding.member"].with_context(
            counterparty_holding_ids=self.group.ids
        )

        nodes = Member.hierarchy_read(
            [("parent_id", "=", False)],
            {"partner_id": {}, "child_ids": {}},
            "parent_id",
            "child_ids",
        )

        self.assertEqual(len(nodes), 3)

    def test_the_chart_is_first_drawn_without_a_context(self):
        archived = self.env["counterparty.holding"].create({"name": "Slow", "active": False})
        archived.include_ids = self.late_payer
        self.to_freight.date_to = "2024-12-31"

        def draw(group):
            action = group.action_open_chart()
            nodes = self.env["counterparty.holding.member"].hierarchy_read(
                ["&", *Domain(action["domain"]), ("parent_id", "=", False)],
                {"partner_id": {"fields": {"display_name": {}}}, "child_ids": {}},
                "parent_id",
                "child_ids",
            )
            return {node["partner_id"]["display_name"] for node in nodes}

        self.assertEqual(draw(self.group), {"Northwind Group", "Northwind Foods"})
        self.assertEqual(
            draw(self.group.with_context(counterparty_as_of="2024-06-30")),
            {"Northwind Group", "Northwind Foods", "Northwind Freight"},
        )
        self.assertEqual(draw(archived), {"Slowpay Ltd"})

    def test_members_are_found_by_the_name_of_their_group(self):
        Member = self.env["counterparty.holding.member"]

        self.assertEqual(len(Member.search([("holding_id", "in", ["Northwind"])])), 3)
        self.assertEqual(len(Member.search([("holding_id", "in", self.group.ids)])), 3)

    def test_nodes_show_their_own_balance_and_the_head_the_sum(self):
        self._invoice(self.holding, 100)
        self._invoice(self.foods, 200)
        self._invoice(self.late_payer, 999)

        rows = self._rows()

        self.assertEqual(rows["Northwind Group"].receivable, 100)
        self.assertEqual(rows["Northwind Foods"].receivable, 200)
        self.assertEqual(rows["Northwind Group"].group_receivable, 300)
        self.assertEqual(rows["Northwind Foods"].group_receivable, 0)

    def test_a_group_without_known_head_has_its_sum_on_top(self):
        self.group.write({"head_id": False, "include_ids": (self.foods | self.freight).ids})
        self._membership(self.foods, self.late_payer, 51)
        self._invoice(self.foods, 200)
        self._invoice(self.late_payer, 30)

        rows = self._rows()

        self.assertEqual(rows["Northwind Foods"].group_receivable, 230)
        self.assertEqual(rows["Northwind Freight"].group_receivable, 230)
        self.assertEqual(rows["Slowpay Ltd"].group_receivable, 0)

    def test_our_own_companies_are_marked_and_not_summed(self):
        own = self.env.company.partner_id
        self._membership(self.holding, own, 10)
        self._invoice(self.foods, 200)
        self._invoice(own, 50)

        rows = self._rows()

        self.assertTrue(rows[own.name].is_own_company)
        self.assertEqual(rows["Northwind Group"].group_receivable, 200)

    def test_figures_are_per_currency_and_never_converted(self):
        euro = self.env.ref("base.EUR")
        foreign = euro if self.env.company.currency_id != euro else self.env.ref("base.USD")
        foreign.active = True
        self._invoice(self.foods, 100)
        self._invoice(self.freight, 70, currency_id=foreign.id)

        rows = self._figures()._read_group(
            [], ["currency_id"], ["receivable:sum", "sales:sum", "to_invoice:sum"]
        )

        self.assertEqual(
            {currency: (owed, sold) for currency, owed, sold, _ordered in rows},
            {self.env.company.currency_id: (100, 100), foreign: (70, 70)},
        )

    def _profit_rows(self, model, user=None, **context):
        self.env.invalidate_all()
        context = {"counterparty_holding_ids": self.group.ids, **context}
        return self.env[model].with_user(user or self.env.user).with_context(**context)

    def _goods_invoice(self, partner, amount, **values):
        """Sell one piece that cost 40."""
        self.service.standard_price = 40
        line = {"product_id": self.service.id, "price_unit": amount, "tax_ids": [Command.clear()]}
        return self._invoice(partner, 0, invoice_line_ids=[Command.create(line)], **values)

    def test_profit_stands_beside_its_sales_in_the_currency_of_the_books(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "XTR",
                "symbol": "x",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        self._goods_invoice(self.foods, 200)
        self._goods_invoice(self.freight, 200, currency_id=foreign.id)

        rows = self._profit_rows("counterparty.holding.figure")._read_group(
            [], ["partner_id", "currency_id", "company_currency_id"], ["sales:sum", "profit:sum"]
        )

        books = self.env.company.currency_id
        self.assertEqual(
            {
                (partner, currency): amounts
                for partner, currency, of, *amounts in rows
                if of == books
            },
            {(self.foods, books): [200, 160], (self.freight, foreign): [200, 60]},
        )

    def test_sales_and_profit_of_each_period_with_the_members_of_the_day(self):
        for day, amount in (("2024-02-01", 100), ("2024-05-01", 50), ("2025-02-01", 70)):
            self._goods_invoice(self.freight, amount, invoice_date=day)
        self.to_freight.date_to = "2025-06-30"

        def per_year(day):
            Sale = self._profit_rows("counterparty.holding.sale", counterparty_as_of=day)
            return Sale._read_group([], ["date:year"], ["sales:sum", "profit:sum"])

        years = [(date(2024, 1, 1), 150, 70), (date(2025, 1, 1), 70, 30)]
        self.assertEqual(per_year("2025-06-30"), years)
        self.assertEqual(per_year("2024-12-31"), years[:1])
        self.assertEqual(per_year("2025-07-01"), [])

    def test_the_period_of_the_figures_is_chosen(self):
        self._invoice(self.foods, 30, invoice_date="2024-12-31")
        self._invoice(self.foods, 100, invoice_date="2025-06-01")

        def sold(**context):
            rows = self._profit_rows(
                "counterparty.holding.figure", counterparty_as_of="2025-12-31", **context
            )
            return sum(rows.search([]).mapped("sales"))

        self.assertEqual(sold(), 100)
        self.assertEqual(sold(counterparty_period_start="2024-12-01"), 130)
        with Form(self.group.with_context(counterparty_as_of="2025-12-31")) as form:
            self.assertEqual(form.sales_from, "2025-01-01")
            # each amount stands in the table and on the card of a phone
            self.assertEqual(form.figures.count("130.00"), 2)
            form.sales_from = "2024-12-01"
            self.assertEqual(form.figures.count("130.00"), 4)

    def test_profit_is_for_those_who_may_see_it(self):
        self._goods_invoice(self.foods, 100)
        seer = self._user(
            "sean", "group_user", "group_cost_profit", "account.group_account_readonly"
        )

        for model in ("counterparty.holding.figure", "counterparty.holding.sale"):
            with self.subTest(model=model):
                (row,) = self._profit_rows(model, seer).search([])
                self.assertEqual((row.sales, row.profit), (100, 60))
                (row,) = self._profit_rows(model, self.accountant).search([])
                self.assertEqual(row.sales, 100)
                with self.assertRaises(AccessError):
                    row.read(["profit"])
                with self.assertRaises(AccessError):
                    self._profit_rows(model, self.officer).search([])
        self.assertIn("Gross profit", self.group.with_user(seer).figures)
        self.assertNotIn("Gross profit", self.group.with_user(self.accountant).figures)

    def test_orders_count_until_they_are_invoiced(self):
        order = self._amount_order(self.freight, 500)
        order.action_confirm()
        self.assertEqual(sum(self._figures().search([]).mapped("to_invoice")), 500)

        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        self.assertEqual(sum(self._figures().search([]).mapped("to_invoice")), 500)

        invoice.action_post()
        self.assertEqual(sum(self._figures().search([]).mapped("to_invoice")), 0)
        self.assertEqual(sum(self._figures().search([]).mapped("receivable")), 500)

    def test_figures_of_the_past_stay_when_a_member_leaves_and_pays(self):
        invoice = self._invoice(self.freight, 300, invoice_date="2025-06-10")
        self._invoice(self.foods, 100, invoice_date="2025-07-01")
        day = "2025-12-31"
        before = self._figures(day).search([]).mapped("receivable")

        self.to_freight.date_to = "2026-01-15"
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": "2026-02-01"})._create_payments()

        self.assertEqual(sorted(before), [100, 300])
        self.assertEqual(self._figures(day).search([]).mapped("receivable"), before)
        self.assertEqual(self._figures().search([]).partner_id, self.foods)

    def test_overdue_is_what_was_late_on_the_day(self):
        self._invoice(self.foods, 100, invoice_date="2025-06-01", invoice_date_due="2025-06-30")

        cases = {"2025-06-30": 0, "2025-07-01": 100}
        for day, overdue in cases.items():
            with self.subTest(day=day):
                self.assertEqual(self._figures(day).search([]).overdue, overdue)

    def test_the_form_shows_the_table_of_its_day(self):
        self._invoice(self.foods, 100, invoice_date="2025-06-01")

        with Form(self.group) as form:
            self.assertIn("100.00", form.figures)
            form.as_of = date(2025, 1, 1)
            self.assertNotIn("100.00", form.figures)
            self.assertEqual(form.member_count, 3)
            form.as_of = date(2019, 1, 1)
            self.assertEqual(form.member_count, 1)

    def test_balances_are_for_accounting_only(self):
        self._invoice(self.foods, 100)
        with self.assertRaises(AccessError):
            self._figures(user=self.officer).search([])
        self.assertTrue(self._figures(user=self.accountant).search([]))

        row = self._rows()["Northwind Foods"]
        with self.assertRaises(AccessError):
            row.with_user(self.officer).read(["receivable"])
        self.assertEqual(row.with_user(self.accountant).read(["receivable"])[0]["receivable"], 100)

    def test_groups_of_another_company_stay_hidden_whoever_asks_by_id(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.group.company_id = other
        self._invoice(self.foods, 100)

        Member = self.env["counterparty.holding.member"].with_context(
            counterparty_holding_ids=self.group.ids
        )

        self.assertTrue(Member.search([]))
        self.assertFalse(Member.with_user(self.user).search([]))
        self.assertFalse(self._figures(user=self.accountant).search([]))

    def test_members_are_counted_as_the_list_shows_them(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.freight.company_id = other

        self.assertEqual(self.group.member_count, 3)
        self.assertEqual(self.group.with_user(self.user).member_count, 2)

    def test_another_company_sees_its_own_balances(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._invoice(self.foods, 100)
        self.accountant.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})

        self.assertFalse(self._figures(user=self.accountant).search([]))

    def test_readers_see_no_label_without_kinds_to_read(self):
        cases = {self.user: "not kind_ids", self.officer: None}
        for user, invisible in cases.items():
            with self.subTest(user=user.login):
                view = self.env["counterparty.holding"].with_user(user).get_view(view_type="form")
                fields = etree.fromstring(view["arch"]).xpath("//field[@name='kind_ids']")
                self.assertEqual([field.get("invisible") for field in fields], [invisible])
