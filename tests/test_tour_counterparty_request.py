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

    def test_a_call_becomes_a_request(self):
        self._user("anna", "group_user", "group_area_request", password="anna")
        carl = self.carl.partner_id
        carl.write({"name": "Carl Caller", "phone": "+359 88 765 4321"})
        self._request("help", carl, name="Gate is stuck")

        self.start_tour("/odoo/counterparty-desk", "counterparty_request_call", login="anna")

        request = self._last()
        self.assertEqual((request.channel, request.partner_id), ("phone", carl))
        self.assertEqual(request.user_id.login, "anna")

    def test_a_customer_closes_and_reopens(self):
        self.env["counterparty.published.answer"].create(
            {"name": "How do I free a gate?", "body": "<p>Push.</p>", "is_published": True}
        )
        self.start_tour("/my/home", "counterparty_request_customer", login="carl")

        request = self._last()
        self.assertEqual(request.partner_id, self.carl.partner_id)
        self.assertEqual((request.state, request.reopen_count), ("open", 1))
