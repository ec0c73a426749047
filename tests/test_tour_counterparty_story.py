from odoo.tests import HttpCase, tagged

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestTourCounterpartyStory(PipelineCase, HttpCase):
    def test_from_what_was_agreed_to_the_contract_in_the_history(self):
        login = "sven.seller"
        self._user(
            login,
            "group_user",
            "sales_team.group_sale_salesman_all_leads",
            "base.group_partner_manager",
            password=login,
        )
        self._role(self.foods)
        lead = self._prospect(self.ben)

        self.start_tour(f"/odoo/counterparties/{self.foods.id}", "counterparty_story", login=login)

        self.assertEqual(lead.counterparty_document_ids.partner_id, self.foods)
        logged = self.env["counterparty.interaction"].search([("partner_id", "=", self.foods.id)])
        self.assertEqual(logged.filtered("note").note, "They sign this week")
