from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import MODULE
from .common_profit import ProfitCase

OPEN = "counterparty.trade.open"
PRODUCT = "counterparty.trade.product"


class TradeCase(ProfitCase):
    """Orders of goods in several units, half delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.buyer = cls._profit_user(
            "boris",
            "base.group_user",
            "group_user",
            "sales_team.group_sale_salesman_all_leads",
            "purchase.group_purchase_user",
        )

    def _sell(self, quantity, price=10.0, **values):
        line = {key: values.pop(key) for key in ("product_uom_id", "discount") if key in values}
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                            **line,
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        return order

    def test_a_combination_is_what_it_consists_of(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Set",
                "combo_item_ids": [Command.create({"product_id": self.goods.id})],
            }
        )
        whole = self.env["product.product"].create(
            {"name": "Starter Set", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": whole.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        self.env.flush_all()

        self.assertFalse(
            self.env["counterparty.trade.open"].search([("product_id", "=", whole.id)])
        )

    def _buy(self, quantity, price=4.0, **values):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.customer.id,
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
        order.button_confirm()
        return order

    def _move(self, order, quantity, backorder=True):
        """Deliver or receive a part; the rest waits in a backorder, or is given up."""
        picking = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(
            skip_backorder=True,
            picking_ids_not_to_backorder=[] if backorder else picking.ids,
        ).button_validate()
        return picking

    def _take_back(self, picking, quantity, to_refund=True):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({})
        )
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": to_refund})
        back = wizard._create_return()
        back.move_ids.write({"quantity": quantity, "picked": True})
        back.with_context(skip_backorder=True).button_validate()

    def _open(self, user=None, domain=()):
        """Return ``[(side, reason, quantity, amount)]`` of what is missing."""
        self.env.flush_all()
        self.env.invalidate_all()
        Model = self.env[OPEN].with_user(user or self.env.user)
        rows = Model.search([("commercial_partner_id", "=", self.customer.id), *domain])
        return sorted((r.side, r.reason, round(r.quantity, 3), round(r.amount, 2)) for r in rows)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTradeOpen(TradeCase):
    def test_what_is_ordered_is_still_to_come(self):
        self._sell(10)

        self.assertEqual(self._open(), [("out", "open", 10, 100)])

    def test_a_quotation_and_a_cancelled_order_promise_nothing(self):
        self._order((self.goods, 3, 10.0), confirmed=False)
        self._sell(5)._action_cancel()

        self.assertEqual(self._open(), [])

    def test_a_delivery_leaves_the_rest(self):
        order = self._sell(10)

        self._move(order, 4)

        self.assertEqual(self._open(), [("out", "open", 6, 60)])

    def test_what_is_delivered_in_full_is_gone(self):
        order = self._sell(10)

        self._move(order, 10)

        self.assertEqual(self._open(), [])

    def test_a_remainder_without_backorder_stands_apart_as_cancelled(self):
        order = self._sell(10)

        self._move(order, 4, backorder=False)

        self.assertEqual(self._open(), [("out", "cancelled", 6, 60)])

    def test_what_came_back_will_not_be_delivered_again(self):
        order = self._sell(10)
        picking = self._move(order, 10)

        self._take_back(picking, 3)

        self.assertEqual(self._open(), [("out", "returned", 3, 30)])

    def test_what_came_back_to_be_exchanged_is_not_returned(self):
        order = self._sell(10)
        picking = self._move(order, 5, backorder=False)

        self._take_back(picking, 2, to_refund=False)

        # it counts as delivered all the same: all that is missing was given up
        self.assertEqual(self._open(), [("out", "cancelled", 5, 50)])

    def test_return_cancellation_and_rest_of_one_line_stand_apart(self):
        order = self._sell(10)
        picking = self._move(order, 5)
        self._take_back(picking, 2)

        self.assertEqual(self._open(), [("out", "open", 5, 50), ("out", "returned", 2, 20)])

    def test_lines_in_another_unit_count_in_both(self):
        order = self._sell(2, price=120.0, product_uom_id=self.dozen.id)
        self._move(order, 6)  # pieces of 24

        self.assertEqual(self._open(), [("out", "open", 1.5, 180)])
        row = self.env[OPEN].search([("sale_id", "=", order.id)])
        self.assertEqual((row.uom_id, row.product_uom_id), (self.dozen, self.unit))
        self.assertEqual(row.product_quantity, 18)

    def test_a_line_given_away_is_to_be_delivered_all_the_same(self):
        self._sell(2, price=0.0)

        self.assertEqual(self._open(), [("out", "open", 2, 0)])

    def test_an_order_in_another_currency_counts_in_ours(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "¤",
                "rate_ids": [
                    Command.create(
                        {"name": "2020-01-01", "rate": 4.0, "company_id": self.company.id}
                    )
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id, "company_id": self.company.id}
        )

        self._sell(10, price=8.0, pricelist_id=pricelist.id)

        self.assertEqual(self._open(), [("out", "open", 10, 20)])

    def test_services_count_where_they_are_invoiced_when_delivered(self):
        self.service.invoice_policy = "order"
        self._order((self.service, 3, 10.0))
        self.assertEqual(self._open(), [])

        self.service.invoice_policy = "delivery"

        self.assertEqual(self._open(), [("out", "open", 3, 30)])

    def test_what_is_bought_is_to_be_received(self):
        order = self._buy(10)
        self.assertEqual(self._open(), [("in", "open", 10, 40)])

        self._move(order, 7)

        self.assertEqual(self._open(), [("in", "open", 3, 12)])

    def test_a_receipt_given_up_stands_apart(self):
        order = self._buy(10)

        self._move(order, 7, backorder=False)

        self.assertEqual(self._open(), [("in", "cancelled", 3, 12)])

    def test_orders_of_contacts_count_for_their_counterparty(self):
        self._sell(1, partner_id=self.contact.id)

        self.assertEqual(self._open(), [("out", "open", 1, 10)])

    def test_quantities_are_grouped_by_holding(self):
        head = self.env["res.partner"].create({"name": "Winds", "is_company": True})
        kind = self.env.ref(f"{MODULE}.membership_kind_owned")
        self.env["counterparty.membership"].create(
            {"owner_id": head.id, "member_id": self.customer.id, "kind_id": kind.id}
        )
        holding = self.env["counterparty.holding"].create({"name": "Winds", "head_id": head.id})
        self._sell(10)
        self.env.flush_all()

        rows = self.env[OPEN]._read_group(
            [("commercial_partner_id", "=", self.customer.id)],
            ["counterparty_holding_ids"],
            ["amount:sum"],
        )

        self.assertEqual(rows, [(holding, 100.0)])

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_a_salesperson_sees_what_is_missing_of_own_orders(self):
        seller = self._profit_user(
            "sven", "base.group_user", "group_user", "sales_team.group_sale_salesman"
        )
        self._sell(1, user_id=seller.id)
        self._sell(5, user_id=self.buyer.id)
        self._buy(3)

        self.assertEqual(self._open(seller), [("out", "open", 1, 10)])
        self.assertEqual(len(self._open(self.buyer)), 3)

    def test_only_the_sides_that_are_asked_for_are_planned(self):
        self._sell(10)
        self._buy(4)
        self.env.flush_all()
        whose = ("commercial_partner_id", "=", self.customer.id)
        tables = {"out": "sale_order_line", "in": "purchase_order_line"}
        for domain, sides in [
            ([whose], ["out", "in"]),
            ([whose, ("side", "=", "out")], ["out"]),
            ([whose, ("side", "in", ["in"])], ["in"]),
            ([whose, ("side", "in", ["in", "out"])], ["out", "in"]),
            ([whose, ("side", "!=", "out")], ["in"]),
            ([whose, "!", ("side", "=", "out")], ["in"]),
            (["|", whose, ("side", "=", "out")], ["out", "in"]),
            ([whose, ("side", "=", False)], []),
            ([whose, ("side", "ilike", "o")], ["out", "in"]),
        ]:
            for model in (OPEN, PRODUCT):
                records = self.env[model].with_user(self.buyer)
                with self.subTest(model=model, domain=domain):
                    found = records.search([*domain])
                    query = records._search(domain)
                    planned = [
                        side
                        for side, table in tables.items()
                        if not query.is_empty() and table in query.select().code
                    ]
                    self.assertEqual(planned, sides)
                    if "ilike" not in str(domain):
                        self.assertEqual(set(found.mapped("side")), set(sides))

    def test_who_may_read_no_orders_sees_nothing(self):
        user = self._profit_user("ulla", "base.group_user", "group_user")
        self._sell(1)

        self.assertEqual(self._open(user), [])
        self.assertEqual(self.env[PRODUCT].with_user(user).search([]), self.env[PRODUCT])

    def test_other_companies_stay_out(self):
        other = self.env["res.company"].create({"name": "Branch"})
        self.buyer.company_ids |= other
        self._sell(1)
        self.env.flush_all()

        rows = self.env[OPEN].with_user(self.buyer).with_context(allowed_company_ids=other.ids)

        self.assertFalse(rows.search([("commercial_partner_id", "=", self.customer.id)]))


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTradeProduct(TradeCase):
    def _sold(self, **values):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env[PRODUCT].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertLessEqual(len(rows), 1)
        return rows

    def test_the_last_price_is_that_of_the_latest_order(self):
        late = self._sell(3, price=12.0, discount=25.0)
        early = self._sell(1, price=9.0)
        early.date_order = fields.Datetime.now() - timedelta(days=300)

        row = self._sold()

        self.assertEqual((row.price_unit, row.discount, row.net_price), (12.0, 25.0, 9.0))
        self.assertEqual((row.sale_id, row.times, row.product_quantity), (late, 2, 4))
        self.assertEqual(row.days_ago, 0)

    def test_an_order_counts_once_however_many_lines_it_has(self):
        order = self._sell(2)
        order.order_line.copy({"order_id": order.id})
        self._sell(1)

        row = self._sold()

        self.assertEqual((row.times, row.product_quantity), (2, 5))

    def test_what_was_given_away_is_no_price(self):
        self._sell(3, price=12.0)
        self._sell(1, price=0.0)
        self._sell(1, price=5.0, discount=100.0)

        row = self._sold()

        self.assertEqual((row.price_unit, row.times), (12.0, 1))

    def test_what_was_taken_back_is_no_price(self):
        self._sell(3, price=12.0)
        self._order((self.goods, -1, 20.0))

        self.assertEqual(self._sold().price_unit, 12.0)

    def test_unit_and_currency_are_those_of_the_order(self):
        self._sell(1, price=12.0)
        order = self._sell(2, price=120.0, product_uom_id=self.dozen.id)

        row = self._sold()

        self.assertEqual((row.price_unit, row.uom_id), (120.0, self.dozen))
        self.assertEqual(row.currency_id, order.currency_id)
        self.assertEqual(row.product_quantity, 25)

    def test_contacts_buy_for_their_counterparty(self):
        self._sell(1, price=12.0, partner_id=self.contact.id)

        self.assertEqual(self._sold().price_unit, 12.0)

    def test_bought_prices_stand_beside_sold_ones(self):
        self._sell(1, price=12.0)
        self._buy(5, price=4.0)
        self.env.flush_all()

        rows = self.env[PRODUCT].search([("commercial_partner_id", "=", self.customer.id)])

        self.assertEqual({row.side: row.price_unit for row in rows}, {"out": 12.0, "in": 4.0})

    def test_bought_for_long_no_more(self):
        order = self._sell(1, price=12.0)
        order.date_order = fields.Datetime.now() - timedelta(days=200)
        self.env.flush_all()

        self.assertTrue(self.env[PRODUCT].search([("date", "<", "today -6m")]))
        self.assertFalse(self.env[PRODUCT].search([("date", "<", "today -12m")]))
