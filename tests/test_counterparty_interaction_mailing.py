from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models import counterparty_interaction_mailing as mailing
from ..models.counterparty_interaction_fill import CATCH_UP_CRON
from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyInteractionMailing(CounterpartyCase):
    """Mailings are contacts: delivered, opened, clicked and answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Interaction = cls.env["counterparty.interaction"]
        cls.now = fields.Datetime.now()
        cls.ben.email = "ben@northwind.example.com"
        cls.mailing = cls.env["mailing.mailing"].create(
            {
                "subject": "Spring offer",
                "mailing_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "campaign_id": cls.env["utm.campaign"].create({"title": "Spring"}).id,
                "user_id": cls.user.id,
            }
        )
        cls._until(cls.now - timedelta(days=1))

    @classmethod
    def _until(cls, moment):
        value = fields.Datetime.to_string(moment)
        cls.env["ir.config_parameter"].set_param(mailing.COUNTED, value)

    def _trace(self, partner=None, hours=-3, **values):
        partner = partner or self.ben
        return self.env["mailing.trace"].create(
            {
                "mass_mailing_id": self.mailing.id,
                "model": "res.partner",
                "res_id": partner.id,
                "email": partner.email,
                "trace_status": "sent",
                "sent_datetime": self.now + timedelta(hours=hours),
                **values,
            }
        )

    def _kinds(self, partner=None):
        found = self.Interaction.search([("partner_id", "=", (partner or self.ben).id)])
        return sorted((contact.kind, contact.direction) for contact in found)

    def test_what_becomes_of_a_mailing_is_counted_once_as_it_happens(self):
        trace = self._trace()
        self.assertEqual(self.Interaction._log_mailings(), 1)
        trace.write(
            {
                "trace_status": "reply",
                "open_datetime": self.now - timedelta(hours=2),
                "links_click_datetime": self.now - timedelta(hours=1),
                "reply_datetime": self.now,
            }
        )

        with self.enter_registry_test_mode():
            self.env.ref(CATCH_UP_CRON).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.Interaction._log_mailings(), 0)

        self.assertEqual(
            self._kinds(), [("click", "in"), ("mailing", "out"), ("open", "in"), ("reply", "in")]
        )
        contact = self.Interaction.search([("partner_id", "=", self.ben.id)], limit=1)
        self.assertEqual(contact.commercial_partner_id, self.foods)
        self.assertEqual(contact.medium_id, self.mailing.medium_id)
        self.assertEqual(contact.source_id, self.mailing.source_id)
        self.assertEqual((contact.user_id, contact.subject), (self.user, "Spring offer"))

    def test_answer_to_a_mailing_is_counted_once(self):
        self._trace(trace_status="reply", reply_datetime=fields.Datetime.now())

        self.ben.message_post(
            body="Yes, please",
            subject="Re: Spring offer",
            message_type="email",
            author_id=self.ben.id,
            subtype_xmlid="mail.mt_comment",
        )
        self.Interaction._log_mailings()

        self.assertEqual(self._kinds(), [("mailing", "out"), ("reply", "in")])

    def test_campaign_earns_no_sales_by_what_was_opened(self):
        self._trace(open_datetime=self.now)
        self.Interaction._log_mailings()

        found = self.Interaction.search([("partner_id", "=", self.ben.id)])

        self.assertEqual(len(found), 2)
        self.assertFalse(found.campaign_id)

    def test_what_reached_nobody_is_no_contact(self):
        for status in mailing.UNSENT:
            self._trace(trace_status=status)
        self._trace(is_test_trace=True)
        self._trace(self.user.partner_id)

        self.assertEqual(self.Interaction._log_mailings(), 0)

    def test_mailing_to_an_opportunity_and_to_a_list_finds_its_people(self):
        lead = self._lead(self.ben)
        self._trace(model="crm.lead", res_id=lead.id)
        listed = self.env["mailing.contact"].create({"name": "A", "email": "ada@example.com"})
        self.ada.email = "Ada <ada@example.com>"
        self._trace(model="mailing.contact", res_id=listed.id, email="ada@example.com")
        self._trace(model="mailing.contact", res_id=listed.id, email="nobody@example.com")

        self.assertEqual(self.Interaction._log_mailings(), 2)

        self.assertEqual(self._kinds(), [("mailing", "out")])
        self.assertEqual(self._kinds(self.ada), [("mailing", "out")])

    def test_past_is_counted_with_its_own_origin_as_far_as_the_months_say(self):
        self.env["ir.config_parameter"].set_param(mailing.COUNTED, False)
        self._trace(hours=-24 * 60)
        self._trace(self.ada, hours=-24 * 800)
        self.Interaction._fill_mailings()
        self.Interaction._fill_mailings()

        found = self.Interaction.search([("partner_id", "in", (self.ben | self.ada).ids)])

        self.assertRecordValues(found, [{"partner_id": self.ben.id, "origin": "install"}])

    def test_mailing_nobody_has_answered_is_not_the_last_contact(self):
        self._trace(open_datetime=self.now)
        self.Interaction._log_mailings()
        seen = self.foods.with_user(self.user)
        since = [("counterparty_last_contact", ">=", self._day(-9)), ("id", "=", self.foods.id)]
        self.assertFalse(seen.counterparty_last_contact)
        self.assertFalse(self.env["res.partner"].with_user(self.user).search(since))

        self._trace(reply_datetime=self.now)
        self.Interaction._log_mailings()
        seen.invalidate_recordset()

        self.assertTrue(seen.counterparty_last_contact)
        self.assertTrue(self.env["res.partner"].with_user(self.user).search(since))

    def test_who_may_not_mail_opens_the_counterparty(self):
        self._trace()
        self.Interaction._log_mailings()
        contact = self.Interaction.search([("partner_id", "=", self.ben.id)])

        action = contact.with_user(self.officer).action_open_document()

        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.ben.id))
