from datetime import date, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestHoldingDay(HoldingCase):
    """Whoever may read a group asks for any day, and changes nothing by asking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("acca", "group_user", "account.group_account_invoice")
        cls._invoice(cls.foods, 100, invoice_date="2025-06-01", invoice_date_due="2025-06-30")
        cls._invoice(cls.freight, 30, invoice_date="2024-12-31", invoice_date_due="2024-12-31")
        cls.to_freight.date_to = "2025-12-31"

    def _ask(self, user, **values):
        """Ask for a day as the dialog does; return the group as its form then shows it."""
        group = self.group.with_user(user)
        action = group.action_choose_day()
        Question = self.env[action["res_model"]].with_user(user).with_context(**action["context"])
        with Form(Question) as form:
            for name, value in values.items():
                form[name] = value
        opened = form.record.action_show()
        self.assertEqual((opened["res_model"], opened["res_id"]), (group._name, group.id))
        return group.with_context(**opened["context"])

    def test_an_accountant_who_cannot_write_the_group_chooses_the_day(self):
        with self.assertRaises(AccessError):
            self.group.with_user(self.accountant).check_access("write")

        group = self._ask(self.accountant, as_of="2025-06-15")

        self.assertEqual((str(group.as_of), group.member_count), ("2025-06-15", 3))
        self.assertEqual(str(group.sales_from), "2025-01-01")
        self.assertIn("130.00", group.figures)

    def test_the_period_of_the_sales_is_chosen_as_well(self):
        group = self._ask(self.accountant, as_of="2025-06-15", sales_from="2024-12-01")

        self.assertEqual(str(group.sales_from), "2024-12-01")
        # open and sold, in the table and on the card of a phone
        self.assertEqual(group.figures.count("130.00"), 4)

    def test_a_seller_asks_for_the_members_of_a_day(self):
        seller = self._user("sela", "sales_team.group_sale_salesman")
        seller.group_ids |= self.env.ref("counterparty_crm.group_user")

        self.assertEqual(self._ask(seller, as_of="2026-01-01").member_count, 2)
        self.assertEqual(self._ask(seller, as_of="2025-12-31").member_count, 3)

    def _exception(self, partner, choice="include", **values):
        return self.env["counterparty.holding.exception"].create(
            {
                "holding_id": self.group.id,
                "partner_id": partner.id,
                "choice": choice,
                "date_from": False,
                **values,
            }
        )

    def test_who_is_left_out_today_stays_in_the_past(self):
        self._exception(self.foods, "exclude", date_from=self.today)

        self.assertNotIn("Northwind Foods", self._members())
        self.assertIn("Northwind Foods", self._members("2025-06-15"))
        past = self.group._get_holdings_of([self.foods.id], date(2025, 6, 15))
        self.assertEqual(past[self.foods.id], self.group)
        now = self.group._get_holdings_of([self.foods.id], self.today)
        self.assertFalse(now)

    def test_who_is_included_today_was_not_there_before(self):
        row = self._exception(self.late_payer, date_from="2025-07-01", date_to="2025-12-31")

        cases = {"2025-06-30": False, "2025-07-01": True, "2025-12-31": True, "2026-01-01": False}
        for day, expected in cases.items():
            with self.subTest(day=day):
                self.assertEqual("Slowpay Ltd" in self._members(day), expected)
                found = self.group._get_holdings_of([self.late_payer.id], fields.Date.to_date(day))
                self.assertEqual(self.late_payer.id in found, expected)
        row.unlink()
        self.assertNotIn("Slowpay Ltd", self._members("2025-07-01"))

    def test_figures_of_the_past_stay_when_an_exception_ends(self):
        self._invoice(self.late_payer, 7, invoice_date="2025-06-01")
        row = self._exception(self.late_payer)
        asked = [("as_of", "=", "2025-06-15"), ("holding_id", "=", self.group.id)]
        Figure = self.env["counterparty.holding.figure"]
        before = sum(Figure.search(asked).mapped("receivable"))

        row.date_to = "2025-12-31"

        self.env.invalidate_all()
        self.assertEqual(before, 137)
        self.assertEqual(sum(Figure.search(asked).mapped("receivable")), before)
        self.env.invalidate_all()
        today = Figure.search([("holding_id", "=", self.group.id)])
        self.assertNotIn(self.late_payer, today.partner_id)

    def test_a_company_taken_in_on_the_form_counts_from_today(self):
        with Form(self.group) as form, form.exception_ids.new() as line:
            line.partner_id = self.late_payer

        self.assertEqual(self.group.exception_ids.date_from, self.today)
        self.assertEqual(self.group.include_ids, self.late_payer)
        self.assertEqual(self.group.member_count, 3)

    def test_programs_that_include_leave_the_past_alone(self):
        self._exception(self.first_bank, "exclude")

        self.group.include_ids = self.late_payer
        self.assertNotIn("Slowpay Ltd", self._members("2025-06-15"))
        self.assertIn("Slowpay Ltd", self._members())

        self.group.include_ids = False
        self.assertFalse(self.group.exception_ids.filtered(lambda row: row.choice == "include"))
        self.assertEqual(self.group.exclude_ids, self.first_bank)

    def test_taken_out_by_a_program_it_counts_until_yesterday(self):
        row = self._exception(self.late_payer)

        self.group.include_ids = False

        self.assertEqual(row.date_to, self.today - timedelta(days=1))

    def test_an_exception_twice_on_a_day_is_refused_by_name(self):
        self._exception(self.late_payer, date_to="2025-12-31")
        self._exception(self.late_payer, "exclude")

        with self.assertRaisesRegex(ValidationError, "Slowpay Ltd"):
            self._exception(self.late_payer, date_from="2025-12-31")

    def test_merged_companies_join_their_exceptions(self):
        twin = self._company("Slowpay Twin")
        self._exception(self.late_payer, date_to="2025-06-30")
        self._exception(twin, date_from="2025-07-01", date_to="2025-09-30")
        self._exception(twin, date_from="2026-01-01")

        self.env["base.partner.merge.automatic.wizard"]._merge(
            [twin.id, self.late_payer.id], self.late_payer
        )

        periods = [(row.date_from, row.date_to) for row in self.group.exception_ids.sorted("id")]
        self.assertEqual(periods, [(False, date(2025, 9, 30)), (date(2026, 1, 1), False)])
        self.assertEqual(self.group.exception_ids.partner_id, self.late_payer)

    def test_a_copy_has_the_exceptions_of_its_days(self):
        self._exception(self.first_bank, date_from="2025-07-01")

        copy = self.group.copy({"name": "Copy"})

        self.assertIn("First Bank", self._members(group=copy))
        self.assertNotIn("First Bank", self._members("2025-06-30", copy))

    def test_a_company_named_by_hand_is_not_deleted(self):
        self._exception(self.first_bank, "exclude")

        with self.assertRaisesRegex(UserError, "Northwind"):
            self.first_bank.unlink()

    def test_an_upgrade_keeps_what_was_chosen_by_hand_for_all_days(self):
        for choice, partner in (("include", self.ben), ("exclude", self.freight)):
            table = f"counterparty_holding_{choice}_rel"
            self.env.cr.execute(
                SQL(
                    "CREATE TABLE %s (counterparty_holding_id int, res_partner_id int)",
                    SQL.identifier(table),
                )
            )
            self.env.cr.execute(
                SQL("INSERT INTO %s VALUES (%s, %s)", SQL.identifier(table), self.group.id,
                    partner.id)
            )  # fmt: skip
        path = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-holding.py"
        spec = spec_from_file_location("post_holding", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)

        script.migrate(self.env.cr, "19.0.1.1.0")

        self.env.invalidate_all()
        rows = {(row.choice, row.partner_id): row for row in self.group.exception_ids}
        # a contact that was included led nowhere: its company does
        self.assertEqual(set(rows), {("include", self.foods), ("exclude", self.freight)})
        self.assertEqual({row.date_from for row in rows.values()}, {False})
        self.assertFalse(table_exists(self.env.cr, "counterparty_holding_include_rel"))

    def test_exceptions_of_hidden_companies_stay_hidden_and_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.late_payer.company_id = other
        self._exception(self.late_payer)
        officer = self.group.with_user(self.officer)

        self.assertFalse(officer.exception_ids)
        self.assertFalse(officer.include_ids)
        self.assertIn("Slowpay Ltd", self._members())

    def test_what_the_buttons_open_is_of_the_day(self):
        group = self._ask(self.accountant, as_of="2025-06-15")

        action = group.action_open_members()

        Member = self.env[action["res_model"]].with_user(self.accountant)
        members = Member.with_context(**action["context"]).search([])
        self.assertEqual(len(members), 3)

    def test_figures_are_searched_for_a_day(self):
        asked = [("as_of", "=", "2025-06-15"), ("holding_id", "=", self.group.id)]
        Figure = self.env["counterparty.holding.figure"].with_user(self.accountant)

        rows = Figure.search(asked)
        owed = dict(Figure._read_group(asked, ["partner_id"], ["receivable:sum"]))

        self.assertEqual(sum(rows.mapped("receivable")), 130)
        self.assertEqual(owed, {self.foods: 100, self.freight: 30})
        self.env.invalidate_all()
        today = Figure.search([("holding_id", "=", self.group.id)])
        self.assertEqual(today.partner_id, self.foods)

    def test_sales_are_searched_for_a_day(self):
        Sale = self.env["counterparty.holding.sale"].with_user(self.accountant)
        group = ("holding_id", "=", self.group.id)

        def sold(*day):
            # rows are numbered by the query of the moment
            self.env.invalidate_all()
            return sum(Sale.search([group, *day]).mapped("sales"))

        self.assertEqual(sold(), 100)
        self.assertEqual(sold(("as_of", "=", "2025-06-15")), 130)
        self.assertEqual(sold(("as_of", "=", "2025-05-31")), 30)
