from ast import literal_eval
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CounterpartyCase

CALL = "mail.mail_activity_data_call"


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyPlanReport(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Plan = cls.env["counterparty.plan.report"]
        cls.colleague = cls._user("cleo", "group_user")

    def _plan(self, days=0, user=None, record=None, **values):
        return (record or self.ben).activity_schedule(
            CALL, user_id=(user or self.user).id, **{"date_deadline": self._day(days), **values}
        )

    def _meeting(self, hours=2, **values):
        start = fields.Datetime.now() + timedelta(hours=hours)
        return self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": start,
                "stop": start + timedelta(minutes=30),
                "user_id": self.user.id,
                "partner_ids": [Command.set([self.ben.id, self.user.partner_id.id])],
                **values,
            }
        )

    def _seen(self, user=None, domain=()):
        Plan = self.Plan.with_user(user or self.user)
        return Plan.search([("commercial_partner_id", "=", self.foods.id), *domain])

    @freeze_time("2026-03-20 10:00:00")
    def test_two_weeks_of_the_team_are_this_one_and_the_next(self):
        plans = [self._plan(date_deadline=day) for day in ("2026-03-16", "2026-03-23")]
        self._plan(date_deadline="2026-03-30")
        self._plan(date_deadline="2026-03-13")
        arch = self.env.ref("counterparty_crm.counterparty_plan_report_view_search").arch
        domains = {
            node.get("name"): literal_eval(node.get("domain"))
            for node in etree.fromstring(arch).iter("filter")
            if node.get("name") in ("week", "last_week")
        }

        seen = {name: self._seen(domain=domain) for name, domain in domains.items()}

        self.assertEqual(seen["week"].activity_id.ids, [plan.id for plan in plans])
        self.assertEqual(seen["last_week"].mapped("date"), [date(2026, 3, 13)])

    @freeze_time("2026-03-22 10:00:00")
    def test_sunday_that_begins_a_week_belongs_to_it(self):
        plan = self._plan(date_deadline="2026-03-22")
        arch = self.env.ref("counterparty_crm.counterparty_plan_report_view_search").arch
        week = etree.fromstring(arch).xpath("//filter[@name='week']/@domain")[0]
        language = self.env["res.lang"]._lang_get(self.user.lang)

        found = {}
        for first_day in ("7", "1"):
            language.week_start = first_day
            found[first_day] = self._seen(domain=literal_eval(week)).activity_id

        self.assertEqual(found, {"7": plan, "1": plan})

    def test_day_says_what_was_missed_what_is_due_and_what_was_done(self):
        self._plan(-2)
        self._plan()
        self._plan(3)
        self._plan(-1)._action_done()

        states = {plan.date: (plan.state, plan.days_late) for plan in self._seen()}

        self.assertEqual(
            states,
            {
                self._day(-2): ("missed", 2),
                self._day(): ("today", 0),
                self._day(3): ("planned", 0),
                self._day(-1): ("done", 1),
            },
        )

    def test_meeting_stands_in_the_day_of_each_colleague_once(self):
        guests = [self.ben.id, self.user.partner_id.id, self.officer.partner_id.id]
        meeting = self._meeting(partner_ids=[Command.set(guests)])

        plans = self._seen(self.officer)

        self.assertEqual(plans.user_id, self.user | self.officer)
        self.assertEqual(plans.partner_id, self.ben)
        self.assertEqual(plans.event_id, meeting)
        self.assertEqual(len(plans), 2)

    def test_meeting_is_done_when_it_was_held_and_gone_when_declined(self):
        self._meeting(hours=-24)
        declined = self._meeting(hours=24)
        mine = declined.attendee_ids.filtered(
            lambda guest: guest.partner_id == self.user.partner_id
        )
        mine.state = "declined"

        self.assertEqual(self._seen().mapped("state"), ["done"])

    def test_meeting_with_several_counterparties_stands_under_each(self):
        meeting = self._meeting()
        meeting.partner_ids += self.cora

        plans = self.Plan.with_user(self.user).search([("event_id", "=", meeting.id)])

        self.assertEqual(plans.commercial_partner_id, self.foods | self.freight)
        self.assertEqual(len(plans), 2)

    def test_private_meeting_shows_to_those_who_take_part_alone(self):
        self._meeting(privacy="private")

        self.assertEqual(len(self._seen()), 1)
        self.assertFalse(self._seen(self.officer))

    def test_users_see_own_plans_officers_all_and_leaders_their_team(self):
        self._plan(user=self.user)
        self._plan(user=self.officer)

        self.assertEqual(self._seen().user_id, self.user)
        self.assertEqual(self._seen(self.officer).user_id, self.user | self.officer)
        self.assertFalse(self._seen(self.colleague))

        self.env["crm.team"].create(
            {
                "name": "Una's",
                "user_id": self.colleague.id,
                "member_ids": [Command.set(self.user.ids)],
            }
        )
        self.assertEqual(self._seen(self.colleague).user_id, self.user)
        led = [("user_id.crm_team_member_ids.crm_team_id.user_id", "=", self.colleague.id)]
        self.assertEqual(self._seen(self.officer, led).user_id, self.user)

    def test_plans_about_documents_that_are_hidden_stay_hidden(self):
        lead = self._lead(self.foods, user_id=self.manager.id)
        self._plan(record=lead, user=self.manager)
        mine = self._plan(record=lead, user=self.officer)

        # an officer of counterparties without rights on opportunities sees the own plan alone
        self.assertEqual(self._seen(self.officer).activity_id, mine)

    def test_plans_of_another_company_stay_there(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        far = self._company("Far Away", company_id=other.id)
        self._plan(record=far, user=self.user)

        found = self.Plan.with_user(self.user).search([("partner_id", "=", far.id)])

        self.assertFalse(found)

    # ------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------

    def test_log_finishes_what_was_planned(self):
        call = self._plan(-1)
        action = self._seen().action_log()

        log = (
            self.env["counterparty.interaction.log"]
            .with_user(self.user)
            .with_context(**action["context"])
            .create({"note": "Agreed"})
        )
        log.action_log()

        self.assertFalse(call.active)
        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual((found.kind, found.note, found.res_id), ("call", "Agreed", call.id))

    def test_logged_meeting_is_counted_once(self):
        meeting = self._meeting(hours=-2)
        action = self._seen().action_log()
        Log = self.env["counterparty.interaction.log"].with_user(self.user)

        Log.with_context(**action["context"]).create({"note": "Fine"}).action_log()
        self.env["counterparty.interaction"]._log_meetings()

        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual((found.note, found.res_id), ("Fine", meeting.id))

    @freeze_time("2026-03-13 10:00:00")
    def test_plan_moves_to_the_next_working_day(self):
        call = self._plan(-1)

        self._seen().action_tomorrow()

        self.assertEqual(call.date_deadline, date(2026, 3, 16))

    @freeze_time("2026-03-13 10:00:00")
    def test_plan_still_to_come_goes_on_from_its_own_day(self):
        call = self._plan(7)

        self._seen().action_tomorrow()

        self.assertEqual(call.date_deadline, date(2026, 3, 23))

    @freeze_time("2026-03-13 10:00:00")
    def test_days_off_of_the_person_are_no_working_days(self):
        resource = self.env["resource.resource"].create(
            {"name": "Una", "user_id": self.user.id, "company_id": self.user.company_id.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": "2026-03-16 00:00:00",
                "date_to": "2026-03-17 23:00:00",
            }
        )

        self.assertEqual(
            self.user._get_counterparty_working_day(date(2026, 3, 14)), date(2026, 3, 18)
        )
        self.assertEqual(
            self.officer._get_counterparty_working_day(date(2026, 3, 14)), date(2026, 3, 16)
        )

    def test_meetings_are_moved_in_the_calendar(self):
        self._meeting()

        with self.assertRaisesRegex(UserError, "Review.*cannot be changed here"):
            self._seen().action_tomorrow()

    def test_meeting_says_when_in_the_time_of_the_reader(self):
        with freeze_time("2026-03-13 08:00:00"):
            self._meeting()
            plan = self._seen().with_context(tz="Europe/Sofia")
            self.assertEqual(plan.at.replace("\u202f", " "), "12:00 PM")

    def test_in_a_calendar_what_has_no_hour_stands_on_its_day_as_stored(self):
        self.user.tz = "Europe/Sofia"
        with freeze_time("2026-03-13 08:00:00"):
            self._plan()
            meeting = self._meeting()

            places = {plan.is_all_day: plan.begin for plan in self._seen()}

        self.assertEqual(places, {True: datetime(2026, 3, 13, 12, 0), False: meeting.start})

    def test_what_is_done_without_a_word_is_done(self):
        activity = self._plan()

        self._seen().action_done()

        self.assertFalse(activity.active)
        self.assertEqual(self._seen().state, "done")

    def test_today_and_done_go_by_the_day_of_the_reader(self):
        self.user.tz = "Pacific/Auckland"
        with freeze_time("2026-03-15 20:00:00"):  # nine on Monday morning there
            self._plan(date_deadline=date(2026, 3, 16))
            done = self._plan(date_deadline=date(2026, 3, 16))
            done._action_done()
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE mail_activity SET write_date = '2026-03-15 20:00:00',"
                " date_done = '2026-03-15' WHERE id = %s",
                done.ids,
            )
            self.env.invalidate_all()

            plans = self._seen()

            self.assertEqual(set(plans.mapped("state")), {"today", "done"})
            found = plans.filtered(lambda plan: plan.state == "done")
            self.assertEqual(found.done_on, date(2026, 3, 16))

    def test_log_button_of_a_held_meeting_finishes_it_with_what_was_agreed(self):
        meeting = self._meeting(hours=-24)
        self.env["counterparty.interaction"]._log_meetings()
        action = self._seen().action_log()

        Log = self.env["counterparty.interaction.log"].with_user(self.user)
        Log.with_context(**action["context"]).create({"note": "Fine"}).action_log()

        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual((found.note, found.res_id), ("Fine", meeting.id))

    def test_finished_plan_opens_its_document(self):
        self._plan()
        plan = self._seen()

        action = plan.action_open_document()
        plan.action_done()

        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.ben.id))
        self.assertEqual(self._seen().state, "done")

    def test_plans_of_nobody_stand_open_beside_those_of_people(self):
        self._plan().user_id = False
        self._plan(1)
        officer = self._user("olga", "group_officer")
        Plan = self.Plan.with_user(officer)
        domain = [("commercial_partner_id", "=", self.foods.id)]
        asked = {"unfold_read_specification": {"name": {}}, "unfold_read_default_limit": 40}

        shown = Plan.web_read_group(domain, ["user_id"], auto_unfold=True, **asked)
        folded = [{"value": False, "folded": True}]
        kept = Plan.web_read_group(
            domain, ["user_id"], auto_unfold=True, opening_info=folded, **asked
        )

        opened = {group["user_id"]: len(group["__records"]) for group in shown["groups"]}
        self.assertEqual(opened, {False: 1, (self.user.id, self.user.display_name): 1})
        kept_open = [group["user_id"] for group in kept["groups"] if "__records" in group]
        self.assertEqual(kept_open, [(self.user.id, self.user.display_name)])
