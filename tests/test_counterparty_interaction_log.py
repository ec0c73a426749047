from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.counterparty_interaction_fill import SINCE
from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyInteractionLog(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # meetings of today count as they happen
        cls.env["ir.config_parameter"].set_param(SINCE, "2020-01-01 00:00:00")

    def _log(self, partners=None, user=None, **values):
        partners = partners or self.ben
        Log = self.env["counterparty.interaction.log"].with_user(user or self.user)
        return Log.create({"partner_ids": [Command.set(partners.ids)], **values}).action_log()

    def _found(self, partner=None):
        return self.env["counterparty.interaction"].search(
            [("partner_id", "=", (partner or self.ben).id)]
        )

    def test_two_clicks_log_a_call(self):
        action = self.ben.with_user(self.user).action_log_counterparty_interaction()
        Log = self.env["counterparty.interaction.log"].with_user(self.user)

        with Form(Log.with_context(**action["context"])) as form:
            log = form.save()
        log.action_log()

        self.assertRecordValues(
            self._found(),
            [
                {
                    "kind": "call",
                    "direction": "out",
                    "user_id": self.user.id,
                    "commercial_partner_id": self.foods.id,
                    "company_id": self.env.company.id,
                    "origin": "manual",
                }
            ],
        )

    def test_many_counterparties_are_logged_at_once(self):
        people = self.ben | self.cora | self.freight

        self._log(people, kind="meeting", note="Prices stay", result="positive")

        for partner in people:
            found = self._found(partner)
            self.assertEqual(
                (found.kind, found.note, found.result), ("meeting", "Prices stay", "positive")
            )

    def test_selection_of_a_list_is_taken(self):
        Log = self.env["counterparty.interaction.log"].with_user(self.user)
        people = self.ben | self.cora

        log = Log.with_context(active_model="res.partner", active_ids=people.ids).create({})

        self.assertEqual(log.partner_ids, people)

    def test_next_step_becomes_an_activity_also_of_who_cannot_change_contacts(self):
        day = self._day(7)

        self._log(note="Wants an offer\nfor ten racks", next_date=day)

        activity = self.ben.activity_ids
        self.assertEqual(
            (activity.summary, activity.date_deadline, activity.user_id),
            ("Wants an offer", day, self.user),
        )

    def test_next_steps_with_many_are_one_word_to_the_colleague(self):
        people = self.ben | self.cora | self.freight
        many = people | self._company("Fourth") | self._company("Fifth")
        before = self.env["mail.message"].search_count([("message_type", "=", "user_notification")])

        self._log(many, note="Ask again", next_date=self._day(7), next_user_id=self.officer.id)

        self.assertEqual(many.activity_ids.user_id, self.officer)
        self.assertEqual(len(many.activity_ids), 5)
        told = self.env["mail.message"].search(
            [("message_type", "=", "user_notification")], order="id desc"
        )
        self.assertEqual(len(told) - before, 1)
        self.assertIn("5 counterparties", told[0].subject)

    def test_contact_of_a_mistyped_year_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "30 years back"):
            self._log(date="1026-03-10 10:00:00")

    def test_next_step_in_the_past_is_refused_and_nothing_is_logged(self):
        with self.assertRaisesRegex(ValidationError, "next step lies in the past"):
            self._log(next_date=self._day(-1))

        self.assertFalse(self._found())

    def test_contact_in_the_future_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "future"):
            self._log(date=fields.Datetime.now() + timedelta(days=2))

    def test_nobody_is_refused(self):
        with self.assertRaisesRegex(UserError, "Choose the counterparty"):
            self.env["counterparty.interaction.log"].with_user(self.user).create({}).action_log()

    def test_counterparty_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        far = self._company("Far Away", company_id=other.id)

        with self.assertRaises(AccessError):
            self._log(far)

    def test_planned_call_is_finished_with_what_was_agreed(self):
        call = self.ben.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.user.id, summary="Ask"
        )

        self._log(activity_id=call.id, note="Pays on Friday", result="neutral", kind="visit")

        self.assertFalse(call.active)
        self.assertRecordValues(
            self._found(),
            [{"kind": "visit", "note": "Pays on Friday", "result": "neutral", "res_id": call.id}],
        )

    def _promise(self, days=7, amount=250.0, **values):
        promise = {"promised_on": self._day(days), "promised_amount": amount}
        return {"result": "positive", **promise, **values}

    def test_promise_to_pay_is_noted(self):
        self._log(**self._promise())

        self.assertRecordValues(
            self._found(),
            [
                {
                    "promised_on": self._day(7),
                    "promised_amount": 250.0,
                    "promised_currency_id": self.env.company.currency_id.id,
                }
            ],
        )

    def test_promise_is_noted_with_the_planned_call_that_it_finishes(self):
        call = self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)

        self._log(activity_id=call.id, **self._promise())

        found = self._found()
        self.assertEqual((found.res_id, found.promised_amount), (call.id, 250.0))
        self.assertEqual(found.promised_on, self._day(7))

    def test_promise_is_asked_for_of_one_counterparty_that_has_not_refused(self):
        for result, partners, asked in [
            ("positive", self.ben, True),
            ("neutral", self.ben, True),
            ("negative", self.ben, False),
            (False, self.ben, False),
            ("positive", self.ben | self.cora, False),
        ]:
            with self.subTest(result=result, partners=len(partners)):
                log = self.env["counterparty.interaction.log"].new(
                    {"partner_ids": [Command.set(partners.ids)], "result": result}
                )
                self.assertEqual(log.may_promise, asked)

    def test_promise_that_is_no_longer_asked_for_is_dropped(self):
        self._log(**self._promise(result="negative"))

        self.assertFalse(self._found().promised_on)

    def test_half_a_promise_and_one_for_the_past_are_refused(self):
        for values, message in [
            (self._promise(amount=0.0), "day and an amount"),
            (self._promise(amount=-5.0), "day and an amount"),
            (self._promise(promised_on=False), "day and an amount"),
            (self._promise(days=-3), "before the contact"),
        ]:
            with self.subTest(values), self.assertRaisesRegex(ValidationError, message):
                self._log(**values)
        self.assertFalse(self._found())

    def test_only_own_plans_of_the_counterparty_are_offered(self):
        own = self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)
        self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.officer.id)
        self.cora.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)

        log = (
            self.env["counterparty.interaction.log"]
            .with_user(self.user)
            .create({"partner_ids": [Command.set(self.ben.ids)]})
        )

        self.assertEqual(log.open_activity_ids, own)

    def test_nobody_slips_in_what_is_not_understood(self):
        call = self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)
        said = {"kind": "mailing", "origin": "install", "result": "positive"}

        call.with_user(self.user).with_context(counterparty_about_contact=said).action_feedback()

        found = self._found()
        self.assertEqual((found.kind, found.origin, found.result), ("call", "event", "positive"))

    # ------------------------------------------------------------
    # Meetings
    # ------------------------------------------------------------

    def _held(self):
        start = fields.Datetime.now() - timedelta(hours=3)
        return self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.user.id,
                "partner_ids": [Command.set([self.ben.id, self.user.partner_id.id])],
            }
        )

    def test_meeting_that_was_counted_takes_what_is_said_of_it(self):
        meeting = self._held()
        self.env["counterparty.interaction"]._log_meetings()

        self._log(event_id=meeting.id, kind="meeting", note="Prices stay", result="positive")

        self.assertRecordValues(
            self._found(),
            [
                {
                    "note": "Prices stay",
                    "result": "positive",
                    "origin": "manual",
                    "user_id": self.user.id,
                    "res_id": meeting.id,
                }
            ],
        )

    def test_meeting_logged_as_a_visit_is_not_counted_again(self):
        meeting = self._held()
        self._log(event_id=meeting.id, kind="visit", note="Saw the racks")

        self.env["counterparty.interaction"]._log_meetings()

        self.assertEqual(self._found().mapped("kind"), ["visit"])

    def test_meeting_that_was_counted_becomes_the_visit_that_it_was(self):
        meeting = self._held()
        self.env["counterparty.interaction"]._log_meetings()

        self._log(event_id=meeting.id, kind="visit", direction="in", note="They came to us")

        found = self._found()
        self.assertEqual((found.kind, found.direction), ("visit", "in"))

    def test_meeting_stays_counted_when_what_was_said_is_taken_back(self):
        old = self._held()
        old.write({"start": "2026-01-05 10:00:00", "stop": "2026-01-05 11:00:00"})
        Interaction = self.env["counterparty.interaction"]
        self.env["ir.config_parameter"].set_param(SINCE, "2026-06-01 00:00:00")
        private = self._held()
        private.privacy = "private"
        Interaction._fill_at_install()
        self.assertEqual(self._found().mapped("res_id"), old.ids)
        self._log(event_id=old.id, kind="visit", note="Prices stay", result="positive")
        self._log(event_id=private.id, kind="meeting", note="Nobody's business")

        self._found().with_user(self.user).action_take_back()

        self.assertRecordValues(
            self._found(),
            [
                {
                    "kind": "meeting",
                    "res_id": old.id,
                    "origin": "install",
                    "note": False,
                    "result": False,
                }
            ],
        )

    def test_plan_finished_later_was_a_contact_of_its_own_day_and_direction(self):
        call = self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)
        yesterday = fields.Datetime.now().replace(microsecond=0) - timedelta(days=1)

        self._log(activity_id=call.id, kind="call", date=yesterday, direction="in")

        found = self._found()
        self.assertEqual((found.date, found.direction), (yesterday, "in"))

    def test_plan_is_not_finished_tomorrow(self):
        call = self.ben.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)

        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._log(activity_id=call.id, date=fields.Datetime.now() + timedelta(days=1))

        self.assertTrue(call.active)

    def test_what_two_say_of_one_meeting_is_kept_both(self):
        meeting = self._held()
        meeting.partner_ids += self.officer.partner_id
        self._log(event_id=meeting.id, kind="meeting", note="Prices stay")

        self._log(event_id=meeting.id, kind="meeting", note="They ask for racks", user=self.officer)

        self.assertEqual(set(self._found().mapped("note")), {"Prices stay", "They ask for racks"})

    # ------------------------------------------------------------
    # Whom it concerns
    # ------------------------------------------------------------

    def test_what_was_said_of_a_hidden_document_stays_with_its_activity(self):
        lead = self._lead(self.foods, user_id=self.officer.id)
        call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.officer.id)

        self._log(self.foods, user=self.officer, activity_id=call.id, note="Margin of 40 %")

        found = self._found(self.foods)
        self.assertFalse(found.note)
        self.assertEqual(found.with_user(self.officer).subject, "Margin of 40 %")
        self.assertFalse(found.with_user(self.user).subject)

    def test_next_step_is_for_colleagues_who_see_the_counterparty(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user(
            "stan", "group_user", company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        self.ben.company_id = self.env.company

        for user in (self.portal, stranger):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(ValidationError, "may not see this counterparty"),
            ):
                self._log(next_date=self._day(7), next_user_id=user.id)

        self.assertFalse(self.ben.activity_ids)

    # ------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------

    def test_users_judge_own_interactions_and_officers_all(self):
        self._log()
        found = self._found()

        found.with_user(self.user).result = "positive"
        found.with_user(self.officer).result = "negative"
        with self.assertRaisesRegex(UserError, "logged stays"):
            found.with_user(self.user).write({"note": "Something else"})
        self._log(self.cora, user=self.officer)
        with self.assertRaises(AccessError):
            self._found(self.cora).with_user(self.user).result = "positive"

    def test_mistake_is_taken_back_within_a_day_by_whoever_made_it(self):
        self._log()
        found = self._found()

        with self.assertRaisesRegex(UserError, "stays"):
            found.with_user(self.officer).action_take_back()
        found.with_user(self.user).action_take_back()

        self.assertFalse(self._found())

    def test_old_interaction_stays(self):
        self._log()
        found = self._found()
        self.env.cr.execute(
            "UPDATE counterparty_interaction SET logged_at = logged_at - INTERVAL '2 days'"
        )
        self.env.invalidate_all()

        with self.assertRaisesRegex(UserError, "within 24 hours"):
            found.with_user(self.user).action_take_back()

    def test_what_a_document_says_is_for_those_who_may_read_it(self):
        lead = self._lead(self.foods, user_id=self.officer.id)
        call = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.officer.id)
        call._action_done(feedback="Secret plan")
        found = self._found(self.foods)

        self.assertEqual(found.with_user(self.officer).subject, "Secret plan")
        self.assertFalse(found.with_user(self.user).subject)

    def test_interaction_opens_its_document(self):
        self._log()
        self.assertEqual(self._found().action_open_document()["res_id"], self.ben.id)

        order = self._order(self.foods)
        order.message_post(body="Hello", author_id=self.cora.id, message_type="email")
        action = self._found(self.cora).action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))

    def test_interactions_of_another_company_are_invisible_there(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.officer.company_ids += other
        self._log(self.foods, user=self.officer)
        found = self._found(self.foods)
        there = found.with_user(self.officer).with_context(allowed_company_ids=other.ids)

        self.assertFalse(there.search([("id", "=", found.id)]))
        self.assertTrue(found.with_user(self.user).search([("id", "=", found.id)]))

    def test_portal_users_and_plain_employees_see_no_interactions(self):
        self._log(self.portal.partner_id)
        found = self._found(self.portal.partner_id)

        for user in (self.portal, self.plain):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                found.with_user(user).read(["note"])

    def test_subjects_of_many_take_as_many_queries_as_of_few(self):
        for number in range(12):
            call = self.ben.activity_schedule("mail.mail_activity_data_call", summary=str(number))
            call._action_done()
        found = self._found().with_user(self.user)

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("subject")
            return self.env.cr.sql_log_count - before

        count(found)
        self.assertEqual(count(found[:2]), count(found))
