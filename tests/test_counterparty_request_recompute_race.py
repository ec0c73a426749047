from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestRecomputeRace(RaceCase):
    """Requests are worked out again while people work on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            values = {"name": "Race", "sequence": -99, "first_hours": 4, "clock": "always"}
            sla = env["counterparty.request.sla"].create(values)
            cls.sla_id = sla.id
            requests = env["counterparty.request"].create([{"name": "Race"}] * 2)
            cls.ids = requests.ids
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["counterparty.request"].browse(cls.ids).unlink()
            env["counterparty.request.sla"].browse(cls.sla_id).unlink()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            cr.execute(
                """UPDATE counterparty_request SET first_deadline = NULL, priority = '0'
                    WHERE id = ANY(%s)""",
                [self.ids],
            )
            cr.execute(
                """UPDATE counterparty_request_sla
                      SET recompute_scope = 'own', recompute_after_id = 0 WHERE id = %s""",
                [self.sla_id],
            )

    def _worker(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        # a worker that would wait for people fails
        cr.execute("SET lock_timeout = '3s'")
        return api.Environment(cr, SUPERUSER_ID, {})

    def _done(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT id FROM counterparty_request WHERE id = ANY(%s) AND first_deadline > now()",
                [self.ids],
            )
            return {id_ for (id_,) in cr.fetchall()}

    def test_what_changed_meanwhile_does_not_stop_the_job(self):
        agent, worker = self._worker(), self._worker()
        worker.cr.execute("SELECT 1")  # the snapshot of the worker is older
        agent.cr.execute(
            "UPDATE counterparty_request SET priority = '1' WHERE id = %s", [self.ids[0]]
        )
        agent.cr.commit()

        worker["counterparty.request.sla"].browse(self.sla_id)._recompute_chunk()
        worker.cr.commit()

        self.assertEqual(self._done(), set(self.ids))

    def test_what_somebody_works_on_just_now_comes_later(self):
        agent, worker = self._worker(), self._worker()
        agent.cr.execute(
            "UPDATE counterparty_request SET priority = '1' WHERE id = %s", [self.ids[0]]
        )
        sla = worker["counterparty.request.sla"].browse(self.sla_id)

        self.assertTrue(sla._recompute_chunk())
        self.assertFalse(sla._recompute_chunk())
        worker.cr.commit()
        self.assertEqual(self._done(), {self.ids[1]})
        self.assertEqual(sla.recompute_scope, "own")

        agent.cr.commit()
        self.assertTrue(sla._recompute_chunk())
        self.assertFalse(sla._recompute_chunk())
        worker.cr.commit()
        self.assertEqual(self._done(), set(self.ids))
        self.assertFalse(sla.recompute_scope)
