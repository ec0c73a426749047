from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.counterparty_request_clock import CLOCK_FIELDS
from .common_request_clock import MONDAY, ClockCase, march


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestClock(ClockCase):
    def test_a_new_request_knows_by_when_it_is_answered(self):
        with freeze_time(MONDAY):
            request = self._request()

        self.assertEqual(request.sla_id, self.sla)
        self.assertEqual(request.first_deadline, march(2, 13))
        self.assertFalse(request.next_deadline)
        self.assertEqual(request.resolution_deadline, march(3, 18))
        self.assertEqual(request.due_at, march(2, 13))
        self.assertEqual(request.sla_status, "ok")

    def test_nobody_writes_a_deadline_by_hand(self):
        with freeze_time(MONDAY):
            request = self._request(due_at=march(30), sla_id=False)

            request.with_user(self.officer).write({"due_at": march(30), "first_missed": True})

        self.assertEqual(request.sla_id, self.sla)
        self.assertEqual(request.due_at, march(2, 13))
        self.assertFalse(request.first_missed)

    def test_a_new_request_is_promised_what_its_fields_would_work_out(self):
        past = {"opened_at": march(1), "user_id": self.user.id}
        self._sla("Foods", partner_ids=[Command.link(self.foods.id)], first_hours=1)
        self._sla("Suppliers", type_ids=[Command.link(self.supplier.id)], sequence=1)
        self._sla("Desk alone", team_ids=[Command.link(self.team.id)], sequence=2)
        hurry = self.env["counterparty.request.tag"].create({"name": "Hurry"})
        self._sla("Fast", tag_ids=[Command.link(hurry.id)], sequence=0, first_hours=2)
        self._role(self.freight, self.supplier)
        cases = [
            {},
            {"priority": "2"},
            {"awaiting_since": MONDAY},
            {"partner": self.ben},
            {"partner": self.freight},
            {"team_id": False},
            {"tag_ids": hurry.ids},
            past,
        ]
        names = [*CLOCK_FIELDS, "breach_cause"]
        for values in cases:
            with self.subTest(values=values), freeze_time(march(2, 15)):
                request = self._request(**values)
                self.env.flush_all()
                given = request.read(names)

                request._update_service_level()

                self.assertEqual(request.read(names), given)
                self.assertTrue(request.sla_id)

    def test_a_service_level_can_be_for_tags(self):
        hurry, export, other = self.env["counterparty.request.tag"].create(
            [{"name": name} for name in ("Hurry", "To the island", "Nothing special")]
        )
        fast = self._sla("Fast", tag_ids=[Command.set((hurry + export).ids)], first_hours=1)
        fast.sequence = 1
        with freeze_time(MONDAY):
            tagged, plain = self._request(tag_ids=export.ids), self._request(tag_ids=other.ids)
            given = [(request.sla_id, request.first_deadline) for request in (tagged, plain)]

            plain.tag_ids += hurry
            tagged.tag_ids -= export
            self.env.flush_all()

        self.assertEqual(given, [(fast, march(2, 10)), (self.sla, march(2, 13))])
        self.assertEqual((plain.sla_id, plain.first_deadline), (fast, march(2, 10)))
        self.assertEqual((tagged.sla_id, tagged.first_deadline), (self.sla, march(2, 13)))

    def test_tags_given_to_a_service_level_later_find_its_requests(self):
        hurry = self.env["counterparty.request.tag"].create({"name": "Hurry"})
        fast = self._sla("Fast", sequence=1, partner_ids=[Command.link(self.foods.id)])
        with freeze_time(MONDAY):
            request = self._request(tag_ids=hurry.ids)
            before = request.sla_id

            fast.write({"partner_ids": [Command.clear()], "tag_ids": [Command.link(hurry.id)]})
            self._recompute()

        self.assertEqual((before, request.sla_id), (self.sla, fast))

    def test_a_tag_that_a_service_level_names_is_not_deleted(self):
        hurry, other = self.env["counterparty.request.tag"].create(
            [{"name": name} for name in ("Hurry", "Nothing special")]
        )
        fast = self._sla("Fast", tag_ids=[Command.link(hurry.id)])
        fast.active = False

        other.with_user(self.officer).unlink()
        with self.assertRaisesRegex(UserError, "Fast"):
            hurry.with_user(self.officer).unlink()

        self.assertEqual(fast.tag_ids, hurry)

    def test_without_a_service_level_nothing_is_promised(self):
        self.sla.active = False

        request = self._request()

        self.assertFalse(request.sla_id)
        self.assertFalse(request.due_at)
        self.assertEqual(request.sla_status, "none")
        self.assertFalse(request.clock_label)

    def test_friday_evening_runs_on_monday(self):
        with freeze_time(march(6, 17, 55)):
            request = self._request()

        self.assertEqual(request.first_deadline, march(9, 12, 55))

    def test_the_answer_stops_the_first_clock_and_counts_its_hours(self):
        with freeze_time(MONDAY):
            request = self._request()

        with freeze_time(march(2, 15)):
            self._write_as(request, self.user.partner_id)
            self.env.flush_all()

        self.assertEqual(request.first_response_at, march(2, 15))
        self.assertEqual(request.first_hours, 5)
        self.assertTrue(request.first_missed)
        self.assertEqual(request.due_at, march(3, 18))

    def test_a_later_message_is_owed_an_answer(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 10)):
            self._write_as(request, self.user.partner_id)

        with freeze_time(march(2, 11)):
            self._write_as(request, self.late_payer)
            self.env.flush_all()
        asked = request.next_deadline
        with freeze_time(march(2, 14, 30)):
            self._write_as(request, self.user.partner_id)
            self.env.flush_all()

        self.assertEqual(asked, march(2, 13))
        self.assertFalse(request.next_deadline)
        self.assertTrue(request.next_missed)
        self.assertFalse(request.first_missed)
        self.assertEqual(request.breach_cause, "next")

    def test_waiting_stops_the_clock_and_the_ledger_keeps_it(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 11)):
            request.action_wait_for_partner()
            self.env.flush_all()
        stopped = request.sla_status, request.due_at

        with freeze_time(march(2, 15)):
            request.action_open()
            self.env.flush_all()

        self.assertEqual(stopped, ("paused", False))
        self.assertEqual(
            [(pause.kind, pause.started_at, pause.ended_at) for pause in request.interval_ids],
            [("pending", march(2, 11), march(2, 15))],
        )
        self.assertEqual(request.interval_ids.working_hours, 3)
        self.assertEqual(request.first_deadline, march(2, 17))

    def test_a_pause_at_night_moves_nothing(self):
        with freeze_time(march(2, 16)):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 20)):
            request.action_wait_for_partner()
        with freeze_time(march(3, 7)):
            request.action_open()
            self.env.flush_all()

        self.assertEqual(request.first_deadline, march(3, 11))

    def test_one_wait_passes_into_another(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 10)):
            request.action_wait_for_partner()
        with freeze_time(march(2, 11)):
            request.action_hold()
        with freeze_time(march(2, 12)):
            request.action_open()
            self.env.flush_all()

        self.assertEqual(request.interval_ids.mapped("kind"), ["pending", "hold"])
        self.assertEqual(request.first_deadline, march(2, 16))

    def test_who_waits_for_nobody_is_not_stopped(self):
        self.sla.pause_pending = False
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 10)):
            request.action_wait_for_partner()
        with freeze_time(march(2, 12)):
            request.action_open()
            self.env.flush_all()

        self.assertEqual(request.first_deadline, march(2, 13))

    def test_solving_stops_all_clocks(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)

        with freeze_time(march(3, 11)):
            request.action_solve()
            self.env.flush_all()

        self.assertEqual(request.resolution_hours, 10)
        self.assertFalse(request.due_at)
        self.assertFalse(request.resolution_missed)
        self.assertTrue(request.first_missed, "solved without an answer, after its deadline")

    def test_reopening_leaves_out_the_time_in_which_it_was_solved(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 11)):
            request.action_solve()
        with freeze_time(march(2, 12)):
            request.action_close()
        with freeze_time(march(3, 9)):
            request.action_reopen()
            self.env.flush_all()

        self.assertEqual(request.interval_ids.mapped("kind"), ["solved"])
        self.assertEqual(request.interval_ids.ended_at, march(3, 9))
        self.assertEqual(request.resolution_deadline, march(4, 16))
        self.assertFalse(request.resolution_hours)

    def test_time_that_seemed_solved_counts_where_it_was_agreed(self):
        self.sla.pause_solved = False
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 11)):
            request.action_solve()
        with freeze_time(march(3, 9)):
            request.action_reopen()
            self.env.flush_all()

        self.assertEqual(request.resolution_deadline, march(3, 18))

    def test_the_first_service_level_that_fits_is_taken(self):
        service = self.categories["service"]
        urgent = self._sla("Urgent", sequence=1, priority="3", first_hours=1)
        visits = self._sla("Visits", sequence=5, category_ids=[Command.link(service.id)])
        contract = self._sla("Contract", sequence=99, partner_ids=[Command.link(self.foods.id)])
        suppliers = self._sla("Suppliers", sequence=2, type_ids=[Command.link(self.supplier.id)])
        self._role(self.freight, self.supplier)
        cases = [
            ({}, self.sla),
            ({"priority": "3"}, urgent),
            ({"category": "service"}, visits),
            ({"partner": self.ben}, contract),
            ({"partner": self.freight}, suppliers),
            ({"partner": self.freight, "priority": "3"}, urgent),
        ]
        for values, expected in cases:
            with self.subTest(values=values):
                self.assertEqual(self._request(**values).sla_id, expected)

    def test_a_change_of_the_request_changes_what_is_promised(self):
        urgent = self._sla("Urgent", sequence=1, priority="3", first_hours=1)
        with freeze_time(MONDAY):
            request = self._request()

            request.priority = "3"
            self.env.flush_all()

        self.assertEqual(request.sla_id, urgent)
        self.assertEqual(request.due_at, march(2, 10))

    def test_a_role_given_later_changes_what_is_promised(self):
        suppliers = self._sla("Suppliers", sequence=1, type_ids=[Command.link(self.supplier.id)])
        request = self._request(partner=self.freight)
        before = request.sla_id

        role = self._role(self.freight, self.supplier)
        given = request.sla_id
        role.unlink()

        self.assertEqual((before, given), (self.sla, suppliers))
        self.assertEqual(request.sla_id, self.sla)

    def test_a_role_that_begins_while_the_job_rests_is_seen_later(self):
        suppliers = self._sla("Suppliers", sequence=1, type_ids=[Command.link(self.supplier.id)])
        with freeze_time(MONDAY):
            self._role(self.freight, self.supplier, date_from="2026-03-04", date_to="2026-03-10")
            request = self._request(partner=self.freight)
        self.assertEqual(request.sla_id, self.sla)

        with freeze_time(march(6, 7)):
            self._recompute()
        self.assertEqual(request.sla_id, suppliers)
        with freeze_time(march(14, 7)):
            self._recompute()

        self.assertEqual(request.sla_id, self.sla)

    def test_partners_that_merge_keep_what_was_agreed(self):
        contract = self._sla("Contract", partner_ids=[Command.link(self.foods.id)])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})

        wizard._merge([self.foods.id, self.freight.id], self.freight, extra_checks=False)

        self.assertEqual(contract.partner_ids, self.freight)
        self.assertEqual(self._request(partner=self.freight).sla_id, contract)

    def test_a_broken_promise_stays_broken_and_the_change_is_on_record(self):
        with freeze_time(MONDAY):
            request = self._request()
        with freeze_time(march(2, 15)):
            request._update_deadlines()
            self.env.flush_all()
        generous = self._sla("Generous", sequence=1, priority="1", first_hours=80)
        # the host does not track a record in the transaction that creates it
        self.env.cr.precommit.run()

        with freeze_time(march(2, 15)):
            loud = self.env(context={})
            request.with_env(loud).priority = "1"
            loud.flush_all()
            loud.cr.precommit.run()
            loud.invalidate_all()

        self.assertEqual(request.sla_id, generous)
        self.assertTrue(request.first_missed)
        self.assertEqual(request.breach_cause, "unassigned")
        self.assertEqual(request.sla_status, "ok")
        tracked = request.message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "sla_id"
        )
        self.assertEqual((tracked.old_value_char, tracked.new_value_char), ("Desk", "Generous"))

    def test_a_holiday_entered_while_the_clock_runs_moves_the_deadline(self):
        with freeze_time(march(2, 17)):
            request = self._request()
            leave = self._holiday(march(3))
            self._recompute()
            with_leave = request.first_deadline
            leave.unlink()
            self._recompute()

        self.assertEqual(with_leave, march(4, 12))
        self.assertEqual(request.first_deadline, march(3, 12))

    def test_a_holiday_of_the_company_counts_and_that_of_another_does_not(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        company = self.env.company
        cases = [(company, march(4, 12)), (other, march(3, 12))]
        for owner, expected in cases:
            with self.subTest(owner=owner.name), freeze_time(march(2, 17)):
                leave = self._holiday(march(3), calendar_id=False)
                leave.company_id = owner

                request = self._request()

                self.assertEqual(request.first_deadline, expected)
                leave.unlink()

    def test_the_leave_of_one_person_closes_no_desk(self):
        resource = self.env["resource.resource"].create(
            {"name": "Una", "calendar_id": self.calendar.id}
        )
        with freeze_time(march(2, 17)):
            self._holiday(march(3), resource_id=resource.id)

            request = self._request()

        self.assertEqual(request.first_deadline, march(3, 12))

    def test_new_hours_move_the_deadlines_of_open_requests_alone(self):
        with freeze_time(march(2, 16)):
            request, solved = self._request(), self._request()
            solved.action_solve()
            self.env.flush_all()
            kept = solved.first_deadline
            afternoon = self.calendar.attendance_ids.filtered(
                lambda line: line.day_period == "afternoon"
            )
            afternoon.hour_to = 17
            self._recompute()

        self.assertEqual(request.first_deadline, march(3, 12))
        self.assertEqual(solved.first_deadline, kept)
        self.assertFalse(self.sla.recompute_scope)

    def test_other_hours_of_the_company_move_the_deadlines(self):
        self.sla.clock = "company"
        with freeze_time(march(6, 17, 55)):
            request = self._request()
            self.env.company.resource_calendar_id = self.calendar
            self._recompute()

        self.assertEqual(request.first_deadline, march(9, 12, 55))

    def test_another_zone_moves_the_deadlines(self):
        with freeze_time(MONDAY):
            request = self._request()
            self.calendar.tz = "Europe/Sofia"
            self._recompute()

        self.assertEqual(request.first_deadline, march(2, 14))

    def test_new_terms_move_the_deadlines(self):
        with freeze_time(MONDAY):
            request = self._request()
            self.sla.first_hours = 1
            self._recompute()
            sooner = request.due_at
            self.sla.active = False
            self._recompute()

        self.assertEqual(sooner, march(2, 10))
        self.assertFalse(request.sla_id)
        self.assertFalse(request.due_at)

    def test_recomputing_from_scratch_changes_nothing(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 10)):
            self._write_as(request, self.user.partner_id)
            request.action_wait_for_partner()
        with freeze_time(march(3, 12)):
            self._write_as(request, self.late_payer)
        names = ["first_deadline", "next_deadline", "resolution_deadline", "due_at", "sla_status"]
        names += ["check_at", "first_hours", "first_missed", "next_missed"]
        with freeze_time(march(3, 12)):
            before = request.read(names)

            request._update_service_level()

            self.assertEqual(request.read(names), before)

    def test_a_service_level_needs_hours_that_are_worked(self):
        empty = self.calendar.copy()
        empty.attendance_ids.unlink()

        with self.assertRaisesRegex(ValidationError, "Desk hours .copy.. has no working hours"):
            self.sla.calendar_id = empty
        with self.assertRaisesRegex(ValidationError, "Choose the working hours"):
            self.sla.calendar_id = False

    def test_hours_lost_later_count_around_the_clock_and_somebody_is_told(self):
        with freeze_time(march(6, 17, 55)):
            request = self._request()
            self.calendar.attendance_ids.unlink()
            self._recompute()

            self.assertEqual(request.first_deadline, march(6, 21, 55))
            self.assertTrue(self.sla.without_hours)
            self.assertEqual(self.sla.activity_ids.user_id, self.manager)
            self.calendar.write(
                {
                    "attendance_ids": [
                        Command.create(
                            {"name": "Monday", "dayofweek": "0", "hour_from": 9, "hour_to": 18}
                        )
                    ]
                }
            )
            self._recompute()

        self.assertFalse(self.sla.without_hours)
        self.assertEqual(request.first_deadline, march(9, 13))
        self.assertEqual(len(self.sla.activity_ids), 1)

    def test_around_the_clock_counts_every_hour(self):
        self.sla.write({"clock": "always"})
        with freeze_time(march(6, 17, 55)):
            request = self._request()

        self.assertEqual(request.first_deadline, march(6, 21, 55))

    def test_the_hours_agree_with_those_of_the_host(self):
        self._holiday(march(3))
        request = self._request(opened_at=MONDAY)
        calendar = request._get_working_time(MONDAY)
        for days in (1, 3, 40):
            end = MONDAY + timedelta(days=days, hours=3)
            with self.subTest(days=days):
                hours = self.calendar.get_work_hours_count(MONDAY, end)
                self.assertAlmostEqual(calendar.between(MONDAY, end) / 3600, hours)

    def test_the_ledger_speaks_to_agent_and_customer(self):
        self.env.user.tz = "UTC"
        with freeze_time(march(3, 14, 10)):
            request = self._request(user_id=self.user.id)
            request.action_wait_for_partner()
        with freeze_time(march(4, 9, 40)):
            request.action_open()
        pause = request.interval_ids.with_context(lang="en_US", tz="UTC")

        self.assertEqual(
            pause.description,
            "stopped Tue 3 Mar 14:10 to Wed 4 Mar 09:40, waiting for the counterparty",
        )
        self.assertEqual(
            pause.with_context(counterparty_for_partner=True).description,
            "stopped Tue 3 Mar 14:10 to Wed 4 Mar 09:40, waiting for you",
        )

    def test_the_explanation_shows_each_promise_and_what_stopped_it(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 10)):
            self._write_as(request, self.user.partner_id)
        with freeze_time(march(2, 11)):
            request.action_wait_for_partner()
        with freeze_time(march(2, 15)):
            request.action_open()
            action = request.with_user(self.user).action_explain_clock()
            explanation = self.env[action["res_model"]].browse(action["res_id"])
            self.env.flush_all()

        lines = explanation.line_ids.mapped(
            lambda line: (
                line.promise, line.used_hours, line.stopped_hours, line.deadline, line.outcome
            )
        )  # fmt: skip
        self.assertEqual(
            lines,
            [
                ("first", 1, 0, march(2, 13), "kept"),
                ("resolution", 2, 3, march(4, 12), "running"),
            ],
        )
        self.assertEqual(explanation.interval_ids, request.interval_ids)
        self.assertEqual(explanation.hours_name, "Desk hours (UTC)")

    def test_a_late_cause_can_be_corrected_and_stays(self):
        with freeze_time(MONDAY):
            request = self._request()
        with freeze_time(march(2, 15)):
            request._update_deadlines()
            self.env.flush_all()
            request.breach_cause = "agreed"
            request._update_deadlines()
            self.env.flush_all()

        self.assertEqual(request.breach_cause, "agreed")
        found = self.env["counterparty.request"].search([("has_late", "=", True)])
        self.assertIn(request, found)

    def test_a_service_level_costs_no_query_when_a_request_is_created(self):
        quiet = self.env["counterparty.request"].with_context(tracking_disable=True)
        vals = {"name": "Help", "category_id": self.categories["help"].id, "team_id": self.team.id}
        counts = []
        for active in (True, False):
            self.sla.active = active
            quiet.create(dict(vals))
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            request = quiet.create(dict(vals))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(bool(request.due_at), active)

        self.assertEqual(counts[0], counts[1])
