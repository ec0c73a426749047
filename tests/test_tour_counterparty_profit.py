from odoo.tests import HttpCase, tagged

from .common_profit import ProfitCase

MANAGER = (
    "group_manager",
    "group_cost_profit",
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
)


@tagged("post_install", "-at_install", "counterparty_profit")
class TestTourCounterpartyProfit(ProfitCase, HttpCase):
    def test_manager_gives_a_sale_to_a_campaign_and_sees_its_results(self):
        # a year with nothing else in it, whatever day it is
        invoice = self._invoice(day=f"{self.env.cr.now():%Y}-01-10")
        manager = self._profit_user("mia.manager", *MANAGER)
        manager.password = manager.login

        self.start_tour("/odoo/counterparty-profit", "counterparty_profit", login=manager.login)

        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
        correction = self.env["counterparty.sale.correction"].search([], limit=1)
        self.assertEqual(correction.user_id, manager)
        self.assertEqual(correction.reason, "The fair brought this customer")
