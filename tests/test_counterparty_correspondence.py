from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from ..models.mail_thread_filing import EXCLUDED, FILE_SWITCH
from .common import CounterpartyCase

MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{number}@mail.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
{headers}
Good morning, when may we meet?
"""


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyCorrespondence(CounterpartyCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.params = cls.env["ir.config_parameter"]
        cls.params.set_param(FILE_SWITCH, "True")
        cls.ben.email = "ben@northwind.example.com"
        cls.seller = cls._user("sid", "sales_team.group_sale_salesman_all_leads")
        cls.number = 0

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def _receive(self, sender="Ben <ben@northwind.example.com>", to=None, headers="", model=None):
        self.number += 1
        raw = MAIL.format(
            sender=sender,
            to=to or f"somebody@{self.mail_alias_domain.name}",
            subject="A meeting",
            number=f"{self.id()}-{self.number}",
            headers=f"{headers}\n" if headers else "",
        )
        with self.mock_mail_gateway():
            return self.env["mail.thread"].message_process(model, raw)

    def _filed(self, partner=None):
        messages = (partner or self.ben).message_ids
        return messages.filtered(lambda message: message.message_type == "email")

    # ------------------------------------------------------------
    # Coming in
    # ------------------------------------------------------------

    def test_mail_of_a_known_address_that_nobody_wants_is_filed(self):
        self._receive()

        mail = self._filed()
        self.assertEqual((mail.subject, mail.author_id), ("A meeting", self.ben))
        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual((found.kind, found.direction), ("email", "in"))

    def test_mail_to_the_catchall_is_filed_instead_of_sent_back(self):
        self._receive(to=self.mail_alias_domain.catchall_email)

        self.assertEqual(len(self._filed()), 1)
        self.assertFalse(self._new_mails)

    def test_whoever_looks_after_the_counterparty_is_asked_to_answer(self):
        self._role(self.foods, responsible_id=self.user.id)

        self._receive()

        self.assertRecordValues(
            self.ben.activity_ids, [{"user_id": self.user.id, "summary": "Answer: A meeting"}]
        )

    def test_newsletter_of_a_known_address_is_kept_and_waits_for_no_answer(self):
        self._role(self.foods, responsible_id=self.user.id)

        self._receive(headers="List-Unsubscribe: <https://northwind.example.com/out>")

        self.assertEqual(len(self._filed()), 1)
        self.assertFalse(self.ben.activity_ids)

    def test_switched_off_the_host_goes_its_own_ways(self):
        self.params.set_param(FILE_SWITCH, "False")

        with self.assertRaises(ValueError):
            self._receive()
        self._receive(to=self.mail_alias_domain.catchall_email)

        self.assertFalse(self._filed())
        self.assertTrue(self._new_mails)

    def test_what_the_host_knows_a_way_for_is_not_filed(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "offers",
                "alias_domain_id": self.mail_alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )

        self._receive(to=f"offers@{self.mail_alias_domain.name}")
        self._receive(model="crm.lead")

        self.assertFalse(self._filed())

    def test_answer_to_a_thread_joins_it(self):
        order = self._order(self.foods)
        sent = order.message_post(body="Offer", message_type="comment")

        self._receive(headers=f"In-Reply-To: {sent.message_id}")

        self.assertFalse(self._filed())
        self.assertIn("email", order.message_ids.mapped("message_type"))

    def test_strangers_colleagues_employees_and_excluded_addresses_are_not_filed(self):
        self.user.partner_id.email = "una@work.example.com"
        self.ada.email = "ada@private.example.org"
        self._role(self.ada, self.employee)
        self.cora.email = "cora@home.example.org"
        self.params.set_param(EXCLUDED, "hr, @home.example.org")
        cases = {
            "stranger": {"sender": "who@unknown.example.org"},
            "colleague": {"sender": "una@work.example.com"},
            "employee": {"sender": "ada@private.example.org"},
            "private domain": {"sender": "cora@home.example.org"},
            "personnel": {"to": f"hr@{self.mail_alias_domain.name}"},
            "part of an address": {"to": f"hr-office@{self.mail_alias_domain.name}"},
            "blind copy": {"headers": f"Envelope-To: hr@{self.mail_alias_domain.name}"},
            "automatic": {"headers": "Auto-Submitted: auto-replied"},
        }
        for why, values in cases.items():
            with self.subTest(why), self.assertRaises(ValueError):
                self._receive(**values)

        people = self.ben | self.ada | self.cora | self.user.partner_id
        self.assertFalse(self._filed(people))

    def test_mail_of_an_archived_contact_is_filed_with_its_company(self):
        self.ben.active = False

        self._receive()

        mail = self._filed(self.foods)
        self.assertEqual(mail.subject, "A meeting")

    def test_forged_mail_is_not_filed(self):
        self.params.set_param("counterparty_crm.trusted_mail_server", "mx.example.com")

        with self.assertRaises(ValueError):
            self._receive(headers="Authentication-Results: mx.example.com; dmarc=fail")

    def test_of_several_contacts_with_one_address_the_last_we_spoke_to_has_written(self):
        twin = self._person("Ben Two", email="ben@northwind.example.com")
        self._receive()
        self.assertTrue(self._filed(self.ben))
        self.env.cr.execute("UPDATE counterparty_interaction SET date = date - INTERVAL '1 day'")
        self.env.invalidate_all()

        self.env["counterparty.interaction"]._insert_interactions(
            [{"date": fields.Datetime.now(), "partner_id": twin.id, "kind": "call"}]
        )
        self._receive()

        self.assertTrue(self._filed(twin))

    def test_users_cannot_file_mail_by_calling_the_gateway(self):
        Thread = self.env["mail.thread"].with_user(self.user)

        self.assertFalse(Thread._find_counterparty_sender(None, {}))

    # ------------------------------------------------------------
    # Going out
    # ------------------------------------------------------------

    def _compose(self, partners):
        action = partners.with_user(self.seller).action_mail_counterparty()
        composer = self.env["mail.compose.message"].with_user(self.seller)
        return Form(composer.with_context(**action["context"]))

    def test_mail_from_the_form_stays_with_the_counterparty(self):
        with self._compose(self.ben) as form:
            form.subject = "Our offer"
            form.body = "<p>Here it is</p>"
        with self.mock_mail_gateway():
            form.record._action_send_mail()

        self.assertSentEmail(self.seller.partner_id, self.ben)
        self.assertIn("Our offer", self.ben.message_ids.mapped("subject"))
        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual((found.direction, found.user_id), ("out", self.seller))

    def test_templates_of_ours_write_to_the_counterparty(self):
        for name in ("agreed", "documents", "introduction"):
            template = self.env.ref(f"counterparty_crm.mail_template_counterparty_{name}")
            with self.subTest(template=name), self._compose(self.ben) as form:
                form.template_id = template
                self.assertIn("Ben Cole", form.body)
                self.assertEqual(form.subject, template.subject)

    def test_group_mail_leaves_out_who_does_not_want_it_and_writes_once_to_an_address(self):
        self.cora.email = "cora@freight.example.com"
        self.ada.email = "ada@example.org"
        twin = self._person("Ada Again", email="ada@example.org")
        nobody = self._person("No Address")
        self.env["mail.blacklist"]._add("cora@freight.example.com")
        people = self.ben | self.cora | self.ada | twin | nobody

        with self._compose(people) as form:
            form.subject = "New prices"
            form.body = "<p>From Monday on</p>"
        with self.mock_mail_gateway():
            form.record._action_send_mail()

        told = self.env["counterparty.interaction"].search([("partner_id", "in", people.ids)])
        self.assertEqual(told.partner_id, self.ben | self.ada)
        self.assertIn("New prices", self.ben.message_ids.mapped("subject"))

    def _send(self, people, **values):
        """Write to many, and return what the screen says afterwards."""
        with self._compose(people) as form:
            form.subject = "New prices"
            form.body = "<p>From Monday on</p>"
            for name, value in values.items():
                form[name] = value
        with self.mock_mail_gateway():
            return form.record.action_send_mail()

    def test_group_mail_says_to_whom_it_went_and_why_not_to_others(self):
        self.cora.email = "cora@freight.example.com"
        self.ada.email = "ada@example.org"
        twin = self._person("Ada Again", email="ada@example.org")
        nobody = self._person("No Address")
        self.env["mail.blacklist"]._add("cora@freight.example.com")

        said = self._send(self.ben | self.cora | self.ada | twin | nobody)

        self.assertEqual(
            said["params"]["message"],
            "The mail goes to 2 of 5 contacts. Left out: no mails wanted (1), no valid address "
            "(1), same address as another (1).",
        )
        self.assertEqual(said["params"]["next"]["type"], "ir.actions.act_window_close")

    def test_group_mail_writes_once_to_an_address_also_in_a_long_list(self):
        self.params.set_param("mail.batch_size", "2")
        people = self.ben
        for number in range(4):
            people |= self._person(f"Twin {number}", email="Ben@Northwind.example.com")

        self._send(people, body="<p>Dear <t t-out='object.name'/></p>")

        told = self.env["counterparty.interaction"].search([("partner_id", "in", people.ids)])
        self.assertEqual(told.partner_id, self.ben)

    def test_mail_to_one_says_nothing_of_its_own(self):
        self.assertEqual(self._send(self.ben), {"type": "ir.actions.act_window_close"})
