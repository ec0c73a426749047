from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.counterparty_inbox_processing import TRUSTED_SERVER
from .common_request_mail import DESK, RequestMailCase

EVE = "Eve Dark <eve@dark.example>"


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyInboxReply(RequestMailCase):
    """An answer joins its request when its sender takes part in it, and waits otherwise."""

    def setUp(self):
        super().setUp()
        self.request = self._receive()
        self._write_as(self.request, self.user.partner_id, body="Which one?")

    def _texts(self):
        return [str(message.body) for message in self._messages(self.request)]

    # ------------------------------------------------------------
    # Found by token, reference, number
    # ------------------------------------------------------------

    def test_what_the_acting_supplier_writes_stays_among_employees(self):
        supplier = self._person("Sue Parts", email="sue@parts.example")
        self.request.write({"responsible_partner_id": supplier.id, "user_id": self.user.id})
        self.request._hold()

        self._answer(self.request, From="sue@parts.example", body="It costs you 5 EUR")

        message = self._messages(self.request).filtered(lambda m: "5 EUR" in m.body)
        self.assertTrue(message.is_internal)
        self.assertEqual(message.notified_partner_ids, self.user.partner_id)
        self.assertEqual(self.request.state, "open")
        self.assertFalse(self.request.awaiting_since)
        self.assertFalse(self.request.email_cc)

    def test_an_answer_is_found_by_its_references(self):
        request = self._answer(self.request, Subject="Something else", body="The blue one.")

        self.assertEqual(request, self.request)
        self.assertIn("The blue one.", self._texts()[0])
        self.assertEqual(self._last().result, "answer")

    def test_an_answer_is_found_by_the_number_in_its_subject(self):
        request = self._receive(Subject=f"AW: [{self.request.number}] pallet")

        self.assertEqual(request, self.request)

    def test_of_several_numbers_the_first_counts(self):
        other = self._receive()

        request = self._receive(Subject=f"Re: [{other.number}] [{self.request.number}] pallet")

        self.assertEqual(request, other)

    def test_an_answer_is_found_by_its_address(self):
        self.team.has_plus_address = True
        address = self.team._get_answer_address(self.request)

        request = self._receive(To=address, Subject="Hello")

        self.assertEqual(request, self.request)
        self.assertNotEqual(address, DESK)

    def test_a_guessed_address_finds_nothing(self):
        request = self._receive(To=f"desk+r{self.request.id}.0123456789@ours.example", Subject="x")

        self.assertNotEqual(request, self.request)
        self.assertTrue(request)

    def test_answers_go_to_the_address_of_the_team(self):
        message = self._write_as(self.request, self.user.partner_id)
        self.assertIn(f"<{DESK}>", message.reply_to)

        self.team.has_plus_address = True
        message = self._write_as(self.request, self.user.partner_id)
        self.assertIn(f"desk+r{self.request.id}.", message.reply_to)

        self.team.action_switch_off_mailbox()
        message = self._write_as(self.request, self.user.partner_id)
        self.assertNotIn("desk", message.reply_to)

    def test_an_answer_to_the_common_address_of_the_host_is_found_too(self):
        request = self._answer(self.request, To="catchall@ours.example")

        self.assertEqual(request, self.request)

    def test_an_answer_sent_on_to_another_alias_is_left_to_the_host(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "leads",
                "alias_domain_id": self.mail_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )

        self._answer(self.request, To="leads@ours.example")

        self.assertEqual(len(self._texts()), 1)

    def test_an_answer_to_a_merged_request_goes_to_the_one_it_lives_on_in(self):
        survivor = self._request(partner=self.ada)
        self.request._cancel()
        self.request.merged_into_id = survivor

        request = self._answer(self.request)

        self.assertEqual(request, survivor)
        self.assertEqual(len(self._messages(survivor)), 1)

    # ------------------------------------------------------------
    # Who takes part
    # ------------------------------------------------------------

    def test_those_who_take_part_are_heard(self):
        self.user.email = "una@ours.example"
        colleague = self._person("Cole", email="cole@private.example", parent_id=self.freight.id)
        self.request.responsible_partner_id = self.foods
        self.request.email_cc = "Friend <friend@else.example>"
        follower = self._person("Fay", email="fay@else.example")
        self.request.message_subscribe(follower.ids)
        senders = {
            "contact": "ada@northwind.example",
            "colleague": colleague.email,
            "company": "office@northwind.example",
            "acting counterparty": "ben@foods.example",
            "in copy": "friend@else.example",
            "follower": "fay@else.example",
            "employee": "una@ours.example",
        }
        for who, sender in senders.items():
            with self.subTest(who):
                self.assertEqual(self._answer(self.request, From=sender), self.request)

    def test_the_original_address_is_heard_when_the_contact_was_corrected(self):
        request = self._receive(From="eve@new.example")
        request.partner_id = self.ben
        request.partner_email = "eve@new.example"

        self.assertEqual(self._answer(request, From="eve@new.example"), request)

    def test_whom_a_participant_takes_in_copy_takes_part_too(self):
        self._answer(self.request, Cc="Friend <friend@else.example>")

        self.assertEqual(self._answer(self.request, From="friend@else.example"), self.request)

    def test_a_stranger_who_knows_a_message_id_waits(self):
        before = self.request.message_follower_ids

        request = self._answer(self.request, From=EVE, Cc="mallory@dark.example", body="Pay me")

        self.assertFalse(request)
        mail = self._last()
        self.assertEqual((mail.state, mail.reason), ("quarantine", "unverified"))
        self.assertEqual(mail.request_id, self.request)
        self.assertEqual(len(self._texts()), 1)
        self.assertEqual(self.request.message_follower_ids, before)
        self.assertFalse(self.request.email_cc)
        note = self.request.message_ids[0]
        self.assertTrue(note.is_internal)
        self.assertIn("eve@dark.example", note.body)
        self.assertNotIn("Pay me", note.body)
        self.assertEqual(self.request.waiting_mail_count, 1)

    def test_a_stranger_does_not_wake_a_request(self):
        self.request._solve()

        self._answer(self.request, From=EVE)

        self.assertEqual(self.request.state, "solved")

    def test_employees_are_told_of_a_stranger_once_a_day(self):
        self._answer(self.request, From=EVE)
        notes = len(self.request.message_ids)

        self._answer(self.request, From=EVE)

        self.assertEqual(len(self.request.message_ids), notes)
        self.assertEqual(self.request.waiting_mail_count, 2)

    def test_a_stranger_with_a_number_gets_a_request_of_its_own(self):
        request = self._receive(From=EVE, Subject=f"[{self.request.number}] hello")

        self.assertNotIn(request, (self.request, request.browse()))
        self.assertEqual(request.possible_request_id, self.request)
        self.assertEqual(request.name, "hello")
        self.assertEqual(len(self._texts()), 1)

    def test_a_number_nobody_has_is_a_subject_like_any_other(self):
        request = self._receive(From=EVE, Subject="[RQ-99999999] hello")

        self.assertTrue(request)
        self.assertFalse(request.possible_request_id)

    def test_a_known_customer_from_an_unknown_address_gets_a_request_possibly_about_it(self):
        senders = {
            "a contact of another company": "ben@foods.example",
            "a colleague by domain": "zoe@northwind.example",
        }
        for who, sender in senders.items():
            with self.subTest(who):
                request = self._answer(self.request, From=sender)
                self.assertNotEqual(request, self.request)
                self.assertEqual(request.possible_request_id, self.request)

    def test_a_public_provider_makes_no_colleagues(self):
        self.ada.email = "ada@gmail.com"
        self.request.partner_email = "ada@gmail.com"

        self.assertFalse(self._answer(self.request, From="other@gmail.com"))
        self.assertEqual(self._last().reason, "unverified")

    # ------------------------------------------------------------
    # Where answers are wanted
    # ------------------------------------------------------------

    def test_answers_go_to_another_address_only_when_somebody_says_so(self):
        request = self._receive(Reply_To="eve@elsewhere.example")
        self.assertEqual(request.reply_email, "eve@elsewhere.example")
        self.assertEqual(request.action_answer()["context"]["default_partner_ids"], self.ada.ids)
        self.assertFalse(request._is_participant("eve@elsewhere.example"))

        request.with_user(self.officer).action_answer_there()

        self.assertEqual(request.partner_id.email, "eve@elsewhere.example")
        self.assertEqual(request.commercial_partner_id, self.freight)
        self.assertTrue(request._is_participant("ada@northwind.example"))
        self.assertFalse(request.reply_email)
        self.assertIn("eve@elsewhere.example", request.message_ids[0].body)

    def test_a_stranger_may_want_answers_elsewhere(self):
        request = self._receive(From=EVE, Reply_To="Eve <eve@home.example>")

        request.with_user(self.officer).action_answer_there()

        self.assertFalse(request.partner_id)
        self.assertEqual(request.partner_email, "eve@home.example")

    def test_answers_never_go_to_another_counterparty(self):
        request = self._receive(Reply_To="ben@foods.example")

        with self.assertRaisesRegex(UserError, "Choose the contact yourself"):
            request.action_answer_there()

        self.assertEqual(request.partner_id, self.ada)

    def test_the_own_address_and_those_of_programs_are_no_news(self):
        for headers in (
            {"Reply_To": "Ada <ada@northwind.example>"},
            {"Reply_To": "list@northwind.example", "Precedence": "list"},
            {"Reply_To": "no address at all"},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(self._receive(**headers).reply_email)

    def test_a_sender_whom_our_mail_server_finds_forged_waits(self):
        self.env["ir.config_parameter"].set_param(TRUSTED_SERVER, "mx.ours.example")
        result = "mx.ours.example; dmarc=fail header.from=northwind.example"

        self._answer(self.request, Authentication_Results=result)
        self.assertEqual(self._last().reason, "forged")
        self._receive(Authentication_Results=result)
        self.assertEqual(self._last().reason, "forged")

        self.assertEqual(len(self._texts()), 1)

    # ------------------------------------------------------------
    # Effects
    # ------------------------------------------------------------

    def test_an_answer_wakes_what_waits_for_it(self):
        for move in ("_wait_for_partner", "_hold", "_solve"):
            with self.subTest(move):
                getattr(self.request, move)()
                self._answer(self.request)
                self.assertEqual(self.request.state, "open")
                self.assertTrue(self.request.awaiting_since)

    def test_an_answer_after_the_end_opens_a_follow_up(self):
        self.request.user_id = self.user
        self.request._close("employee")

        request = self._answer(self.request, Subject="Still missing")

        self.assertEqual((request.parent_id, request.name), (self.request, "Still missing"))
        self.assertEqual((request.user_id, request.partner_id), (self.user, self.ada))
        self.assertEqual(request.channel, "email")
        self.assertEqual(self.request.state, "closed")
        self.assertEqual(len(self._messages(request)), 1)

    def test_an_answer_after_the_days_of_grace_opens_a_follow_up(self):
        self.request._solve()
        self.request.solved_at = fields.Datetime.now() - timedelta(days=60)

        request = self._answer(self.request)

        self.assertEqual(request.parent_id, self.request)

    def test_the_fourth_reopening_of_a_day_is_a_comment(self):
        for _round in range(3):
            self.request._solve()
            self._answer(self.request)
        self.assertEqual(self.request.reopen_count, 3)
        self.request._solve()

        self._answer(self.request, body="Thank you")

        self.assertEqual((self.request.state, self.request.reopen_count), ("solved", 3))
        self.assertIn("Thank you", self._texts()[0])
        self.assertEqual(self._last().result, "comment")

    def test_an_automatic_answer_is_a_note_without_effects(self):
        self.request._solve()

        self._answer(self.request, Auto_Submitted="auto-replied", body="I am away")

        message = self._messages(self.request)[0]
        self.assertIn("I am away", message.body)
        self.assertTrue(message.is_internal)
        self.assertEqual(self.request.state, "solved")
        self.assertEqual(self._last().result, "note")

    def test_an_employee_who_answers_by_mail_answers_the_counterparty(self):
        self.user.email = "una@ours.example"
        request = self._receive(From="eve@new.example")
        self.assertFalse(request.first_response_at)

        self._answer(request, From="una@ours.example", body="We are on it")

        self.assertTrue(request.first_response_at)
        message = self._messages(request)[0]
        self.assertEqual(message.author_id, self.user.partner_id)
        self.assertEqual(message.outgoing_email_to, "eve@new.example")
        self.assertFalse(message.is_internal)

    def test_the_answer_of_an_employee_reaches_the_contact(self):
        self.user.email = "una@ours.example"
        request = self._receive()

        self._answer(request, From="una@ours.example", body="We are on it")

        message = self._messages(request)[0]
        self.assertIn(self.ada, message.notified_partner_ids)
        self.assertTrue(request.first_response_at)

    def test_an_employee_with_a_number_alone_leaves_a_note(self):
        self.user.email = "una@ours.example"
        request = self._receive()

        self._receive(From="una@ours.example", Subject=f"[{request.number}] pay here")

        message = self._messages(request)[0]
        self.assertTrue(message.is_internal)
        self.assertFalse(message.notified_partner_ids - self.user.partner_id)
        self.assertFalse(request.first_response_at)

    def test_an_employee_who_answers_a_note_stays_among_employees(self):
        self.user.email = "una@ours.example"
        note = self.request.message_post(
            body="Careful", subtype_xmlid="mail.mt_note", is_internal=True
        )

        self._answer(self.request, From="una@ours.example", In_Reply_To=note.message_id)

        self.assertTrue(self._messages(self.request)[0].is_internal)

    def test_both_of_two_answers_are_kept_and_the_first_counts(self):
        self.assertTrue(self.request.first_response_at)
        first = self.request.first_response_at - timedelta(hours=1)
        self.request.first_response_at = first

        self._write_as(self.request, self.uri.partner_id, body="Mine too")

        self.assertEqual(self.request.first_response_at, first)

    # ------------------------------------------------------------
    # Floods
    # ------------------------------------------------------------

    def test_a_flood_of_answers_stops_in_quarantine(self):
        for number in range(22):
            self._answer(self.request, body=f"Mail {number}")

        # the one that opened the request counts
        self.assertEqual(len(self._texts()), 20)
        waiting = self._inbox(state="quarantine")
        self.assertEqual(set(waiting.mapped("reason")), {"flood"})
        notes = self.request.message_ids.filtered(lambda m: "quarantine" in (m.body or ""))
        self.assertEqual(len(notes), 1)

    def test_a_flood_of_new_requests_stops_in_quarantine(self):
        for number in range(25):
            self._receive(From=EVE, Subject=f"Alert {number}")

        self.assertEqual(len(self._inbox(state="quarantine", reason="flood")), 5)
        self.assertEqual(len(self._inbox(sender="eve@dark.example", result="new")), 20)

    def test_the_same_words_over_and_over_join_the_last_request(self):
        for _number in range(25):
            self._receive(From=EVE, Subject="Re: I am out of office")

        joined = self._inbox(sender="eve@dark.example", result="answer")
        opened = self._inbox(sender="eve@dark.example", result="new")
        self.assertEqual((len(opened), len(joined)), (10, 10))
        self.assertEqual(joined.request_id, opened[-1].request_id)
        self.assertEqual(len(self._inbox(state="quarantine", reason="flood")), 5)

    def test_a_robot_that_does_not_stop_is_put_away_with_one_word(self):
        for number in range(30):
            self._receive(From=EVE, Subject=f"Alert {number}", Auto_Submitted="auto-generated")

        [opened] = self._inbox(sender="eve@dark.example", result="new")
        self.assertFalse(self._inbox(state="quarantine"))
        self.assertEqual(len(self._inbox(state="discarded", reason="flood")), 10)
        texts = opened.request_id.message_ids.mapped("body")
        self.assertEqual(len([text for text in texts if "put away" in (text or "")]), 1)

    def test_those_on_the_list_of_the_host_may_write_as_much_as_they_want(self):
        self.env["mail.gateway.allowed"].create({"email": "eve@dark.example"})
        for _number in range(22):
            self._receive(From=EVE)

        self.assertFalse(self._inbox(state="quarantine"))

    def test_a_series_of_automatic_mails_is_one_request(self):
        for number in range(15):
            self._receive(From=EVE, Subject=f"Alert {number}", Auto_Submitted="auto-generated")

        self.assertEqual(len(self._inbox(sender="eve@dark.example", result="new")), 1)
        self.assertEqual(len(self._inbox(sender="eve@dark.example", result="note")), 14)

    def test_robots_on_the_list_of_the_host_open_a_request_each_time(self):
        self.env["mail.gateway.allowed"].create({"email": "eve@dark.example"})
        for number in range(3):
            self._receive(From=EVE, Subject=f"Alert {number}", Auto_Submitted="auto-generated")

        self.assertEqual(len(self._inbox(sender="eve@dark.example", result="new")), 3)

    # ------------------------------------------------------------
    # Joining
    # ------------------------------------------------------------

    def test_join_needs_a_request_to_join(self):
        self.assertFalse(self.request.possible_request_id)
        with self.assertRaises(UserError):
            self._inbox(request_id=self.request.id)[:1].action_accept()
