from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .holding_common import HoldingCase

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    b"gg=="
)


class GroupCreditCase(HoldingCase):
    """The group may owe 1,000 to our company; a seller and a credit manager work there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.counterparty_credit_mode = "block"
        cls.limit = cls.env["counterparty.holding.limit"].create(
            {"holding_id": cls.group.id, "company_id": cls.company.id, "amount": 1000}
        )
        cls.seller = cls._user("sela", "sales_team.group_sale_salesman_all_leads")
        cls.decider = cls._user(
            "dana", "sales_team.group_sale_salesman_all_leads", "group_credit_override"
        )

    def _sell(self, partner, amount, user=None, **values):
        """Create an order and confirm it as a seller."""
        order = self._amount_order(partner, amount, **values)
        order.with_user(user or self.seller).action_confirm()
        return order


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCredit(GroupCreditCase):
    def test_orders_of_all_members_share_one_limit(self):
        self.assertEqual(self._sell(self.foods, 600).state, "sale")

        with self.assertRaises(UserError) as refused:
            self._sell(self.freight, 500)

        message = str(refused.exception)
        for part in ("Northwind Group", "1,000.00", "600.00", "100.00", "Northwind Freight"):
            self.assertIn(part, message)

    def test_the_whole_limit_may_be_used(self):
        self.assertEqual(self._sell(self.foods, 1000).state, "sale")

    def test_open_invoices_count_and_payments_free(self):
        invoice = self._invoice(self.freight, 900)
        with self.assertRaises(UserError):
            self._sell(self.foods, 200)

        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()

        self.assertEqual(self._sell(self.foods, 200).state, "sale")

    def test_what_a_contact_owes_counts_for_its_company(self):
        debt = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.foods.property_account_receivable_id.id,
                            "partner_id": self.ben.id,
                            "debit": 300,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.service._get_product_accounts()["income"].id,
                            "credit": 300,
                        }
                    ),
                ]
            }
        )
        debt.action_post()

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 300)

    def test_an_order_counts_once_on_its_way_to_the_invoice(self):
        order = self._sell(self.foods, 700)
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        self.assertEqual(self.limit.exposure, 700)

        invoice.action_post()

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 700)

    def test_down_payments_are_not_counted_twice(self):
        order = self._sell(self.foods, 800)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard.create(
            {"advance_payment_method": "percentage", "amount": 25, "sale_order_ids": order.ids}
        ).create_invoices()
        order.invoice_ids.action_post()

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 800)

    def test_delivered_beyond_the_order_counts(self):
        order = self._sell(self.foods, 400)

        order.order_line.qty_delivered = 2

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 800)

    def _deliver_without_order(self, *taxes, quantity=8):
        """Deliver 100 a piece of what was ordered once and taken off the order again."""
        order = self._sell(self.foods, 100)
        taxes = self.env["account.tax"].create([{"name": order.name, **tax} for tax in taxes])
        order.order_line.write(
            {"product_uom_qty": 0, "tax_ids": taxes.ids, "qty_delivered": quantity}
        )
        self.env.invalidate_all()
        return order

    def test_delivered_without_an_order_counts_with_its_taxes(self):
        cases = {
            "percent": ([{"amount": 20}], 960),
            "fixed by piece": ([{"amount": 1.5, "amount_type": "fixed"}], 812),
            "included in the price": (
                [{"amount": 25, "price_include_override": "tax_included"}],
                800,
            ),
            "of the price with the tax": ([{"amount": 20, "amount_type": "division"}], 1000),
            "none": ([], 800),
        }
        for case, (taxes, owed) in cases.items():
            with self.subTest(taxes=case):
                order = self._deliver_without_order(*taxes)
                self.assertEqual(self.limit.exposure, owed)
                order._action_cancel()

    def test_deliveries_of_before_are_filled_in(self):
        order = self._deliver_without_order({"amount": 20})
        self.env.cr.execute(
            "UPDATE sale_order_line SET counterparty_delivered_total = NULL WHERE order_id = %s",
            [order.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 0)

        self.env["counterparty.holding.balance"]._fill_at_install()

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 960)

    def test_what_will_not_be_delivered_any_more_counts_no_longer(self):
        goods = self.env["product.product"].create(
            {"name": "Crate", "type": "consu", "invoice_policy": "delivery"}
        )
        order = self._amount_order(self.foods, 0)
        line = order.order_line
        line.write({"product_id": goods.id, "product_uom_qty": 10, "price_unit": 100})
        line.tax_ids = False
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self.limit.exposure, 1000)
        move = order.picking_ids.move_ids
        move.write({"quantity": 8, "picked": True})
        order.picking_ids._action_done()
        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 1000)

        order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()

        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 800)

    def test_whoever_gets_the_invoice_owes_the_order(self):
        """A customer outside the group orders and lets a member pay."""
        with self.assertRaisesRegex(UserError, "of Northwind Foods exceeds"):
            self._sell(self.late_payer, 1001, partner_invoice_id=self.foods.id)

        order = self._sell(self.late_payer, 700, partner_invoice_id=self.foods.id)
        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 700)
        order.order_line.qty_delivered = 1
        order._create_invoices().action_post()
        self.env.invalidate_all()
        self.assertEqual(self.limit.exposure, 700)

    def test_a_draft_to_another_member_counts_the_order_once(self):
        order = self._sell(self.foods, 400)
        order.order_line.qty_delivered = 1
        draft = order._create_invoices()

        draft.partner_id = self.freight
        draft.invoice_line_ids.quantity = 0.5

        self.env.invalidate_all()
        exposures = self.env["counterparty.group.credit"]._get_exposures(self.limit)
        owed = {partner: amount for partner, amount in exposures.items() if amount}
        self.assertEqual(owed, {self.foods.id: 400})

    def test_other_members_of_other_kinds_do_not_draw_on_the_pot(self):
        self._membership(self.foods, self.late_payer, kind=self.franchise, share_basis="unknown")

        self.assertEqual(self._sell(self.late_payer, 5000).state, "sale")

    def test_partners_outside_and_other_days_pass(self):
        self.to_freight.date_to = "2022-12-31"

        for partner in (self.late_payer, self.freight):
            with self.subTest(partner=partner.name):
                self.assertEqual(self._sell(partner, 5000).state, "sale")

    def test_our_own_companies_are_no_risk(self):
        own = self.company.partner_id
        self._membership(self.holding, own, 10)
        self._invoice(own, 5000)

        self.assertEqual(self._sell(own, 5000).state, "sale")
        self.assertEqual(self._sell(self.foods, 1000).state, "sale")

    def test_contacts_order_on_the_credit_of_their_company(self):
        with self.assertRaises(UserError):
            self._sell(self.ben, 1001)

    def test_a_batch_counts_for_itself(self):
        orders = self._amount_order(self.foods, 600) | self._amount_order(self.freight, 600)

        with self.assertRaises(UserError):
            orders.with_user(self.seller).action_confirm()

    def test_of_several_limits_the_binding_one_is_named(self):
        small = self.env["counterparty.holding"].create(
            {"name": "Food chain", "head_id": self.foods.id}
        )
        self.env["counterparty.holding.limit"].create({"holding_id": small.id, "amount": 100})

        with self.assertRaisesRegex(UserError, "Food chain"):
            self._sell(self.foods, 200)

    def test_no_limit_and_a_limit_of_zero_differ(self):
        self.limit.amount = 0
        with self.assertRaises(UserError):
            self._sell(self.foods, 1)

        self.limit.has_limit = False
        self.assertEqual(self._sell(self.foods, 9999).state, "sale")

    def test_warn_confirms_and_notes(self):
        self.company.counterparty_credit_mode = "warn"

        order = self._sell(self.foods, 1200)

        self.assertEqual(order.state, "sale")
        self.assertIn("200.00", "".join(order.message_ids.mapped("body")))

    def test_off_checks_nothing(self):
        self.company.counterparty_credit_mode = "off"

        self.assertEqual(self._sell(self.foods, 1200).state, "sale")

    def test_other_companies_are_not_bound(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        order = self._amount_order(self.foods, 5000)

        self.assertEqual(self.env["counterparty.group.credit"]._get_mode(other), "off")
        self.assertFalse(self.env["counterparty.group.credit"]._get_limits(other, order.partner_id))

    def test_amounts_in_a_foreign_currency_are_converted(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "XTR",
                "symbol": "x",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )

        self.assertEqual(self._sell(self.foods, 2000, pricelist_id=pricelist.id).state, "sale")
        self.assertEqual(self.limit.exposure, 1000)

    # ------------------------------------------------------------
    # Reserved parts
    # ------------------------------------------------------------

    def test_reserved_parts_are_kept_for_their_members(self):
        self.limit.write(
            {
                "pot": "reserved",
                "reserve_ids": [Command.create({"partner_id": self.foods.id, "amount": 300})],
            }
        )

        with self.assertRaisesRegex(UserError, "part of Northwind Foods"):
            self._sell(self.foods, 301)
        with self.assertRaises(UserError):
            self._sell(self.freight, 701)
        self.assertEqual(self._sell(self.freight, 700).state, "sale")
        self.assertEqual(self._sell(self.foods, 300).state, "sale")

    def test_each_part_tells_what_is_left_of_it(self):
        part = self._reserve((self.foods, 300))
        self._invoice(self.foods, 120)
        self._invoice(self.freight, 50)

        self.env.invalidate_all()

        self.assertEqual((part.exposure, part.available), (120, 180))

    def test_parts_in_parts_are_carved_out_of_the_nearest(self):
        self._membership(self.foods, self.late_payer, 100)
        parts = [(self.foods, 600), (self.late_payer, 200)]
        self.limit.write(
            {
                "pot": "reserved",
                "reserve_ids": [
                    Command.create({"partner_id": partner.id, "amount": amount})
                    for partner, amount in parts
                ],
            }
        )

        pots = self.env["counterparty.group.credit"]._get_pots(self.limit)

        available = {
            partner.name: pots[partner.id].available
            for partner in (self.holding, self.foods, self.late_payer, self.freight)
        }
        self.assertEqual(
            available,
            {
                "Northwind Group": 400,
                "Northwind Foods": 400,
                "Slowpay Ltd": 200,
                "Northwind Freight": 400,
            },
        )

    def test_more_reserved_than_there_is_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "more than the limit"):
            self.limit.write(
                {
                    "pot": "reserved",
                    "reserve_ids": [Command.create({"partner_id": self.foods.id, "amount": 1001})],
                }
            )

    def _reserve(self, *parts):
        self.limit.write(
            {
                "pot": "reserved",
                "reserve_ids": [
                    Command.create({"partner_id": partner.id, "amount": amount})
                    for partner, amount in parts
                ],
            }
        )
        return self.limit.reserve_ids

    def test_a_part_below_a_smaller_part_is_refused_by_name(self):
        self._membership(self.foods, self.late_payer, 100)

        with self.assertRaisesRegex(ValidationError, "below Northwind Foods.*own part of .*100"):
            self._reserve((self.foods, 100), (self.late_payer, 150))

    def test_a_part_raised_on_its_own_row_is_checked(self):
        part = self._reserve((self.foods, 300))

        with self.assertRaisesRegex(ValidationError, "more than the limit"):
            part.amount = 5000

    def test_only_members_have_parts(self):
        with self.assertRaisesRegex(ValidationError, "Slowpay Ltd does not share"):
            self._reserve((self.late_payer, 300))

    def test_parts_of_members_who_left_count_nothing(self):
        part = self._reserve((self.foods, 300))

        self.to_foods.date_to = "2022-12-31"
        self.env.invalidate_all()

        pots = self.env["counterparty.group.credit"]._get_pots(self.limit)
        self.assertEqual(pots[self.freight.id].limit, 1000)
        self.assertFalse(part.is_member)

    @mute_logger("odoo.addons.base.wizard.base_partner_merge")
    def test_parts_of_merged_members_add_up(self):
        self._membership(self.holding, self.late_payer, 100)
        parts = [(self.foods, 300), (self.late_payer, 200)]
        self.limit.write(
            {
                "pot": "reserved",
                "reserve_ids": [
                    Command.create({"partner_id": partner.id, "amount": amount})
                    for partner, amount in parts
                ],
            }
        )

        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "state": "selection",
                "partner_ids": [Command.set((self.foods | self.late_payer).ids)],
                "dst_partner_id": self.foods.id,
            }
        ).action_merge()

        self.env.invalidate_all()
        self.assertEqual(self.limit.reserve_ids.mapped("amount"), [500])

    # ------------------------------------------------------------
    # Growth, override, rights
    # ------------------------------------------------------------

    def test_a_confirmed_order_cannot_grow_over_the_limit(self):
        order = self._sell(self.foods, 900)
        line = order.order_line.with_user(self.seller)

        with self.assertRaises(UserError):
            line.write({"product_uom_qty": 2, "price_unit": 900})
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            line.create({"order_id": order.id, "product_id": self.service.id, "price_unit": 101})
        self.env.invalidate_all()
        line.price_unit = 1000
        self.assertEqual(order.amount_total, 1000)

    def test_units_of_a_confirmed_order_count(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._sell(self.foods, 400)

        with self.assertRaises(UserError):
            order.order_line.with_user(self.seller).write(
                {"product_uom_id": dozen.id, "price_unit": 4800}
            )

    def test_a_confirmed_order_cannot_leave_prepaid_terms_over_the_limit(self):
        prepaid = self.env["account.payment.term"].create(
            {"name": "In advance", "counterparty_is_prepaid": True}
        )
        later = self.env.ref("account.account_payment_term_30days")
        order = self._sell(self.foods, 1200, payment_term_id=prepaid.id)

        with self.assertRaises(UserError):
            order.with_user(self.seller).payment_term_id = later

    def test_a_confirmed_order_cannot_pass_to_a_member_over_the_limit(self):
        for name in ("partner_id", "partner_invoice_id"):
            with self.subTest(field=name), self.assertRaises(UserError):
                order = self._sell(self.late_payer, 1200)
                order.with_user(self.seller)[name] = self.foods

    def test_one_save_is_checked_as_a_whole(self):
        order = self._amount_order(self.foods, 500)
        order.order_line.copy({"order_id": order.id})
        order.with_user(self.seller).action_confirm()
        self._invoice(self.freight, 600)
        first, second = order.order_line

        order.with_user(self.seller).order_line = [
            Command.update(first.id, {"price_unit": 600}),
            Command.update(second.id, {"price_unit": 200}),
        ]

        self.assertEqual(order.amount_total, 800)
        with self.assertRaises(UserError):
            order.with_user(self.seller).order_line = [
                Command.update(first.id, {"price_unit": 700}),
                Command.update(second.id, {"price_unit": 150}),
            ]

    def test_an_order_over_the_limit_may_shrink(self):
        order = self._sell(self.foods, 900)
        self._invoice(self.freight, 600)

        order.order_line.with_user(self.seller).price_unit = 800

        self.assertEqual(order.amount_total, 800)

    def test_growth_by_a_job_is_noted_and_not_refused(self):
        order = self._sell(self.foods, 900)

        order.order_line.sudo().price_unit = 2700

        self.assertEqual(order.amount_total, 2700)
        self.assertIn("exceeds the credit", "".join(order.message_ids.mapped("body")))

    def test_the_credit_group_confirms_with_a_reason(self):
        order = self._amount_order(self.foods, 1200)
        with self.assertRaises(UserError):
            order.with_user(self.decider).action_confirm()

        form = Form(
            self.env["counterparty.credit.override"]
            .with_user(self.decider)
            .with_context(default_order_id=order.id)
        )
        form.reason = "Bank guarantee"
        form.save().action_apply()

        self.assertEqual(order.state, "sale")
        self.assertIn("Bank guarantee", "".join(order.message_ids.mapped("body")))

    def test_the_permission_ends_at_its_amount(self):
        order = self._amount_order(self.foods, 1200)
        self.env["counterparty.credit.override"].with_user(self.decider).create(
            {"order_id": order.id, "reason": "Guarantee", "amount": 1200}
        ).action_apply()

        with self.assertRaises(UserError):
            order.order_line.with_user(self.seller).price_unit = 1300

    def test_sellers_cannot_give_themselves_permission(self):
        order = self._amount_order(self.foods, 1200)

        with self.assertRaises(AccessError):
            self.env["counterparty.credit.override"].with_user(self.seller).create(
                {"order_id": order.id, "reason": "I want"}
            )

    def test_sellers_cannot_write_the_permission_themselves(self):
        order = self._amount_order(self.foods, 1200).with_user(self.seller)

        with self.assertRaises(AccessError):
            order.counterparty_credit_override = 5000
        with self.assertRaises(AccessError):
            order.create({"partner_id": self.foods.id, "counterparty_credit_override": 5000})

    def test_the_order_form_warns_before(self):
        order = self._amount_order(self.foods, 1200).with_user(self.seller)

        self.assertIn("200.00", order.counterparty_credit_warning)
        order.order_line.price_unit = 10
        self.assertFalse(order.counterparty_credit_warning)

    def test_limits_are_read_by_officers_and_set_by_managers(self):
        self.assertTrue(self.limit.with_user(self.officer).has_access("read"))
        self.assertFalse(self.limit.with_user(self.officer).has_access("write"))
        self.assertTrue(self.limit.with_user(self.manager).has_access("write"))
        self.assertFalse(self.limit.with_user(self.user).has_access("read"))

    # ------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------

    def _count_queries(self, partner):
        order = self._amount_order(partner, 10).with_user(self.seller)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        order.action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def test_a_partner_in_no_group_costs_at_most_one_query(self):
        self.company.counterparty_credit_mode = "off"
        self._count_queries(self.late_payer)
        off = self._count_queries(self.late_payer)

        self.company.counterparty_credit_mode = "block"
        self._count_queries(self.late_payer)
        on = self._count_queries(self.late_payer)

        self.assertLessEqual(on, off + 1)
