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

    def test_a_double_click_on_the_arrow_moves_one_plan_and_opens_nothing(self):
        seller = self._user("una.seller", "group_user", password="una.seller")
        today = fields.Date.context_today(seller)
        first, second = (
            self._company(name).activity_schedule(
                "mail.mail_activity_data_call",
                user_id=seller.id,
                summary=summary,
                date_deadline=today,
            )
            for name, summary in (
                ("Harbour Works", "Ask for the plan"),
                ("Night Trains", "Say thank you"),
            )
        )

        self.start_tour(
            "/odoo/counterparty-my-day", "counterparty_plan_double_click", login=seller.login
        )

        self.assertGreater(first.date_deadline, today)
        self.assertEqual(second.date_deadline, today)

    def test_cards_of_the_team_explain_themselves_where_nobody_has_a_plan(self):
        seller = self._user("una.seller", "group_user", password="una.seller")

        self.start_tour(
            "/odoo/counterparty-team-plans?view_type=kanban",
            "counterparty_plan_nobody",
            login=seller.login,
        )
