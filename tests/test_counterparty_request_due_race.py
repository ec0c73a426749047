from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestDueRace(RaceCase):
    """Two workers look at what is due, each in a transaction of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            cls.now = fields.Datetime.now()
            cls.ids = [env["counterparty.request"].create({"name": "Race"}).id for _twin in "ab"]
            cls._make_due(cr)
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _make_due(cls, cr):
        cr.execute(
            "UPDATE counterparty_request SET check_at = %s, state = 'open' WHERE id = ANY(%s)",
            [cls.now - timedelta(days=4000), cls.ids],
        )

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["counterparty.request"].browse(cls.ids).unlink()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            self._make_due(cr)

    def _worker(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})["counterparty.request"]

    def _claimed(self, worker):
        return set(worker._claim_due(self.now).ids) & set(self.ids)

    def test_two_workers_never_take_the_same(self):
        first, second = self._worker(), self._worker()

        self.assertEqual(self._claimed(first), set(self.ids))
        self.assertFalse(self._claimed(second))

    def test_what_a_killed_worker_had_is_taken_by_the_next(self):
        killed, next_one = self._worker(), self._worker()
        self._claimed(killed)

        killed.env.cr.rollback()

        self.assertEqual(self._claimed(next_one), set(self.ids))

    def test_an_answer_given_meanwhile_is_seen(self):
        agent, worker = self._worker(), self._worker()
        worker.env.cr.execute("SELECT 1")  # the snapshot of the worker is older
        agent.env.cr.execute(
            "UPDATE counterparty_request SET check_at = NULL WHERE id = %s", [self.ids[0]]
        )
        agent.env.cr.commit()

        self.assertEqual(self._claimed(worker), {self.ids[1]})
