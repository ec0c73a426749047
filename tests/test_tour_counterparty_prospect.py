from odoo.tests import HttpCase, tagged

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestTourCounterpartyProspect(PipelineCase, HttpCase):
    def test_a_prospect_becomes_a_contract(self):
        login = "sven.seller"
        self._user(
            login,
            "group_user",
            "sales_team.group_sale_salesman_all_leads",
            "base.group_partner_manager",
            password=login,
        )
        lead = self._prospect(self.ben)

        self.start_tour("/odoo/counterparty-pipeline", "counterparty_prospect", login=login)

        self.assertEqual(lead.counterparty_document_ids.partner_id, self.foods)
        self.assertEqual(self.foods.counterparty_employee_count, 25)
