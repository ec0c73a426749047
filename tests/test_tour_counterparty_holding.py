from odoo.tests import HttpCase, tagged

from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestTourCounterpartyHolding(HoldingCase, HttpCase):
    def test_officer_looks_at_the_chart_and_ends_a_membership(self):
        login = "oda.officer"
        officer = self._user(
            login, "group_officer", "account.group_account_invoice", password=login
        )

        self.start_tour("/odoo/counterparty-groups", "counterparty_holding", login=login)

        self.assertEqual(self.to_freight.date_to, self.today)
        self.assertEqual(self.to_freight.ended_by_id, officer)
