from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_profit import ProfitCase

CURSOR = "counterparty_crm.facts_cursor"


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactFill(ProfitCase):
    """What goes on while the past is still being filled, newest first."""

    def _fill_until(self, move):
        """Let the filling have come to a document: it is the last one done."""
        self.env["ir.config_parameter"].set_param(CURSOR, f"{move.date},{move.id}")

    def _forget(self, moves):
        self.env.cr.execute(
            "DELETE FROM counterparty_sale_fact WHERE move_id = ANY(%s)", [moves.ids]
        )
        self.env.cr.execute(
            "DELETE FROM counterparty_sale_fact_kept WHERE move_id = ANY(%s)", [moves.ids]
        )
        self.env.invalidate_all()

    def _differences(self, *moves):
        found = self.Fact._find_differences()
        return [found.get(move.id) for move in moves]

    # ------------------------------------------------------------
    # Check and repair
    # ------------------------------------------------------------

    def test_what_is_there_already_is_no_difference(self):
        old, same_day, last = (
            self._invoice(day=day) for day in ("2025-01-10", *["2025-06-30"] * 2)
        )
        self._fill_until(last)

        self.assertEqual(self._differences(old, same_day, last), [None] * 3)
        self.Fact._repair()
        self.assertEqual(self._sums(old | same_day | last), (300, 30, 270))

    def test_what_waits_is_no_difference_and_what_was_done_is(self):
        waiting, done = self._invoice(day="2025-06-30"), self._invoice(day="2025-06-30")
        self._forget(waiting | done)
        self._fill_until(done)

        self.assertEqual(self._differences(waiting, done), [None, "missing"])

    def test_before_the_first_chunk_nothing_is_taken_away(self):
        posted, withdrawn = self._invoice(), self._invoice()
        self.env["ir.config_parameter"].set_param(CURSOR, "9999-12-31,0")
        self.env.cr.execute("UPDATE account_move SET state = 'draft' WHERE id = %s", [withdrawn.id])
        self.env.invalidate_all()

        self.assertEqual(self._differences(posted, withdrawn), [None, "not posted"])
        self.Fact._repair()
        self.assertEqual(self._sums(posted), (100, 10, 90))
        self.assertFalse(self._facts(withdrawn))

    def test_nightly_job_goes_on_while_corrected_sales_wait(self):
        old, last = self._invoice(day="2025-01-10"), self._invoice(day="2025-06-30")
        self._correct(old)
        self._fill_until(last)

        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_sale_fact_repair").method_direct_trigger()

        self.assertEqual(self._by_campaign(old), {"Autumn": 100})

    def test_what_somebody_writes_is_not_tidied(self):
        [index, *_others] = self.Fact._get_indexes()
        with self.registry.cursor() as somebody:
            somebody.execute("LOCK TABLE counterparty_sale_fact IN ROW EXCLUSIVE MODE")
            tidied = self.Fact._tidy_index(index)

        self.assertFalse(tidied)
        self.assertTrue(self.Fact._tidy_index(index))
        [[timeout]] = self.env.execute_query(SQL("SHOW lock_timeout"))
        self.assertEqual(timeout, "0")

    def test_filling_in_the_background_tidies_its_indexes_last(self):
        invoice = self._invoice()
        self._forget(invoice)
        self.env["ir.config_parameter"].set_param(CURSOR, "9999-12-31,0")
        tidied = []

        def tidy(_fact, name):
            tidied.append((name, self._sums(invoice)))

        with (
            patch.object(self.env.registry["counterparty.sale.fact"], "_tidy_index", tidy),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("counterparty_crm.ir_cron_sale_fact_fill").method_direct_trigger()

        self.assertEqual([name for name, _sums in tidied], self.Fact._get_indexes())
        self.assertEqual({sums for _name, sums in tidied}, {(100, 10, 90)})

    # ------------------------------------------------------------
    # Taken back or corrected before its turn
    # ------------------------------------------------------------

    def test_credit_of_what_waits_takes_back_its_cost_and_campaign(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        self._forget(invoice)
        # what it cost then is known from the posting before our time
        self.goods.standard_price = 10
        self._fill_until(self._invoice(day="2026-06-30"))
        credit = self._credit(invoice)

        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))
        self.assertEqual(self._bases(credit), ["mirror"])
        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
        self.assertEqual(self._by_campaign(credit), {"Spring": -100})
        while self.Fact._fill_chunk():
            pass
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_once_filled_a_posting_looks_for_nothing(self):
        invoice = self._invoice()
        self._forget(invoice)

        self._credit(invoice)

        self.assertFalse(self._facts(invoice))

    def test_correction_of_what_waits_counts(self):
        invoice = self._invoice(day="2025-01-10", campaign_id=self.spring.id)
        self._forget(invoice)
        self._fill_until(self._invoice(day="2025-06-30"))

        self._correct(invoice)
        while self.Fact._fill_chunk():
            pass

        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})

    def test_what_brought_nothing_cannot_be_corrected(self):
        draft = self._invoice(post=False)
        bill = self._invoice(kind="in_invoice", ref="B/7")

        for move in (draft, bill):
            with self.subTest(move=move.move_type), self.assertRaises(UserError):
                self._correct(move)

    def _correct(self, move):
        return self.env["counterparty.sale.correction"]._correct_campaign(
            move.invoice_line_ids,
            self.autumn,
            self.env["utm.medium"],
            self.env["utm.source"],
            "The fair brought them",
        )
