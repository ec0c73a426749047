from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from ..models import counterparty_interaction_fill as fill
from .common import CounterpartyCase

PARAMS = "ir.config_parameter"


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyInteractionFill(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Interaction = cls.env["counterparty.interaction"]
        cls.user.email = "una@example.com"
        cls.ben.email = "ben@northwind.example.com"
        cls.env[PARAMS].set_param(fill.SINCE, "2020-01-01 00:00:00")

    def _found(self, partner=None):
        return self.Interaction.search([("partner_id", "=", (partner or self.ben).id)])

    def _activity(self, kind="mail.mail_activity_data_call", record=None, **values):
        return (record or self.ben).activity_schedule(kind, user_id=self.user.id, **values)

    def _meeting(self, days=-1, **values):
        start = fields.Datetime.now() + timedelta(days=days)
        return self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.user.id,
                "partner_ids": [Command.set([self.ben.id, self.user.partner_id.id])],
                **values,
            }
        )

    # ------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------

    def test_done_call_is_a_contact_with_the_person_and_its_company(self):
        self._activity()._action_done(feedback="Sends the plan")

        found = self._found()
        self.assertRecordValues(
            found,
            [
                {
                    "kind": "call",
                    "direction": "out",
                    "user_id": self.user.id,
                    "commercial_partner_id": self.foods.id,
                    "origin": "event",
                }
            ],
        )
        self.assertEqual(found.subject, "Sends the plan")

    def test_mere_work_is_no_contact_unless_its_type_says_so(self):
        todo = self.env.ref("mail.mail_activity_data_todo")

        self._activity("mail.mail_activity_data_todo")._action_done()
        self.assertFalse(self._found())

        todo.counterparty_kind = "visit"
        self._activity("mail.mail_activity_data_todo")._action_done()
        self.assertEqual(self._found().kind, "visit")

    def test_cancelled_activity_is_no_contact(self):
        self._activity().unlink()

        self.assertFalse(self._found())

    def test_call_about_an_order_belongs_to_its_customer_and_company(self):
        order = self._order(self.foods)

        self._activity(record=order)._action_done()

        found = self._found(self.foods)
        self.assertEqual((found.kind, found.company_id), ("call", order.company_id))

    def test_call_about_a_personal_document_is_not_told(self):
        kind = self.env["counterparty.document.kind"].search([("is_personal", "=", True)], limit=1)
        document = self.env["counterparty.document"].create(
            {"partner_id": self.ben.id, "kind_id": kind.id, "responsible_id": False}
        )
        call = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("counterparty.document"),
                "res_id": document.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "user_id": False,
            }
        )

        call._action_done()

        self.assertFalse(self._found())

    def test_activities_of_colleagues_are_no_contacts(self):
        self._activity(record=self.officer.partner_id)._action_done()

        self.assertFalse(self._found(self.officer.partner_id))

    # ------------------------------------------------------------
    # Meetings
    # ------------------------------------------------------------

    def test_meeting_counts_once_it_was_held(self):
        meeting = self._meeting()
        self._meeting(days=1)

        self.Interaction._log_meetings()
        self.Interaction._log_meetings()

        found = self._found()
        self.assertEqual(
            (found.kind, found.res_id, found.date), ("meeting", meeting.id, meeting.start)
        )
        self.assertFalse(self._found(self.user.partner_id))

    def test_private_meetings_and_guests_who_declined_do_not_count(self):
        self._meeting(privacy="private")
        declined = self._meeting()
        declined.attendee_ids.filtered(
            lambda guest: guest.partner_id == self.ben
        ).state = "declined"

        self.Interaction._log_meetings()

        self.assertFalse(self._found())

    def test_meeting_of_somebody_whose_calendar_is_private_does_not_count(self):
        self.user.with_user(self.user).calendar_default_privacy = "private"
        self.env.flush_all()
        self._meeting()

        self.Interaction._log_meetings()

        self.assertFalse(self._found())

    def test_what_was_said_of_a_meeting_is_never_forgotten(self):
        running, gone = self._meeting(days=0), self._meeting(days=-2)
        about = {"partner_id": self.ben.id, "kind": "meeting", "origin": "manual"}
        for meeting in (running, gone):
            self.Interaction._insert_said(
                [
                    {
                        "date": fields.Datetime.now(),
                        "note": "They pay on Friday",
                        "res_model": "calendar.event",
                        "res_id": meeting.id,
                        **about,
                    }
                ]
            )
        gone.unlink()

        self.Interaction._log_meetings()

        self.assertEqual(self._found().mapped("note"), ["They pay on Friday"] * 2)

    def test_meeting_that_is_moved_or_cancelled_is_forgotten(self):
        moved, cancelled = self._meeting(), self._meeting(days=-2)
        self.Interaction._log_meetings()
        self.assertEqual(len(self._found()), 2)

        moved.write({"start": fields.Datetime.now() + timedelta(days=3)})
        moved.write({"stop": fields.Datetime.now() + timedelta(days=4)})
        cancelled.active = False
        self.Interaction._log_meetings()

        self.assertFalse(self._found())

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    def test_mail_to_a_customer_is_a_contact_and_a_note_is_not(self):
        partner = self.ben.with_user(self.env.ref("base.user_admin"))
        author = self.user.partner_id.id
        said = {"author_id": author, "message_type": "comment", "subject": "Your plan"}
        said["subtype_xmlid"] = "mail.mt_comment"

        partner.message_post(body="We have it", partner_ids=self.ben.ids, **said)
        partner.message_post(body="For us", author_id=author, message_type="comment")
        partner.message_post(body="For Oscar", partner_ids=self.officer.partner_id.ids, **said)

        found = self._found()
        self.assertRecordValues(
            found, [{"kind": "email", "direction": "out", "user_id": self.user.id}]
        )
        self.assertEqual(found.subject, "Your plan")

    def test_mail_from_a_customer_is_a_contact_of_the_writer(self):
        order = self._order(self.foods)

        order.message_post(body="When does it come?", author_id=self.ben.id, message_type="email")

        self.assertRecordValues(
            self._found(), [{"kind": "email", "direction": "in", "user_id": False}]
        )

    def test_internal_note_in_the_name_of_a_customer_is_no_mail_from_it(self):
        order = self._order(self.foods)

        order.message_post(
            body="Ben said on the phone ...",
            author_id=self.ben.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            is_internal=True,
        )

        self.assertFalse(self._found())

    def test_robot_that_writes_is_no_contact(self):
        robot = self.env.ref("base.partner_root")

        self.ben.message_post(
            body="Reminder",
            author_id=robot.id,
            partner_ids=self.ben.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

        self.assertFalse(self._found())

    def test_messages_between_colleagues_ask_nothing_of_the_database(self):
        with patch.object(type(self.Interaction), "_log_messages") as log:
            self.ben.message_post(body="Look", partner_ids=self.officer.partner_id.ids)

        log.assert_not_called()

    def test_counting_costs_a_message_one_statement(self):
        said = {"author_id": self.ben.id, "message_type": "email", "body": "Hello"}

        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.ben.message_post(**said)
            return self.env.cr.sql_log_count - before

        count()
        with patch.object(type(self.Interaction), "_log_messages", return_value=0):
            without = count()

        self.assertLessEqual(count(), without + 2)

    def test_group_mail_counts_for_each_recipient(self):
        people = self.ben | self.cora
        self.cora.email = "cora@northwind.example.com"
        composer = self.env["mail.compose.message"].create(
            {
                "composition_mode": "mass_mail",
                "model": "res.partner",
                "res_ids": people.ids,
                "subject": "New prices",
                "body": "From Monday on",
                "auto_delete_keep_log": True,
                "author_id": self.user.partner_id.id,
            }
        )

        composer._action_send_mail()

        for person in people:
            self.assertEqual(self._found(person).mapped("direction"), ["out"])

    # ------------------------------------------------------------
    # The past
    # ------------------------------------------------------------

    def _past(self):
        """Take what is counted away, as if the addon came only now."""
        self._activity()._action_done()
        self._meeting()
        self.ben.message_post(body="Hello", author_id=self.ben.id, message_type="email")
        self.Interaction._log_meetings()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM counterparty_interaction WHERE res_model IS NOT NULL")
        self.env[PARAMS].search([("key", "in", [fill.SINCE, fill.CURSOR])]).unlink()
        self.env.invalidate_all()

    def test_past_is_counted_once_with_its_own_origin(self):
        self._past()

        self.Interaction._fill_at_install()
        again = self.Interaction._fill_at_install()

        found = self._found()
        self.assertEqual(sorted(found.mapped("kind")), ["call", "email", "meeting"])
        self.assertEqual(set(found.mapped("origin")), {"install"})
        self.assertEqual(again, 0)

    def test_past_before_the_months_of_the_setting_is_left_out(self):
        self._past()
        self.ben.message_ids.date = fields.Datetime.now() - timedelta(days=1)
        self.env[PARAMS].set_param(fill.MONTHS, "0")

        self.Interaction._fill_at_install()
        self.assertFalse(self._found())

        self.env[PARAMS].set_param(fill.MONTHS, "24")
        self.Interaction._fill_at_install()
        self.assertEqual(len(self._found()), 3)

    def test_much_past_is_counted_by_the_job(self):
        self._past()
        with patch.object(fill, "DIRECT_CHUNKS", 0):
            self.Interaction._fill_at_install()
        self.assertEqual(len(self._found()), 2)

        with self.enter_registry_test_mode():
            self.env.ref(fill.CATCH_UP_CRON).method_direct_trigger()
        self.env.invalidate_all()

        self.assertEqual(len(self._found()), 3)
        self.assertFalse(self.env[PARAMS].get_param(fill.CURSOR))

    def test_undo_keeps_what_was_judged_since(self):
        self._past()
        self.Interaction._fill_at_install()
        call = self._found().filtered(lambda found: found.kind == "call")
        call.result = "positive"

        removed = self.Interaction._undo_install()

        self.assertGreaterEqual(removed, 2)
        self.assertEqual(self._found(), call)

    def test_as_it_happens_and_the_past_are_the_same(self):
        self._activity()._action_done()
        self._meeting()
        self.ben.message_post(body="Hello", author_id=self.ben.id, message_type="email")
        self.Interaction._log_meetings()
        live = self._rows()
        self.env.cr.execute(
            "DELETE FROM counterparty_interaction WHERE partner_id = %s", [self.ben.id]
        )
        self.env[PARAMS].search([("key", "=", fill.SINCE)]).unlink()
        self.env.invalidate_all()

        self.Interaction._fill_at_install()

        self.assertEqual(len(live), 3)
        self.assertEqual(self._rows(), live)

    def _rows(self):
        self.env.flush_all()
        names = [name for name in fill.WRITTEN if name != "id"]
        rows = self._found().read(names, load=False)
        return sorted(str([row[name] for name in names]) for row in rows)
