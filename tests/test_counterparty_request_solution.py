from odoo.tests import tagged

from .common_request_mail import RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestSolution(RequestMailCase):
    """Whoever wrote hears once that it is solved, where a category wants it."""

    def setUp(self):
        super().setUp()
        self.categories["help"].tell_solution = True

    def _words(self, request):
        return request.acknowledgement_ids.filtered(lambda word: word.kind == "solution")

    def _send(self, request):
        self._words(request).filtered(lambda word: word.state == "waiting")._send()
        return self._words(request)

    def test_whoever_wrote_hears_with_the_ways_back(self):
        request = self._receive()
        request.with_user(self.user).action_solve()

        word = self._send(request)

        self.assertEqual((word.state, word.address), ("sent", "ada@northwind.example"))
        self.assertIn(request.number, word.message_id.subject)
        for step in ("rate", "reopen"):
            self.assertIn(f"/my/requests/{request.id}/{step}?", word.message_id.body)
        self.assertEqual(request.state, "solved")
        self.assertFalse(request.first_response_at, "it is no answer")

    def test_solved_and_closed_is_one_word_and_each_cycle_has_its_own(self):
        request = self._receive()
        request.action_solve()
        request.action_close()
        self.assertEqual(len(self._words(request)), 1)

        request.action_reopen()
        request.action_close()

        self.assertEqual(len(self._words(request)), 2)

    def test_what_came_back_before_it_went_out_is_not_told(self):
        request = self._receive()
        request.action_solve()
        request.action_reopen()

        self.assertFalse(self._send(request))

    def test_nobody_hears_by_default_or_who_did_not_write(self):
        called = self._request(channel="phone", partner=self.ada)
        closed_by_customer = self._receive()
        self.categories["information"].tell_solution = False
        other = self._receive()
        other.category_id = self.categories["information"]

        called.action_solve()
        closed_by_customer._close_by_partner(self.ada)
        other.action_solve()

        self.assertFalse(self._words(called | closed_by_customer | other))

    def test_a_twin_that_was_merged_is_not_told_of(self):
        first, second = self._receive(), self._receive()

        second._merge_into(first)

        self.assertFalse(self._words(second))

    def test_employees_and_robots_do_not_hear(self):
        request = self._receive(From="noreply@new.example")
        request.action_solve()

        self.assertEqual(self._send(request).reason, "robot")

    def test_a_program_that_sends_for_people_does_not_hear(self):
        self.categories["help"].acknowledge = "button"
        request = self._receive(X_Odoo_Objects="sale.order-1")
        request.action_solve()

        word = self._send(request)

        self.assertEqual((word.state, word.reason), ("refused", "automatic"))

    def test_the_word_is_in_the_language_of_who_wrote(self):
        self.env["res.lang"]._activate_lang("es_ES")
        template = self.env.ref("counterparty_crm.mail_template_request_solution")
        template.with_context(lang="es_ES").subject = "[{{ object.number }}] Resuelta"
        self.ada.lang = "es_ES"
        request = self._receive()
        request.action_solve()

        self.assertIn("Resuelta", self._send(request).message_id.subject)

    def test_an_internal_request_gives_no_link_away(self):
        request = self._receive()
        request.confidentiality = "internal"
        request.action_solve()

        self.assertNotIn("/my/requests", self._send(request).message_id.body)
