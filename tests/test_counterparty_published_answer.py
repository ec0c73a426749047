from odoo.tests import HttpCase, tagged

from .common_request import RequestCase

RETURN = {"name": "How do I return a pallet?", "body": "<p>Call us</p>"}


class AnswerCase(RequestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Answer = cls.env["counterparty.published.answer"]
        cls.answer = cls.Answer.create({**RETURN, "is_published": True})

    def _offer(self, text="return my pallet", category="help"):
        return self.Answer._offer(text, self.categories[category], self.env.company)


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyPublishedAnswer(AnswerCase):
    def test_only_what_is_published_here_is_offered(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.Answer.create(
            [
                RETURN,
                {**RETURN, "is_published": True, "active": False},
                {**RETURN, "is_published": True, "company_id": other.id},
                {
                    **RETURN,
                    "is_published": True,
                    "category_ids": self.categories["warranty"].ids,
                },
            ]
        )

        self.assertEqual(self._offer(), self.answer)
        self.assertEqual(len(self._offer(category="warranty")), 2)

    def test_what_changes_is_offered_as_it_is_now(self):
        self.assertEqual(self._offer(), self.answer)
        self.answer.is_published = False
        self.assertFalse(self._offer())
        self.answer.write({"is_published": True, "name": "Opening hours"})
        self.assertFalse(self._offer())
        self.answer.keywords = "pallets"
        self.assertEqual(self._offer(), self.answer)
        self.answer.unlink()
        self.assertFalse(self._offer())

    def test_it_is_found_in_the_language_of_whoever_writes(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.answer.with_context(lang="es_ES").name = "Devolver un palé"

        spanish = self.Answer.with_context(lang="es_ES")
        category, company = self.categories["help"], self.env.company
        self.assertEqual(spanish._offer("quiero devolver", category, company), self.answer)
        self.assertFalse(self._offer("quiero devolver"))

    def test_the_next_word_costs_no_query(self):
        self._offer()

        with self.assertQueryCount(0):
            self._offer("pallets that return").ids  # noqa: B018

    def test_an_answer_given_becomes_a_published_one(self):
        request = self._request(partner=self.ada)
        self._write_as(request, self.ada, "How?")
        self._write_as(request, self.user.partner_id, "<p>Like this</p>")
        request.message_post(body="Internal", author_id=self.user.partner_id.id)

        context = request.with_user(self.officer).action_publish_answer()["context"]
        made = self.Answer.with_user(self.officer).with_context(**context).create({})

        self.assertIn("Like this", made.body)
        self.assertFalse(made.is_published)
        self.assertEqual(made.category_ids, request.category_id)


@tagged("post_install", "-at_install", "counterparty_request")
class TestPublishedAnswerRoute(AnswerCase, HttpCase):
    def _ask(self, text="return my pallet", category="help"):
        return self.make_jsonrpc_request("/request/answers", {"category": category, "text": text})

    def _switch(self, form="", portal=""):
        params = self.env["ir.config_parameter"]
        params.set_param("counterparty_crm.request_form", form)
        params.set_param("counterparty_crm.request_portal", portal)

    def test_whoever_sees_a_form_is_offered_answers(self):
        self._switch(form="True")
        self.answer.body = "<p>Call <script>steal()</script>us</p>"

        found = self._ask()

        self.assertIn("How do I return a pallet?", found)
        self.assertNotIn("<script", found)
        for text, category in [("hello", "help"), ("", "help"), (None, None), (["x"], {"y": 1})]:
            with self.subTest(text=text):
                self.assertFalse(self._ask(text, category))
        self.assertTrue(self._ask("return " * 5000), "only the beginning is read")

    def test_closed_doors_offer_nothing(self):
        self._switch()
        self.assertFalse(self._ask())
        self._switch(portal="True")
        self.assertFalse(self._ask(), "not to strangers")
        self.authenticate(self.portal.login, self.portal.login)
        self.assertIn("return a pallet", self._ask())
