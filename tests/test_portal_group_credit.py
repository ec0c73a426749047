from odoo.tests import HttpCase, tagged

from .test_counterparty_group_credit import PIXEL, GroupCreditCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestPortalGroupCredit(GroupCreditCase, HttpCase):
    """A customer signs by the link of the mail."""

    def _sign(self, order):
        order.write({"state": "sent", "require_signature": True, "require_payment": False})
        token = order._portal_ensure_token()
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": token, "name": "Ben Cole", "signature": PIXEL.decode()},
        )
        self.env.invalidate_all()
        return answer

    def test_a_signature_over_the_limit_is_kept_and_the_order_waits(self):
        order = self._amount_order(self.foods, 1200)

        answer = self._sign(order)

        self.assertNotIn("error", answer)
        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))
        self.assertEqual(order.signed_by, "Ben Cole")

    def test_the_customer_reads_that_the_order_will_be_confirmed(self):
        order = self._amount_order(self.foods, 1200)
        self._sign(order)

        page = self.url_open(order.get_portal_url()).text

        self.assertIn("will confirm it shortly", page)
        self.assertNotIn("exposure", page)

    def test_a_signature_inside_the_limit_confirms(self):
        order = self._amount_order(self.foods, 500)

        self._sign(order)

        self.assertEqual((order.state, order.counterparty_credit_state), ("sale", False))
        page = self.url_open(order.get_portal_url()).text
        self.assertNotIn("will confirm it shortly", page)
