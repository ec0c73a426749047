import json
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from ..models import counterparty_sale_fact_check, counterparty_sale_fact_rebuild
from .common_profit import ProfitCase

REBUILD = "counterparty_crm.facts_rebuild"


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactRebuild(ProfitCase):
    """A company with more lines than a visitor waits for is written anew in the background."""

    def setUp(self):
        super().setUp()
        limit = patch.object(counterparty_sale_fact_rebuild, "DIRECT_FILL", 0)
        limit.start()
        self.addCleanup(limit.stop)

    def _damage(self, moves):
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET revenue = 1 WHERE move_id = ANY(%s)", [moves.ids]
        )
        self.env.invalidate_all()

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_sale_fact_fill").method_direct_trigger()
        self.env.invalidate_all()

    def test_job_does_what_the_button_began(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        credit = self._credit(invoice)
        nobody = self.env["utm.medium"], self.env["utm.source"]
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids, self.autumn, *nobody, "Fair"
        )
        other = self._invoice(self._line(price=50))
        self._damage(other)

        self.assertFalse(self.Fact._rebuild_soon(self.company))
        self.assertEqual(self._sums(other)[0], 1)
        self._run_job()

        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))
        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
        self.assertEqual(self._sums(other), (50, 10, 40))
        self.assertFalse(self.Fact._get_rebuilds())
        self.assertFalse(self.Fact._list_gaps())

    def test_few_lines_are_written_at_once(self):
        invoice = self._invoice()
        self._damage(invoice)

        with patch.object(counterparty_sale_fact_rebuild, "DIRECT_FILL", 100):
            self.assertTrue(self.Fact._rebuild_soon(self.company))

        self.assertEqual(self._sums(invoice), (100, 10, 90))

    def test_every_step_leaves_all_figures_there(self):
        old, middle, new = (
            self._invoice(day=day) for day in ("2026-01-10", "2026-02-10", "2026-03-10")
        )
        credit = self._credit(middle)
        self.Fact._rebuild_soon(self.company)
        moves = old | middle | new | credit
        steps = 0

        while self.Fact._rebuild_chunk(self.company.id, limit=1):
            steps += 1
            self.assertEqual(self._sums(moves), (200, 20, 180))

        self.assertEqual(steps, 4)

    def test_reader_is_told_how_far_it_has_come(self):
        self._invoice(day="2026-03-10")
        self.Fact._rebuild_soon(self.company)
        [before] = self.Fact._list_gaps()
        self.Fact._rebuild_chunk(self.company.id, limit=1)
        [during] = self.Fact._list_gaps()
        elsewhere = self.Fact.with_context(allowed_company_ids=self.other_company.ids)

        self.assertIn(f"Sales of {self.company.name} are about to be written anew", before)
        self.assertIn("figures after 03/10/2026 are new", during)
        self.assertFalse(elsewhere._list_gaps())

    def test_check_accuses_nothing_that_is_to_be_written_anew(self):
        old, new = self._invoice(day="2026-01-10"), self._invoice(day="2026-03-10")
        self._damage(old | new)
        self.Fact._rebuild_soon(self.company)
        waiting = self.Fact._find_differences(self.company)
        self.Fact._rebuild_chunk(self.company.id, limit=1)
        self._damage(new)

        self.assertFalse(waiting)
        self.assertEqual(self.Fact._find_differences(self.company), {new.id: "revenue"})
        self.Fact._repair(self.company)
        self.assertEqual(self._sums(old | new)[0], 101)

    def test_credits_are_judged_with_all_that_takes_back_the_same(self):
        invoice = self._invoice(day="2026-01-10")
        first, second = self._credit(invoice), self._credit(invoice, day="2026-04-20")
        before = self._sums(first), self._sums(second)
        self.Fact._rebuild_soon(self.company)

        while self.Fact._rebuild_chunk(self.company.id, limit=1):
            self.assertEqual((self._sums(first), self._sums(second)), before)

    def test_pressing_twice_goes_on(self):
        self._invoice()
        self.Fact._rebuild_soon(self.company)
        self.Fact._rebuild_chunk(self.company.id, limit=1)
        reached = self.Fact._get_rebuilds()

        self.Fact._rebuild_soon(self.company)

        self.assertEqual(self.Fact._get_rebuilds(), reached)

    def test_company_that_is_gone_is_forgotten(self):
        self.env["ir.config_parameter"].set_param(
            REBUILD, json.dumps({"999999999": ["9999-12-31", 0]})
        )

        self._run_job()

        self.assertFalse(self.env["ir.config_parameter"].get_param(REBUILD))

    def test_chunk_that_met_another_transaction_is_tried_again(self):
        tried = []

        def meet(_self, _company_id):
            tried.append(1)
            if len(tried) < 3:
                raise SerializationFailure("met")
            return 7

        with (
            patch.object(type(self.Fact), "_rebuild_chunk", meet),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self.assertEqual(self.Fact._rebuild_safely(self.company.id), 7)

    # ------------------------------------------------------------
    # The dialog
    # ------------------------------------------------------------

    def test_dialog_hands_much_work_to_the_jobs(self):
        invoice = self._invoice()
        self._damage(invoice)
        wizard = self.env["counterparty.fact.check"].create({"company_id": self.company.id})
        triggers = self.env["ir.cron.trigger"]
        jobs = [
            self.env.ref(f"counterparty_crm.ir_cron_sale_fact_{name}")
            for name in ("repair", "fill")
        ]
        triggers.search([("cron_id", "in", [job.id for job in jobs])]).unlink()
        wizard.action_check()

        with patch.object(counterparty_sale_fact_check, "DIRECT_REPAIR", 0):
            wizard.action_repair()
        self.assertTrue(wizard.is_repairing)
        self.assertEqual(wizard.difference_count, 1)
        wizard.action_rebuild()

        self.assertFalse(wizard.is_repairing)
        self.assertEqual(wizard.difference_count, 0)
        self.assertIn("about to be written anew", wizard.gap_note)
        self.assertEqual([len(triggers.search([("cron_id", "=", job.id)])) for job in jobs], [1, 1])
