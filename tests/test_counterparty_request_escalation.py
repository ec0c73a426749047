from freezegun import freeze_time

from odoo.tests import tagged

from .common_request_clock import MONDAY, ClockCase, march


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestEscalation(ClockCase):
    def _told(self, request):
        """Return the logins of those who were told, in order."""
        messages = self.env["mail.message"].search(
            [
                ("model", "=", request._name),
                ("res_id", "=", request.id),
                ("subject", "=like", "Late: %"),
            ],
            order="id",
        )
        return [message.partner_ids.user_ids.login for message in messages]

    def test_time_alone_makes_a_request_late(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        statuses = []
        for moment in (march(2, 11), march(2, 12, 30), march(2, 14, 30)):
            with freeze_time(moment):
                self._check_due()
                statuses.append(request.sla_status)

        self.assertEqual(statuses, ["ok", "risk", "breached"])
        self.assertTrue(request.first_missed)
        self.assertEqual(request.breach_cause, "first")

    def test_first_the_assignee_then_the_leader_hears_of_it_once(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        told = []
        for moment in (march(2, 13, 5), march(2, 14, 30), march(2, 16, 30), march(3, 10)):
            with freeze_time(moment):
                self._check_due()
                self._check_due()
                told.append(self._told(request))

        self.assertEqual(told, [["una"], ["una"], ["una", "oscar"], ["una", "oscar"]])

    def test_each_reads_the_deadline_in_the_own_zone(self):
        self.user.tz, self.officer.tz = "Europe/Sofia", "America/New_York"
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        for moment in (march(2, 13, 5), march(2, 16, 30)):
            with freeze_time(moment):
                self._check_due()

        bodies = self.env["mail.message"].search([("subject", "=like", "Late: %")], order="id")
        own = bodies.filtered(lambda message: message.res_id == request.id).mapped("body")
        self.assertIn("Mon 2 Mar 15:00", own[0])
        self.assertIn("Mon 2 Mar 08:00", own[1])

    def test_what_nobody_has_taken_goes_to_the_leader_at_once(self):
        with freeze_time(MONDAY):
            request = self._request()
        with freeze_time(march(2, 13, 5)):
            self._check_due()

        self.assertEqual(self._told(request), ["oscar"])

    def test_who_is_away_is_passed_over(self):
        away = {"out_of_office_from": march(1), "out_of_office_to": march(20)}
        self.user.write(away)
        self.officer.write(away)
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 13, 5)):
            self._check_due()

        self.assertEqual(self._told(request), ["mona"])

    def test_after_days_without_the_job_only_the_leader_hears_of_it(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(5, 10)):
            self._check_due()

        self.assertEqual(self._told(request), ["oscar"])
        self.assertIn("not told first", " ".join(request.message_ids.mapped("body")))

    def test_an_answer_in_between_tells_nobody(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 14, 10)):
            # late, and answered before the job looked
            self._write_as(request, self.user.partner_id)
            self._check_due()

        self.assertTrue(request.first_missed)
        self.assertFalse(self._told(request))

    def test_an_edit_after_the_deadline_does_not_hide_it_from_the_job(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 14, 5)):
            request._update_deadlines()
            self.env.flush_all()
            late = request.sla_status
            self._check_due()

        self.assertEqual(late, "breached")
        self.assertEqual(self._told(request), ["una"])

    def test_what_waits_or_is_done_tells_nobody(self):
        with freeze_time(MONDAY):
            requests = [self._request(user_id=self.user.id) for _number in range(3)]
        with freeze_time(march(2, 10)):
            requests[0].action_wait_for_partner()
            requests[1].action_hold()
            requests[2].action_solve()
        with freeze_time(march(6, 10)):
            self._check_due()

        self.assertFalse([self._told(request) for request in requests if self._told(request)])

    def test_a_reopened_request_may_be_told_of_again(self):
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(2, 13, 5)):
            self._check_due()
            request.action_solve()
        with freeze_time(march(2, 15)):
            request.action_reopen()
        with freeze_time(march(2, 15, 30)):
            self._check_due()

        self.assertEqual(self._told(request), ["una", "una"])
        self.assertEqual((request.told_level, request.told_cycle), (1, 2))

    def test_nobody_is_told_where_it_is_switched_off(self):
        self.sla.escalate = False
        with freeze_time(MONDAY):
            request = self._request(user_id=self.user.id)
        with freeze_time(march(4, 10)):
            self._check_due()

        self.assertEqual(request.sla_status, "breached")
        self.assertFalse(self._told(request))
        self.assertFalse(request.check_at and request.check_at < march(4, 10))

    def test_one_that_fails_does_not_hold_up_the_others(self):
        with freeze_time(MONDAY):
            requests = self._request(user_id=self.user.id) + self._request(user_id=self.user.id)
        broken, good = requests
        original = self.registry["counterparty.request"]._notify_late

        def notify(request, users):
            if request == broken:
                raise ValueError("broken")
            return original(request, users)

        self.patch(self.registry["counterparty.request"], "_notify_late", notify)
        with freeze_time(march(2, 13, 5)), self.assertLogs(level="WARNING") as logs:
            self._check_due()

        self.assertEqual(self._told(good), ["una"])
        self.assertFalse(self._told(broken))
        self.assertEqual(broken.check_at, march(2, 14, 5))
        self.assertIn("could not be checked", "".join(logs.output))

    def test_with_nothing_due_one_query_is_enough(self):
        with freeze_time(MONDAY):
            for _number in range(3):
                self._request(user_id=self.user.id)
        self.env.flush_all()

        with freeze_time(MONDAY), self.assertQueryCount(1):
            self.env["counterparty.request"]._cron_check_due()

    def test_the_look_at_what_is_due_uses_its_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM counterparty_request"
            " WHERE state IN ('new', 'open') AND check_at <= now() ORDER BY check_at LIMIT 500"
        )
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())

        self.assertIn("counterparty_request_check_idx", plan)
