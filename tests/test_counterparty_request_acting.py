from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_request_mail import RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestActing(RequestMailCase):
    """A supplier who has to act is asked alone; whoever asked sees nothing of it."""

    def setUp(self):
        super().setUp()
        self.request = self._receive()
        self.ben.lang = "en_US"
        self.request.write({"user_id": self.user.id, "responsible_partner_id": self.ben.id})

    def _ask(self, user=None, body="<p>When does it come?</p>"):
        action = self.request.with_user(user or self.user).action_ask_acting()
        wizard = self.env[action["res_model"]].with_user(user or self.user)
        wizard = wizard.browse(action["res_id"])
        wizard.body = body
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        wizard.action_send()
        return (
            self.env["mail.message"]
            .search([("id", ">", last)], order="id")
            .filtered(lambda message: message.message_type == "comment")
        )

    def test_the_supplier_alone_hears_and_the_clock_stops(self):
        question = self._ask()

        self.assertEqual(question.notification_ids.res_partner_id, self.ben)
        self.assertTrue(question.is_internal)
        self.assertEqual(self.request.state, "hold")
        self.assertFalse(self.request.first_response_at, "whoever asked was not answered")
        mail = self.env["mail.mail"].search([("mail_message_id", "=", question.id)])
        self.assertEqual(mail.recipient_ids, self.ben)
        self.assertNotIn("access_token", mail.body_html)

    def test_what_is_proposed_says_nothing_of_who_asked(self):
        self.request.product_id = self.env["product.product"].create({"name": "Blue pallet"})

        question = self.request._get_question()

        self.assertIn("Blue pallet", question)
        self.assertNotIn("Ada", question)

    def test_an_agent_asks_about_an_order_they_may_not_read(self):
        order = self.env["sale.order"].create({"partner_id": self.ada.id})
        self.request.subject_ref = f"sale.order,{order.id}"
        self.assertFalse(order.with_user(self.user).has_access("read"))

        question = self._ask()

        self.assertEqual(question.notification_ids.res_partner_id, self.ben)
        self.assertNotIn(order.name, self.request.with_user(self.user)._get_question())

    def test_the_answer_comes_back_as_a_note_and_work_goes_on(self):
        question = self._ask()

        self._receive(
            "It ships on Monday",
            From="ben@foods.example",
            Subject=f"Re: [{self.request.number}]",
            References=question.message_id,
        )

        note = self.request.message_ids.filtered(lambda m: "Monday" in (m.body or ""))
        self.assertTrue(note.is_internal)
        self.assertEqual(self.request.state, "open")

    def test_nobody_is_asked_at_no_address_or_without_words(self):
        with self.assertRaisesRegex(UserError, "Write what"):
            self._ask(body="<p><br></p>")
        self.ben.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self._ask()
        self.assertNotEqual(self.request.state, "hold")

    def test_only_who_may_change_the_request_asks(self):
        outsider = self._user("olga", "group_user")
        self.request.write({"user_id": self.officer.id, "team_id": False})

        with self.assertRaises(AccessError):
            self._ask(outsider)
