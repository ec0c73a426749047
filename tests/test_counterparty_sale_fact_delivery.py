from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactDelivery(ProfitCase):
    """Which of the goods that left are those of a line: some come back, some never leave."""

    def _leave(self, order, quantity, unit_cost):
        """Let goods leave for an order when they cost that much."""
        self.goods.standard_price = unit_cost
        self._make_in_move(self.goods, quantity, unit_cost=unit_cost)
        picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        if not picking:
            order.order_line.product_uom_qty += quantity
            picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(cancel_backorder=False)._action_done()
        return picking

    def _come_back(self, picking, quantity):
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back._action_done()

    def _sell(self, order, quantity, **values):
        sold = [Command.set(order.order_line.ids)]
        return self._invoice(
            self._line(self.goods, quantity=quantity, sale_line_ids=sold), **values
        )

    def _credit_part(self, invoice, quantity):
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = quantity
        credit.action_post()
        return credit

    def _settle_all(self):
        found = self.Fact._find_provisional(SQL("TRUE"))
        return self.Fact._settle(self.env["account.move"].browse(found))

    # ------------------------------------------------------------
    # Goods that came back
    # ------------------------------------------------------------

    def test_goods_that_came_back_are_not_sold_again(self):
        order = self._order((self.goods, 10, 100.0))
        first = self._sell_left(order, 10, 10)
        self._come_back(order.picking_ids, 4)
        credit = self._credit_part(first, 4)

        second = self._sell_left(order, 4, 20)

        self.assertEqual(self._sums(first | credit), (600, 60, 540))
        self.assertEqual(self._sums(second), (400, 80, 320))
        self.assertEqual(self._bases(second), ["delivery"])

    def _sell_left(self, order, quantity, unit_cost):
        self._leave(order, quantity, unit_cost)
        return self._sell(order, quantity)

    def test_what_came_back_before_the_invoice_counts_for_nothing(self):
        order = self._order((self.goods, 10, 100.0))
        self._come_back(self._leave(order, 10, 10), 10)
        self._leave(order, 10, 20)

        invoice = self._sell(order, 10)

        self.assertEqual(self._sums(invoice), (1000, 200, 800))

    def test_goods_that_came_back_for_repair_are_still_sold(self):
        order = self._order((self.goods, 10, 100.0))
        picking = self._leave(order, 10, 10)
        self._come_back(picking, 4)
        picking.move_ids.returned_move_ids.to_refund = False

        invoice = self._sell(order, 10)

        self.assertEqual((self._bases(invoice), self._sums(invoice)[1]), (["delivery"], 100))

    def test_credit_by_hand_of_goods_that_all_came_back_has_their_cost(self):
        order = self._order((self.goods, 10, 100.0))
        self._come_back(self._leave(order, 10, 10), 10)

        credit = self._sell(order, 2, kind="out_refund")

        self.assertEqual((self._bases(credit), self._sums(credit)[1]), (["delivery"], -20))

    # ------------------------------------------------------------
    # Goods that never leave
    # ------------------------------------------------------------

    def test_what_was_credited_before_the_delivery_is_not_waited_for(self):
        order = self._order((self.goods, 10, 100.0))
        order.order_line.purchase_price = 60
        invoice = self._sell(order, 10)
        credit = self._credit_part(invoice, 4)
        self._leave(order, 5, 70)
        too_early = self._settle_all()
        self._leave(order, 1, 70)

        written = self._settle_all()

        self.assertFalse(too_early)
        self.assertEqual(written, 2)
        self.assertEqual(self._sums(invoice), (1000, 700, 300))
        self.assertEqual(self._sums(credit), (-400, -280, -120))

    def test_missing_cost_of_what_was_partly_credited_is_known_with_the_delivery(self):
        self.goods.standard_price = 0
        order = self._order((self.goods, 10, 100.0))
        order.order_line.purchase_price = 0
        invoice = self._sell(order, 10)
        credit = self._credit_part(invoice, 4)
        self._leave(order, 6, 70)

        self._settle_all()

        moves = invoice | credit
        self.assertEqual(self._sums(moves), (600, 420, 180))
        self.assertEqual(sum(self._facts(moves).mapped("unknown")), 0)

    def test_later_invoices_of_the_order_come_after_what_stays_sold(self):
        order = self._order((self.goods, 15, 100.0))
        order.order_line.purchase_price = 60
        first, second = self._sell(order, 10), self._sell(order, 5)
        self._credit_part(first, 4)
        self._leave(order, 6, 70)
        self._leave(order, 5, 80)

        self._settle_all()

        self.assertEqual(self._sums(first), (1000, 700, 300))
        self.assertEqual(self._sums(second), (500, 400, 100))

    def test_all_of_it_credited_waits_for_what_was_invoiced(self):
        order = self._order((self.goods, 10, 100.0))
        order.order_line.purchase_price = 60
        invoice = self._sell(order, 10)
        credit = self._credit(invoice)
        self._leave(order, 10, 70)

        self._settle_all()

        self.assertEqual(self._sums(invoice), (1000, 700, 300))
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_price_credited_alone_is_waited_for(self):
        order = self._order((self.goods, 10, 100.0))
        order.order_line.purchase_price = 60
        invoice = self._sell(order, 10)
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.price_unit = 5
        credit.action_post()
        self._leave(order, 6, 70)

        self.assertFalse(self._settle_all())

    def test_invoice_before_the_delivery_has_the_goods_in_front(self):
        order = self._order((self.goods, 10, 100.0))
        early = self._sell(order, 4)
        self._leave(order, 4, 60)
        self._leave(order, 6, 80)
        late = self._sell(order, 6)

        self._settle_all()

        self.assertEqual((self._bases(late), self._sums(late)), (["delivery"], (600, 480, 120)))
        self.assertEqual(self._sums(early), (400, 240, 160))

    # ------------------------------------------------------------
    # What never gets a value
    # ------------------------------------------------------------

    def _dropship(self, order, quantity, price, **values):
        """Let the supplier send goods to the customer."""
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.goods.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "sale_line_id": order.order_line.id,
                "purchase_line_id": purchase.order_line.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": quantity, "picked": True})
        move._action_done()
        return move

    def test_what_the_supplier_sends_costs_what_was_ordered_from_him(self):
        self.goods.standard_price = 0
        order = self._order((self.goods, 10, 100.0))
        order.order_line.purchase_price = 0
        early = self._sell(order, 4)
        euro = self._euro({"2026-01-01": 0.5})
        moves = self._dropship(order, 4, 60) + self._dropship(order, 6, 40, currency_id=euro.id)
        self.assertEqual(moves.mapped("is_dropship"), [True] * 2)

        late = self._sell(order, 6)
        self._settle_all()

        self.assertEqual(self._sums(early), (400, 240, 160))
        self.assertEqual((self._bases(late), self._sums(late)), (["delivery"], (600, 480, 120)))

    def _run_night(self):
        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_sale_fact_repair").method_direct_trigger()

    def _age(self, days):
        """Let the last night be some days ago, and all that was written before it."""
        parameters = self.env["ir.config_parameter"]
        was = parameters.get_param("counterparty_crm.facts_settled").split(",")
        aged = [
            fields.Datetime.to_string(fields.Datetime.to_datetime(one) - timedelta(days=days))
            for one in was
        ]
        parameters.set_param("counterparty_crm.facts_settled", ",".join(aged))
        for table in ("stock_move", "account_move_line"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET write_date = write_date - %s",
                    SQL.identifier(table),
                    timedelta(days=days + 2),
                )
            )
        self.env.invalidate_all()

    def _is_asked(self, invoice):
        self.env.flush_all()
        Fact = self.env["counterparty.sale.fact"]
        since = Fact._get_settled_since(fields.Datetime.now())
        where = Fact._sql_may_settle(since) if since else SQL("TRUE")
        return invoice.id in Fact._find_provisional(where)

    def test_nights_ask_for_what_moved_and_once_a_month_for_all(self):
        order, other = self._order((self.goods, 2, 100.0)), self._order((self.goods, 2, 100.0))
        never, soon = self._sell(order, 2), self._sell(other, 2)
        self.assertTrue(self._is_asked(never))
        self._run_night()
        self._age(3)
        after = self._is_asked(never), self._is_asked(soon)
        self._leave(other, 2, 70)
        moved = self._is_asked(never), self._is_asked(soon)
        self._run_night()

        self.assertEqual((after, moved), ((False, False), (False, True)))
        self.assertEqual(self._sums(soon), (200, 140, 60))
        self._age(26)
        self.assertFalse(self._is_asked(never))
        self._age(2)
        self.assertTrue(self._is_asked(never))

    def test_night_asks_for_what_was_partly_credited(self):
        order = self._order((self.goods, 10, 100.0))
        invoice = self._sell(order, 10)
        self._leave(order, 6, 70)
        self._run_night()
        self._age(3)
        before = self._is_asked(invoice)

        self._credit_part(invoice, 4)
        self._run_night()

        self.assertFalse(before)
        self.assertEqual(self._sums(invoice), (1000, 700, 300))
