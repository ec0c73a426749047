from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestTourCounterpartyInteraction(CounterpartyCase, HttpCase):
    def test_user_logs_a_visit_and_finishes_a_call_of_the_day(self):
        seller = self._user("una.seller", "group_user", password="una.seller")
        partner = self._company("Harbour Works")
        call = partner.activity_schedule(
            "mail.mail_activity_data_call",
            user_id=seller.id,
            summary="Ask for the plan",
            date_deadline=fields.Date.context_today(seller),
        )

        self.start_tour(
            f"/odoo/counterparties/{partner.id}", "counterparty_interaction", login=seller.login
        )

        found = self.env["counterparty.interaction"].search([("partner_id", "=", partner.id)])
        self.assertEqual(sorted(found.mapped("kind")), ["call", "visit"])
        visit = found.filtered(lambda one: one.kind == "visit")
        self.assertEqual((visit.user_id, visit.result), (seller, "positive"))
        self.assertFalse(call.active)
