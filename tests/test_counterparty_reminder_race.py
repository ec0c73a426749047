from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.reminders import Due
from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyReminderRace(RaceCase):
    """Two jobs remind of the same at the same instant, each in a transaction of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            user = new_test_user(env, "reminded", groups="counterparty_crm.group_user")
            partners = env["res.partner"].create([{"name": f"Race {name}"} for name in "abc"])
            day = fields.Date.today()
            cls.user_id = user.id
            cls.partner_ids = partners.ids
            cls.due = [Due("birthday", partner.id, user.id, day) for partner in partners]
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            partners = env["res.partner"].browse(cls.partner_ids)
            user = env["res.users"].browse(cls.user_id)
            partners |= user.partner_id
            user.unlink()
            partners.unlink()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.partner"].browse(self.partner_ids).activity_ids.unlink()
            cr.execute(
                "DELETE FROM counterparty_reminder WHERE partner_id = ANY(%s)", [self.partner_ids]
            )

    def _job(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})["counterparty.reminder"]

    def _count_activities(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return [
                len(partner.activity_ids) for partner in env["res.partner"].browse(self.partner_ids)
            ]

    def test_two_jobs_tell_each_once(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = self._job(first), self._job(second)
            theirs.search([], limit=1)  # the snapshot of before
            mine._remind_safely(self.due)
            mine.env.flush_all()

            failures = self._come_second(first, second, lambda: self._finish(theirs, self.due))

        self.assertEqual(failures, 0, "the job repeats itself")
        self.assertEqual(self._count_activities(), [1, 1, 1])

    def test_second_job_tells_what_the_first_has_not(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = self._job(first), self._job(second)
            theirs.search([], limit=1)
            mine._remind_safely(self.due[:1])
            mine.env.flush_all()

            self._come_second(first, second, lambda: self._finish(theirs, self.due))

        self.assertEqual(self._count_activities(), [1, 1, 1])

    def test_what_a_killed_job_had_is_told_by_the_next(self):
        with self.registry.cursor() as killed:
            self._job(killed)._remind_safely(self.due)
            killed.rollback()
        self.assertEqual(self._count_activities(), [0, 0, 0])

        with self.registry.cursor() as cr:
            self._finish(self._job(cr), self.due)

        self.assertEqual(self._count_activities(), [1, 1, 1])

    def test_job_that_is_killed_between_chunks_goes_on_where_it_was(self):
        module = "odoo.addons.counterparty_crm.models.counterparty_reminder"
        found = {"_find_for_today": lambda _job, now_only=False: self._left()}
        with self.registry.cursor() as cr:
            job = self._job(cr)
            with (
                patch(f"{module}.CHUNK", 1),
                patch.multiple(type(job), **found),
                patch.object(type(job), "_plan", side_effect=self._die_at(2), autospec=True),
                mute_logger("odoo.sql_db"),
                self.assertRaises(KeyboardInterrupt),
            ):
                job._cron_remind()
            cr.rollback()
        self.assertEqual(sum(self._count_activities()), 1)

        with self.registry.cursor() as cr:
            job = self._job(cr)
            with patch.multiple(type(job), **found):
                job._cron_remind()

        self.assertEqual(self._count_activities(), [1, 1, 1])

    def _finish(self, job, due):
        job._remind_safely(due)
        job.env.flush_all()
        job.env.cr.commit()

    def _left(self):
        """Return what nobody has been told yet, as a new transaction sees it."""
        with self.registry.cursor() as cr:
            return self._job(cr)._leave_out_told(self.due)

    def _die_at(self, number):
        """Return a stand-in for planning that is killed at its n-th call."""
        plan = self.registry["counterparty.reminder"]._plan
        calls = []

        def plan_or_die(job, item, today):
            calls.append(item)
            if len(calls) == number:
                raise KeyboardInterrupt
            return plan(job, item, today)

        return plan_or_die
