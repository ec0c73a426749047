from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_counterparty_group_credit import PIXEL, GroupCreditCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditElsewhere(GroupCreditCase):
    """Orders confirmed by customers, payments and jobs."""

    def _pay(self, order, amount):
        self.env["payment.transaction"].create(
            {
                "provider_id": self.env.ref("payment.payment_provider_transfer").id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
                "state": "done",
                "reference": f"test {order.id} {amount}",
            }
        )
        self.env.invalidate_all()

    def test_a_paid_order_passes_and_the_credit_group_is_told(self):
        order = self._amount_order(self.foods, 1200)
        self._pay(order, 1200)

        order.with_user(self.seller).action_confirm()

        self.assertEqual(order.state, "sale")
        told = order.message_ids.filtered(lambda message: "paid or prepaid" in message.body)
        self.assertIn(self.decider.partner_id, told.partner_ids)

    def test_a_covering_payment_of_the_portal_passes(self):
        order = self._amount_order(self.foods, 1200, require_payment=True, prepayment_percent=0.5)
        self._pay(order, 600)

        order.with_user(self.portal).sudo().with_context(send_email=True).action_confirm()

        self.assertEqual(order.state, "sale")

    def test_a_small_prepayment_covers_no_more_than_itself(self):
        order = self._amount_order(self.foods, 5000, require_payment=True, prepayment_percent=0.01)
        self._pay(order, 50)

        order.with_user(self.portal).sudo().with_context(send_email=True).action_confirm()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))
        self.assertIn("3,950.00", order.activity_ids.note)

    def test_a_seller_cannot_confirm_with_a_small_prepayment(self):
        order = self._amount_order(self.foods, 5000, require_payment=True, prepayment_percent=0.01)
        self._pay(order, 50)

        with self.assertRaises(UserError):
            order.with_user(self.seller).action_confirm()

    def test_what_is_paid_leaves_so_much_less_to_cover(self):
        order = self._amount_order(self.foods, 1200, require_payment=True, prepayment_percent=0.1)
        self._pay(order, 200)

        order.with_user(self.seller).action_confirm()

        self.assertEqual(order.state, "sale")

    def test_a_booked_prepayment_counts_once(self):
        order = self._amount_order(self.foods, 1200, require_payment=True, prepayment_percent=0.1)
        self._pay(order, 100)
        payment = self.env["account.payment"].create(
            {"partner_id": self.foods.id, "amount": 100, "payment_type": "inbound"}
        )
        payment.action_post()
        order.transaction_ids.payment_id = payment
        self.assertTrue(payment.move_id)
        self.env.invalidate_all()

        with self.assertRaises(UserError) as refused:
            order.with_user(self.seller).action_confirm()

        self.assertIn("missing $ 100.00", str(refused.exception).replace("\N{NO-BREAK SPACE}", " "))

    def test_a_customer_whose_prepaid_order_waits_hears_of_the_payment_only(self):
        order = self._amount_order(self.foods, 5000, require_payment=True, prepayment_percent=0.01)
        self._pay(order, 50)

        confirmed = order.transaction_ids._check_amount_and_confirm_order()

        self.assertEqual(order.counterparty_credit_state, "hold")
        self.assertFalse(confirmed)

    def test_the_rest_of_the_price_confirms_what_waits(self):
        order = self._amount_order(self.foods, 5000, require_payment=True, prepayment_percent=0.01)
        self._pay(order, 50)
        order.transaction_ids._check_amount_and_confirm_order()
        self._pay(order, 4950)

        order.transaction_ids[-1]._check_amount_and_confirm_order()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sale", False))

    def test_a_small_payment_does_not_cover(self):
        order = self._amount_order(self.foods, 1200)
        self._pay(order, 100)

        with self.assertRaises(UserError):
            order.with_user(self.seller).action_confirm()

    def test_prepaid_terms_pass(self):
        terms = self.env["account.payment.term"].create(
            {"name": "In advance", "counterparty_is_prepaid": True}
        )

        self.assertEqual(self._sell(self.foods, 1200, payment_term_id=terms.id).state, "sale")

    def test_an_order_that_fits_tells_nobody(self):
        order = self._amount_order(self.foods, 100)
        self._pay(order, 100)

        order.with_user(self.seller).action_confirm()

        self.assertFalse(order.message_ids.filtered(lambda m: "paid or prepaid" in m.body))

    def test_a_signed_order_waits_with_its_signature(self):
        order = self._amount_order(self.foods, 1200)
        order.write({"state": "sent", "signed_by": "Ben Cole", "signature": PIXEL})

        order.with_user(self.portal).sudo()._validate_order()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))
        self.assertTrue(order.signature)
        activity = order.activity_ids
        kind = self.env.ref("counterparty_crm.mail_activity_credit_check")
        self.assertEqual((activity.activity_type_id, activity.user_id), (kind, self.decider))

    def test_a_shop_cart_waits_without_a_traceback_or_mail(self):
        order = self._amount_order(self.foods, 1200)
        public = self.env.ref("base.public_user")

        order.with_user(public).sudo().with_context(send_email=True).action_confirm()

        self.assertEqual(order.counterparty_credit_state, "hold")
        self.assertFalse(order.message_ids.filtered(lambda m: m.message_type == "email_outgoing"))

    def test_a_job_waits_and_the_others_of_its_batch_pass(self):
        large, small = self._amount_order(self.foods, 1200), self._amount_order(self.freight, 50)

        job = (large | small).with_user(self.seller).with_context(cron_end_time=0)
        job.action_confirm()

        self.assertEqual((large.state, small.state), ("sent", "sale"))

    def test_a_direct_confirmation_is_checked_as_well(self):
        order = self._amount_order(self.foods, 1200)

        with self.assertRaises(UserError):
            order.with_user(self.seller)._action_confirm()

    def test_the_decision_ends_the_waiting(self):
        order = self._amount_order(self.foods, 1200)
        order.with_user(self.portal).sudo().action_confirm()

        self.env["counterparty.credit.override"].with_user(self.decider).create(
            {"order_id": order.id, "reason": "Known for years", "amount": 1200}
        ).action_apply()

        self.assertEqual(order.state, "sale")
        self.assertFalse(order.counterparty_credit_state)
        self.assertFalse(order.activity_ids)

    def test_a_cancelled_order_waits_no_longer(self):
        order = self._amount_order(self.foods, 1200)
        order.with_user(self.portal).sudo().action_confirm()

        order.with_user(self.seller)._action_cancel()

        self.assertFalse(order.counterparty_credit_state)
        self.assertFalse(order.activity_ids)

    def test_the_job_that_repeats_runs_only_where_credit_is_checked(self):
        job = self.env.ref("counterparty_crm.ir_cron_group_credit")
        self.assertTrue(job.active)

        self.company.counterparty_credit_mode = "off"

        self.assertFalse(job.active)

    def test_waiting_orders_are_confirmed_by_the_job(self):
        order = self._amount_order(self.foods, 100)
        order.write({"state": "sent", "counterparty_credit_state": "repeat"})

        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_group_credit").method_direct_trigger()

        self.assertEqual(order.state, "sale")
        self.assertFalse(order.counterparty_credit_state)

    def test_an_order_the_host_refuses_holds_up_no_other(self):
        bad, good = self._amount_order(self.foods, 100), self._amount_order(self.freight, 50)
        self.env["sale.order.line"].create({"order_id": bad.id, "name": "?", "product_uom_qty": 1})
        (bad | good).write({"state": "sent", "counterparty_credit_state": "repeat"})

        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_group_credit").method_direct_trigger()

        self.assertEqual((good.state, good.counterparty_credit_state), ("sale", False))
        self.assertEqual((bad.state, bad.counterparty_credit_state), ("sent", "hold"))
        self.assertIn("product", bad.activity_ids.note)

    def test_an_order_that_breaks_down_holds_up_no_other(self):
        bad, good = self._amount_order(self.foods, 100), self._amount_order(self.freight, 50)
        (bad | good).write({"state": "sent", "counterparty_credit_state": "repeat"})
        confirm = type(bad)._action_confirm

        def break_down(orders):
            if bad in orders:
                raise ValueError("broken")
            return confirm(orders)

        with (
            patch.object(type(bad), "_action_confirm", break_down),
            mute_logger("odoo.addons.counterparty_crm.models.sale_order_credit"),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("counterparty_crm.ir_cron_group_credit").method_direct_trigger()

        self.assertEqual((good.state, good.counterparty_credit_state), ("sale", False))
        self.assertEqual((bad.state, bad.counterparty_credit_state), ("sent", "hold"))
        self.assertIn("broken", bad.activity_ids.note)

    def test_an_order_that_comes_second_again_waits_on(self):
        order = self._amount_order(self.foods, 100)
        order.write({"state": "sent", "counterparty_credit_state": "repeat"})

        with (
            patch.object(type(order), "action_confirm", side_effect=SerializationFailure),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("counterparty_crm.ir_cron_group_credit").method_direct_trigger()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "repeat"))
