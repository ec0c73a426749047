from datetime import date, datetime

from odoo import Command
from odoo.tests import BaseCase, tagged

from ..tools.credit import Event, felt_by_group
from ..tools.periods import Period
from .test_counterparty_group_credit import GroupCreditCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestFeltByGroup(BaseCase):
    EVENTS = (
        Event(datetime(2026, 1, 5), 100.0),
        Event(datetime(2026, 3, 5, 9), 40.0, order=1),
        Event(datetime(2026, 5, 5), -60.0),
    )

    def _felt(self, *stays):
        return [(event.moment.date().isoformat(), event.amount, event.order)
                for event in felt_by_group(self.EVENTS, stays)]  # fmt: skip

    def test_what_a_member_owes_comes_and_goes_with_it(self):
        cases = [
            (Period(None, None), [("2026-01-05", 100, None), ("2026-03-05", 40, 1),
                                  ("2026-05-05", -60, None)]),
            (Period(date(2026, 2, 1), None), [("2026-02-01", 100, None), ("2026-03-05", 40, 1),
                                              ("2026-05-05", -60, None)]),
            (Period(None, date(2026, 3, 5)), [("2026-01-05", 100, None), ("2026-03-05", 40, 1),
                                              ("2026-03-06", -140, None)]),
            (Period(date(2026, 4, 1), date(2026, 4, 30)), [("2026-04-01", 140, None),
                                                           ("2026-05-01", -140, None)]),
        ]  # fmt: skip
        for stay, expected in cases:
            with self.subTest(stay=stay):
                self.assertEqual(self._felt(stay), expected)

    def test_who_comes_back_brings_what_he_owes_then(self):
        felt = self._felt(Period(None, date(2026, 2, 1)), Period(date(2026, 6, 1), None))

        self.assertEqual(felt[-1], ("2026-06-01", 80, None))
        self.assertEqual(sum(amount for _day, amount, _order in felt), 80)


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditDryRun(GroupCreditCase):
    def test_it_lists_orders_that_would_have_been_stopped(self):
        self.company.counterparty_credit_mode = "off"
        first = self._sell(self.foods, 800)
        stopped = self._sell(self.freight, 300)
        first.date_order, stopped.date_order = self._day(-20), self._day(-10)
        self._sell(self.late_payer, 9000)

        run = self.env["counterparty.credit.dry.run"].with_user(self.manager).create({})

        self.assertEqual(run.line_ids.order_id, stopped)
        line = run.line_ids
        self.assertEqual((line.exposure, line.limit, line.missing), (800, 1000, 100))

    def test_older_orders_count_and_are_not_listed(self):
        self.company.counterparty_credit_mode = "off"
        old = self._sell(self.foods, 2000)
        old.date_order = self._day(-200)

        run = self.env["counterparty.credit.dry.run"].create({})

        self.assertFalse(run.line_ids)

    def test_prepaid_orders_are_never_stopped_and_count(self):
        self.company.counterparty_credit_mode = "off"
        terms = self.env["account.payment.term"].create(
            {"name": "In advance", "counterparty_is_prepaid": True}
        )
        prepaid = self._sell(self.foods, 1200, payment_term_id=terms.id)
        stopped = self._sell(self.freight, 100)
        prepaid.date_order, stopped.date_order = self._day(-20), self._day(-10)

        run = self.env["counterparty.credit.dry.run"].with_user(self.manager).create({})

        self.assertEqual(run.line_ids.order_id, stopped)

    def test_without_a_limit_it_says_so(self):
        self.assertTrue(self._run().has_limits)

        self.limit.has_limit = False

        self.assertFalse(self._run().has_limits)

    def test_it_changes_nothing(self):
        serial = self.group.credit_serial

        self.env["counterparty.credit.dry.run"].create({}).line_ids.mapped("missing")

        self.env.invalidate_all()
        self.assertEqual(self.group.credit_serial, serial)

    def _run(self):
        self.env.invalidate_all()
        return self.env["counterparty.credit.dry.run"].with_user(self.manager).create({})

    def test_members_count_for_the_days_of_their_membership(self):
        self.company.counterparty_credit_mode = "off"
        owed, asked = self._sell(self.foods, 800), self._sell(self.freight, 300)
        owed.date_order, asked.date_order = self._day(-40), self._day(-10)
        self.assertEqual(self._run().line_ids.order_id, asked)

        # the one that owed had left before the other ordered
        self.to_foods.date_to = self._day(-20)
        self.assertFalse(self._run().line_ids)

        # it leaves after that order: what it owed counted then, and counts no more
        self.to_foods.date_to = self._day(-5)
        later = self._sell(self.freight, 300)
        later.date_order = self._day(-2)
        self.assertEqual(self._run().line_ids.order_id, asked)

    def test_orders_from_before_the_membership_were_not_stopped(self):
        self.company.counterparty_credit_mode = "off"
        alone, asked = self._sell(self.freight, 1200), self._sell(self.foods, 100)
        alone.date_order, asked.date_order = self._day(-40), self._day(-10)

        self.to_freight.date_from = self._day(-30)

        # what it brought along leaves nothing for the others
        self.assertEqual(self._run().line_ids.order_id, asked)

    def test_exceptions_count_for_their_days(self):
        self.company.counterparty_credit_mode = "off"
        owed, asked = self._sell(self.late_payer, 800), self._sell(self.freight, 300)
        owed.date_order, asked.date_order = self._day(-40), self._day(-10)
        self.assertFalse(self._run().line_ids)

        row = self.env["counterparty.holding.exception"].create(
            {
                "holding_id": self.group.id,
                "partner_id": self.late_payer.id,
                "date_from": self._day(-12),
            }
        )
        self.assertEqual(self._run().line_ids.order_id, asked)

        row.date_from = self._day(-5)
        self.assertFalse(self._run().line_ids)

    def test_what_was_never_delivered_counts_until_its_deliveries_ended(self):
        self.company.counterparty_credit_mode = "off"
        goods = self.env["product.product"].create(
            {"name": "Crate", "is_storable": True, "invoice_policy": "delivery"}
        )
        line = {"product_id": goods.id, "product_uom_qty": 8, "price_unit": 100}
        order = self._sell(
            self.foods, 0, order_line=[Command.create({**line, "tax_ids": [Command.clear()]})]
        )
        order.picking_ids.action_cancel()
        order.picking_ids.move_ids.flush_recordset()
        self._moves_written(order, self._day(-20))
        before, after = self._sell(self.freight, 300), self._sell(self.freight, 300)
        order.date_order = self._day(-40)
        before.date_order, after.date_order = self._day(-30), self._day(-10)

        self.assertEqual(self._run().line_ids.order_id, before)

    def _moves_written(self, order, moment):
        """Let the moves of an order have been cancelled then."""
        self.env.cr.execute(
            "UPDATE stock_move SET write_date = %s WHERE id = ANY(%s)",
            [moment, order.picking_ids.move_ids.ids],
        )

    def test_what_was_delivered_beyond_an_order_counts(self):
        self.company.counterparty_credit_mode = "off"
        order, asked = self._sell(self.foods, 400), self._sell(self.freight, 300)
        order.order_line.qty_delivered = 2
        order.date_order, asked.date_order = self._day(-20), self._day(-10)

        (line,) = self._run().line_ids
        self.assertEqual((line.order_id, line.exposure, line.missing), (asked, 800, 100))
