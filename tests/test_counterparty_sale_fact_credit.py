from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactCredit(ProfitCase):
    def test_full_reversal_leaves_nothing_whatever_the_valuation(self):
        for goods in (self.goods, self.ledger_goods, self.service):
            for cancel in (True, False):
                with self.subTest(goods=goods.name, cancel=cancel):
                    invoice = self._invoice(
                        self._line(goods, quantity=2), campaign_id=self.spring.id
                    )
                    goods.standard_price += 5
                    credit = self._credit(invoice, cancel=cancel)

                    self.assertEqual(self._sums(invoice | credit), (0, 0, 0))
                    self.assertEqual(self._by_campaign(invoice | credit), {})
                    self.assertEqual(set(self._facts(credit).mapped("campaign_basis")), {"mirror"})

    def test_credit_of_a_part_takes_its_part_of_the_cost(self):
        invoice = self._invoice(self._line(quantity=3))
        self.goods.standard_price = 99
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1

        credit.action_post()

        self.assertEqual(self._sums(credit), (-100, -10, -90))

    def test_credit_of_the_price_alone_keeps_the_cost(self):
        for goods in (self.goods, self.ledger_goods):
            invoice = self._invoice(self._line(goods))
            credit = self._credit(invoice, post=False)
            credit.invoice_line_ids.write({"price_unit": 30, "counterparty_goods_kept": True})

            credit.action_post()

            self.assertEqual(self._sums(credit), (-30, 0, -30))
            self.assertEqual(self._sums(invoice | credit), (70, 10, 60))
            self.assertEqual(self._facts(credit).quantity, 0)

    def test_credit_after_the_campaign_ended_still_counts_against_it(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        self.spring.write({"active": False, "counterparty_date_to": "2026-03-11"})

        credit = self._credit(invoice, day="2026-12-01")

        self.assertEqual(self._by_campaign(credit), {"Spring": -100})

    def test_second_credit_of_the_same_goes_to_no_campaign(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        first = self._credit(invoice)

        second = self._credit(invoice)

        self.assertEqual(self._by_campaign(invoice | first), {})
        self.assertEqual(self._by_campaign(second), {False: -100})
        self.assertEqual(self._facts(second).mapped("campaign_basis"), ["excess"])
        self.assertEqual(self._sums(second), (-100, 0, -100))

    def test_second_credit_of_unknown_cost_is_no_loss(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        self._credit(invoice)

        second = self._credit(invoice)

        self.assertEqual(self._bases(second), ["missing"])
        self.assertEqual(self._sums(second), (-100, 0, 0))
        self.assertEqual(self._facts(second).unknown, -100)

    def test_second_credit_of_an_advance_is_no_loss(self):
        invoice = self._invoice(self._line(self.down_payment, price=300), post=False)
        invoice.invoice_line_ids.is_downpayment = True
        invoice.action_post()
        self._credit(invoice)

        second = self._credit(invoice)

        self.assertEqual(self._sums(second), (0, 0, 0))
        self.assertEqual(self._facts(second).advance, -300)

    def test_two_credits_posted_together_share_the_original(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        credits = self._credit(invoice, post=False) | self._credit(invoice, post=False)

        credits.action_post()

        self.assertEqual(self._by_campaign(invoice | credits), {False: -100})
        self.assertEqual(self._sums(invoice | credits), (-100, 0, -100))

    def test_credit_larger_than_the_original_is_cut_at_it(self):
        invoice = self._invoice(self._line(quantity=2), campaign_id=self.spring.id)
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 5

        credit.action_post()

        self.assertEqual(self._by_campaign(credit), {"Spring": -200, False: -300})
        self.assertEqual(self._sums(credit), (-500, -20, -480))
        self.assert_matches_ledger(credit)

    def test_credit_by_hand_that_names_its_invoice_finds_its_lines(self):
        invoice = self._invoice(
            self._line(price=100), self._line(price=80), campaign_id=self.spring.id
        )
        self.goods.standard_price = 99
        credit = self._invoice(
            self._line(price=80), kind="out_refund", reversed_entry_id=invoice.id
        )

        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids[1])
        self.assertEqual(self._sums(credit), (-80, -10, -70))
        self.assertEqual(self._by_campaign(credit), {"Spring": -80})

    def test_credit_by_hand_that_names_nothing_takes_the_cost_of_today(self):
        credit = self._invoice(self._line(quantity=2), kind="out_refund")

        self.assertEqual(self._sums(credit), (-200, -20, -180))
        self.assertEqual(self._bases(credit), ["standard"])

    def test_reversed_credit_sells_again(self):
        invoice = self._invoice(campaign_id=self.spring.id)
        credit = self._credit(invoice)

        again = self._credit(credit)

        self.assertEqual(self._sums(again), (100, 10, 90))
        self.assertEqual(self._by_campaign(again), {"Spring": 100})

    def test_copy_that_replaces_the_invoice_is_a_sale_of_its_own(self):
        invoice = self._invoice()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = wizard.modify_moves()
        copy = self.env["account.move"].browse(action["res_id"])

        self.assertFalse(copy.invoice_line_ids.reversed_line_id)

    def test_credit_of_unknown_cost_stays_unknown(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        self.goods.standard_price = 10

        credit = self._credit(invoice)

        facts = self._facts(invoice | credit)
        self.assertEqual(sum(facts.mapped("unknown")), 0)
        self.assertEqual(self._sums(credit), (-100, 0, 0))

    def test_negative_lines_are_credited_to_the_cent(self):
        invoice = self._invoice(
            self._line(price=100), self._line(self.service, price=-10), campaign_id=self.spring.id
        )

        credit = self._credit(invoice)

        self.assertEqual(self._by_campaign(credit), {"Spring": -90})

    def test_credit_in_another_currency_counts_what_the_ledger_says(self):
        euro = self._euro({"2026-01-01": 0.5, "2026-03-15": 0.25})
        invoice = self._invoice(currency_id=euro.id, campaign_id=self.spring.id)

        credit = self._credit(invoice, day="2026-03-20")

        self.assertEqual(self._sums(invoice), (200, 10, 190))
        self.assertEqual(self._by_campaign(credit), {"Spring": -200, False: -200})
        self.assert_matches_ledger(credit)

    def test_return_of_an_order_takes_back_what_its_invoice_earned(self):
        order = self._order((self.goods, 2, 100.0), campaign=self.spring)
        self._deliver(order)
        invoice = self._invoice_orders(order)
        self.goods.standard_price = 99
        order.order_line.qty_delivered = 1
        order.order_line.product_uom_qty = 1

        credit = order._create_invoices(final=True)
        credit.write({"invoice_date": "2026-06-10", "date": "2026-06-10"})
        credit.action_post()

        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)
        self.assertEqual(self._sums(credit), (-100, -10, -90))
        self.assertEqual(self._by_campaign(credit), {"Spring": -100})

    def test_credit_by_hand_finds_the_latest_open_sale_of_the_same(self):
        older, newer = self._invoice(day="2026-01-10"), self._invoice(day="2026-02-10")
        self._invoice(self._line(price=120), day="2026-02-20")
        self.goods.standard_price = 99

        credits = [self._invoice(kind="out_refund") for _time in range(3)]

        origins = [credit.invoice_line_ids.reversed_line_id.move_id for credit in credits]
        self.assertEqual(origins, [newer, older, self.env["account.move"]])
        self.assertEqual([self._sums(credit)[1] for credit in credits], [-10, -10, -99])

    def test_credits_by_hand_posted_together_take_back_different_sales(self):
        older, newer = (self._invoice(self._line(quantity=2), day=f"2026-0{n}-10") for n in (1, 2))

        credits = self.env["account.move"].concat(
            *(
                self._invoice(self._line(quantity=quantity), kind="out_refund", post=False)
                for quantity in (1, 2, 1, 1)
            )
        )
        credits.action_post()

        origins = [credit.invoice_line_ids.reversed_line_id.move_id for credit in credits]
        self.assertEqual(origins, [newer, older, newer, self.env["account.move"]])

    def test_credits_by_hand_look_for_their_sales_in_one_query(self):
        products = self.env["product.product"].create(
            [{"name": f"Part {number}", "type": "service"} for number in range(8)]
        )
        sold = self._invoice(*(self._line(product) for product in products))
        found = []
        for batch in (products[:2], products[2:]):
            credits = self.env["account.move"].concat(
                *(
                    self._invoice(self._line(product), kind="out_refund", post=False)
                    for product in batch
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count

            credits._link_reversed_lines()
            self.env.flush_all()

            found.append(self.env.cr.sql_log_count - before)
            origins = credits.invoice_line_ids.reversed_line_id
            self.assertEqual(origins.product_id, batch)
            self.assertLessEqual(origins, sold.invoice_line_ids)

        few, many = found
        self.assertLessEqual(many, few)

    def test_return_of_two_orders_takes_back_what_each_was_invoiced(self):
        orders = [self._order((self.goods, 2, 100.0), campaign=self.spring) for _time in range(2)]
        invoices = [self._invoice_orders(order) for order in orders]
        for order in orders:
            order.order_line.product_uom_qty = 0

        credits = [order._create_invoices(final=True) for order in orders]
        for credit in reversed(credits):
            credit.write({"invoice_date": "2026-06-10", "date": "2026-06-10"})
        (credits[0] | credits[1]).action_post()

        for credit, invoice in zip(credits, invoices, strict=True):
            self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)

    def test_negative_quantity_takes_nothing_back(self):
        self._invoice()

        charge = self._invoice(
            self._line(quantity=-1), self._line(self.service, price=300), kind="out_refund"
        )

        self.assertFalse(charge.invoice_line_ids[0].reversed_line_id)

    def test_lower_price_credits_the_price_alone_unless_said_otherwise(self):
        invoice = self._invoice(self._line(quantity=10))
        credit = self._credit(invoice, post=False)

        credit.invoice_line_ids.price_unit = 10

        self.assertTrue(credit.invoice_line_ids.counterparty_goods_kept)
        credit.action_post()
        self.assertEqual(self._sums(credit), (-100, 0, -100))

        returned = self._credit(invoice, post=False)
        returned.invoice_line_ids.price_unit = 90
        returned.invoice_line_ids.counterparty_goods_kept = False
        returned.action_post()
        self.assertEqual(self._sums(returned), (-900, -100, -800))

    def test_draft_of_a_credit_warns_before_its_cost_surprises(self):
        clerk = self._profit_user("clara", "account.group_account_invoice", "group_user")
        invoice = self._invoice(self._line(self.ledger_goods), self._line())
        credit = self._credit(invoice, post=False)
        by_hand = self._invoice(kind="out_refund", post=False)

        self.assertFalse(credit.with_user(clerk).alerts)
        credit.invoice_line_ids.price_unit = 5
        warning = credit.with_user(clerk).alerts["counterparty_goods_kept"]["message"]
        self.assertIn("Lines where only the price is credited: 2.", warning)
        self.assertIn("The ledger takes their cost back", warning)
        unnamed = by_hand.with_user(clerk).alerts["counterparty_unnamed"]["message"]
        self.assertIn("Lines that do not say which invoice line they take back: 1.", unnamed)
        by_hand.action_post()
        self.env.invalidate_all()
        self.assertFalse(by_hand.with_user(clerk).alerts)

    def test_people_without_the_area_are_warned_of_nothing_new(self):
        clerk = self._profit_user("carl", "account.group_account_invoice")
        by_hand = self._invoice(kind="out_refund", post=False)

        self.assertFalse(by_hand.with_user(clerk).alerts)

    def test_posted_credit_goes_on_taking_back_the_same(self):
        invoice = self._invoice()
        line = self._credit(invoice).invoice_line_ids

        for values in ({"reversed_line_id": False}, {"counterparty_goods_kept": True}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "is posted"):
                line.write(values)
        line.write({"reversed_line_id": invoice.invoice_line_ids.id})

    def test_credit_takes_back_only_the_same_product_of_the_same_customer(self):
        other = self.env["res.partner"].create({"name": "Contoso"})
        for origin in (
            self._invoice(self._line(self.service)),
            self._invoice(partner_id=other.id),
        ):
            credit = self._invoice(kind="out_refund", post=False)
            with self.assertRaisesRegex(ValidationError, "same company, customer and product"):
                credit.invoice_line_ids.reversed_line_id = origin.invoice_line_ids

    def test_lower_price_by_hand_keeps_the_goods_of_the_named_invoice(self):
        invoice = self._invoice(self._line(quantity=10), campaign_id=self.spring.id)

        credit = self._invoice(
            self._line(quantity=10, price=10), kind="out_refund", reversed_entry_id=invoice.id
        )

        self.assertTrue(credit.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(credit), (-100, 0, -100))
        self.assertEqual(self._by_campaign(credit), {"Spring": -100})

    def test_line_that_became_another_product_takes_nothing_back(self):
        invoice = self._invoice(self._line(quantity=2))
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.product_id = self.service
        credit.invoice_line_ids.price_unit = 100

        credit.action_post()

        self.assertFalse(credit.invoice_line_ids.reversed_line_id)
        self.assertEqual(self._sums(credit), (-200, 0, 0))
