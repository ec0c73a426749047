from unittest.mock import patch

from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common_portal_request import PortalRequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestPortalRequestSteps(PortalRequestCase):
    """What customers do with a request: close, reopen, go on, rate, write."""

    # ------------------------------------------------------------
    # Close, reopen, go on
    # ------------------------------------------------------------

    def test_a_customer_closes_and_reopens(self):
        request = self._own()
        self._sign_in()

        self._post(f"{request.access_url}/close")
        self.assertEqual((request.state, request.closed_by), ("closed", "partner"))
        closing = self._said(request, "Closed by the counterparty")
        self.assertEqual(closing.author_id, self.carl.partner_id)

        answer = self._post(f"{request.access_url}/reopen", text="Still stuck")
        self.assertIn("done=reopened", answer.headers["Location"])
        self.assertEqual((request.state, request.reopen_count), ("open", 1))
        self.assertEqual(self._said(request, "Still stuck").author_id, self.carl.partner_id)

    def test_reopening_says_what_is_to_be_done(self):
        request = self._own()
        request._solve()
        self._sign_in()

        answer = self._post(f"{request.access_url}/reopen", text="  ")

        self.assertEqual(answer.status_code, 422)
        self.assertEqual(request.state, "solved")

    def test_steps_that_are_over_are_refused_with_a_text(self):
        request = self._own()
        self.categories["help"].reopen_days = 0
        self._sign_in()
        request._close("employee")
        request.solved_at = request.closed_at = "2020-01-01"

        for step, values in (("close", {}), ("reopen", {"text": "x"})):
            answer = self._post(f"{request.access_url}/{step}", page="/my/security", **values)
            self.assertEqual(answer.status_code, 200)
            self.assertIn("alert-warning", answer.text)
        self.assertEqual((request.state, request.reopen_count), ("closed", 0))
        self.assertEqual(self._get(f"{request.access_url}/delete").status_code, 303)

    def test_after_the_grace_period_a_new_request_follows(self):
        request = self._own()
        request._close("employee")
        request.solved_at = request.closed_at = "2020-01-01"
        self._sign_in()

        answer = self._post(f"{request.access_url}/follow_up", text="It happened again")

        child = request.child_ids
        self.assertEqual(len(child), 1)
        self.assertIn(child.access_url, answer.headers["Location"])
        self.assertIn("It happened again", child.description)
        self.assertEqual((request.state, child.state), ("closed", "new"))
        self.assertEqual((child.partner_id, child.channel), (self.carl.partner_id, "portal"))

    def test_the_holder_of_the_link_closes_and_reopens(self):
        request = self._request(partner=self.env["res.partner"], partner_email="ana@x.example")
        token = request._portal_ensure_token()

        answer = self.url_open(f"{request.access_url}/close", data={"access_token": token})
        self.assertEqual(answer.status_code, 400)  # without the token of the form

        step = request.get_portal_url(suffix="/close")
        self._post(f"{request.access_url}/close", page=step, access_token=token)
        self.assertEqual((request.state, request.closed_by), ("closed", "partner"))
        step = request.get_portal_url(suffix="/reopen")
        self._post(f"{request.access_url}/reopen", page=step, access_token=token, text="Again")
        self.assertEqual(request.state, "open")
        message = self._said(request, "Again")
        self.assertIn("ana@x.example", message.email_from)
        self.assertFalse(message.author_id)

    # ------------------------------------------------------------
    # Rating
    # ------------------------------------------------------------

    def test_a_rating_counts_once_per_cycle(self):
        request = self._own(user_id=self.user.id)
        request._solve()
        self._sign_in()

        self._post(f"{request.access_url}/rate", rating="5", text="Quick!")
        self.assertEqual(request.rating_ids.mapped("rating"), [5.0])
        self.assertEqual(request.rating_ids.rated_partner_id, self.user.partner_id)
        self.assertEqual(request.rating_ids.feedback, "Quick!")
        self.assertEqual(request.state, "solved")
        self.assertFalse(request.awaiting_since)

        self._post(f"{request.access_url}/rate", page="/my/security", rating="1")
        self.assertEqual(request.rating_ids.mapped("rating"), [5.0])

        request._reopen("partner")
        request._solve()
        self._post(f"{request.access_url}/rate", rating="1")
        self.assertEqual(sorted(request.rating_ids.mapped("rating")), [1.0, 5.0])

    def test_nobody_else_rates(self):
        request = self._own(user_id=self.user.id)
        request._solve()
        colleague = new_test_user(
            self.env, "cleo", groups="base.group_portal", password="cleo", tz="UTC"
        )
        colleague.partner_id.parent_id = self.foods
        for login in ("dora", "cleo", None):
            self.authenticate(login, login)
            page = "/my/security" if login else "/web/login"
            with self.subTest(login=login):
                self._post(f"{request.access_url}/rate", page=page, rating="1")
                self.assertFalse(request.rating_ids)

    def test_only_the_three_ratings_count(self):
        request = self._own()
        request._solve()
        self._sign_in()

        for rating in ("0", "6", "4", "x", "", "-1", "5.0"):
            with self.subTest(rating=rating):
                answer = self._post(f"{request.access_url}/rate", rating=rating)
                self.assertEqual(answer.status_code, 422)
        self.assertFalse(request.rating_ids)

    def test_what_the_system_closed_and_what_is_open_is_not_rated(self):
        live, closed = self._own(), self._own()
        closed._solve()
        closed._close("system")

        self.assertFalse(live._can_rate())
        self.assertFalse(closed._can_rate())

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def _say(self, request, params=None, **post_data):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": request._name,
                "thread_id": request.id,
                "post_data": {"body": "Hello", "message_type": "comment", **post_data},
                **(params or {}),
            },
        )

    def test_a_customer_answers_in_the_portal(self):
        request = self._own()
        request._wait_for_partner()
        self._sign_in()

        self._say(request, subtype_xmlid="mail.mt_note", rating_value=5)

        self.env.invalidate_all()
        message = self._said(request, "Hello")
        self.assertEqual(message.author_id, self.carl.partner_id)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(request.state, "open")
        self.assertTrue(request.awaiting_since)
        self.assertFalse(request.rating_ids)

    def test_a_sender_without_contact_answers_by_the_link(self):
        request = self._request(partner=self.env["res.partner"], partner_email="ana@x.example")
        request.partner_name = "Ana"
        token = request._portal_ensure_token()

        self._say(request, {"token": token})

        self.env.invalidate_all()
        message = self._said(request, "Hello")
        self.assertIn("ana@x.example", message.email_from)
        self.assertFalse(message.author_id)

    @mute_logger("odoo.http")
    def test_messages_reach_neither_foreign_nor_closed_requests(self):
        foreign, closed = self._request(), self._own()
        closed._close("employee")
        hidden = self._own(confidentiality="internal")
        self._sign_in()

        for request in (foreign, closed, hidden):
            messages = request.message_ids
            with self.subTest(request=request.id), self.assertRaises(JsonRpcException):
                self._say(request)
            self.env.invalidate_all()
            self.assertEqual(request.message_ids, messages)

    @mute_logger("odoo.http")
    def test_a_thousand_messages_are_stopped(self):
        request = self._own()
        self._sign_in()

        with patch(
            "odoo.addons.counterparty_crm.models.counterparty_request_portal.MESSAGES_PER_HOUR", 2
        ):
            self._say(request)
            self._say(request)
            with self.assertRaises(JsonRpcException):
                self._say(request)

    def test_any_zone_may_be_sent_along(self):
        request = self._own()
        url = request.get_portal_url()
        for zone in ("Europe/Sofia", "No/Where", "../../etc/passwd", ""):
            with self.subTest(zone=zone):
                self.opener.cookies.set("tz", zone)
                self.assertEqual(self._get(url).status_code, 200)

    def test_pauses_are_told(self):
        request = self._own()
        request._open()
        request._wait_for_partner()
        self._sign_in()

        self.assertIn("waiting for you", self._get(request.access_url).text)
