from odoo.tests import tagged

from .common_portal_request import PortalRequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestTourCounterpartyRequest(PortalRequestCase):
    """The two days that count, in the browser."""

    def test_an_agent_takes_answers_and_solves(self):
        self._user("anna", "group_user", "group_area_request", password="anna")
        request = self._request("help", self.carl.partner_id, name="Gate is stuck")

        self.start_tour("/odoo/counterparty-requests", "counterparty_request_day", login="anna")

        self.assertEqual(request.user_id.login, "anna")
        self.assertEqual(request.state, "solved")
        self.assertTrue(request.first_response_at)

    def test_a_customer_closes_and_reopens(self):
        self.start_tour("/my/home", "counterparty_request_customer", login="carl")

        request = self._last()
        self.assertEqual(request.partner_id, self.carl.partner_id)
        self.assertEqual((request.state, request.reopen_count), ("open", 1))
