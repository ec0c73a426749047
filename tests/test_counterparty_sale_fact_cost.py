from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactCost(ProfitCase):
    def test_ledger_gives_the_cost_in_real_time_valuation(self):
        invoice = self._invoice(self._line(self.ledger_goods, quantity=2))

        cogs = invoice.line_ids.filtered(
            lambda line: line.display_type == "cogs" and "expense" in line.account_type
        )
        self.assertEqual(self._bases(invoice), ["ledger"])
        self.assertEqual(self._sums(invoice), (200, sum(cogs.mapped("balance")), 180))

    def test_delivery_gives_the_cost_of_average_goods(self):
        goods = self.product_avco.with_env(self.env)
        self._make_in_move(goods, 10, unit_cost=10)
        order = self._order((goods, 4, 100))
        self._deliver(order)
        invoice = self._invoice_orders(order)

        self._make_in_move(goods, 10, unit_cost=20)
        goods.standard_price = 500

        self.assertEqual(self._bases(invoice), ["delivery"])
        self.assertEqual(self._sums(invoice), (400, 40, 360))

    def test_first_in_first_out_across_invoices_of_one_order(self):
        goods = self.product_fifo.with_env(self.env)
        self._make_in_move(goods, 10, unit_cost=10)
        self._make_in_move(goods, 10, unit_cost=20)
        order = self._order((goods, 15, 100))
        self._deliver_part(order, 10)
        first = self._invoice(
            self._line(goods, quantity=10, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        self._deliver(order)
        second = self._invoice(
            self._line(goods, quantity=5, sale_line_ids=[Command.set(order.order_line.ids)])
        )

        self.assertEqual(self._sums(first), (1000, 100, 900))
        self.assertEqual(self._sums(second), (500, 100, 400))

    def test_older_draft_takes_no_goods_of_what_was_posted_before_it(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 10, 100))
        sold = [Command.set(order.order_line.ids)]
        draft = self._invoice(self._line(goods, quantity=6, sale_line_ids=sold), post=False)
        self._make_in_move(goods, 4, unit_cost=10)
        self._deliver_part(order, 4)
        posted = self._invoice(self._line(goods, quantity=4, sale_line_ids=sold))
        draft.action_post()
        self._make_in_move(goods, 6, unit_cost=20)
        self._deliver(order)

        self.Fact._settle(draft)

        self.assertEqual(self._sums(posted), (400, 40, 360))
        self.assertEqual(self._sums(draft), (600, 120, 480))

    def test_price_alone_gives_no_goods_back_to_later_invoices(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 10, 100))
        sold = [Command.set(order.order_line.ids)]
        self._make_in_move(goods, 4, unit_cost=10)
        self._deliver_part(order, 4)
        first = self._invoice(self._line(goods, quantity=4, sale_line_ids=sold))
        credit = self._credit(first, post=False)
        credit.invoice_line_ids.price_unit = 5
        credit.action_post()
        self._make_in_move(goods, 6, unit_cost=20)
        self._deliver(order)

        second = self._invoice(self._line(goods, quantity=6, sale_line_ids=sold))

        self.assertTrue(credit.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(second), (600, 120, 480))

    def test_order_gives_the_cost_before_delivery_and_settles_once(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 2, 100))
        invoice = self._invoice(
            self._line(goods, quantity=2, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        provisional = self._facts(invoice)
        self._make_in_move(goods, 5, unit_cost=13)
        self._deliver(order)

        written = self.Fact._settle(invoice)
        again = self.Fact._settle(invoice)

        self.assertEqual(provisional.cost_basis, "order")
        self.assertTrue(provisional.is_provisional)
        self.assertEqual((written, again), (1, 0))
        self.assertEqual(self._sums(invoice), (200, 26, 174))
        self.assertEqual(self._facts(invoice).mapped("cost"), [20, 6])

    def test_missing_cost_is_settled_when_the_goods_leave(self):
        goods = self.product_fifo.with_env(self.env)
        goods.standard_price = 0
        order = self._order((goods, 10, 100.0))
        order.order_line.purchase_price = 0
        invoice = self._invoice(
            self._line(goods, quantity=10, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        missing = self._bases(invoice), sum(self._facts(invoice).mapped("unknown"))
        self._make_in_move(goods, 10, unit_cost=60)
        self._deliver(order)

        self.Fact._settle(self.env["account.move"].browse(self.Fact._find_provisional(SQL("TRUE"))))

        self.assertEqual(missing, (["missing"], 1000))
        self.assertEqual(self._bases(invoice), ["missing", "settled"])
        self.assertEqual(self._sums(invoice), (1000, 600, 400))
        self.assertEqual(sum(self._facts(invoice).mapped("unknown")), 0)

    def test_order_cost_before_the_first_rate_takes_that_one(self):
        euro = self._euro({"2026-03-01": 0.2})
        order = self._order((self.service, 1, 100.0))
        order.currency_id = euro
        order.order_line.purchase_price = 60
        invoice = self._invoice_orders(order, day="2026-02-20")

        [fact] = self._facts(invoice)

        self.assertEqual((fact.revenue, fact.cost), (500, 300))

    def test_settlement_reaches_the_credit_note_too(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 2, 100))
        invoice = self._invoice(
            self._line(goods, quantity=2, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        self._make_in_move(goods, 5, unit_cost=13)
        self._deliver(order)

        self.Fact._settle(invoice)

        self.assertEqual(self._sums(credit), (-100, -13, -87))

    def test_settlement_of_a_locked_period_lands_on_the_first_open_day(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 1, 100))
        invoice = self._invoice(
            self._line(goods, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        self._make_in_move(goods, 5, unit_cost=13)
        self._deliver(order)
        self.company.fiscalyear_lock_date = "2026-06-30"

        self.Fact._settle(invoice)

        dates = [str(day) for day in self._facts(invoice).mapped("date")]
        self.assertEqual(dates, ["2026-03-10", "2026-07-01"])

    def test_order_cost_is_converted_at_the_invoice_date(self):
        euro = self._euro({"2026-01-01": 0.5, "2026-03-01": 0.25})
        prices = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        self.service.standard_price = 8
        order = self._order(pricelist_id=prices.id, date_order="2026-01-15")
        order.order_line.purchase_price = 4

        invoice = self._invoice_orders(order)

        self.assertEqual(self._sums(invoice), (400, 16, 384))

    def test_dozens_and_units_cost_the_same(self):
        self.goods.standard_price = 5
        invoice = self._invoice(
            self._line(product_uom_id=self.uom_pack_of_6.id, price=60),
            self._line(quantity=6, price=10),
        )

        self.assertEqual(self._facts(invoice).mapped("cost"), [30, 30])

    def test_service_without_cost_is_counted_apart(self):
        invoice = self._invoice(self._line(self.service))
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 0.25
        credit.action_post()

        self.assertEqual(self._bases(invoice | credit), ["service"] * 2)
        self.assertEqual(self._sums(invoice), (100, 0, 0))
        self.assertEqual(self._facts(invoice | credit).mapped("unknown"), [100, -25])

    def test_service_is_all_profit_where_the_company_says_so(self):
        self.company.counterparty_services_free = True
        invoice = self._invoice(self._line(self.service))
        self.company.counterparty_services_free = False

        self.assertEqual(self._bases(invoice), ["free"])
        self.assertEqual(self._sums(invoice), (100, 0, 100))
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._sums(invoice), (100, 0, 100))

    def test_service_with_a_cost_has_that(self):
        self.service.standard_price = 35

        self.assertEqual(self._sums(self._invoice(self._line(self.service))), (100, 35, 65))

    def test_price_credit_of_unknown_cost_lowers_what_is_unknown(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.write({"price_unit": 20, "counterparty_goods_kept": True})
        credit.action_post()

        self.assertEqual(self._sums(invoice | credit), (80, 0, 0))
        self.assertEqual(sum(self._facts(invoice | credit).mapped("unknown")), 80)

    def test_upgrade_counts_services_apart(self):
        self.company.counterparty_services_free = True
        invoice = self._invoice(self._line(self.service), self._line())
        credit = self._credit(invoice)
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET cost_basis = 'service' WHERE cost_basis = 'free'"
        )

        self.Fact._set_services_apart()
        again = self.Fact._set_services_apart()

        self.assertEqual(
            (self._sums(invoice), self._sums(credit)), ((200, 10, 90), (-200, -10, -90))
        )
        self.assertEqual(self._facts(invoice | credit).mapped("unknown"), [100, 0, -100, 0])
        self.assertFalse(again)

    def test_down_payment_carries_no_profit_until_the_final_invoice(self):
        self.goods.standard_price = 40
        order = self._order((self.goods, 10, 100))
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        advance = wizard._create_invoices(order)
        advance.write({"invoice_date": "2026-03-01", "date": "2026-03-01"})
        advance.action_post()
        before = self._sums(advance)
        self.assertEqual(self._facts(advance).advance, 300)

        self._deliver(order)
        final = order._create_invoices(final=True)
        final.write({"invoice_date": "2026-03-10", "date": "2026-03-10"})
        final.action_post()

        self.assertEqual(before, (0, 0, 0))
        self.assertEqual(self._sums(final), (1000, 400, 600))
        self.assertEqual(sum(self._facts(advance | final).mapped("advance")), 0)
        self.assert_matches_ledger(advance | final)

    def test_each_company_has_its_own_cost_and_currency(self):
        self.env.user.company_ids |= self.other_company
        there = self.env["account.move"].with_company(self.other_company)
        self.goods.with_company(self.other_company).standard_price = 3
        invoice = there.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-10",
                "company_id": self.other_company.id,
                "invoice_line_ids": [self._line()],
            }
        )
        invoice.action_post()

        self.assertEqual(self._sums(invoice), (100, 3, 97))
        self.assertEqual(self._facts(invoice).company_id, self.other_company)

    # ------------------------------------------------------------
    # Goods that come back, and goods that never leave
    # ------------------------------------------------------------

    def _return(self, order, quantity):
        picking = order.picking_ids.filtered(lambda one: one.state == "done").sorted("id")[-1:]
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": True})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back._action_done()

    def test_goods_that_came_back_are_in_no_later_invoice(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 10, 100.0))
        line = {"sale_line_ids": [Command.set(order.order_line.ids)]}
        self._make_in_move(goods, 10, unit_cost=10)
        self._deliver(order)
        first = self._invoice(self._line(goods, quantity=10, **line))
        self._return(order, 10)
        credit = self._credit(first)
        self._make_out_move(goods, 10)
        self._make_in_move(goods, 10, unit_cost=20)
        order.order_line.product_uom_qty = 20
        self._deliver(order)

        again = self._invoice(self._line(goods, quantity=10, **line))

        self.assertEqual(self._sums(first | credit), (0, 0, 0))
        self.assertEqual(self._sums(again), (1000, 200, 800))

    def test_what_was_credited_before_it_left_keeps_nobody_waiting(self):
        goods = self.product_fifo.with_env(self.env)
        order = self._order((goods, 10, 100.0))
        order.order_line.purchase_price = 60
        invoice = self._invoice(
            self._line(goods, quantity=10, sale_line_ids=[Command.set(order.order_line.ids)])
        )
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 4
        credit.action_post()
        self._make_in_move(goods, 6, unit_cost=70)
        self._deliver_part(order, 6)

        self.Fact._settle(invoice)

        self.assertEqual(self._sums(invoice | credit), (600, 420, 180))
        self.assertEqual(self._sums(credit), (-400, -280, -120))
