import contextlib
import io
import zipfile
from unittest.mock import patch

from odoo.tests import tagged

from .common_request_mail import DESK, RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyInbox(RequestMailCase):
    """What arrives is kept first, and becomes what it is."""

    # ------------------------------------------------------------
    # New requests
    # ------------------------------------------------------------

    def test_a_mail_opens_a_request_of_its_sender(self):
        request = self._receive()

        self.assertEqual(request.name, "A pallet is missing")
        self.assertEqual((request.channel, request.team_id), ("email", self.team))
        self.assertEqual(
            (request.partner_id, request.commercial_partner_id), (self.ada, self.freight)
        )
        self.assertEqual(request.category_id, self.categories["help"])
        message = self._messages(request)
        self.assertEqual(message.author_id, self.ada)
        self.assertIn("second pallet", message.body)
        self.assertEqual(request.state, "new")
        self.assertTrue(request.awaiting_since)
        mail = self._last()
        self.assertEqual((mail.state, mail.result, mail.request_id), ("done", "new", request))
        self.assertIn(b"second pallet", self._raw(mail))

    def test_a_stranger_is_kept_by_name_and_address(self):
        request = self._receive(From="Eve New <eve@new.example>")

        self.assertFalse(request.partner_id)
        self.assertEqual(
            (request.partner_name, request.partner_email), ("Eve New", "eve@new.example")
        )
        self.assertFalse(self._messages(request).author_id)
        self.assertFalse(self.env["res.partner"].search([("email", "=", "eve@new.example")]))

    def test_an_address_of_two_contacts_is_not_guessed(self):
        twin = self._person("Ada Vale", email="ada@northwind.example", parent_id=self.foods.id)

        request = self._receive()

        self.assertFalse(request.partner_id)
        self.assertEqual(request.partner_candidate_ids, self.ada | twin)
        self.assertEqual(request.partner_email, "ada@northwind.example")
        self.assertFalse(self._messages(request).author_id)

        twin.with_context(
            counterparty_request_id=request.id
        ).action_counterparty_choose_for_request()

        self.assertEqual(request.partner_id, twin)
        self.assertFalse(request.partner_candidate_ids)

    def test_only_a_proposed_contact_can_be_chosen(self):
        request = self._receive(From="eve@new.example")

        self.ben.with_context(
            counterparty_request_id=request.id
        ).action_counterparty_choose_for_request()

        self.assertFalse(request.partner_id)

    def test_what_an_employee_forwards_is_proposed_as_its_author(self):
        self.user.email = "una@ours.example"
        body = "Please handle.\n\n--- Forwarded ---\nFrom: Ada Vale <ada@northwind.example>\nHello"

        request = self._receive(body, From="una@ours.example", Subject="Fwd: A pallet")

        self.assertFalse(request.partner_id)
        self.assertEqual(request.partner_candidate_ids, self.ada)
        self.assertIn("ada@northwind.example", request.forwarded_from)
        self.assertEqual(self._messages(request).author_id, self.user.partner_id)

    def test_an_employee_who_writes_is_the_contact(self):
        self.user.email = "una@ours.example"

        request = self._receive(From="una@ours.example")

        self.assertEqual(request.partner_id, self.user.partner_id)

    def test_what_comes_out_of_a_mail_by_itself_has_its_words_and_files(self):
        kind = self.env["counterparty.request.conversion"].search([("code", "=", "lead")])
        self.categories["help"].automatic_conversion_id = kind

        request = self._receive("100 red chairs until May", [("plan.txt", b"Ground floor")])

        lead = request.document_ids._get_document()
        self.assertIn("100 red chairs", lead.description)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual(files.name, "plan.txt")

    def test_the_language_is_that_of_the_text(self):
        self.env["res.lang"]._activate_lang("bg_BG")
        body = "Здравейте, палетът не е пристигнал. Моля за отговор."

        self.assertEqual(self._receive(body, From="eve@new.example").lang, "bg_BG")

    def test_two_teams_that_are_addressed_get_a_request_each(self):
        other = self.env["counterparty.request.team"].create({"name": "Sales Desk"})
        other._switch_on_mailbox("sales-desk", self.mail_domain)

        self._receive(To=f"{DESK}, sales-desk@ours.example")

        teams = self._inbox().request_id.team_id
        self.assertEqual(teams, self.team | other)

    def test_a_mail_to_an_alias_of_another_model_too_goes_both_ways(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "leads",
                "alias_domain_id": self.mail_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        leads = self.env["crm.lead"].search_count([])

        request = self._receive(To=f"{DESK}, leads@ours.example")

        self.assertTrue(request)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads + 1)
        self.assertEqual(len(self._requests()), 1)

    def test_a_mail_that_is_not_for_the_desk_is_left_to_the_host(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "leads",
                "alias_domain_id": self.mail_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )

        self.env["mail.thread"].message_process(None, self._mail(To="leads@ours.example"))

        self.assertFalse(self._inbox())
        self.assertFalse(self._requests())

    def test_a_mail_server_of_its_own_needs_no_alias(self):
        request = self._gateway(self._mail(To="anything@else.example"), "counterparty.request")

        self.assertEqual(request.partner_id, self.ada)

    def _count_queries(self, **headers):
        """Return how many queries the second of two mails costs."""
        self._receive(**headers)
        raw = self._mail(**headers)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["mail.thread"].message_process(None, raw)
        return self.env.cr.sql_log_count - before

    def test_a_mail_costs_few_queries(self):
        # a team of people who are told by mail, and which acknowledges
        self.assertEqual(len(self.team.user_ids), 2)
        self.team.acknowledge = True

        self.assertLessEqual(self._count_queries(), 40)
        self.assertLessEqual(self._count_queries(From="Eve <eve@new.example>"), 40)

    def test_an_answer_costs_few_queries(self):
        request = self._receive()
        reference = self._messages(request).message_id

        self.assertLessEqual(self._count_queries(References=reference), 40)

    # ------------------------------------------------------------
    # Twice
    # ------------------------------------------------------------

    def test_the_same_mail_again_is_the_same_request(self):
        raw = self._mail()

        first = self._gateway(raw)
        again = self._gateway(raw)

        self.assertTrue(first)
        self.assertFalse(again)
        self.assertEqual(len(self._inbox()), 1)

    def test_the_same_mail_by_another_way_is_known_too(self):
        raw = self._mail(Message_ID="<same@x>")
        self._gateway(raw)

        self._gateway(b"Received: from elsewhere\r\nDelivered-To: desk@ours.example\r\n" + raw)

        self.assertEqual(len(self._requests()), 1)

    def test_another_mail_with_a_message_id_of_before_waits(self):
        self._receive("First", Message_ID="<broken@x>")

        self._receive("Second", Message_ID="<broken@x>")
        self._receive("Second", Message_ID="<broken@x>")

        waiting = self._inbox(state="quarantine")
        self.assertEqual((len(waiting), waiting.reason), (1, "differs"))
        self.assertIn(b"Second", self._raw(waiting))
        self.assertEqual(len(self._requests()), 1)

    def test_mails_without_message_id_are_told_apart_by_their_content(self):
        for body in ("One", "Two", "Two"):
            self._receive(body, Message_ID=None, Date="Mon, 2 Mar 2026 10:00:00 +0200")

        self.assertEqual(len(self._requests()), 2)

    def test_what_we_sent_ourselves_and_comes_back_is_known(self):
        request = self._receive()
        sent = self._write_as(request, self.user.partner_id)

        self._receive(Message_ID=sent.message_id, From="una@ours.example")

        self.assertEqual(self._last().result, "known")
        self.assertEqual(len(self._requests()), 1)

    # ------------------------------------------------------------
    # Failures lose nothing
    # ------------------------------------------------------------

    def _failing(self):
        Inbox = self.env.registry["counterparty.inbox"]
        return patch.object(Inbox, "_process", side_effect=ValueError("broken"), autospec=True)

    def test_a_failure_keeps_the_mail_and_tells_the_gateway_nothing(self):
        with self._failing():
            request = self._receive()

        self.assertFalse(request)
        mail = self._last()
        self.assertEqual((mail.state, mail.attempts), ("todo", 1))
        self.assertEqual(mail.error, "ValueError: broken")
        self.assertTrue(mail.raw)

    def test_the_job_takes_it_up_again(self):
        with self._failing():
            self._receive()
        mail = self._last()
        mail.next_at = "2020-01-01 00:00:00"

        self._run_job()

        self.assertEqual((mail.state, mail.result), ("done", "new"))
        self.assertFalse(mail.error)
        self.assertEqual(mail.request_id, self._requests())

    def test_the_job_waits_longer_after_each_failure(self):
        with self._failing():
            self._receive()
        mail = self._last()

        self._run_job()

        self.assertEqual(mail.attempts, 1)
        self.assertGreater(mail.next_at, mail.received_at)

    def test_after_the_last_attempt_a_person_is_asked(self):
        with self._failing():
            self._receive()
            mail = self._last()
            for _attempt in range(6):
                mail.next_at = "2020-01-01 00:00:00"
                self._run_job()

        self.assertEqual((mail.state, mail.reason, mail.attempts), ("quarantine", "failed", 5))
        self.assertEqual(mail.activity_ids.user_id, self.officer)

    def test_a_team_without_people_still_has_somebody_who_is_asked(self):
        self.team.write({"leader_id": False, "member_ids": [(5, 0, 0)]})
        self._receive("x", Message_ID="<broken@x>")
        self._receive("y", Message_ID="<broken@x>")

        self.assertEqual(
            self._inbox(state="quarantine")._get_keeper(), self.env.ref("base.user_admin")
        )

    def test_old_originals_go_and_keys_stay(self):
        self._receive()
        mail = self._last()
        mail.received_at = "2020-01-01 00:00:00"
        self.env.flush_all()
        with patch("odoo.addons.counterparty_crm.models.counterparty_inbox.KEEP_KEY_DAYS", 90_000):
            self.env["counterparty.inbox"]._gc_originals()

        self.assertTrue(mail.exists())
        self.assertFalse(mail.raw)

        self.env["counterparty.inbox"]._gc_originals()

        self.assertFalse(mail.exists())

    def test_what_waits_is_never_cleaned_away(self):
        self._receive("x", Message_ID="<broken@x>")
        self._receive("y", Message_ID="<broken@x>")
        waiting = self._inbox(state="quarantine")
        waiting.received_at = "2010-01-01 00:00:00"
        self.env.flush_all()

        self.env["counterparty.inbox"]._gc_originals()

        self.assertTrue(waiting.raw)

    # ------------------------------------------------------------
    # Broken and hostile mails
    # ------------------------------------------------------------

    def test_broken_mails_become_requests_all_the_same(self):
        cases = {
            "no sender": {"From": None},
            "empty sender": {"From": ""},
            "no subject": {"Subject": None},
            "long ago": {"Date": "Thu, 1 Jan 1970 00:00:00 +0000"},
            "far away": {"Date": "Fri, 1 Jan 2099 00:00:00 +0000"},
            "no date at all": {"Date": "yesterday, perhaps"},
        }
        for name, headers in cases.items():
            with self.subTest(name):
                request = self._receive(**headers)
                self.assertTrue(request.name)
                self.assertEqual(self._last().state, "done")
                self.assertEqual(request.opened_at.year, self.env.cr.now().year)

    def test_broken_bytes_become_requests_all_the_same(self):
        head = b"From: ada@northwind.example\r\nTo: desk@ours.example\r\nSubject: %s\r\n"
        cases = {
            "character set": b"Content-Type: text/plain; charset=x-klingon\r\n\r\nHello",
            "encoding": b"Content-Transfer-Encoding: base64\r\n\r\n!!!! no base64 !!!!",
            "no boundary": b"Content-Type: multipart/mixed\r\n\r\nHello",
            "binary": b"\r\n\x00\xff\xfe",
            "nothing": b"",
        }
        for name, rest in cases.items():
            with self.subTest(name):
                request = self._gateway(head % name.encode() + rest)
                self.assertEqual(request.name, name)

    def test_a_subject_is_one_short_line_of_text(self):
        request = self._gateway(
            b"From: ada@northwind.example\r\nTo: desk@ours.example\r\n"
            b"Subject: <script>alert(1)</script>" + b"x" * 100_000 + b"\r\n\r\nHello"
        )

        self.assertEqual(len(request.name), 200)
        self.assertTrue(request.name.startswith("<script>"))

    def test_markup_of_a_mail_is_cleaned(self):
        html = "<p onclick='x()'>Hello</p><script>steal()</script><svg onload='x()'/>"

        message = self._messages(self._receive(html=html))

        self.assertIn("Hello", message.body)
        for bad in ("script", "onclick", "onload", "steal"):
            self.assertNotIn(bad, message.body)

    def test_lines_of_plain_text_wrap(self):
        message = self._messages(self._receive("One <b>\nTwo & three\n\nFour"))

        self.assertNotIn("<pre", message.body)
        self.assertIn("One &lt;b&gt;<br>Two &amp; three", message.body.replace("<br/>", "<br>"))

    def test_too_many_files_are_named_and_left_out(self):
        files = [(f"{number}.txt", b"x") for number in range(60)]

        message = self._messages(self._receive(files=files))

        self.assertEqual(len(message.attachment_ids), 50)
        self.assertIn("59.txt", message.body)

    def test_an_archive_is_a_file_that_nobody_unpacks(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(50_000_000))

        request = self._receive(files=[("bomb.zip", bomb.getvalue()), ("empty.txt", b"")])

        files = self._messages(request).attachment_ids
        self.assertEqual(set(files.mapped("name")), {"bomb.zip", "empty.txt"})
        self.assertLess(max(files.mapped("file_size")), 100_000)

    def test_a_crowd_in_copy_does_not_take_part(self):
        crowd = ", ".join(f"a{number}@crowd.example" for number in range(10_000))

        request = self._receive(Cc=crowd)

        self.assertLessEqual(len(request.email_cc.split(",")), 20)

    def test_a_mail_beyond_reading_keeps_its_headers(self):
        Thread = self.env.registry["mail.thread"]
        with patch.object(Thread, "message_parse", side_effect=RecursionError, autospec=True):
            request = self._receive()

        self.assertEqual((request.name, request.partner_id), ("A pallet is missing", self.ada))
        self.assertIn("the whole text", self._messages(request).body)

    def test_a_nul_in_a_header_loses_no_mail(self):
        raw = self._mail(Message_ID="<broken@y.example>").replace(b"<broken@", b"<bro\x00ken@")

        self.assertTrue(self._gateway(raw))

    def test_a_fault_in_finding_the_desk_leaves_the_mail_to_the_host(self):
        Inbox = self.env.registry["counterparty.inbox"]
        with (
            patch.object(Inbox, "_find_address", side_effect=ValueError),
            self.assertLogs("odoo.addons.counterparty_crm", "ERROR"),
        ):
            request = self._receive()

        self.assertTrue(request, "the alias of the team is known to the host, too")

    def test_a_person_at_postmaster_is_heard(self):
        for headers in ({"From": "postmaster@mx.example"}, {"X_Failed_Recipients": "x@y.example"}):
            with self.subTest(headers=headers):
                request = self._receive(**headers)

                self.assertTrue(request)
                self.assertEqual(self._last().result, "new")

    def test_a_user_who_is_no_gateway_hands_nothing_to_the_desk(self):
        request = self._receive()
        forged = self._mail(Subject=f"[{request.number}] pay here", From="una@ours.example")
        kept = len(self._inbox())
        for user in (self.user, self.plain, self.portal):
            with self.subTest(user=user.login), contextlib.suppress(Exception):
                self.env["mail.thread"].with_user(user).message_process(None, forged)

        self.assertEqual(len(self._inbox()), kept)
        self.assertEqual(len(self._messages(request)), 1)

    def test_undeliverable_mail_opens_nothing(self):
        request = self._receive()
        sent = self._write_as(request, self.user.partner_id)
        report = (
            "From: MAILER-DAEMON@mx.example\r\nTo: desk@ours.example\r\nSubject: Undelivered\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nUnknown user\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
            "Final-Recipient: rfc822; ada@northwind.example\r\nStatus: 5.1.1\r\n\r\n"
            f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {sent.message_id}\r\n"
            f"References: {sent.message_id}\r\n\r\nHello\r\n--b--\r\n"
        )

        self._gateway(report.encode())

        self.assertEqual((self._last().state, self._last().result), ("done", "bounce"))
        self.assertEqual(len(self._requests()), 1)
        self.assertIn("ada@northwind.example", request.message_ids[0].body)
        self.assertTrue(request.message_ids[0].is_internal)
