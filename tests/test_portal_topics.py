import re

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_portal import PortalPageCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalTopics(PortalPageCase):
    """Who wants to hear about what: given, confirmed, withdrawn, and kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.counterparty_portal_topics = True
        lists = cls.env["mailing.list"]
        cls.steel = lists.create({"name": "Steel prices", "is_public": True})
        cls.fairs = lists.create({"name": "Fairs", "is_public": True})
        cls.hidden = lists.create({"name": "Bad payers", "is_public": False})
        cls.anna.partner_id.email = "anna@alfa.example"
        cls.anna.login = "anna@alfa.example"
        cls.consents = cls.env["counterparty.consent"]

    def _sign_in(self, user):
        password = "anna-anna" if user == self.anna else f"{user.login}-{user.login}"
        self.authenticate(user.login, password)

    def _chosen(self, email):
        return set(self.consents._get_chosen(email).mapped("name"))

    def _save(self, *topics):
        return self._post(
            "/my/topics", page="/my/topics", topic=[str(topic.id) for topic in topics]
        )

    def test_a_known_address_gives_and_withdraws_at_once(self):
        self._sign_in(self.anna)
        page = self._get("/my/topics").text
        self._check_shown("Steel prices", page)
        self._check_hidden("Bad payers", page)

        self._save(self.steel, self.fairs, self.hidden)
        self.assertEqual(self._chosen("anna@alfa.example"), {"Steel prices", "Fairs"})
        self._save(self.fairs)

        self.assertEqual(self._chosen("anna@alfa.example"), {"Fairs"})
        said = self.consents.search([("email", "=", "anna@alfa.example")])
        self.assertEqual(said.mapped("kind"), ["withdrawn", "given"])
        self.assertEqual(said.partner_id, self.anna.partner_id)
        self.assertIn("withdraw at any time", said[0].text)

    def test_an_address_that_is_not_the_login_confirms_first(self):
        self._sign_in(self.alan)

        answer = self._save(self.steel)

        self.assertIn("done=mailed", answer.headers["Location"])
        self.assertFalse(self._chosen("alan@example.com"))
        consent = self.consents.search([("email", "=", "alan@example.com")])
        self.assertEqual(consent.kind, "asked")
        link = consent._get_confirm_url().split("//")[1].partition("/")[2]
        self.assertEqual(self._get(f"/{link}").status_code, 200)
        self.assertFalse(self._chosen("alan@example.com"), "a link that is read changes nothing")
        token = link.split("token=")[1]
        self._post("/topics/confirm", page=f"/{link}", token=token)
        self.assertEqual(self._chosen("alan@example.com"), {"Steel prices"})

    def test_withdrawal_stops_what_waits_to_be_sent(self):
        self._sign_in(self.anna)
        self._save(self.steel)
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Steel is up",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": self.steel.ids,
                "body_html": "<p>Up</p>",
            }
        )
        contact = self.env["mailing.contact"].search([("email", "=", "anna@alfa.example")])
        mail = self.env["mail.mail"].create({"email_to": "anna@alfa.example", "state": "outgoing"})
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "mailing.contact",
                "res_id": contact.id,
                "email": "anna@alfa.example",
                "mail_mail_id": mail.id,
            }
        )

        self._save()

        self.assertEqual((mail.state, trace.trace_status), ("cancel", "cancel"))

    def test_withdrawal_stops_no_mail_to_others(self):
        """A sign that stands for any other in a search stands for itself in an address."""
        traces = self.env["mailing.trace"]
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": self.steel.ids,
            }
        )
        for email in ("anna_b@x.example", "annaxb@x.example"):
            traces |= traces.create(
                {
                    "email": email,
                    "model": "mailing.contact",
                    "res_id": 1,
                    "mass_mailing_id": mailing.id,
                    "trace_status": "outgoing",
                }
            )
        self.consents._give("anna_b@x.example", self.steel, "web")
        self.consents._withdraw("anna_b@x.example", self.steel, "web")
        self.assertEqual(traces.mapped("trace_status"), ["cancel", "outgoing"])

    def test_a_mailing_that_the_host_has_queued_reaches_only_who_still_wants_it(self):
        self._sign_in(self.anna)
        self._save(self.steel, self.fairs)
        self.consents._give("bela@beta.example", self.steel, "web")
        mailings = self.env["mailing.mailing"].create(
            [
                {
                    "subject": "Steel is up",
                    "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                    "contact_list_ids": topics.ids,
                    "body_html": "<p>Up</p>",
                }
                for topics in (self.steel, self.fairs, self.steel | self.fairs)
            ]
        )
        mailings.with_context(force_send=False).action_send_mail()
        mails = self.env["mail.mail"].search([("mailing_id", "in", mailings.ids)])
        self.assertEqual(mails.mapped("state"), ["outgoing"] * 5)

        self._save(self.fairs)

        steel, fairs, both = (
            {
                mail.email_to.partition("<")[2].rstrip(">") or mail.email_to: mail.state
                for mail in mails.filtered(lambda mail, one=one: mail.mailing_id == one)
            }
            for one in mailings
        )
        anna, bela = "anna@alfa.example", "bela@beta.example"
        self.assertEqual(steel, {anna: "cancel", bela: "outgoing"})
        self.assertEqual(fairs, {anna: "outgoing"})
        self.assertEqual(both, {anna: "outgoing", bela: "outgoing"})

    def test_the_link_of_an_older_mail_does_not_give_again_what_was_withdrawn(self):
        consent = self.consents._ask_by_mail("anna@alfa.example", self.steel, "web")
        token = consent._get_confirm_url().partition("token=")[2]
        page = f"/topics/confirm?token={token}"
        self.authenticate(None, None)
        self._post("/topics/confirm", page, token=token)
        self.assertEqual(self._chosen("anna@alfa.example"), {"Steel prices"})
        self._sign_in(self.anna)
        self._save()

        self._post("/topics/confirm", page, token=token)

        self.assertFalse(self._chosen("anna@alfa.example"))

    def test_everybody_may_ask_and_the_answer_is_the_same(self):
        self.authenticate(None, None)
        before = self.env["mail.mail"].search_count([])
        answers = set()
        for email in ("anna@alfa.example", "stranger@nowhere.example"):
            page = self._post("/topics", email=email, topic=str(self.steel.id))
            self.assertEqual(page.status_code, 200)
            answers.add(re.sub(r"\s+|csrf_token: .*?,|registry_hash.*?,", "", page.text)[-2000:])
        self.assertEqual(len(answers), 1)
        self.assertFalse(self._chosen("stranger@nowhere.example"))
        self.assertEqual(self.env["mail.mail"].search_count([]), before + 2)

    def test_nonsense_is_refused(self):
        self.authenticate(None, None)
        for values in (
            {"email": "x", "topic": str(self.steel.id)},
            {"email": "a@b.example"},
            {"email": "a@b.example", "topic": str(self.hidden.id)},
            {"email": "a@b.example", "topic": "1 OR 1=1"},
        ):
            with self.subTest(values=values):
                self.assertEqual(self._post("/topics", **values).status_code, 422)
        for token in ("", "x", "é", "A" * 5000, "MQ=="):
            with self.subTest(token=token[:5]):
                self.assertEqual(self._get(f"/topics/confirm?token={token}").status_code, 403)
        self.assertFalse(self.consents.search_count([]))

    def test_own_data_are_the_visitors_own(self):
        self.bela.partner_id.name = "Somebody Else"
        self._sign_in(self.anna)
        self._save(self.steel)

        data = self._get("/my/topics/data").json()

        self.assertEqual(data["person"]["email"], "anna@alfa.example")
        self.assertEqual(data["topics"], ["Steel prices"])
        self.assertEqual(data["consents"][0]["consent"], "given")
        self._check_hidden("Somebody Else", str(data))

    def test_nobody_changes_what_was_said(self):
        row = self.consents._log("given", "a@b.example", self.steel, "web")
        with self.assertRaises(AccessError):
            row.sudo().write({"kind": "withdrawn"})
        with self.assertRaises(AccessError):
            row.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            row.with_user(self.anna).read(["email"])

    def test_pages_do_not_exist_while_switched_off(self):
        self.company.counterparty_portal_topics = False
        self._sign_in(self.anna)
        self.assertEqual(self._get("/my/topics").headers["Location"].rstrip("/")[-3:], "/my")
        self.assertEqual(self._get("/topics").status_code, 404)
