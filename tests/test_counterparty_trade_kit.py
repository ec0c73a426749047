from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .test_counterparty_trade import OPEN, TradeCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTradeKit(TradeCase):
    """Orders of a table, which moves as two legs and a top.

    Kits are of the host's manufacturing, which need not be there: its moves are made by hand, and
    what it counts as delivered is written as it would write it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Product = cls.env["product.product"]
        cls.legs, cls.top = Product.create(
            [{"name": name, "type": "consu", "is_storable": True} for name in ("Leg", "Top")]
        )

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(type(self.env[OPEN]), "_may_sell_kits", lambda self: True))

    def _sell_kits(self, quantity, **values):
        """Sell tables: their components are planned instead of them."""
        order = self._sell(quantity, **values)
        self._explode(order.order_line.move_ids, quantity)
        return order

    def _explode(self, move, kits):
        picking = move.picking_id
        [vals] = move.copy_data()
        move._action_cancel()
        move.unlink()
        parts = self.env["stock.move"].create(
            [
                {
                    **vals,
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": kits * each,
                    "picking_id": picking.id,
                }
                for product, each in ((self.legs, 2), (self.top, 1))
            ]
        )
        parts._action_confirm(merge=False)

    def _carry(self, order, legs, tops, backorder=True):
        """Deliver or receive components; the rest waits in a backorder, or is given up."""
        picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        for move in picking.move_ids:
            move.write({"quantity": legs if move.product_id == self.legs else tops, "picked": True})
        picking.with_context(
            skip_backorder=True,
            picking_ids_not_to_backorder=[] if backorder else picking.ids,
        ).button_validate()
        return picking

    def _missing(self, order, done):
        """Return what is missing when the host counts so many kits as delivered or received."""
        self.env.flush_all()
        line = order.order_line
        column = "qty_delivered" if line._name == "sale.order.line" else "qty_received"
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(line._table),
                SQL.identifier(column),
                done,
                line.id,
            )
        )
        self.env.invalidate_all()
        rows = self.env[OPEN].search([("commercial_partner_id", "=", self.customer.id)])
        return {row.reason: round(row.quantity, 3) for row in rows}

    def test_kits_are_counted_and_not_the_pieces_of_which_they_are(self):
        order = self._sell_kits(10)

        self.assertEqual(self._missing(order, 0), {"open": 10})

    def test_the_scarcest_component_says_how_many_kits_are_to_come(self):
        order = self._sell_kits(10)

        # a fifth top has gone out already: its legs are still to come, and so is the kit
        self._carry(order, 8, 5)

        self.assertEqual(self._missing(order, 4), {"open": 6})

    def test_kits_delivered_given_up_and_to_come_stand_apart(self):
        order = self._sell_kits(10)
        self._carry(order, 8, 4)
        waiting = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        # of the six that wait three are given up
        for move in waiting.move_ids:
            half = move.product_uom_qty / 2
            move.copy({"product_uom_qty": half, "picking_id": False})._action_cancel()
            move.product_uom_qty = half

        self.assertEqual(self._missing(order, 4), {"open": 3, "cancelled": 3})

    def test_a_kit_of_which_a_part_was_given_up_will_not_come(self):
        order = self._sell_kits(10)

        self._carry(order, 9, 5, backorder=False)

        self.assertEqual(self._missing(order, 4), {"cancelled": 6})

    def test_a_component_that_came_back_takes_its_kit_back(self):
        order = self._sell_kits(10)
        picking = self._carry(order, 20, 10)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({})
        )
        legs = wizard.product_return_moves.filtered(lambda one: one.product_id == self.legs)
        legs.write({"quantity": 1, "to_refund": True})
        back = wizard._create_return()
        back.move_ids.write({"quantity": 1, "picked": True})
        back.with_context(skip_backorder=True).button_validate()

        self.assertEqual(self._missing(order, 9), {"returned": 1})

    def test_dozens_of_kits_are_counted_in_whole_kits(self):
        order = self._sell(2, product_uom_id=self.dozen.id)
        self._explode(order.order_line.move_ids, 24)

        self._carry(order, 36, 18)

        self.assertEqual(self._missing(order, 1.5), {"open": 0.5})

    def test_what_is_made_for_a_kit_is_counted_with_the_kit(self):
        order = self._sell_kits(10)
        workshop = self.env["stock.location"].search(
            [("usage", "=", "production"), ("company_id", "=", self.company.id)], limit=1
        )
        top = order.order_line.move_ids.filtered(lambda move: move.product_id == self.top)
        made = top.copy({"location_id": workshop.id, "picking_id": False})
        made.write({"sale_line_id": order.order_line.id, "state": "confirmed"})
        # what was planned to go out is not: what is made stays here
        order.picking_ids.action_cancel()

        self.assertEqual(self._missing(order, 0), {"cancelled": 10})

    def test_kits_that_are_bought_are_counted_alike(self):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.goods.id, "product_qty": 10})],
            }
        )
        order.button_confirm()
        self._explode(order.order_line.move_ids, 10)

        self._carry(order, 6, 3)

        self.assertEqual(self._missing(order, 3), {"open": 7})

    def test_what_is_no_kit_is_counted_as_before(self):
        order = self._sell(10)
        self._move(order, 3)
        self._move(order, 2, backorder=False)

        self.assertEqual(self._open(), [("out", "cancelled", 5, 50)])
