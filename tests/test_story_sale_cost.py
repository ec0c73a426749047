from freezegun import freeze_time

from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
@freeze_time("2026-03-10 10:00:00")
class TestStorySaleCost(ProfitCase):
    """Goods are sold, received again at another cost, and their cost is edited."""

    def _sell(self, goods, quantity, price=100, day="2026-03-10"):
        order = self._order((goods, quantity, price))
        self._deliver(order)
        return self._invoice_orders(order, day=day)

    def _receive_later(self, goods):
        with freeze_time("2026-04-01 10:00:00"):
            self._make_in_move(goods, 10, unit_cost=20)
            self.env.flush_all()

    def test_later_receipt_and_edited_cost_leave_what_was_sold(self):
        for goods, basis in (
            (self.product_avco, "delivery"),
            (self.product_fifo, "delivery"),
            (self.product_avco_auto, "ledger"),
            (self.product_fifo_auto, "ledger"),
        ):
            goods = goods.with_env(self.env)
            with self.subTest(goods=goods.name):
                self._make_in_move(goods, 10, unit_cost=10)
                before = self._sell(goods, 4)
                self.assertEqual(self._bases(before), [basis])
                self.assertEqual(self._sums(before), (400, 40, 360))

                self._receive_later(goods)
                self.assertEqual(self._sums(before), (400, 40, 360))

                if goods.cost_method != "fifo":
                    goods.standard_price = 500
                self.assertEqual(self._sums(before), (400, 40, 360))
                self.Fact._settle(before)
                self.Fact._rebuild()
                self.assertEqual(self._sums(before), (400, 40, 360))
                self.assertFalse(self.Fact._find_differences())

    def test_first_in_first_out_sells_the_old_goods_after_a_later_receipt(self):
        goods = self.product_fifo.with_env(self.env)
        self._make_in_move(goods, 10, unit_cost=10)
        first = self._sell(goods, 4)
        self._receive_later(goods)

        with freeze_time("2026-04-02 10:00:00"):
            second = self._sell(goods, 8, day="2026-04-02")

        self.assertEqual(self._sums(first), (400, 40, 360))
        # six of the old ones, and two of the new
        self.assertEqual(self._sums(second), (800, 100, 700))

    def test_average_goods_cost_the_new_average_after_a_later_receipt(self):
        goods = self.product_avco.with_env(self.env)
        self._make_in_move(goods, 10, unit_cost=10)
        first = self._sell(goods, 4)
        self._receive_later(goods)

        with freeze_time("2026-04-02 10:00:00"):
            second = self._sell(goods, 4, day="2026-04-02")

        self.assertEqual(self._sums(first), (400, 40, 360))
        # six at 10 and ten at 20 cost 16.25 each
        self.assertEqual(self._sums(second), (400, 65, 335))

    def test_draft_and_post_again_after_a_later_receipt_returns_the_same(self):
        for goods in (self.product_avco, self.product_fifo):
            goods = goods.with_env(self.env)
            with self.subTest(goods=goods.name):
                self._make_in_move(goods, 10, unit_cost=10)
                invoice = self._sell(goods, 4)
                self._receive_later(goods)

                invoice.button_draft()
                self.assertFalse(self._facts(invoice))
                invoice.action_post()

                self.assertEqual(self._sums(invoice), (400, 40, 360))

    def test_credit_after_a_later_receipt_takes_back_the_old_cost(self):
        for goods in (
            self.product_avco,
            self.product_fifo,
            self.product_avco_auto,
            self.product_fifo_auto,
        ):
            goods = goods.with_env(self.env)
            with self.subTest(goods=goods.name):
                self._make_in_move(goods, 10, unit_cost=10)
                invoice = self._sell(goods, 4)
                self._receive_later(goods)

                credit = self._credit(invoice, post=False)
                credit.invoice_line_ids.quantity = 1
                credit.action_post()

                self.assertEqual(self._bases(credit), ["mirror"])
                self.assertEqual(self._sums(credit), (-100, -10, -90))

    def test_goods_that_leave_after_the_later_receipt_settle_once(self):
        goods = self.product_fifo.with_env(self.env)
        self._make_in_move(goods, 2, unit_cost=10)
        order = self._order((goods, 4, 100))
        invoice = self._invoice(
            self._line(goods, quantity=4, sale_line_ids=[(6, 0, order.order_line.ids)])
        )
        self.assertTrue(self._facts(invoice).is_provisional)

        self._receive_later(goods)
        with freeze_time("2026-04-02 10:00:00"):
            self._deliver(order)
            self.Fact._settle(invoice)
            self.Fact._settle(invoice)

        # two of the old ones, and two of the new
        self.assertEqual(self._sums(invoice), (400, 60, 340))
        goods.with_context(disable_auto_revaluation=True).standard_price = 99
        self.Fact._settle(invoice)
        self.assertEqual(self._sums(invoice), (400, 60, 340))
