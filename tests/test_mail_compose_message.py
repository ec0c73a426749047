from odoo import Command
from odoo.tests import tagged

from .common_request_mail import RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestMailComposeMessage(RequestMailCase):
    """The team signs a canned reply like any other answer."""

    def setUp(self):
        super().setUp()
        self.request = self._receive()
        self.request.team_id.signature = "<p>Kind regards</p>"
        self.template = self.env.ref("counterparty_crm.request_reply_working")

    def _composer(self, template):
        action = self.request.with_user(self.user).action_answer()
        return (
            self.env["mail.compose.message"]
            .with_user(self.user)
            .with_context(**action["context"])
            .create({"template_id": template.id, "partner_ids": [Command.set(self.ada.ids)]})
        )

    def test_the_team_signs_a_canned_reply(self):
        composer = self._composer(self.template)

        composer.action_send_mail()

        mail = self.env["mail.mail"].search(
            [("model", "=", self.request._name), ("res_id", "=", self.request.id)]
        )
        self.assertIn("Kind regards", "".join(mail.mapped("body_html")))

    def test_a_text_that_brings_its_own_end_is_not_signed_twice(self):
        self.template.body_html = '<p>Hi</p><t t-out="user.signature"/>'

        self.assertFalse(self._composer(self.template).email_add_signature)

    def test_whoever_works_on_it_is_not_written_to_with_the_customer(self):
        self.request.user_id = self.uri
        suggested = self.request.with_user(self.user)._message_get_suggested_recipients(
            no_create=True
        )

        self.assertEqual([person["partner_id"] for person in suggested], self.ada.ids)

    def test_elsewhere_the_host_decides(self):
        template = self.env["mail.template"].create(
            {"name": "Greeting", "model_id": self.env.ref("base.model_res_partner").id}
        )
        composer = self.env["mail.compose.message"].create(
            {"model": "res.partner", "res_ids": self.ada.ids, "template_id": template.id}
        )

        self.assertFalse(composer.email_add_signature)
