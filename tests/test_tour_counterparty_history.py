from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestTourCounterpartyHistory(CounterpartyCase, HttpCase):
    """The history in the browser: panel, filters, a page of its own, and the document behind."""

    def test_from_the_panel_to_the_order(self):
        self._user(
            "sally", "group_user", "sales_team.group_sale_salesman_all_leads", password="sally"
        )
        self.service.invoice_policy = "delivery"
        self._role()
        self._order(confirmed=True)
        self.late_payer.message_post(body="When will it come?", message_type="comment")

        self.start_tour(
            f"/odoo/counterparties/{self.late_payer.id}", "counterparty_history", login="sally"
        )

    def test_a_sheet_that_no_panel_asks_for(self):
        self._user("una-odd", "group_user", password="una-odd")
        self.authenticate("una-odd", "una-odd")
        for values, status in (
            ({"partner_id": "abc"}, 404),
            ({"partner_id": self.late_payer.id, "filters": "{{"}, 404),
            ({"partner_id": self.late_payer.id, "filters": "[1]"}, 404),
            ({"partner_id": 2**70}, 404),
            ({"partner_id": 0}, 404),
        ):
            with self.subTest(values=values), mute_logger("odoo.http", "odoo.sql_db"):
                answer = self.url_open(
                    "/counterparty/history/xlsx",
                    data={**values, "csrf_token": Request.csrf_token(self)},
                )
                self.assertEqual(answer.status_code, status)

    def test_the_sheet_is_for_those_who_see_the_history(self):
        self.late_payer.message_post(body="When will it come?", message_type="comment")
        for login, groups, status in (
            ("una-sheet", ["group_user"], 200),
            ("pia-sheet", [], 403),
        ):
            self._user(login, *groups, password=login)
            self.authenticate(login, login)
            with self.subTest(login):
                answer = self.url_open(
                    "/counterparty/history/xlsx",
                    data={
                        "partner_id": self.late_payer.id,
                        "csrf_token": Request.csrf_token(self),
                    },
                )
                self.assertEqual(answer.status_code, status)
