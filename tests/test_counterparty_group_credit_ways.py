from unittest.mock import patch

from psycopg2.errors import DeadlockDetected

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_counterparty_group_credit import GroupCreditCase

REQUEST = "odoo.addons.counterparty_crm.models.sale_order_credit.request"


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditWays(GroupCreditCase):
    """Orders that become confirmed without anybody pressing the button."""

    def test_a_state_written_by_a_seller_is_checked(self):
        order = self._amount_order(self.foods, 1200)

        with self.assertRaisesRegex(UserError, "exceeds the credit"):
            order.with_user(self.seller).write({"state": "sale"})
        small = self._amount_order(self.foods, 900)
        small.with_user(self.seller).write({"state": "sale"})

        self.assertEqual((order.state, small.state), ("draft", "sale"))

    def test_a_state_written_by_a_program_waits_and_the_rest_is_kept(self):
        large, small = self._amount_order(self.foods, 1200), self._amount_order(self.freight, 50)

        (large | small).write({"state": "sale", "client_order_ref": "EDI 7"})

        self.assertEqual((large.state, large.counterparty_credit_state), ("sent", "hold"))
        self.assertEqual((small.state, small.counterparty_credit_state), ("sale", False))
        self.assertEqual({large.client_order_ref, small.client_order_ref}, {"EDI 7"})

    def test_an_order_created_confirmed_is_checked(self):
        line = {"product_id": self.service.id, "price_unit": 1200, "tax_ids": [Command.clear()]}
        values = {
            "partner_id": self.foods.id,
            "state": "sale",
            "order_line": [Command.create(line)],
        }

        with self.assertRaisesRegex(UserError, "exceeds the credit"):
            self.env["sale.order"].with_user(self.seller).create(values)
        order = self.env["sale.order"].create(values)

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))

    def test_a_state_written_on_a_waiting_order_ends_the_waiting(self):
        order = self._amount_order(self.foods, 1200)
        order.action_confirm()
        self.assertEqual(order.counterparty_credit_state, "hold")
        self.limit.amount = 5000

        order.write({"state": "sale"})

        self.assertEqual((order.state, order.counterparty_credit_state), ("sale", False))
        self.assertFalse(order.activity_ids)

    def test_a_state_is_checked_with_the_values_written_along_with_it(self):
        prepaid = self.env["account.payment.term"].create(
            {"name": "In advance", "counterparty_is_prepaid": True}
        )
        cases = {
            "invoice address": (self.late_payer, {}, {"partner_invoice_id": self.foods.id}),
            "customer": (self.late_payer, {}, {"partner_id": self.foods.id}),
            "terms": (self.foods, {"payment_term_id": prepaid.id}, {"payment_term_id": False}),
        }
        for case, (partner, before, values) in cases.items():
            with self.subTest(case=case):
                order = self._amount_order(partner, 1200, **before)
                with self.assertRaisesRegex(UserError, "exceeds the credit"):
                    order.with_user(self.seller).write({"state": "sale", **values})
                self.assertEqual(order.state, "draft")

                order.write({"state": "sale", **values})
                self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))

    # ------------------------------------------------------------
    # What a client may send
    # ------------------------------------------------------------

    def test_no_context_of_a_client_lets_an_order_pass(self):
        order, sold = self._amount_order(self.foods, 1200), self._sell(self.freight, 50)
        ids = (order | sold).ids
        for sent in (
            {"counterparty_credit_cleared_ids": ids},
            {"counterparty_credit_checked_ids": ids},
            {"counterparty_credit_cleared_ids": tuple(ids)},
            {"counterparty_credit_checked_ids": tuple(ids)},
            {"cron_end_time": 1},
        ):
            with self.subTest(sent=sent), patch(REQUEST, object()):
                mine = order.with_user(self.seller).with_context(**sent)
                for confirm in (
                    lambda mine=mine: mine.write({"state": "sale"}),
                    mine.action_confirm,
                    mine._action_confirm,
                ):
                    with self.assertRaisesRegex(UserError, "exceeds the credit"):
                        confirm()
                line = sold.order_line.with_user(self.seller).with_context(**sent)
                with self.assertRaises(UserError):
                    line.price_unit = 1200

        self.assertEqual((order.state, sold.amount_total), ("draft", 50))

    # ------------------------------------------------------------
    # Exchange rates
    # ------------------------------------------------------------

    def _order_without_rate(self):
        currency = self.env["res.currency"].create({"name": "XTN", "symbol": "x"})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        return self._amount_order(self.foods, 10, pricelist_id=pricelist.id)

    def test_without_an_exchange_rate_a_seller_reads_what_to_do(self):
        order = self._order_without_rate().with_user(self.seller)

        self.assertIn("no exchange rate from XTN", order.counterparty_credit_warning)
        with self.assertRaisesRegex(UserError, "no exchange rate from XTN: add the rate"):
            order.action_confirm()

    def test_without_an_exchange_rate_a_customer_reads_nothing_of_it(self):
        order = self._order_without_rate()

        order.with_user(self.portal).sudo().action_confirm()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "hold"))
        self.assertIn("XTN", order.activity_ids.note)

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def test_the_limit_is_named_as_entered_with_what_others_keep_of_it(self):
        self.limit.write(
            {
                "pot": "reserved",
                "reserve_ids": [Command.create({"partner_id": self.foods.id, "amount": 300})],
            }
        )

        with self.assertRaises(UserError) as refused:
            self._sell(self.freight, 701)

        message = str(refused.exception)
        self.assertRegex(message, r"limit .*1,000\.00 \(.*300\.00 of it kept for other members\)")
        self.assertRegex(message, r"missing .*1\.00")

    # ------------------------------------------------------------
    # Jobs and customers
    # ------------------------------------------------------------

    def test_growth_in_a_job_takes_no_lock(self):
        order = self._sell(self.foods, 900)
        serial = self.group.credit_serial

        job = order.order_line.with_user(self.seller).with_context(cron_end_time=0)
        job.price_unit = 2000

        self.env.invalidate_all()
        self.assertEqual(self.group.credit_serial, serial)
        self.assertIn("exceeds the credit", "".join(order.message_ids.mapped("body")))

    def _count_queries(self, partner, user, sudo=False, **context):
        order = self._amount_order(partner, 10)
        order = order.with_user(user).sudo(sudo).with_context(**context)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        order.action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def test_for_a_partner_in_no_group_no_way_costs_more_than_a_query(self):
        ways = {
            "seller": (self.seller, False, {}),
            "customer": (self.portal, True, {}),
            "job": (self.seller, False, {"cron_end_time": 0}),
            "system job": (self.env.ref("base.user_root"), True, {"cron_end_time": 0}),
        }
        for way, (user, sudo, context) in ways.items():
            with self.subTest(way=way):
                costs = {}
                for mode in ("off", "block"):
                    self.company.counterparty_credit_mode = mode
                    # what the first fills in caches of the server costs nobody again
                    costs[mode] = min(
                        self._count_queries(self.late_payer, user, sudo, **context)
                        for _time in range(3)
                    )

                self.assertLessEqual(costs["block"], costs["off"] + 1)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditDelivered(GroupCreditCase):
    """Goods beyond the order are owed as well: the credit group hears of them."""

    def _notes(self, order):
        return order.message_ids.filtered(lambda note: "Delivered beyond" in note.body)

    def test_a_delivery_beyond_the_order_is_told_and_not_refused(self):
        goods = self.env["product.product"].create({"name": "Crate", "is_storable": True})
        line = {"product_id": goods.id, "price_unit": 100, "tax_ids": [Command.clear()]}
        order = self._sell(self.foods, 0, order_line=[Command.create(line)])
        keeper = self._user("kiril", "stock.group_stock_user")
        move = order.picking_ids.move_ids.with_user(keeper)

        move.write({"quantity": 15, "picked": True})
        move.picking_id.button_validate()

        self.assertEqual(order.order_line.qty_delivered, 15)
        (note,) = self._notes(order)
        self.assertIn("500.00", note.body)
        self.assertIn(self.decider.partner_id, note.partner_ids)

    def test_a_quantity_delivered_by_hand_is_told(self):
        order = self._sell(self.foods, 600)

        order.order_line.with_user(self.seller).qty_delivered = 2

        self.assertEqual(len(self._notes(order)), 1)

    def test_deliveries_within_order_or_limit_are_not_told(self):
        fits, whole = self._sell(self.foods, 100), self._sell(self.freight, 800)

        whole.order_line.qty_delivered = 1
        fits.order_line.qty_delivered = 2
        fits.order_line.qty_delivered = 1

        self.assertFalse(self._notes(fits) | self._notes(whole))

    def test_nothing_is_told_where_credit_is_off(self):
        order = self._sell(self.foods, 600)
        self.company.counterparty_credit_mode = "off"

        order.order_line.qty_delivered = 9

        self.assertFalse(self._notes(order))


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditLocks(GroupCreditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": cls.company.currency_id.id}
        )
        cls.elsewhere.counterparty_credit_mode = "block"
        cls.other = cls.env["counterparty.holding"].create(
            {"name": "Other", "head_id": cls.late_payer.id}
        )
        cls.env["counterparty.holding.limit"].create(
            {"holding_id": cls.other.id, "company_id": cls.elsewhere.id, "amount": 1000}
        )

    def test_a_batch_of_two_companies_locks_all_its_groups_at_once(self):
        Credit = self.env["counterparty.group.credit"]
        ours = self._amount_order(self.foods, 10)
        theirs = self.env["sale.order"].create(
            {"partner_id": self.late_payer.id, "company_id": self.elsewhere.id}
        )

        for check in (Credit._check_orders, Credit._try_check):
            with (
                self.subTest(check=check.__name__),
                patch.object(type(Credit), "_lock", autospec=True) as lock,
            ):
                check(ours | theirs)

                (call,) = lock.call_args_list
                self.assertEqual(call.args[1], self.group | self.other)

    def test_a_job_in_a_deadlock_repeats_itself(self):
        Credit = self.env["counterparty.group.credit"]
        order = self._amount_order(self.foods, 10)

        with patch.object(type(Credit), "_lock", side_effect=DeadlockDetected):
            order.with_user(self.seller).with_context(cron_end_time=0).action_confirm()

        self.assertEqual((order.state, order.counterparty_credit_state), ("sent", "repeat"))
