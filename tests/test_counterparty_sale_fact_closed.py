from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactClosed(ProfitCase):
    """Closed periods say what they said, also of goods and services that have no cost."""

    def _by_month(self, moves):
        found = {}
        for fact in self._facts(moves):
            key = str(fact.date)[:7], fact.campaign_id.title
            was = found.get(key, (0, 0, 0))
            amounts = (fact.cost, fact.profit, fact.unknown)
            found[key] = tuple(round(a + b, 2) for a, b in zip(was, amounts, strict=True))
        return {key: amounts for key, amounts in found.items() if any(amounts)}

    def _assert_rebuilt_the_same(self, moves):
        before = self._by_month(moves)
        self.Fact._rebuild(self.company)
        self.assertEqual(self._by_month(moves), before)
        self.Fact._write_anew(moves)
        self.assertEqual(self._by_month(moves), before)

    def test_missing_cost_that_was_settled_after_the_close(self):
        goods = self.product_fifo.with_env(self.env)
        goods.standard_price = 0
        order = self._order((goods, 1, 100.0))
        order.order_line.purchase_price = 0
        invoice = self._invoice(
            self._line(goods, sale_line_ids=[(6, 0, order.order_line.ids)]), day="2026-01-10"
        )
        self.company.sale_lock_date = "2026-01-31"
        self._make_in_move(goods, 5, unit_cost=60)
        self._deliver(order)
        self.Fact._settle(invoice)

        self.assertEqual(
            self._by_month(invoice),
            {("2026-01", False): (0, 0, 100), ("2026-02", False): (60, 40, -100)},
        )
        self.company.sale_lock_date = "2026-02-28"
        self._assert_rebuilt_the_same(invoice)

    def test_missing_cost_that_a_file_gave_after_the_close(self):
        self.goods.standard_price = 0
        invoice = self._invoice(day="2026-01-10")
        self.company.sale_lock_date = "2026-01-31"
        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33}, "Price list"
        )
        self.goods.standard_price = 80

        self._assert_rebuilt_the_same(invoice)

    def test_services_that_cost_nothing_from_now_on(self):
        invoice = self._invoice(self._line(self.service), day="2026-01-10")
        self.company.sale_lock_date = "2026-01-31"
        self.company.counterparty_services_free = True

        self._assert_rebuilt_the_same(invoice)

    def test_what_has_no_cost_in_an_open_period_is_asked_again(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        self.goods.standard_price = 80

        self.Fact._rebuild(self.company)

        self.assertEqual(self._sums(invoice), (100, 80, 20))

    def test_one_credit_of_a_corrected_sale_written_anew(self):
        invoice = self._invoice(day="2026-01-10", campaign_id=self.spring.id)
        credit = self._credit(invoice, day="2026-01-20")
        self.company.sale_lock_date = "2026-01-31"
        nobody = self.env["utm.medium"], self.env["utm.source"]
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids, self.autumn, *nobody, "Fair"
        )
        before = self._by_month(credit)

        self.Fact._write_anew(credit)

        self.assertIn(("2026-02", "Autumn"), before)
        self.assertEqual(self._by_month(credit), before)

    def test_another_day_asks_anew_who_earned_a_draft(self):
        invoice = self._invoice(day="2026-01-10")
        self._interaction(self.spring, "2026-03-01 10:00:00")
        invoice.button_draft()
        invoice.write({"invoice_date": "2026-03-10", "date": "2026-03-10"})

        invoice.action_post()

        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
