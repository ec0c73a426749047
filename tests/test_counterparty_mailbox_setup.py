from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_request_mail import RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyMailboxSetup(RequestMailCase):
    """A team gets its mailbox step by step; before the last one nothing is active."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.field = cls.env["counterparty.request.team"].create({"name": "Field Service"})

    def _wizard(self, name="field", **values):
        return (
            self.env["counterparty.mailbox.setup"]
            .with_user(self.manager)
            .with_context(default_team_id=self.field.id)
            .create({"alias_name": name, **values})
        )

    def _send_nothing(self):
        Mail = self.env.registry["mail.mail"]
        return patch.object(Mail, "send", autospec=True, return_value=True)

    def _tested(self, **values):
        wizard = self._wizard(**values)
        with self._send_nothing():
            wizard.action_test()
        return wizard

    def _tests(self):
        return self.env["mail.mail"].search([("subject", "like", "Test of the mailbox")])

    def test_a_team_has_no_mailbox_until_it_is_switched_on(self):
        wizard = self._tested()
        self.assertFalse(self.field.alias_email)

        wizard.action_switch_on()

        self.assertEqual(self.field.alias_email, "field@ours.example")
        self.assertTrue(self.field.acknowledge)
        request = self._receive(To="field@ours.example")
        self.assertEqual(request.team_id, self.field)

    def test_teams_of_the_installation_have_no_mailbox(self):
        teams = self.env["counterparty.request.team"].search([])
        self.assertFalse((teams - self.team).filtered("alias_name"))
        self.assertFalse((teams - self.team).filtered("acknowledge"))

    def test_what_senders_get_is_shown_before(self):
        wizard = self._tested()
        self.assertIn("We have received your request", wizard.preview)
        self.assertFalse(self.env["counterparty.request"].search([("name", "=", "Your subject")]))

        self._receive()
        self.assertIn("A pallet is missing", self._tested().preview)

    def test_what_senders_get_is_shown_in_every_language(self):
        self.env["res.lang"]._activate_lang("es_ES")

        self.assertIn("Spanish", self._tested().preview)

    def test_an_address_of_another_is_refused_with_its_owner(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "leads",
                "alias_domain_id": self.mail_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        for name, owner in (("desk", "Front Desk"), ("leads", "Lead"), ("catchall", "mail system")):
            with self.subTest(name):
                wizard = self._wizard(name)
                self.assertIn(owner, wizard.conflict)
                self.assertFalse(wizard.is_ready)
                with self.assertRaisesRegex(UserError, owner):
                    wizard.action_switch_on()

    def test_its_own_address_is_no_conflict(self):
        self._tested().action_switch_on()

        self.field.acknowledge = False
        again = self.env["counterparty.mailbox.setup"].with_context(default_team_id=self.field.id)
        again = again.with_user(self.manager).create({})
        self.assertFalse(again.conflict)
        self.assertEqual((again.alias_name, again.acknowledge), ("field", False))

    def test_the_form_warns_while_one_types(self):
        with Form(
            self.env["counterparty.mailbox.setup"]
            .with_user(self.manager)
            .with_context(default_team_id=self.field.id)
        ) as form:
            form.alias_name = "desk"
            self.assertTrue(form.conflict)
            form.alias_name = "Field Service"
            self.assertFalse(form.conflict)
            self.assertEqual(form.address, "field-service@ours.example")

    def test_without_a_mail_domain_nothing_goes_on(self):
        self.env.company.alias_domain_id = False
        self.env["mail.alias"].search([]).write({"alias_domain_id": False})
        self.env["mail.alias.domain"].search([]).unlink()

        wizard = self._wizard()

        self.assertFalse(wizard.has_domains or wizard.is_ready)
        with self.assertRaisesRegex(UserError, "Enter the address"):
            wizard.action_test()

    def test_the_test_goes_to_the_address_and_to_one_with_a_plus(self):
        wizard = self._tested()

        mails = self._tests()
        self.assertEqual(len(mails), 2)
        self.assertIn("field@ours.example", mails.mapped("email_to"))
        self.assertTrue(any("field+t" in address for address in mails.mapped("email_to")))
        self.assertFalse(wizard.has_arrived)

    def test_the_test_is_seen_when_it_arrives_and_opens_no_request(self):
        wizard = self._tested()
        subject = self._tests()[0].subject

        self._receive(To="field@ours.example", Subject=subject, From="desk@ours.example")

        self.assertTrue(wizard.has_arrived)
        self.assertFalse(self.field.has_plus_address)
        self.assertEqual(self._last().result, "test")
        self.assertFalse(self._requests())

        plus = self._tests().filtered(lambda mail: "+" in mail.email_to).email_to
        self._receive(To=plus, Subject=subject, From="desk@ours.example")

        self.assertTrue(self.field.has_plus_address)

    def test_a_forged_test_is_a_mail_like_any_other(self):
        self._tested()

        request = self._receive(Subject=f"Test [t{self.field.id}.0123456789]")

        self.assertTrue(request)
        self.assertFalse(self.field.mail_test_arrived_at)

    def test_a_test_that_cannot_be_sent_tells_why(self):
        def fail(mails, *args, **kwargs):
            mails.write({"state": "exception", "failure_reason": "No server"})

        wizard = self._wizard()
        with patch.object(self.env.registry["mail.mail"], "send", fail):
            wizard.action_test()

        self.assertEqual(wizard.test_error, "No server")

    def test_only_managers_set_mailboxes_up(self):
        for user in (self.user, self.officer, self.plain):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["counterparty.mailbox.setup"].with_user(user).create(
                    {"team_id": self.field.id}
                )
        with self.assertRaises(AccessError):
            self.team.with_user(self.user).action_switch_off_mailbox()

    def test_a_mailbox_that_is_not_there_cannot_be_switched_off(self):
        with self.assertRaisesRegex(UserError, "no mailbox"):
            self.field.action_switch_off_mailbox()
