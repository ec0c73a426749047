from odoo.tests import Form, tagged

from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestFind(RequestCase):
    """One box finds whatever somebody names."""

    def _find(self, text, user=None):
        box = Form(self.env["counterparty.request.find"].with_user(user or self.user))
        box.text = text
        return box

    def test_requests_and_counterparties_are_found_by_what_people_name(self):
        self.ada.write({"phone": "+359 88 123 4567", "email": "ada@northwind.example"})
        request = self._request(partner=self.ada, name="Crooked gate")
        for text in (request.number, request.number.lower(), "ada@north", "088 123 4567", "Ada"):
            with self.subTest(text):
                box = self._find(text)
                self.assertIn(request.id, box.request_ids.ids)
                self.assertIn(self.ada.id, box.partner_ids.ids)
        self.assertEqual(self._find("crooked").request_ids.ids, request.ids)

    def test_a_stranger_is_found_by_what_the_request_knows(self):
        request = self._request(partner=self.env["res.partner"], partner_email="zoe@new.example")

        self.assertEqual(self._find("zoe@new").request_ids.ids, request.ids)

    def test_the_number_comes_before_what_else_bears_it(self):
        wanted = self._request(partner=self.ada)
        self._request(partner=self.ada)

        self.assertEqual(self._find(wanted.number).request_ids.ids[0], wanted.id)

    def test_nothing_is_said_when_nothing_is_found(self):
        self.assertTrue(self._find("zzzzqqq").is_empty)
        for text in ("", " ", "a"):
            with self.subTest(text=text):
                box = self._find(text)
                self.assertFalse(box.is_empty or box.request_ids.ids or box.partner_ids.ids)

    def test_other_companies_stay_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._request(company_id=other.id, team_id=False, name="Crooked gate")

        self.assertTrue(self._find("crooked gate").is_empty)
