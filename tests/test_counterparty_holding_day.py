from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

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
