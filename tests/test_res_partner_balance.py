from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.counterparty_facts_money import SELLERS_SEE
from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerBalance(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.accountant = cls._user("ana", "account.group_account_invoice", "group_user")

    def _bill(self, amount, kind="out_invoice", due=0, partner=None):
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": (partner or self.late_payer).id,
                "invoice_date": self.today - timedelta(days=60),
                "invoice_date_due": self.today + timedelta(days=due),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        return move

    def _pay(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount}).action_create_payments()

    def _figures(self, partner):
        self.env.invalidate_all()
        partner = partner.with_user(self.accountant)
        return partner.counterparty_balance, partner.counterparty_overdue

    def assert_as_stock(self, partner):
        balance, _overdue = self._figures(partner)
        self.assertEqual(balance, partner.with_user(self.accountant).credit)

    def test_the_setting_says_whose_balance_salespeople_see(self):
        self._bill(100, due=-1)
        self._bill(40, due=-1, partner=self.foods)
        seller = self._user("sid", "sales_team.group_sale_salesman", "group_user")
        self.foods.user_id = seller
        both = self.late_payer | self.foods
        overdue = [("id", "in", both.ids), ("counterparty_overdue", ">", 0)]

        for setting, amounts, found in [
            ("none", [False, False], both.browse()),
            ("own", [False, 40], self.foods),
            ("all", [100, 40], both),
        ]:
            with self.subTest(setting=setting):
                self.env["ir.config_parameter"].set_param(SELLERS_SEE, setting)
                self.env.invalidate_all()
                seen = both.with_user(seller)

                self.assertEqual(seen.mapped("counterparty_balance"), amounts)
                self._check_shown(seen, amounts)
                self.assertEqual(seen.search(overdue), found)

    def test_who_was_responsible_once_sees_no_balance_any_more(self):
        self._bill(40, due=-1, partner=self.foods)
        seller = self._user("sid", "sales_team.group_sale_salesman", "group_user")
        role = self._role(self.foods, date_from="2024-01-01", responsible_id=seller.id)
        self.env["ir.config_parameter"].set_param(SELLERS_SEE, "own")
        asked = [("id", "=", self.foods.id), ("counterparty_overdue", ">", 0)]
        Facts = self.env["counterparty.facts"].with_user(seller)

        for end, seen in ((False, True), (self.today - timedelta(days=1), False)):
            role.date_to = end
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(end=end):
                self.assertEqual(bool(self.foods.with_user(seller).search(asked)), seen)
                self.assertEqual(Facts._may_see_money(self.foods.with_user(seller)), seen)

    def test_lists_of_balances_are_there_with_the_setting(self):
        seller = self._user("lia", "group_user", "sales_team.group_sale_salesman")
        menu = self.env.ref("counterparty_crm.res_partner_menu_balance")
        view = self.env.ref("counterparty_crm.res_partner_view_search_counterparty")
        for setting, there in (("own", True), ("none", False), ("all", True)):
            with self.subTest(setting=setting):
                self.env["res.config.settings"].create(
                    {"counterparty_sellers_see_balances": setting}
                ).execute()
                self.env.invalidate_all()

                menus = self.env["ir.ui.menu"].with_user(seller)._visible_menu_ids()
                self.assertEqual(menu.id in menus, there)
                arch = self.env["res.partner"].with_user(seller).get_view(view.id, "search")["arch"]
                self.assertEqual('name="overdue"' in arch, there)

    def _check_shown(self, partners, amounts):
        """Check what the client and a sheet get: no zero where nothing is known."""
        name = "counterparty_balance"
        shown = [row[name] for row in partners.web_read({name: {}})]
        self.assertEqual(shown, amounts)
        # zero equals False
        self.assertEqual([amount is False for amount in shown], [a is False for a in amounts])
        rows = partners._export_rows([[name]])
        self.assertEqual(rows, [["" if amount is False else amount] for amount in amounts])

    def test_a_contact_of_ones_own_does_not_tell_what_its_company_owes(self):
        self._bill(100, due=-1)
        seller = self._user("sil", "sales_team.group_sale_salesman", "group_user")
        contact = self.env["res.partner"].create(
            {"name": "Sil's", "parent_id": self.late_payer.id, "user_id": seller.id}
        )
        self.env["ir.config_parameter"].set_param(SELLERS_SEE, "own")
        self.env.invalidate_all()

        for operator, value in ((">", 0), ("=", 100)):
            with self.subTest(operator=operator):
                asked = [("id", "=", contact.id), ("counterparty_overdue", operator, value)]
                self.assertFalse(contact.with_user(seller).search(asked))
        self.assertEqual(contact.with_user(seller).counterparty_overdue, 0)

    def test_open_invoices_refunds_and_payments_add_up_as_in_the_ledger(self):
        first = self._bill(100, due=-1)
        self._bill(50, due=1)
        self.assertEqual(self._figures(self.late_payer), (150, 100))
        self.assert_as_stock(self.late_payer)

        self._pay(first, 30)
        self.assertEqual(self._figures(self.late_payer), (120, 70))
        self.assert_as_stock(self.late_payer)

        self._bill(20, kind="out_refund", due=1)
        self.assertEqual(self._figures(self.late_payer), (100, 70))
        self.assert_as_stock(self.late_payer)

    def test_what_is_due_today_is_not_overdue(self):
        self._bill(100, due=0)

        self.assertEqual(self._figures(self.late_payer), (100, 0))

    def test_debts_to_suppliers_and_drafts_do_not_count(self):
        self._bill(100, kind="in_invoice")
        self._bill(70).button_draft()

        self.assertEqual(self._figures(self.late_payer), (0, 0))

    def test_contact_shows_the_balance_of_its_company(self):
        self._bill(100, due=-1)
        contact = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.late_payer.id})

        self.assertEqual(self._figures(contact), (100, 100))

    def test_other_companies_do_not_count(self):
        self._bill(100, due=-1)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.accountant.company_ids |= other

        partner = self.late_payer.with_user(self.accountant).with_company(other)

        self.assertEqual(partner.counterparty_balance, 0)
        self.assertEqual(partner.counterparty_balance_currency_id, other.currency_id)

    def test_a_page_of_a_list_takes_one_query_for_all(self):
        partners = self.late_payer | self.freight | self.foods
        for partner in partners:
            self._bill(10, partner=partner)
        self.env.flush_all()
        with self.assertQueryCount(5):
            partners.invalidate_recordset()
            self.assertEqual(partners.mapped("counterparty_balance"), [10, 10, 10])

    def test_balances_are_for_accounting(self):
        self._bill(100, due=-1)
        menu = self.env.ref("counterparty_crm.res_partner_menu_balance").id

        for user, sees in ((self.user, False), (self.accountant, True)):
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertIs(menu in visible, sees)
        self.assertFalse(self.late_payer.with_user(self.user).counterparty_balance)
        with self.assertRaises(AccessError):
            _balance = self.late_payer.with_user(self.plain).counterparty_balance
