from odoo.tests import Form, tagged

from .common_request_mail import RequestMailCase

WORKING, REGARDS = "Работим по въпроса", "С уважение"


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestLanguage(RequestMailCase):
    """Who asks is answered in one language, from the greeting to the signature."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("bg_BG", "es_ES"):
            cls.env["res.lang"]._activate_lang(code)
        cls.ada.lang, cls.ben.lang = "en_US", "es_ES"
        cls.team.signature = "<p>Kind regards</p>"
        cls.team.update_field_translations("signature", {"bg_BG": {"Kind regards": REGARDS}})
        cls.template = cls.env.ref("counterparty_crm.request_reply_working")
        cls.template.with_context(lang="bg_BG").body_html = f"<p>{WORKING}</p>"

    def _sent(self, request, partner):
        """Return the text of the last mail that somebody got about a request."""
        mails = self.env["mail.mail"].search(
            [("model", "=", request._name), ("res_id", "=", request.id)], order="id desc"
        )
        return mails.filtered(lambda mail: partner in mail.recipient_ids)[:1].body_html

    def _reply(self, request):
        """Send a canned reply as the dialog does; return what it showed before."""
        action = request.with_user(self.user).action_answer()
        Composer = self.env["mail.compose.message"].with_user(self.user)
        composer = Composer.with_context(**action["context"]).create(
            {"template_id": self.template.id}
        )
        preview = composer.body
        composer.action_send_mail()
        return preview

    # ------------------------------------------------------------
    # What is sent
    # ------------------------------------------------------------

    def test_reply_and_signature_are_in_the_language_of_the_request(self):
        request = self._receive()
        request.lang = "bg_BG"

        preview = self._reply(request)

        sent = self._sent(request, self.ada)
        self.assertIn(WORKING, preview)
        self.assertIn(WORKING, sent)
        self.assertIn(REGARDS, sent)
        self.assertNotIn("Kind regards", sent)

    def test_a_stranger_who_wrote_in_bulgarian_reads_bulgarian(self):
        nobody = self.ben.browse()
        request = self._request(
            channel="email",
            partner=nobody,
            partner_email="eve@new.example",
            partner_name="Eve New",
        )
        request.lang = "bg_BG"

        preview = self._reply(request)

        eve = self.env["res.partner"].search([("email", "=", "eve@new.example")])
        self.assertEqual((eve.name, eve.lang), ("Eve New", "bg_BG"))
        self.assertIn(WORKING, preview)
        self.assertIn(REGARDS, self._sent(request, eve))

    def test_others_keep_their_own_language(self):
        request = self._receive()
        request.lang = "bg_BG"
        self.ben.lang = "en_US"
        request.message_subscribe(partner_ids=self.ben.ids)
        self.env.flush_all()

        request.with_user(self.user)._answer("Hello")

        self.assertIn(REGARDS, self._sent(request, self.ada))
        self.assertIn("Kind regards", self._sent(request, self.ben))

    # ------------------------------------------------------------
    # Which it is
    # ------------------------------------------------------------

    def test_it_follows_the_contact(self):
        request = self._request(partner=self.ada)
        request.partner_id = self.ben
        self.assertEqual((request.lang, request.has_own_lang), ("es_ES", False))

        form = Form(request)
        form.partner_id = self.ada
        form.save()

        self.assertEqual((request.lang, request.has_own_lang), ("en_US", False))

    def test_a_language_set_by_hand_stays(self):
        with self.subTest("on the form"):
            form = Form(self.env["counterparty.request"])
            form.name, form.partner_id = "Call back", self.ada
            form.lang = "bg_BG"
            form.partner_id = self.ben
            request = form.save()
            self.assertEqual(request.lang, "bg_BG")
        with self.subTest("afterwards"):
            request.partner_id = self.ada
            self.assertEqual(request.lang, "bg_BG")
        with self.subTest("back to that of the contact"):
            request.lang = "en_US"
            request.partner_id = self.ben
            self.assertEqual(request.lang, "es_ES")
        with self.subTest("created by others"):
            request = self._request(partner=self.ada, lang="bg_BG")
            request.partner_id = self.ben
            self.assertEqual(request.lang, "bg_BG")

    def test_a_guess_gives_way_to_the_contact_and_a_page_does_not(self):
        nobody = self.ben.browse()
        guessed = self._request(partner=nobody, lang="bg_BG", channel="email")
        names = ("subject", "product", "lot", "place", "phone", "wanted_date", "amount")
        answers = {**dict.fromkeys(names), "name": "Help", "description": ""}
        Request = self.env["counterparty.request"].with_context(lang="bg_BG")
        written = Request.create(Request._prepare_form_vals(self.categories["help"], answers))

        (guessed | written).partner_id = self.ben

        self.assertEqual((guessed.lang, written.lang), ("es_ES", "bg_BG"))

    def test_a_language_that_is_not_installed_is_left_out(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET lang = 'fr_FR' WHERE id = %s", self.ada.ids)
        self.ada.invalidate_recordset()

        self.assertFalse(self._request(partner=self.ada).lang)
