from datetime import date

from freezegun import freeze_time

from odoo.tests import Form, tagged

from ..models.counterparty_document_reminder import REMINDER_CRON
from ..models.counterparty_reminder import CRON, LIMIT
from ..models.counterparty_reminder_summary import SUMMARY_CRON
from .common import CounterpartyCase

# a Monday
TODAY = date(2026, 3, 16)


@tagged("post_install", "-at_install", "counterparty_history")
@freeze_time("2026-03-16 06:00:00")
class TestCounterpartyReminder(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env["counterparty.reminder"]
        cls.env["counterparty.type"].search([]).silence_days = 0
        cls.user.email = "una@example.com"

    def _birthday(self, person=None, day="1980-03-18", **values):
        person = person or self.ada
        person.write({"counterparty_birthday": day, "user_id": self.user.id, **values})
        return person

    def _silent(self, partner=None, since="2025-06-01", **values):
        """Let customers be reminded of after 90 days, and one of them be silent for longer."""
        self.customer.silence_days = 90
        return self._role(
            partner or self.late_payer,
            **{"date_from": since, "responsible_id": self.user.id, **values},
        )

    def _call(self, partner, day):
        self.env["counterparty.interaction"]._insert_interactions(
            [{"date": f"{day} 10:00:00", "partner_id": partner.id, "kind": "call"}]
        )

    def _run(self, job=CRON):
        with self.enter_registry_test_mode():
            self.env.ref(job).method_direct_trigger()
        self.env.invalidate_all()

    def _made(self, partner=None):
        return (partner or self.ada).activity_ids

    # ------------------------------------------------------------
    # Anniversaries
    # ------------------------------------------------------------

    def test_birthday_becomes_an_activity_once_without_a_mail(self):
        self._birthday()
        mails = self.env["mail.mail"].search_count([])

        self._run()
        self._run()

        self.assertRecordValues(
            self._made(),
            [{"user_id": self.user.id, "date_deadline": date(2026, 3, 18)}],
        )
        self.assertIn("Ada Vale", self._made().summary)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_next_year_is_another_birthday(self):
        self._birthday()
        self._run()

        with freeze_time("2027-03-18 06:00:00"):
            self._run()

        self.assertEqual(len(self._made()), 2)

    def test_days_that_are_far_or_of_nobody_are_left_alone(self):
        self._birthday(day="1980-04-18")
        self._birthday(self.ben, user_id=False)
        self.foods.user_id = False

        self._run()

        self.assertFalse(self._made() | self._made(self.ben))

    def test_contact_is_looked_after_by_whoever_looks_after_its_company(self):
        self._birthday(self.ben, user_id=False)
        self._role(self.foods, responsible_id=self.officer.id)

        self._run()

        self.assertEqual(self._made(self.ben).user_id, self.officer)

    def test_colleague_who_left_leaves_the_counterparty_to_its_salesperson(self):
        self.freight.write({"counterparty_founding_date": "2006-03-17", "user_id": self.user.id})
        self._role(self.freight, responsible_id=self.officer.id)
        self._silent(responsible_id=self.officer.id)
        self.late_payer.user_id = self.user
        self.officer.active = False

        self._run()

        self.assertEqual(self._made(self.freight).user_id, self.user)
        self.assertEqual(self._made(self.late_payer).user_id, self.user)

    def test_role_that_has_not_begun_looks_after_nobody_yet(self):
        self.freight.write({"counterparty_founding_date": "2006-03-17", "user_id": self.user.id})
        self._role(self.freight, responsible_id=self.officer.id, date_from="2026-04-01")

        self._run()

        self.assertEqual(self._made(self.freight).user_id, self.user)

    def test_founding_day_of_a_company_is_told(self):
        self.freight.write({"counterparty_founding_date": "2006-03-17", "user_id": self.user.id})

        self._run()

        self.assertIn("Founding day", self._made(self.freight).summary)

    def test_archived_counterparties_and_people_who_left_are_left_alone(self):
        self._birthday(active=False)
        self._birthday(self.cora, user_id=self.officer.id)
        self.officer.active = False

        self._run()

        self.assertFalse(self._made() | self._made(self.cora))

    def test_counterparty_that_the_person_may_not_read_is_left_alone(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._birthday()
        self.ada.company_id = other

        self._run()

        self.assertFalse(self._made())

    # ------------------------------------------------------------
    # Silence
    # ------------------------------------------------------------

    def test_long_silence_by_type_asks_to_call(self):
        self._silent()

        self._run()

        activity = self._made(self.late_payer)
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_call"))
        self.assertEqual((activity.user_id, activity.date_deadline), (self.user, TODAY))

    def test_contact_in_time_and_types_without_days_are_quiet(self):
        self._silent()
        self._silent(self.freight)
        self._role(self.first_bank, self.bank, date_from="2020-01-01", responsible_id=self.user.id)
        self._call(self.late_payer, "2026-02-01")
        self.customer.silence_days = 365

        self._run()

        self.assertFalse(self._made(self.late_payer | self.freight | self.first_bank))

    def test_contact_with_a_person_of_the_company_counts(self):
        self._silent(self.foods)
        self._call(self.ben, "2026-03-01")

        self._run()

        self.assertFalse(self._made(self.foods))

    def test_whoever_has_something_planned_needs_no_reminder(self):
        self._silent(self.foods)
        plan = self.ben.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.user.id, date_deadline=TODAY
        )

        self._run()

        self.assertFalse(self._made(self.foods))
        self.assertEqual(self._made(self.ben), plan)

    def test_plan_of_a_document_is_a_plan_too(self):
        self._silent(self.foods)
        lead = self._lead(self.ben)
        lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.user.id, date_deadline="2026-03-17"
        )

        self._run()

        self.assertFalse(self._made(self.foods))

    def test_what_nobody_will_do_any_more_keeps_nobody_quiet(self):
        gone = self._user("gil", "group_user")
        todo, call = "mail.mail_activity_data_todo", "mail.mail_activity_data_call"
        cases = {
            "old to-do": (todo, "2026-03-01", self.user, True),
            "call missed long ago": (call, "2025-06-01", self.user, True),
            "call missed lately": (call, "2026-03-10", self.user, False),
            "to-do ahead": (todo, "2026-03-20", self.user, False),
            "of somebody who left": (call, "2026-03-20", gone, True),
        }
        self._silent(self.foods)
        for name, (kind, day, user, told) in cases.items():
            with self.subTest(name):
                plan = self._lead(self.ben).activity_schedule(kind, day, user_id=user.id)
                gone.active = user != gone
                silent = [due for due in self.Reminder._find_due() if due.kind == "silence"]
                self.assertEqual(self.foods.id in {due.partner_id for due in silent}, told)
                gone.active = True
                plan.unlink()

    def test_same_silence_is_told_once_and_the_next_one_again(self):
        self._silent()
        self._run()
        self._made(self.late_payer).unlink()
        self._run()
        self.assertFalse(self._made(self.late_payer))

        self._call(self.late_payer, "2026-03-15")
        with freeze_time("2026-07-13 06:00:00"):
            self._run()

        self.assertEqual(len(self._made(self.late_payer)), 1)

    # ------------------------------------------------------------
    # Not too much, not on days off
    # ------------------------------------------------------------

    def test_nobody_gets_more_than_the_limit_a_day_the_rest_comes_later(self):
        self.env["ir.config_parameter"].set_param(LIMIT, "2")
        people = self.ada | self.ben | self.cora
        for person in people:
            self._birthday(person, day="1980-03-18")

        self._run()
        self._run()
        self.assertEqual(len(self._made(people)), 2)

        with freeze_time("2026-03-17 06:00:00"):
            self._run()
        self.assertEqual(len(self._made(people)), 3)

    def test_days_off_are_quiet_and_what_fell_on_them_comes_after(self):
        self._birthday(day="1980-03-14")

        with freeze_time("2026-03-14 06:00:00"):
            self._run()
        self.assertFalse(self._made())

        self._run()
        self.assertEqual(self._made().date_deadline, TODAY)

    def _papers(self, count=1, is_personal=False, **values):
        kind = self.env["counterparty.document.kind"].search(
            [("has_validity", "=", True), ("is_personal", "=", is_personal)], limit=1
        )
        return self.env["counterparty.document"].create(
            [
                {
                    "partner_id": self.ada.id if is_personal else self.foods.id,
                    "kind_id": kind.id,
                    "date_to": "2026-03-20",
                    "reminder_days": 30,
                    "responsible_id": self.user.id,
                    **values,
                }
                for _number in range(count)
            ]
        )

    def test_documents_count_to_the_same_limit(self):
        self.env["ir.config_parameter"].set_param(LIMIT, "1")
        document = self._papers()
        self._birthday()

        document._remind()
        self._run()

        self.assertTrue(document.reminded_on)
        self.assertFalse(self._made())

    def test_personal_documents_keep_the_limit_and_what_is_noted_does_not_tell_whose(self):
        self.env["ir.config_parameter"].set_param(LIMIT, "2")
        self.user.group_ids |= self.env.ref("counterparty_crm.group_personal_documents")
        papers = self._papers(3, is_personal=True)

        papers._remind()

        self.assertEqual(len(papers.filtered("reminded_on")), 2)
        told = self.Reminder.search([("user_id", "=", self.user.id), ("kind", "=", "document")])
        self.assertEqual(told.partner_id, self.user.partner_id)
        self.assertEqual(set(told.mapped("event_date")), {TODAY})

    def test_document_reminders_bring_no_mail_each(self):
        document = self._papers()
        mails = self.env["mail.mail"].search_count([])

        document.with_user(self.env.ref("base.user_root"))._remind()

        self.assertTrue(document.activity_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_document_reminders_say_how_many_and_begin_from_now_on(self):
        self.env["ir.config_parameter"].set_param(LIMIT, "2")
        Document = self.env["counterparty.document"]
        made, people, due = Document._preview_reminders()
        papers = self._papers(3)

        self.assertEqual(Document._preview_reminders(), (made + 2, people + 1, due + 3))
        admin = self.env.ref("base.user_admin")
        with Form(self.env["res.config.settings"].with_user(admin)) as form:
            form.counterparty_document_reminders = True
            self.assertIn(f"{due + 3} are due", form.counterparty_document_reminder_preview)
            form.counterparty_document_reminder_start = "now"
        form.record.execute()
        self._run(REMINDER_CRON)

        self.assertFalse(papers.activity_ids)
        later = self._papers()
        self._run(REMINDER_CRON)
        self.assertTrue(later.activity_ids)

    def test_document_of_tomorrow_is_left_to_tomorrow(self):
        Document = self.env["counterparty.document"]
        before = Document._preview_reminders()
        paper = self._papers(date_to="2026-04-16")

        self.assertEqual(Document._preview_reminders(), before)
        Document._start_reminders_from_now()
        self.assertFalse(paper.reminded_on)

    # ------------------------------------------------------------
    # Each by his or her own day
    # ------------------------------------------------------------

    def test_day_is_the_day_where_the_person_lives(self):
        # Auckland is 13 hours ahead: Monday noon in Greenwich is Tuesday there
        self.user.tz = "Pacific/Auckland"
        self._silent()

        with freeze_time("2026-03-16 18:00:00"):
            self._run()

        self.assertEqual(self._made(self.late_payer).date_deadline, date(2026, 3, 17))
        told = self.Reminder.search([("partner_id", "=", self.late_payer.id)])
        self.assertEqual(told.made_on, date(2026, 3, 17))

    def test_nobody_is_reminded_before_the_own_morning(self):
        self.user.tz = "America/Los_Angeles"  # eleven at night of Sunday, a day off
        self._birthday()
        self._run()
        self.assertFalse(self._made())

        with freeze_time("2026-03-16 11:30:00"):  # half past four of Monday
            self._run()
        self.assertFalse(self._made())

        with freeze_time("2026-03-16 12:30:00"):
            self._run()
        self.assertTrue(self._made())

    def test_days_off_are_those_of_the_schedule_wherever_the_person_lives(self):
        # Monday begins in Tokyo while it is Sunday afternoon in Los Angeles
        self.user.company_id.resource_calendar_id.tz = "Asia/Tokyo"
        self.user.tz = "America/Los_Angeles"
        self._birthday()

        with freeze_time("2026-03-15 23:30:00"):
            self._run()
        self.assertFalse(self._made())

        with freeze_time("2026-03-16 14:00:00"):
            self._run()
        self.assertTrue(self._made())

    def test_what_falls_into_a_long_absence_is_told_before_it(self):
        calendar = self.user.company_id.resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": calendar.id,
                "date_from": "2026-03-16 22:00:00",
                "date_to": "2026-03-31 20:00:00",
            }
        )
        self._birthday(day="1980-03-25")
        self._birthday(self.ben, day="1980-03-30")

        self._run()

        self.assertEqual(self._made().date_deadline, date(2026, 3, 25))
        self.assertFalse(self._made(self.ben))
        with freeze_time("2026-04-01 06:00:00"):
            self._run()
        self.assertTrue(self._made(self.ben))
        self.assertEqual(len(self._made()), 1)

    def test_limit_counts_the_day_of_the_person(self):
        self.env["ir.config_parameter"].set_param(LIMIT, "1")
        self.user.tz = "Pacific/Auckland"
        self._birthday()
        self._birthday(self.ben)
        self._run()
        self.assertEqual(len(self._made(self.ada | self.ben)), 1)

        with freeze_time("2026-03-16 18:00:00"):  # Tuesday there, still Monday in Greenwich
            self._run()

        self.assertEqual(len(self._made(self.ada | self.ben)), 2)

    def test_without_a_zone_of_the_own_it_is_the_company_s(self):
        self.user.tz = False
        self.user.company_id.resource_calendar_id.tz = "Asia/Tokyo"

        with freeze_time("2026-03-16 20:00:00"):
            days = self.user._get_counterparty_days()

        self.assertEqual(days, {self.user.id: date(2026, 3, 17)})

    def test_summary_comes_in_the_morning_of_each(self):
        self.user.tz = "America/Los_Angeles"
        self._plan()
        self._run(SUMMARY_CRON)
        self.assertFalse(self._mails())

        with freeze_time("2026-03-16 13:00:00"):
            self._run(SUMMARY_CRON)

        self.assertIn("1 planned", self._mails().subject)

    def test_what_is_planned_during_the_day_brings_no_mail(self):
        self._run(SUMMARY_CRON)
        self._plan()

        with freeze_time("2026-03-16 08:00:00"):
            self._run(SUMMARY_CRON)

        self.assertFalse(self._mails())

    # ------------------------------------------------------------
    # Switching on
    # ------------------------------------------------------------

    def test_jobs_rest_after_installation(self):
        for job in (CRON, SUMMARY_CRON):
            self.assertFalse(self.env.ref(job).active)

    def test_preview_says_how_many_would_be_made_today(self):
        before, people, due = self.Reminder._preview()
        self._birthday()
        self._silent()

        after, _people, all_due = self.Reminder._preview()

        self.assertEqual((after - before).total(), 2)
        self.assertEqual(all_due - due, 2)
        self.assertFalse(self._made())

    def test_preview_follows_what_is_chosen_beside_it(self):
        admin = self.env.ref("base.user_admin")
        self._birthday()
        self._silent()

        def ask(**values):
            with Form(self.env["res.config.settings"].with_user(admin)) as form:
                for name, value in {"counterparty_reminders": True, **values}.items():
                    form[name] = value
                return form.counterparty_reminder_preview

        everything = ask(counterparty_reminder_start="all")
        self.assertIn("1 birthdays", everything)
        self.assertIn("1 of long silence", everything)
        self.assertIn("0 of long silence", ask())
        self.assertIn("0 reminders", ask(counterparty_reminder_limit=0))
        self.assertIn("0 birthdays", ask(counterparty_reminder_days_ahead=0))

    def test_settings_of_zero_stay_zero(self):
        self._switch(counterparty_reminder_days_ahead=0, counterparty_reminder_limit=0)

        self.assertEqual(self.Reminder._get_ahead(), 0)
        self.assertEqual(self.Reminder._get_limit(), 0)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.counterparty_reminder_days_ahead, 0)

    def test_switching_on_from_now_on_leaves_out_what_was_due(self):
        self._birthday(day="1980-03-15")
        self._silent()
        self._birthday(self.ben, day="1980-03-16")
        self._birthday(self.cora, day="1980-03-18")
        self._switch(counterparty_reminders=True)
        self.assertTrue(self.env.ref(CRON).active)

        self._run()

        self.assertFalse(self._made() | self._made(self.late_payer))
        self.assertTrue(self._made(self.ben))
        self.assertTrue(self._made(self.cora))

    def test_switching_on_with_everything_tells_what_is_due(self):
        self._birthday()

        self._switch(counterparty_reminders=True, counterparty_reminder_start="all")
        self._run()

        self.assertTrue(self._made())

    def test_area_that_is_switched_off_reminds_nobody(self):
        self._switch(counterparty_reminders=True, counterparty_summary=True)

        self._switch(group_counterparty_history=False)

        for job in (CRON, SUMMARY_CRON):
            self.assertFalse(self.env.ref(job).active)

    def _switch(self, **values):
        admin = self.env.ref("base.user_admin")
        with Form(self.env["res.config.settings"].with_user(admin)) as form:
            for name, value in values.items():
                form[name] = value
        form.record.execute()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Summary
    # ------------------------------------------------------------

    def _mails(self):
        return self.env["mail.mail"].search([("email_to", "like", "una@example.com")])

    def _plan(self, **values):
        return self.ada.activity_schedule(
            "mail.mail_activity_data_call",
            user_id=self.user.id,
            **{"date_deadline": TODAY, "summary": "Ask for the plan", **values},
        )

    def test_summary_tells_the_plans_of_the_day_once(self):
        self._plan()
        self._plan(date_deadline="2026-03-13", summary="Send the list")

        self._run(SUMMARY_CRON)
        self._run(SUMMARY_CRON)

        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("1 planned, 1 missed", mail.subject)
        for text in ("Ask for the plan", "Send the list", "Ada Vale", "/odoo/counterparty-my-day"):
            self.assertIn(text, mail.body_html)

    def test_nothing_is_mailed_without_plans_on_days_off_and_to_who_declined(self):
        self._run(SUMMARY_CRON)
        self.assertFalse(self._mails())

        self._plan(date_deadline="2026-03-14")
        with freeze_time("2026-03-14 06:00:00"):
            self._run(SUMMARY_CRON)
        self.assertFalse(self._mails())

        self.user.with_user(self.user).counterparty_no_summary = True
        self._run(SUMMARY_CRON)
        self.assertFalse(self._mails())

    def test_summary_speaks_the_language_of_the_person_and_says_how_many_more(self):
        for number in range(32):
            self._plan(summary=f"Call number {number}")

        self._run(SUMMARY_CRON)

        self.assertIn("32 planned", self._mails().subject)
        self.assertIn("more.", self._mails().body_html)
