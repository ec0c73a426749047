from odoo import Command
from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactDiscount(ProfitCase):
    """A discount that stands on a line of its own lowers the profit by what it takes off."""

    def _unknown(self, moves):
        return round(sum(self._facts(moves).mapped("unknown")), 2)

    # ------------------------------------------------------------
    # What is a discount
    # ------------------------------------------------------------

    def test_hosts_global_discount_lowers_the_profit(self):
        self.goods.standard_price = 60
        order = self._order((self.goods, 10, 100.0))
        self._deliver(order)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()

        invoice = self._invoice_orders(order)

        self.assertEqual(self._sums(invoice), (900, 600, 300))
        self.assertEqual(self._unknown(invoice), 0)
        self.assertEqual(self._bases(invoice)[1], "discount")
        self.assert_matches_ledger(invoice)

    def test_discount_hides_nothing_of_services_without_a_cost(self):
        invoice = self._invoice(
            self._line(self.service, price=800), self._line(self.service, price=-800)
        )

        self.assertEqual(self._unknown(invoice), 800)
        self.assertEqual(self._sums(invoice), (0, 0, -800))

    def test_discount_without_a_product_lowers_the_profit(self):
        invoice = self._invoice(
            self._line(),
            Command.create({"name": "Rebate", "price_unit": -5, "tax_ids": [Command.clear()]}),
        )

        self.assertEqual(self._sums(invoice), (95, 10, 85))
        self.assertEqual(self._unknown(invoice), 0)

    def test_discount_that_somebody_gave_a_cost_keeps_it(self):
        self.service.standard_price = 3

        invoice = self._invoice(self._line(), self._line(self.service, price=-30))

        self.assertEqual(self._sums(invoice), (70, 13, 57))

    def test_stored_goods_without_a_cost_are_no_discount(self):
        self.goods.standard_price = 0

        invoice = self._invoice(
            self._line(quantity=2), self._line(quantity=-1), self._line(price=-50)
        )

        self.assertEqual(self._bases(invoice), ["missing"] * 3)
        self.assertEqual(self._sums(invoice), (50, 0, 0))

    def test_service_of_an_order_taken_back_on_an_invoice_is_no_discount(self):
        order = self._order((self.service, 10, 100.0))
        taken = [Command.set(order.order_line.ids)]
        sold = self._invoice(self._line(self.service, quantity=10, sale_line_ids=taken))
        back = self._invoice(
            self._line(self.service, quantity=-2, sale_line_ids=taken), self._line(price=500)
        )

        self.assertEqual(self._bases(back)[0], "service")
        self.assertEqual(self._unknown(sold | back), 800)

    def test_discount_of_a_credit_note_raises_the_profit_again(self):
        self.service.standard_price = 0
        credit = self._invoice(
            self._line(price=70), self._line(self.service, price=-7), kind="out_refund"
        )

        self.assertEqual(self._sums(credit), (-63, -10, -53))
        self.assertEqual(self._unknown(credit), 0)

    def test_credit_takes_a_discount_back(self):
        invoice = self._invoice(self._line(), self._line(self.service, price=-30))
        credit = self._credit(invoice)

        self.assertEqual(self._sums(invoice), (70, 10, 60))
        self.assertEqual(self._sums(credit), (-70, -10, -60))
        self.assertEqual(self._unknown(invoice | credit), 0)

    def test_draft_and_rebuild_return_the_same(self):
        invoice = self._invoice(self._line(), self._line(self.service, price=-30))

        invoice.button_draft()
        invoice.action_post()
        posted_again = self._sums(invoice)
        self.Fact._rebuild(self.company)

        self.assertEqual((posted_again, self._sums(invoice)), ((70, 10, 60), (70, 10, 60)))

    def test_discount_that_became_a_sale_on_the_draft_is_one(self):
        invoice = self._invoice(self._line(price=100), self._line(self.service, price=-30))

        invoice.button_draft()
        invoice.invoice_line_ids[1].price_unit = 30
        invoice.action_post()

        self.assertEqual(self._bases(invoice)[1], "service")
        self.assertEqual(self._sums(invoice), (130, 10, 90))

    # ------------------------------------------------------------
    # Facts of earlier versions
    # ------------------------------------------------------------

    def _as_before(self, moves):
        """Let facts say of discounts what earlier versions wrote."""
        lines = self._facts(moves).filtered(lambda fact: fact.cost_basis == "discount")
        ids = lines.mapped("line_id")
        back = self.env["account.move.line"].search([("reversed_line_id", "in", ids)])
        self.env.cr.execute(
            """UPDATE counterparty_sale_fact SET unknown = revenue, profit = 0,
                      cost_basis = CASE WHEN product_id IS NULL THEN 'missing' ELSE 'service' END
                WHERE line_id = ANY(%s) AND kind <> 'cost'""",
            [[*ids, *back.ids]],
        )
        self.env.invalidate_all()

    def _totals(self, moves):
        return [
            (fact.line_id, fact.kind, fact.date, fact.profit, fact.unknown or 0, fact.cost_basis)
            for fact in self._facts(moves)
        ]

    def test_upgrade_moves_discounts_into_the_profit_of_their_month(self):
        invoice = self._invoice(
            self._line(),
            self._line(self.service, price=-30),
            self._line(self.service, price=40),
            Command.create({"name": "Rebate", "price_unit": -5, "tax_ids": [Command.clear()]}),
        )
        credit = self._credit(invoice)
        again = self._credit(credit)
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids,
            self.autumn,
            self.env["utm.medium"],
            self.env["utm.source"],
            "The fair brought them",
        )
        moves = invoice | credit | again
        right = self._totals(moves)
        self._as_before(moves)
        wrong = self._totals(moves)
        self.company.sale_lock_date = "2026-12-31"

        changed = self.Fact._set_discounts_apart()
        same = self.Fact._set_discounts_apart()

        self.assertNotEqual(wrong, right)
        self.assertEqual(self._totals(moves), right)
        self.assertTrue(changed)
        self.assertFalse(same)
        self.assertEqual(self._unknown(invoice), 40)
        self.assertFalse(self.Fact._find_differences(self.company).keys() & set(moves.ids))

    def test_upgrade_leaves_what_is_no_discount_and_what_was_corrected(self):
        self.goods.standard_price = 0
        plain = self._invoice(self._line(), self._line(self.service), self._line(price=-50))
        given = self._invoice(self._line(), self._line(self.service, price=-30))
        self._as_before(given)
        line = given.invoice_line_ids[1]
        self.env["counterparty.sale.correction"]._correct_cost(self.company, {line.id: 2}, "Known")
        moves = plain | given
        before = self._totals(moves)

        self.assertFalse(self.Fact._set_discounts_apart())
        self.assertEqual(self._totals(moves), before)
