from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_request_mail import RequestMailCase

EVE = "Eve Dark <eve@dark.example>"


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyInboxQuarantine(RequestMailCase):
    """What waits is seen by the team, told of daily and decided with one click."""

    def setUp(self):
        super().setUp()
        self.request = self._receive()
        self._write_as(self.request, self.user.partner_id, body="Which one?")
        self._answer(self.request, From=EVE, body="The blue one", html="<p>The blue one</p>")
        self.waiting = self._last()
        self.mine = self.waiting.with_user(self.user)

    # ------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------

    def test_an_accepted_sender_joins_the_request_for_good(self):
        self.request._wait_for_partner()

        self.mine.action_accept()
        self.env.invalidate_all()

        self.assertEqual((self.waiting.state, self.waiting.result), ("done", "answer"))
        self.assertEqual(self.waiting.decided_by_id, self.user)
        self.assertIn("The blue one", self._messages(self.request)[0].body)
        self.assertEqual(self.request.state, "open")
        self.assertEqual(self._answer(self.request, From=EVE), self.request)

    def test_an_accepted_mail_about_a_closed_request_opens_a_follow_up(self):
        self.request._close("employee")

        self.mine.action_accept()
        self.env.invalidate_all()

        self.assertEqual(self.waiting.request_id.parent_id, self.request)

    def test_a_mail_that_waits_becomes_a_request_of_its_own(self):
        action = self.mine.action_create_request()
        self.env.invalidate_all()

        request = self.waiting.request_id
        self.assertNotEqual(request, self.request)
        self.assertEqual(request.partner_email, "eve@dark.example")
        self.assertEqual(action["res_id"], request.id)
        self.assertEqual(len(self._messages(self.request)), 1)

    def test_many_are_decided_at_once(self):
        for _number in range(3):
            self._answer(self.request, From=EVE)
        waiting = self._inbox(state="quarantine")

        waiting.with_user(self.user).action_discard()

        self.assertEqual(set(waiting.mapped("state")), {"discarded"})
        self.assertEqual(self.request.waiting_mail_count, 0)

    def test_all_of_one_sender_are_decided_with_one_click(self):
        self._answer(self.request, From=EVE, body="And the red one")
        self._answer(self.request, From="Mal <mal@other.example>")
        other = self._last()
        self.mine.invalidate_recordset()
        self.assertEqual((self.mine.same_sender_count, other.same_sender_count), (2, 1))

        self.mine.action_accept_sender()
        self.env.invalidate_all()

        self.assertEqual(self._inbox(state="quarantine"), other)
        bodies = " ".join(self._messages(self.request).mapped("body"))
        self.assertIn("And the red one", bodies)
        self.assertFalse(self.waiting.same_sender_count)

    def test_a_machine_is_put_away_with_one_click(self):
        self._answer(self.request, From=EVE)

        self.mine.action_discard_sender()

        self.assertFalse(self._inbox(state="quarantine"))
        self.assertEqual(len(self._inbox(state="discarded", sender="eve@dark.example")), 2)

    def test_nobody_lets_a_sender_into_a_request_they_may_not_write(self):
        self.request.user_id = self.officer
        self.request.team_id = False
        self.assertFalse(self.request.with_user(self.user).has_access("write"))
        self.assertTrue(self.mine.has_access("read"))

        with self.assertRaises(AccessError):
            self.mine.action_accept()

        self.assertEqual(self.waiting.state, "quarantine")

    def test_what_was_discarded_can_be_taken_back(self):
        self.mine.action_discard()
        self.assertEqual(self.waiting.decided_by_id, self.user)

        self.mine.action_restore()

        self.assertEqual(self.waiting.state, "quarantine")

    def test_the_second_who_decides_hears_of_the_first(self):
        self.mine.action_discard()

        for action in ("action_accept", "action_create_request", "action_discard"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "Una has decided"):
                getattr(self.waiting.with_user(self.uri), action)()

    def test_a_mail_that_points_at_no_request_cannot_join_one(self):
        self._receive("x", Message_ID="<broken@x>")
        self._receive("y", Message_ID="<broken@x>")
        differing = self._last()
        self.assertEqual((differing.reason, differing.request_id.ids), ("differs", []))

        with self.assertRaisesRegex(UserError, "points at no request"):
            differing.with_user(self.user).action_accept()
        differing.with_user(self.user).action_create_request()
        self.env.invalidate_all()

        self.assertEqual(differing.request_id.partner_id, self.ada)

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def test_the_team_reads_what_waits_for_it_and_nobody_else(self):
        outsider = self._user("olga", "group_user")
        for user in (self.user, self.officer, self.manager):
            with self.subTest(user=user.login):
                self.assertTrue(self.waiting.with_user(user).has_access("read"))
        for user in (outsider, self.plain, self.portal):
            with self.subTest(user=user.login):
                self.assertFalse(self.waiting.with_user(user).has_access("read"))
                for action in ("action_accept", "action_create_request", "action_discard"):
                    with self.assertRaises(AccessError):
                        getattr(self.waiting.with_user(user), action)()
        self.assertEqual(self.waiting.state, "quarantine")

    def test_nobody_writes_mails_by_hand(self):
        for user in (self.user, self.officer, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.waiting.with_user(user).state = "done"

    def test_mails_of_another_company_are_invisible(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.cr.execute(
            "UPDATE counterparty_inbox SET company_id = %s WHERE id = %s",
            [other.id, self.waiting.id],
        )
        self.env.invalidate_all()

        self.assertFalse(self.waiting.with_user(self.manager).has_access("read"))

    def test_the_preview_shows_words_and_nothing_that_acts(self):
        self._answer(
            self.request,
            From=EVE,
            html="<p>Pay</p><img src='http://spy.example/x.png'/><a href='http://bad.example'>here</a>"
            "<script>steal()</script>",
            body="",
            files=[("bill.pdf.exe", b"MZ")],
        )
        waiting = self._last()

        for text in ("spy.example/x.png", "<script", "<a ", "<img"):
            self.assertNotIn(text, waiting.preview or "")
        self.assertEqual(waiting.file_names, "bill.pdf.exe")
        self.assertIn("The blue one", self.waiting.preview)

    def test_the_team_shows_how_many_wait(self):
        self.assertEqual(self.team.with_user(self.user).quarantine_count, 1)
        action = self.team.with_user(self.user).action_open_quarantine()
        found = self.env["counterparty.inbox"].with_user(self.user).search(action["domain"])
        self.assertEqual(found, self.mine)

    # ------------------------------------------------------------
    # The daily word
    # ------------------------------------------------------------

    def _told(self):
        return self.env["mail.message"].search(
            [("subject", "like", "Mails in quarantine"), ("message_type", "=", "user_notification")]
        )

    def test_the_team_is_told_daily_while_something_waits(self):
        self._run_job("_cron_tell_quarantine")

        people = self.officer | self.user | self.uri
        self.assertEqual(self._told().partner_ids, people.partner_id)

        self.mine.action_discard()
        self._run_job("_cron_tell_quarantine")

        self.assertEqual(len(self._told()), len(people))

    def test_the_word_is_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.uri.lang, self.user.lang = "es_ES", "en_US"
        last = self.env["mail.message"].search([], order="id desc", limit=1).id

        self._run_job("_cron_tell_quarantine")

        told = {
            message.partner_ids: (message.subject, message.body)
            for message in self.env["mail.message"].search([("id", ">", last)])
        }
        subject, body = told[self.uri.partner_id]
        self.assertIn("cuarentena", subject)
        self.assertIn("esperan una decisión", body)
        subject, body = told[self.user.partner_id]
        self.assertIn("Mails in quarantine", subject)
        self.assertIn("wait for a decision", body)

    def test_the_job_runs_while_a_team_has_a_mailbox(self):
        cron = self.env.ref("counterparty_crm.ir_cron_counterparty_quarantine")
        self.assertTrue(cron.active)

        self.team.action_switch_off_mailbox()

        self.assertFalse(cron.active)
        self.assertFalse(self.team.alias_email)

    # ------------------------------------------------------------
    # The same person
    # ------------------------------------------------------------

    def test_whoever_was_a_contact_of_another_counterparty_joins(self):
        second = self._answer(self.request, From="ben@foods.example", body="My other firm, Ada")
        self.assertEqual((second.partner_id, second.possible_request_id), (self.ben, self.request))
        self.assertTrue(second.is_possible_foreign)

        second.with_user(self.user).action_join_possible()
        self.env.invalidate_all()

        self.assertEqual(second.merged_into_id, self.request)
        self.assertEqual(self.request.partner_id, self.ada)
        self.assertEqual(self._answer(self.request, From="ben@foods.example"), self.request)

    def test_the_same_person_joins_with_one_click(self):
        second = self._answer(self.request, From="zoe@northwind.example", body="It is me, Zoe")
        self.assertEqual(second.possible_request_id, self.request)
        self.assertFalse(second.is_possible_foreign)

        action = second.with_user(self.user).action_join_possible()
        self.env.invalidate_all()

        self.assertEqual(second.merged_into_id, self.request)
        self.assertEqual(action["res_id"], self.request.id)
        self.assertTrue(
            any("It is me, Zoe" in (message.body or "") for message in self.request.message_ids)
        )
        answer = self._answer(self.request, From="zoe@northwind.example")
        self.assertEqual(answer, self.request)
