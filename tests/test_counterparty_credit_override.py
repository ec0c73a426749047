from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_counterparty_group_credit import GroupCreditCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCreditOverride(GroupCreditCase):
    """A permission is for one order as it was: its debtor, its currency, its amount."""

    def _allow(self, order, amount=None, reason="Bank guarantee"):
        values = {"order_id": order.id, "reason": reason, "amount": amount or order.amount_total}
        wizard = self.env["counterparty.credit.override"].with_user(self.decider).create(values)
        wizard.action_apply()
        return order.with_user(self.seller)

    def test_no_more_than_the_order_is_allowed(self):
        order = self._allow(self._amount_order(self.foods, 1200), amount=1e12)

        self.assertEqual(order.state, "sale")
        self.assertEqual(order.sudo().counterparty_credit_override, 1200)
        with self.assertRaises(UserError):
            order.order_line.price_unit = 1201

    def test_a_confirmed_order_may_grow_to_what_was_allowed(self):
        order = self._allow(self._amount_order(self.foods, 1200))
        with self.assertRaises(UserError) as refused:
            order.order_line.price_unit = 1300
        self.assertIn("allow the new amount first", str(refused.exception))

        self._allow(order.sudo(), amount=1300)

        order.order_line.price_unit = 1300
        self.assertEqual(order.amount_total, 1300)
        with self.assertRaises(UserError):
            order.order_line.price_unit = 1301

    def test_a_confirmed_order_needs_more_than_it_comes_to(self):
        order = self._allow(self._amount_order(self.foods, 1200))

        with self.assertRaisesRegex(UserError, "grow to"):
            self._allow(order.sudo(), amount=1200)

    def test_only_the_credit_group_has_the_action(self):
        actions = self.env["ir.actions.actions"]

        def names(user):
            self.env.registry.clear_cache()
            bound = actions.with_user(user).get_bindings("sale.order")
            return [action["name"] for action in bound.get("action", ())]

        self.assertIn("Exceed group credit", names(self.decider))
        self.assertNotIn("Exceed group credit", names(self.seller))

    def test_blanks_are_no_reason(self):
        order = self._amount_order(self.foods, 1200)

        with self.assertRaisesRegex(UserError, "reason"):
            self._allow(order, reason=" \n ")

        self.assertEqual(order.state, "draft")

    def test_it_ends_when_somebody_else_owes_the_order(self):
        order = self._allow(self._amount_order(self.late_payer, 1200))

        with self.assertRaises(UserError):
            order.partner_invoice_id = self.foods

    def test_it_ends_with_the_currency(self):
        dear = self.env["res.currency"].create(
            {
                "name": "XTD",
                "symbol": "x",
                "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": 0.1})],
            }
        )
        order = self._allow(self._amount_order(self.foods, 1200))

        order.sudo().currency_id = dear

        self.assertFalse(order._is_counterparty_credit_allowed())

    def test_it_ends_when_the_order_is_cancelled(self):
        order = self._allow(self._amount_order(self.foods, 1200))
        order._action_cancel()
        order.action_draft()

        with self.assertRaises(UserError):
            order.action_confirm()
