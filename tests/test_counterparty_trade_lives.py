from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .test_counterparty_trade import OPEN, PRODUCT, TradeCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTradeLives(TradeCase):
    """What becomes of trade facts when counterparties merge, rest, or stand in two companies."""

    def _prices(self, partner=None, user=None, companies=None):
        """Return ``{side: (price, unit, currency, product's quantity)}`` of the goods."""
        self.env.flush_all()
        self.env.invalidate_all()
        Product = self.env[PRODUCT].with_user(user or self.env.user)
        Product = Product.with_context(allowed_company_ids=(companies or self.company).ids)
        rows = Product.search([("commercial_partner_id", "=", (partner or self.customer).id)])
        return {
            row.side: (row.price_unit, row.uom_id.name, row.currency_id.name, row.product_quantity)
            for row in rows
        }

    def _old(self, order, days=30):
        order.date_order = fields.Datetime.now() - timedelta(days=days)
        return order

    def test_a_merge_brings_together_what_is_missing_and_keeps_the_latest_price(self):
        twin = self.env["res.partner"].create({"name": "Northwind Ltd", "is_company": True})
        self._old(self._sell(4, price=8.0))
        self._sell(6, price=9.0, partner_id=twin.id)
        self.env.flush_all()

        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, self.customer)

        self.assertEqual(self._open(), [("out", "open", 4, 32), ("out", "open", 6, 54)])
        price, _unit, _currency, quantity = self._prices()["out"]
        self.assertEqual((price, quantity), (9.0, 10))

    def test_archived_counterparties_keep_what_is_missing_and_their_prices(self):
        self._sell(3, price=8.0, partner_id=self.contact.id)
        before = self._open(), self._prices()

        (self.customer | self.contact).active = False

        self.assertEqual((self._open(), self._prices()), before)

    def test_archived_products_keep_their_prices(self):
        self._sell(3, price=8.0)
        before = self._open(), self._prices()

        self.goods.active = False

        self.assertEqual((self._open(), self._prices()), before)

    def test_each_company_has_prices_and_missing_goods_of_its_own(self):
        both = self.company | self.other_company
        self.buyer.company_ids |= self.other_company
        self._old(self._sell(3, price=8.0))
        there = self.env(context={**self.env.context, "allowed_company_ids": both[::-1].ids})
        order = there["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.other_company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 2,
                            "price_unit": 11.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.action_confirm()

        one = self._prices(user=self.buyer)
        other = self._prices(user=self.buyer, companies=self.other_company)
        self.assertEqual((one["out"][0], other["out"][0]), (8.0, 11.0))
        missing = self.env[OPEN].with_user(self.buyer).with_context(allowed_company_ids=both.ids)
        rows = missing.search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(
            {row.company_id: row.quantity for row in rows},
            {self.company: 3, self.other_company: 2},
        )

    def test_what_went_back_to_the_supplier_will_not_come_again(self):
        order = self._buy(10)
        receipt = self._move(order, 10)

        self._take_back(receipt, 4)

        self.assertEqual(self._open(), [("in", "returned", 4, 16)])

    def test_what_came_back_to_be_replaced_counts_as_delivered(self):
        order = self._sell(10)
        delivery = self._move(order, 10)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(
                active_id=delivery.id, active_ids=delivery.ids, active_model=delivery._name
            )
            .create({})
        )
        wizard.product_return_moves.write({"quantity": 4, "to_refund": False})
        back = wizard._create_return()
        back.move_ids.write({"quantity": 4, "picked": True})
        back.with_context(skip_backorder=True).button_validate()

        # the host takes nothing off what was delivered, so nothing is missing
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertEqual(self._open(), [])

    def test_bought_in_another_unit_and_currency(self):
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
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.customer.id,
                "currency_id": foreign.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_qty": 2,
                            "product_uom_id": self.dozen.id,
                            "price_unit": 48.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.button_confirm()

        self.assertEqual(self._prices()["in"], (48.0, self.dozen.name, "XTS", 24))
        [row] = self.env[OPEN].search([("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual((row.quantity, row.uom_id), (2, self.dozen))
        self.assertEqual((row.product_quantity, row.amount), (24, 24))

    def test_a_line_given_away_in_dozens_is_to_be_delivered_and_no_price(self):
        self._old(self._sell(1, price=8.0))
        self._sell(1, price=0.0, product_uom_id=self.dozen.id)

        self.assertEqual(self._prices()["out"][0], 8.0)
        self.assertIn(("out", "open", 1, 0), self._open())
