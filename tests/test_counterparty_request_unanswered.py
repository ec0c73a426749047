from freezegun import freeze_time

from odoo.tests import tagged

from .common_request_clock import MONDAY, ClockCase, march


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestUnanswered(ClockCase):
    """Closing is no answer: whoever wrote and never heard from us was let down."""

    def _written(self, **values):
        with freeze_time(MONDAY):
            return self._request(channel="email", user_id=self.user.id, **values)

    def _at(self, hour, request, method, *args):
        with freeze_time(march(2, hour)):
            getattr(request, method)(*args)
            self.env.flush_all()

    def test_what_is_closed_without_an_answer_was_late(self):
        request = self._written()

        self._at(10, request, "action_close")

        self.assertTrue(request.first_missed)
        self.assertFalse(request.resolution_missed)
        self.assertEqual((request.sla_status, request.breach_cause), ("breached", "unanswered"))

    def test_what_is_solved_may_still_be_answered(self):
        answered, silent = self._written(), self._written()
        for request in (answered, silent):
            self._at(10, request, "action_solve")
            self.assertEqual(request.sla_status, "ok")

        with freeze_time(march(2, 11)):
            self._write_as(answered, self.user.partner_id)
        for request in (answered, silent):
            self._at(12, request, "_close", "system")

        self.assertFalse(answered.first_missed)
        self.assertTrue(silent.first_missed)

    def test_nobody_waits_for_an_answer_to(self):
        target = self._request()
        cases = {
            "what the counterparty closed": lambda request: request._close("partner"),
            "what was no request": lambda request: request.action_cancel(),
            "what goes on elsewhere": lambda request: request._merge_into(target),
        }
        for what, end in cases.items():
            request = self._written()
            with self.subTest(what), freeze_time(march(2, 10)):
                end(request)
                self.env.flush_all()

                self.assertFalse(request.first_missed)
                self.assertFalse(request.breach_cause)

    def test_what_a_caller_was_told_needs_no_letter(self):
        with freeze_time(MONDAY):
            request = self._request(channel="phone", user_id=self.user.id)

        self._at(10, request, "action_close")

        self.assertFalse(request.first_missed)

    def test_the_word_of_the_solution_is_an_answer(self):
        self.categories["help"].tell_solution = True
        request = self._written(partner_email="ada@x.example")

        self._at(10, request, "action_close")

        self.assertFalse(request.first_missed)

    def test_without_a_promise_nothing_is_broken(self):
        self.sla.first_hours = 0
        request = self._written()

        self._at(10, request, "action_close")

        self.assertEqual(request.sla_status, "ok")

    def test_the_ledger_and_the_explanation_say_so(self):
        self.env.user.tz = "UTC"
        request = self._written()
        with freeze_time(march(2, 10)):
            request._on_partner_message(request.message_ids[:1])
        self._at(11, request, "action_close")

        waited = request.interval_ids.filtered(lambda row: row.kind == "exchange")
        self.assertEqual(
            waited.with_context(lang="en_US", tz="UTC").description,
            "message of Mon 2 Mar 10:00, closed Mon 2 Mar 11:00 without an answer to it",
        )
        explanation = self.env["counterparty.request.explanation"].create(
            {"request_id": request.id}
        )
        self.assertEqual(explanation.line_ids.mapped("outcome"), ["never", "kept"])

    # ------------------------------------------------------------
    # The button
    # ------------------------------------------------------------

    def test_closing_asks_for_the_answer_that_is_owed(self):
        self.late_payer.email = "office@late.example"
        request = self._written().with_user(self.user)
        action = request.action_close_answered()
        wizard = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        self.assertEqual((wizard.unanswered_count, wizard.close), (1, True))

        with freeze_time(march(2, 10)):
            wizard.body = "<p>It is on its way.</p>"
            wizard.action_apply()
            self.env.flush_all()

        self.assertEqual((request.state, request.first_missed), ("closed", False))
        self.assertIn("on its way", "".join(request.message_ids.mapped("body")))

    def test_whoever_was_told_by_phone_is_answered(self):
        request = self._written().with_user(self.user)
        action = request.action_close_answered()
        wizard = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])

        with freeze_time(march(2, 10)):
            wizard.told_otherwise = True
            wizard.action_apply()
            self.env.flush_all()

        self.assertEqual((request.state, request.first_missed), ("closed", False))
        self.assertEqual(request.first_response_at, march(2, 10))
        note = request.message_ids.filtered(lambda message: "by phone" in message.body)
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        self.assertEqual(note.author_id, self.user.partner_id)

    def test_what_was_answered_closes_at_once(self):
        request = self._written()
        with freeze_time(march(2, 10)):
            self._write_as(request, self.user.partner_id)

        self._at(11, request, "action_close_answered")

        self.assertEqual(request.state, "closed")
