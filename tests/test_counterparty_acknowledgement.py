from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_request_mail import RequestMailCase

EVE = "eve@new.example"


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyAcknowledgement(RequestMailCase):
    """Senders hear once that their request has arrived; robots and employees never do."""

    def setUp(self):
        super().setUp()
        self.team.acknowledge = True

    def _acks(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["counterparty.acknowledgement"].search(domain, order="id")

    def _mails(self, request):
        return self.env["mail.mail"].search(
            [("mail_message_id", "in", request.acknowledgement_ids.message_id.ids)]
        )

    # ------------------------------------------------------------
    # To people
    # ------------------------------------------------------------

    def test_whoever_writes_hears_of_the_number(self):
        request = self._receive()

        ack = request.acknowledgement_ids
        self.assertEqual((ack.state, ack.address), ("sent", "ada@northwind.example"))
        message = ack.message_id
        self.assertIn(f"[{request.number}]", message.subject)
        self.assertIn(request.number, message.body)
        self.assertIn(f"/my/requests/{request.id}", message.body)
        self.assertEqual(message.parent_id, self._messages(request))
        mail = self._mails(request)
        self.assertEqual(mail.recipient_ids, self.ada)
        headers = mail.headers
        self.assertIn("auto-replied", headers)
        self.assertIn("X-Auto-Response-Suppress", headers)
        self.assertIn(self._messages(request).message_id, headers)
        self.assertEqual(mail.state, "outgoing")

    def test_the_word_does_not_count_as_an_answer(self):
        request = self._receive()

        self.assertFalse(request.first_response_at)
        self.assertTrue(request.awaiting_since)
        self.assertEqual(request.state, "new")

    def test_a_stranger_hears_of_it_at_the_address(self):
        request = self._receive(From=EVE)

        self.assertEqual(self._mails(request).email_to, EVE)
        self.assertFalse(self._mails(request).recipient_ids)

    def test_internal_requests_show_no_link(self):
        category = self.categories["help"].copy({"code": "inside", "portal_visible": False})
        self.team.mail_category_id = category

        request = self._receive()

        self.assertNotIn("/my/requests", request.acknowledgement_ids.message_id.body)

    def test_the_text_is_in_the_language_of_the_sender(self):
        self.env["res.lang"]._activate_lang("es_ES")
        template = self.env.ref("counterparty_crm.mail_template_request_acknowledgement")
        template.with_context(lang="es_ES").subject = "[{{ object.number }}] Recibida"
        self.ada.lang = "es_ES"

        self.assertIn("Recibida", self._receive().acknowledgement_ids.message_id.subject)
        self.ada.lang = "en_US"
        self.assertIn("received", self._receive().acknowledgement_ids.message_id.subject)

    def test_a_category_may_have_a_text_of_its_own(self):
        common = self.env.ref("counterparty_crm.mail_template_request_acknowledgement")
        own = common.copy({"subject": "Help is near {{ object.number }}"})
        self.categories["help"].acknowledgement_template_id = own

        request = self._receive()

        self.assertEqual(
            request.acknowledgement_ids.message_id.subject, f"Help is near {request.number}"
        )

    def test_names_of_senders_are_text(self):
        request = self._receive(From=f'"<script>x</script>" <{EVE}>', Subject="<img src=x>")

        body = request.acknowledgement_ids.message_id.body
        self.assertNotIn("<script", body)
        self.assertNotIn("<img", body)

    # ------------------------------------------------------------
    # To nobody
    # ------------------------------------------------------------

    def test_nothing_goes_out_where_nobody_asked_for_it(self):
        for owner, field, value in [
            (self.team, "acknowledge", False),
            (self.categories["help"], "acknowledge", "button"),
        ]:
            with self.subTest(field=field, model=owner._name):
                before = owner[field]
                owner[field] = value
                self.assertFalse(self._receive().acknowledgement_ids)
                owner[field] = before

    def test_only_what_the_counterparty_wrote_is_acknowledged(self):
        for channel in ("web_client", "phone", "generator", "campaign"):
            with self.subTest(channel):
                request = self._request(channel=channel)
                request._acknowledge("ada@northwind.example")
                self.assertFalse(request.acknowledgement_ids)
        for channel in ("form", "portal", "email"):
            with self.subTest(channel):
                request = self._request(partner=self.ada, channel=channel)
                request._acknowledge(f"{channel}@northwind.example")
                request.acknowledgement_ids._send()
                self.assertEqual(request.acknowledgement_ids.state, "sent")

    def test_those_who_get_none_are_listed_with_the_reason(self):
        self.user.email = "una@ours.example"
        self.env["mail.blacklist"]._add("black@new.example")
        cases = {
            "automatic": {"From": "robot@new.example", "Auto_Submitted": "auto-generated"},
            "robot": {"From": "noreply@new.example"},
            "employee": {"From": "una@ours.example"},
            "blocked": {"From": "black@new.example"},
            "address": {"From": None},
        }
        for reason, headers in cases.items():
            with self.subTest(reason):
                ack = self._receive(**headers).acknowledgement_ids
                self.assertEqual((ack.state, ack.reason), ("refused", reason))
                self.assertFalse(ack.message_id)

    def test_another_database_is_heard_but_not_acknowledged(self):
        request = self._receive(X_Odoo_Objects="sale.order-7", From=EVE)

        self.assertTrue(request.awaiting_since)
        self.assertEqual(request.acknowledgement_ids.reason, "automatic")

    def test_our_own_address_as_sender_gets_none(self):
        request = self._receive(From="desk@ours.example")

        self.assertEqual(request.acknowledgement_ids.state, "refused")

    def test_an_answer_is_not_acknowledged(self):
        request = self._receive()

        self._answer(request)

        self.assertEqual(len(request.acknowledgement_ids), 1)

    # ------------------------------------------------------------
    # Not too often
    # ------------------------------------------------------------

    def test_three_within_an_hour_are_enough(self):
        states = [self._receive(From=EVE).acknowledgement_ids.reason for _number in range(5)]

        self.assertEqual(states, [False, False, False, "hour", "hour"])

    def test_ten_within_a_day_are_enough(self):
        request = self._receive(From=EVE)
        long_ago = fields.Datetime.now() - timedelta(hours=3)
        values = {"request_id": request.id, "address": EVE, "state": "sent", "date": long_ago}
        self.env["counterparty.acknowledgement"].create([values] * 9)

        self.assertEqual(self._receive(From=EVE).acknowledgement_ids.reason, "day")
        self.assertFalse(self._receive(From="other@new.example").acknowledgement_ids.reason)

    def test_limits_are_settings(self):
        param = "counterparty_crm.acknowledgements_per_hour"
        self.env["ir.config_parameter"].set_param(param, "1")

        reasons = [self._receive(From=EVE).acknowledgement_ids.reason for _number in range(2)]

        self.assertEqual(reasons, [False, "hour"])

    def test_a_limit_that_is_no_number_is_the_usual_one(self):
        for value, expected in (("ten", 3), ("-1", 3), ("0", 0), (" 7 ", 7), ("", 3)):
            param = "counterparty_crm.acknowledgements_per_hour"
            self.env["ir.config_parameter"].set_param(param, value)
            with self.subTest(value):
                limits = self.env["counterparty.acknowledgement"]._get_limits()
                self.assertEqual(limits, {"per_hour": expected, "per_day": 10, "per_minute": 60})

    def test_one_that_cannot_be_sent_does_not_hold_up_the_others(self):
        values = [
            {"request_id": self._request().id, "address": address, "state": "waiting"}
            for address in ("bad@x.example", EVE)
        ]
        bad, good = self.env["counterparty.acknowledgement"].create(values)
        Request = self.env.registry["counterparty.request"]
        send = Request._get_sender

        def fail(request, address, *args):
            if address == bad.address:
                raise KeyError
            return send(request, address, *args)

        log = "odoo.addons.counterparty_crm.models.counterparty_acknowledgement"
        with patch.object(Request, "_get_sender", fail), mute_logger(log):
            (bad | good)._send()

        self.assertEqual((bad.state, bad.reason), ("refused", "failed"))
        self.assertEqual(good.state, "sent")

    def test_two_autoresponders_end_with_one_request_and_one_word(self):
        first = self._receive(From=EVE)
        answered = first.acknowledgement_ids.message_id
        for number in range(4):
            self._receive(
                From=EVE,
                Subject=f"Re: {answered.subject}" if number % 2 else "I am away",
                In_Reply_To=answered.message_id if number < 2 else None,
                Auto_Submitted="auto-replied",
            )

        self.assertEqual(self._requests(), first)
        self.assertEqual(len(self._acks(address=EVE)), 1)
        self.assertEqual(len(self._inbox(result="note", request_id=first.id)), 4)

    # ------------------------------------------------------------
    # When something breaks
    # ------------------------------------------------------------

    def test_a_broken_text_does_not_cost_the_request(self):
        template = self.env.ref("counterparty_crm.mail_template_request_acknowledgement")
        Template = self.env.registry["mail.template"]
        with patch.object(Template, "_render_field", side_effect=ValueError, autospec=True):
            request = self._receive()

        self.assertTrue(template and self._messages(request))
        self.assertEqual(request.acknowledgement_ids.reason, "template")

    def test_what_the_mail_server_did_not_take_is_sent_again(self):
        request = self._receive()
        mail = self._mails(request)
        mail.write({"state": "exception", "failure_type": "mail_smtp"})

        self._run_job()

        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(request.acknowledgement_ids.retries, 1)

    def test_it_is_not_tried_for_ever(self):
        request = self._receive()
        mail = self._mails(request)
        mail.write({"state": "exception", "failure_type": "mail_smtp"})
        request.acknowledgement_ids.retries = 5

        self._run_job()

        self.assertEqual(mail.state, "exception")

    # ------------------------------------------------------------
    # By a button
    # ------------------------------------------------------------

    def test_an_employee_acknowledges_by_a_button(self):
        self.categories["help"].acknowledge = "button"
        request = self._receive()
        self.assertEqual(request.acknowledgement_state, "none")

        request.with_user(self.user).action_acknowledge()

        self.assertEqual(request.acknowledgement_state, "sent")

    def test_the_button_tells_why_nothing_went_out(self):
        self.categories["help"].acknowledge = "button"
        request = self._receive(From="noreply@new.example")

        action = request.with_user(self.user).action_acknowledge()

        self.assertIn("Nobody reads", action["params"]["message"])
        self.assertEqual(request.acknowledgement_state, "refused")

    def test_what_an_employee_wrote_down_is_not_acknowledged(self):
        request = self._request(channel="phone")

        with self.assertRaisesRegex(UserError, "nothing to acknowledge"):
            request.with_user(self.user).action_acknowledge()
