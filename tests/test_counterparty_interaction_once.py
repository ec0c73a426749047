from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..models import counterparty_interaction_fill as fill
from .common import CounterpartyCase

MEETING = "mail.mail_activity_data_meeting"
EMAIL = "mail.mail_activity_data_email"
PARAMS = "ir.config_parameter"


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyInteractionOnce(CounterpartyCase):
    """What the host knows twice is one contact: the meeting of an activity, a letter to write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Interaction = cls.env["counterparty.interaction"]
        cls.user.email = "una@example.com"
        cls.ben.email = "ben@northwind.example.com"
        cls.env[PARAMS].set_param(fill.SINCE, "2020-01-01 00:00:00")
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Shelves", "partner_id": cls.ben.id, "type": "opportunity"}
        )

    def _planned_meeting(self, record, hours=-3, **values):
        """Plan a meeting as the button of the host's activity does: it invites who plans it."""
        activity = record.activity_schedule(MEETING, user_id=self.user.id)
        context = activity.with_context(
            default_res_model=record._name, default_res_id=record.id
        ).action_create_calendar_event()["context"]
        start = fields.Datetime.now() + timedelta(hours=hours)
        event = (
            self.env["calendar.event"]
            .with_context(**context)
            .create(
                {"name": "Review", "start": start, "stop": start + timedelta(hours=1), **values}
            )
        )
        activity.calendar_event_id = event
        return activity, event

    def _found(self):
        self.env.flush_all()
        return self.Interaction.search([("commercial_partner_id", "=", self.foods.id)])

    # ------------------------------------------------------------
    # Meetings
    # ------------------------------------------------------------

    def test_a_meeting_planned_on_a_document_is_with_whom_it_belongs_to(self):
        order = self._order(self.foods)
        for record, partner in ((self.ben, self.ben), (self.lead, self.ben), (order, self.foods)):
            with self.subTest(record=record):
                activity, event = self._planned_meeting(record)
                self.assertNotIn(partner, event.partner_ids)

                self.Interaction._log_meetings()
                activity._action_done(feedback="They sign in May")

                found = self._found()
                self.assertEqual((found.partner_id, found.kind), (partner, "meeting"))
                self.assertEqual((found.res_model, found.res_id), ("calendar.event", event.id))
                event.unlink()
                self.Interaction._log_meetings()
                self.assertFalse(self._found())

    def test_who_is_a_guest_already_is_not_counted_again(self):
        _activity, event = self._planned_meeting(self.foods)
        event.partner_ids = [Command.link(self.ben.id)]

        self.Interaction._log_meetings()

        self.assertEqual(self._found().partner_id, self.ben)

    def test_a_meeting_planned_on_a_document_stands_in_the_day_of_who_goes(self):
        _activity, event = self._planned_meeting(self.lead, hours=2)
        self.env.flush_all()

        [plan] = (
            self.env["counterparty.plan.report"]
            .with_user(self.user)
            .search([("commercial_partner_id", "=", self.foods.id)])
        )

        self.assertEqual((plan.event_id, plan.user_id), (event, self.user))

    def test_a_meeting_whose_day_is_corrected_is_corrected(self):
        _activity, event = self._planned_meeting(self.lead)
        self.Interaction._log_meetings()
        self._found().result = "positive"

        start = event.start - timedelta(days=2)
        event.write({"start": start, "stop": start + timedelta(hours=1)})
        self.Interaction._log_meetings()

        found = self._found()
        self.assertEqual((found.date, found.result), (start, "positive"))

    def test_a_guest_who_stays_away_and_a_meeting_made_private_are_forgotten(self):
        for change in ("declined", "private", "taken out"):
            with self.subTest(change):
                start = fields.Datetime.now() - timedelta(hours=3)
                event = self.env["calendar.event"].create(
                    {
                        "name": "Review",
                        "start": start,
                        "stop": start + timedelta(hours=1),
                        "user_id": self.user.id,
                        "partner_ids": [Command.set((self.ben | self.user.partner_id).ids)],
                    }
                )
                self.Interaction._log_meetings()
                self.assertEqual(len(self._found()), 1)

                if change == "declined":
                    guest = event.attendee_ids.filtered(lambda one: one.partner_id == self.ben)
                    guest.state = "declined"
                elif change == "private":
                    event.privacy = "private"
                else:
                    event.partner_ids = [Command.unlink(self.ben.id)]
                self.Interaction._log_meetings()

                self.assertFalse(self._found())
                event.unlink()

    # ------------------------------------------------------------
    # Letters
    # ------------------------------------------------------------

    def _write(self, message_type="comment"):
        self.ben.message_post(
            body="Here it is",
            author_id=self.user.partner_id.id,
            partner_ids=self.ben.ids,
            message_type=message_type,
            subtype_xmlid="mail.mt_comment",
        )

    def test_a_letter_that_was_planned_and_sent_from_here_is_one_contact(self):
        plan = self.ben.activity_schedule(EMAIL, user_id=self.user.id)
        self._write()

        plan._action_done()

        self.assertEqual(self._found().mapped("res_model"), ["mail.message"])

    def test_a_letter_that_was_sent_from_elsewhere_is_counted_when_it_is_done(self):
        self._write()
        earlier = self._found()
        earlier.flush_recordset()
        self.env.cr.execute(
            "UPDATE counterparty_interaction SET date = date - INTERVAL '1 day' WHERE id = %s",
            [earlier.id],
        )
        plan = self.ben.activity_schedule(EMAIL, user_id=self.user.id)

        plan._action_done()

        self.assertEqual(len(self._found() - earlier), 1)

    def test_what_is_said_of_a_letter_is_kept(self):
        plan = self.ben.activity_schedule(EMAIL, user_id=self.user.id)
        self._write()

        plan.with_context(counterparty_about_contact={"note": "They sign in May"})._action_done()

        self.assertIn("They sign in May", self._found().mapped("note"))

    def test_what_a_colleague_answers_from_a_mail_program_is_a_contact(self):
        self._write("email")

        self.assertRecordValues(
            self._found(), [{"kind": "email", "direction": "out", "user_id": self.user.id}]
        )
