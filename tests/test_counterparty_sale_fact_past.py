from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactPast(ProfitCase):
    """Credit notes that an earlier version took for sales of their own follow their invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = Path(__file__).parents[1] / "migrations/19.0.1.5.0/post-profit.py"
        spec = spec_from_file_location("post_profit", path)
        cls.script = module_from_spec(spec)
        spec.loader.exec_module(cls.script)

    def _migrate(self):
        self.env.flush_all()
        self.script.migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()

    def _credit_old(self, invoice, day="2026-03-20", **values):
        """Post a credit note, and fill it as earlier versions did: it names nothing."""
        credit = self._credit(invoice, post=False, day=day)
        credit.invoice_line_ids.write(values)
        credit.action_post()
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE account_move_line SET reversed_line_id = NULL, counterparty_goods_kept = NULL
                WHERE move_id = %s""",
            credit.ids,
        )
        for table in ("counterparty_sale_fact", "counterparty_sale_fact_kept"):
            self.env.cr.execute(f"DELETE FROM {table} WHERE move_id = %s", credit.ids)
        self.env.invalidate_all()
        self.Fact._insert_facts(credit, live=False)
        return credit

    def _by_month(self, moves, name="profit"):
        found = {}
        for fact in self._facts(moves):
            month = str(fact.date)[:7]
            found[month] = round(found.get(month, 0) + fact[name], 2)
        return {month: amount for month, amount in found.items() if amount}

    def test_price_credit_leaves_the_goods_and_takes_its_campaign(self):
        invoice = self._invoice(self._line(quantity=10), campaign_id=self.spring.id)
        credit = self._credit_old(invoice, price_unit=5)
        credit_before = self._sums(credit)

        self._migrate()

        self.assertEqual(credit_before, (-50, -100, 50))
        self.assertEqual(self._sums(credit), (-50, 0, -50))
        self.assertEqual(self._bases(credit), ["kept"])
        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)

    def test_same_net_price_takes_back_the_cost_of_the_sale(self):
        invoice = self._invoice(self._line(quantity=10, discount=10))
        self.goods.standard_price = 60
        credit = self._credit_old(invoice, price_unit=90, discount=0)
        before = self._sums(credit)

        self._migrate()

        self.assertEqual(before, (-900, -600, -300))
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_closed_period_stays_and_the_first_open_day_brings_the_rest(self):
        invoice = self._invoice(self._line(quantity=10), campaign_id=self.spring.id)
        credit = self._credit_old(invoice, price_unit=5)
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET campaign_id = NULL WHERE move_id = %s", credit.ids
        )
        self.env.invalidate_all()
        self.company.sale_lock_date = "2026-04-30"
        reported = self._by_month(credit)

        self._migrate()
        migrated = self._by_month(credit)
        self.Fact._rebuild(self.company)

        self.assertEqual(reported, {"2026-03": 50})
        self.assertEqual(migrated, {"2026-03": 50, "2026-05": -100})
        self.assertEqual(self._by_month(credit), migrated)
        self.assertEqual(self._sums(credit), (-50, 0, -50))
        self.assertEqual(self._by_campaign(credit), {"Spring": -50})
        self.assertFalse(self.Fact._find_differences(self.company))

    def test_second_call_changes_nothing(self):
        invoice = self._invoice(self._line(quantity=10))
        opened = self._credit_old(invoice, day="2026-05-20", price_unit=5)
        closed = self._credit_old(invoice, price_unit=4)
        self.company.sale_lock_date = "2026-04-30"
        self._migrate()
        before = self._facts(opened | closed).ids

        self.assertEqual(self.Fact._amend_past_credits(), 0)

        self.assertEqual(self._facts(opened | closed).ids, before)

    def test_what_was_said_since_we_came_stays(self):
        invoice = self._invoice(self._line(quantity=10))
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.price_unit = 5
        credit.invoice_line_ids.counterparty_goods_kept = False
        credit.action_post()
        before = self._facts(credit).ids

        self._migrate()

        self.assertEqual(self._facts(credit).ids, before)
