import re

from odoo.tests import tagged

from .common_portal_request import FORM, PortalRequestCase

SENT = {
    "partner_name": "Ana Pop",
    "partner_email": "Ana@X.example",
    "name": "Gate is stuck",
    "description": "Since this morning.",
}
MODEL = "counterparty.request.submission"


@tagged("post_install", "-at_install", "counterparty_request")
class TestPublicRequest(PortalRequestCase):
    """Strangers send requests and find back to theirs; they learn nothing else."""

    # ------------------------------------------------------------
    # Switch
    # ------------------------------------------------------------

    def test_the_pages_do_not_exist_until_they_are_switched_on(self):
        self.env["ir.config_parameter"].set_param(FORM, False)
        count = self._count()

        for url in ("/request", "/request/new/help", "/request/follow"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url).status_code, 404)
        for url in ("/request/new/help", "/request/follow"):
            self.assertEqual(self._post(url, page="/web/login", **SENT).status_code, 404)
        self.assertEqual(self._count(), count)

    def test_the_settings_switch_pages_and_job(self):
        settings = self.env["res.config.settings"].create(
            {"counterparty_request_form": False, "counterparty_request_portal": True}
        )
        settings.execute()
        job = self.env.ref("counterparty_crm.ir_cron_request_links")
        requests = self.env["counterparty.request"]

        self.assertEqual(
            (requests._is_form_open(), requests._is_portal_open(), job.active),
            (False, True, False),
        )
        settings.counterparty_request_form = True
        settings.execute()
        self.assertTrue(requests._is_form_open() and job.active)

    # ------------------------------------------------------------
    # Form
    # ------------------------------------------------------------

    def test_only_offered_categories_show(self):
        self.categories["help"].portal_visible = False

        page = self._get("/request").text

        self.assertIn("/request/new/service", page)
        self.assertNotIn("/request/new/help", page)
        self.assertEqual(self._get("/request/new/help").status_code, 303)
        self.assertEqual(self._get("/request/new/nonsense").status_code, 303)
        count = self._count()
        self._post("/request/new/help", page="/request/new/service", **SENT)
        self.assertEqual(self._count(), count)

    def test_a_stranger_gets_a_number_and_no_link(self):
        answer = self._post("/request/new/help", **SENT)

        request = self._last()
        self.assertEqual(answer.status_code, 200)
        self.assertIn(request.number, answer.text)
        self.assertNotIn("access_token", answer.text)
        self.assertEqual(request.partner_email, "ana@x.example")
        self.assertEqual((request.partner_name, request.channel), ("Ana Pop", "form"))
        self.assertFalse(request.partner_id)
        self.assertEqual((request.state, request.confidentiality), ("new", "partner"))

    def test_the_arrival_is_confirmed_where_the_team_wants_it(self):
        self.team.acknowledge = True
        self.categories["help"].write({"acknowledge": "automatic", "team_id": self.team.id})

        self._post("/request/new/help", **SENT)

        told = self.env["counterparty.acknowledgement"].search(
            [("request_id", "=", self._last().id)]
        )
        self.assertEqual((told.address, told.state), ("ana@x.example", "waiting"))
        told._send()
        self.assertEqual(told.state, "sent")

    def test_a_typed_address_proposes_its_contacts_and_takes_none(self):
        (self.ada | self.ben).email = "ana@x.example"
        self._post("/request/new/help", **SENT)

        request = self._last()
        self.assertFalse(request.partner_id, "anybody can type an address")
        self.assertEqual(request.partner_candidate_ids, self.ada | self.ben)

        chooser = self.ada.with_user(self.user)
        chooser = chooser.with_context(counterparty_request_id=request.id)
        chooser.action_counterparty_choose_for_request()
        self.assertEqual(request.partner_id, self.ada)
        history = self.env["counterparty.interaction"].search(
            [("res_model", "=", request._name), ("res_id", "=", request.id)]
        )
        self.assertEqual(history.partner_id, self.ada, "it is theirs from now on")

    def test_a_form_decides_nothing_but_what_it_asks(self):
        self._post(
            "/request/new/help",
            **SENT,
            partner_id=str(self.late_payer.id),
            user_id=str(self.user.id),
            state="closed",
            priority="3",
            channel="email",
            company_id="99",
            subject=f"res.users,{self.user.id}",
        )

        request = self._last()
        self.assertFalse(request.partner_id or request.user_id or request.subject_ref)
        self.assertEqual((request.state, request.priority), ("new", "0"))
        self.assertEqual(request.channel, "form")

    def test_what_is_missing_or_wrong_is_marked(self):
        count = self._count()
        for values, text in (
            ({"partner_email": "nonsense"}, "no e-mail address"),
            ({"partner_email": ""}, "Please fill this in"),
            ({"partner_name": "\x00"}, "Please fill this in"),
            ({"name": "\r\n"}, "Please fill this in"),
        ):
            with self.subTest(values=values):
                answer = self._post("/request/new/help", **{**SENT, **values})
                self.assertEqual(answer.status_code, 422)
                self.assertIn(text, answer.text)
        self.assertEqual(self._count(), count)

    def test_texts_are_shown_not_run(self):
        bad = '"><svg onload=alert(1)>'
        answer = self._post("/request/new/help", **{**SENT, "name": bad, "partner_email": "x"})
        self.assertNotIn("<svg onload", answer.text)

        self._post("/request/new/help", **{**SENT, "name": bad, "description": bad + "{{7*7}}"})
        request = self._last()
        self.assertEqual(request.name, bad)
        self.assertIn("&lt;svg", request.description)
        self.assertIn("{{7*7}}", request.description)
        self.assertNotIn("<svg onload", self._get(request.get_portal_url()).text)

    def test_what_fills_in_the_trap_creates_nothing(self):
        count = self._count()

        answer = self._post("/request/new/help", **SENT, website_url="http://spam.example")

        self.assertEqual(answer.status_code, 200)
        self.assertIn("Thank you", answer.text)
        self.assertEqual(self._count(), count)

    def test_a_form_sent_twice_makes_one_request(self):
        self._post("/request/new/help", **SENT, form_key="b" * 32)
        request, count = self._last(), self._count()

        answer = self._post("/request/new/help", **SENT, form_key="b" * 32)

        self.assertEqual(self._count(), count)
        self.assertIn(request.number, answer.text)

    def test_files_are_limited(self):
        count = self._count()
        answer = self._post("/request/new/help", **SENT, files=[("files", ("a.svg", b"<svg/>"))])
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._count(), count)

        self._post("/request/new/help", **SENT, files=[("files", ("a.txt", b"text"))])
        request = self._last()
        self.assertEqual(request.message_ids.attachment_ids.mapped("name"), ["a.txt"])
        self.assertIn("ana@x.example", request.message_ids.filtered("attachment_ids").email_from)

    def test_a_form_without_its_token_is_refused(self):
        for url in ("/request/new/help", "/request/follow"):
            for token in ({}, {"csrf_token": "x"}):
                answer = self.url_open(url, data={**SENT, **token})
                self.assertEqual(answer.status_code, 400)

    # ------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------

    def _limit(self, number):
        self.env["ir.config_parameter"].set_param(
            "counterparty_crm.request_form_limit", str(number)
        )

    def test_one_address_is_limited(self):
        self._limit(1)
        self._post("/request/new/help", **SENT)
        count = self._count()

        answer = self._post("/request/new/help", **SENT)

        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer.headers["Retry-After"], "3600")
        self.assertEqual(self._count(), count)

    def test_one_network_is_limited_whatever_address_it_gives(self):
        self._limit(1)
        for number in range(5):
            answer = self._post(
                "/request/new/help", **{**SENT, "partner_email": f"{number}@x.example"}
            )
            self.assertEqual(answer.status_code, 200)

        answer = self._post("/request/new/help", **{**SENT, "partner_email": "6@x.example"})

        self.assertEqual(answer.status_code, 429)

    def test_old_rows_count_no_more_and_go(self):
        self._limit(1)
        self._post("/request/new/help", **SENT)
        row = self.env[MODEL].search([], order="id desc", limit=1)
        self.assertNotIn("ana", str(row.read()))
        self.env.cr.execute(
            """UPDATE counterparty_request_submission
                  SET create_date = create_date - interval '3 days'"""
        )
        self.env.invalidate_all()

        self.assertEqual(self._post("/request/new/help", **SENT).status_code, 200)
        self.env[MODEL]._gc_submissions()
        self.assertFalse(row.exists())

    # ------------------------------------------------------------
    # Follow my request
    # ------------------------------------------------------------

    def _follow(self, number, email):
        answer = self._post("/request/follow", number=number, email=email)
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(cr=cr)[MODEL]._cron_send_links()
        self.env.invalidate_all()
        return answer

    def _words(self, answer, email):
        """Return what a page says, without the address and the token of the session."""
        page = re.search(r"<main>.*</main>", answer.text, re.DOTALL)[0]
        return page.replace(email, "")

    def _mails(self):
        return self.env["mail.mail"].search([("subject", "like", "The link to your request")])

    def test_the_link_goes_to_the_address_on_file(self):
        request = self._request(partner_email="Ana Pop <ana@x.example>")

        self._follow(request.number.lower(), "ANA@x.example")

        mail = self._mails()
        self.assertEqual(mail.email_to, "ana@x.example")
        self.assertIn(request.access_token, mail.body_html)
        self.assertFalse(mail.recipient_ids)

    def test_right_and_wrong_answer_the_same_and_wrong_gets_no_mail(self):
        request = self._request(partner_email="ana@x.example")
        hidden = self._own(confidentiality="internal", partner_email="eve@x.example")

        right = self._follow(request.number, "ana@x.example")
        self._mails().unlink()
        for number, email in (
            (request.number, "eve@x.example"),
            ("RQ-99999", "ana@x.example"),
            (hidden.number, "eve@x.example"),
            ("%", "ana@x.example"),
        ):
            with self.subTest(number=number, email=email):
                wrong = self._follow(number, email)
                self.assertEqual(wrong.status_code, right.status_code)
                self.assertEqual(self._words(wrong, email), self._words(right, "ana@x.example"))
                self.assertFalse(self._mails())

    def test_what_was_asked_for_is_forgotten_when_done(self):
        self._follow("RQ-1", "ana@x.example")

        row = self.env[MODEL].search([], order="id desc", limit=1)

        self.assertEqual((row.kind, row.is_waiting), ("follow", False))
        self.assertFalse(row.number or row.email)

    def test_asking_again_and_again_is_limited(self):
        self._limit(2)
        request = self._request(partner_email="ana@x.example")

        for _number in range(2):
            self.assertEqual(self._follow(request.number, "ana@x.example").status_code, 200)
        self.assertEqual(self._follow(request.number, "ana@x.example").status_code, 429)

        self.assertEqual(len(self._mails()), 2)

    def test_number_and_address_are_needed(self):
        for values in ({}, {"number": "RQ-1"}, {"number": "RQ-1", "email": "nonsense"}):
            with self.subTest(values=values):
                self.assertEqual(self._post("/request/follow", **values).status_code, 422)

    def test_looking_at_the_pages_changes_nothing(self):
        count, rows = self._count(), self.env[MODEL].search_count([])

        for url in ("/request", "/request/new/help", "/request/follow"):
            self.assertEqual(self._get(f"{url}?number=RQ-1&email=a@x.example").status_code, 200)

        self.assertEqual((self._count(), self.env[MODEL].search_count([])), (count, rows))
