from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactGoodsKept(ProfitCase):
    """Whether the goods come back: what one unit is credited with, against what it was sold for."""

    def _included_tax(self):
        return self.env["account.tax"].create(
            {
                "name": "Included 19%",
                "amount": 19,
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
                "company_id": self.company.id,
            }
        )

    def _fill(self, *moves):
        """Bring documents in as those of the past: without facts, links or choices of ours."""
        self.env.flush_all()
        ids = [move.id for move in moves]
        self.env.cr.execute("DELETE FROM counterparty_sale_fact")
        self.env.cr.execute("DELETE FROM counterparty_sale_fact_kept")
        self.env.cr.execute(
            """UPDATE account_move_line
                  SET reversed_line_id = NULL, counterparty_goods_kept = NULL
                WHERE move_id = ANY(%s)""",
            [ids],
        )
        self.env.invalidate_all()
        self.env["ir.config_parameter"].set_param("counterparty_crm.facts_cursor", "9999-12-31,0")
        while self.Fact._fill_chunk():
            pass

    # ------------------------------------------------------------
    # Live
    # ------------------------------------------------------------

    def test_discount_typed_into_the_price_brings_the_goods_back(self):
        invoice = self._invoice(self._line(quantity=10, discount=10))

        credit = self._invoice(
            self._line(quantity=10, price=90), kind="out_refund", reversed_entry_id=invoice.id
        )

        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_discount_on_a_credit_leaves_the_goods(self):
        invoice = self._invoice(self._line(quantity=10))
        credit = self._credit(invoice, post=False)

        credit.invoice_line_ids.discount = 60

        self.assertTrue(credit.invoice_line_ids.counterparty_goods_kept)
        credit.action_post()
        self.assertEqual(self._sums(credit), (-400, 0, -400))

    def test_tax_included_price_credited_without_tax_brings_the_goods_back(self):
        tax = self._included_tax()
        invoice = self._invoice(self._line(price=119, tax_ids=tax.ids))

        credit = self._invoice(
            self._line(price=100), kind="out_refund", reversed_entry_id=invoice.id
        )

        self.assertFalse(credit.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_rounded_totals_of_a_part_bring_the_goods_back(self):
        invoice = self._invoice(self._line(quantity=3, price=33.335))
        credit = self._credit(invoice, post=False)

        credit.invoice_line_ids.quantity = 1

        self.assertFalse(credit.invoice_line_ids.counterparty_goods_kept)

    def test_other_quantity_keeps_what_was_said_about_the_goods(self):
        invoice = self._invoice(self._line(quantity=10))
        line = self._credit(invoice, post=False).invoice_line_ids
        line.price_unit = 90
        line.counterparty_goods_kept = False

        line.quantity = 5

        self.assertFalse(line.counterparty_goods_kept)

    def test_credit_by_hand_finds_the_sale_of_the_same_net_price(self):
        invoice = self._invoice(self._line(quantity=10, discount=10))

        credit = self._invoice(self._line(quantity=10, price=90), kind="out_refund")

        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_flag_on_an_invoice_is_refused_and_makes_no_full_margin(self):
        invoice = self._invoice(self._line(quantity=10), post=False)
        with self.assertRaisesRegex(ValidationError, "Only a credit note"):
            invoice.invoice_line_ids.counterparty_goods_kept = True
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET counterparty_goods_kept = TRUE WHERE id = %s",
            invoice.invoice_line_ids.ids,
        )
        self.env.invalidate_all()

        invoice.action_post()

        self.assertEqual(self._sums(invoice), (1000, 100, 900))

    def test_price_credit_that_names_no_sale_takes_no_goods_back(self):
        credit = self._invoice(
            self._line(quantity=10, price=5, counterparty_goods_kept=True), kind="out_refund"
        )

        self.assertFalse(credit.invoice_line_ids.reversed_line_id)
        self.assertEqual(self._sums(credit), (-50, 0, -50))
        self.assertEqual(self._facts(credit).quantity, 0)

    # ------------------------------------------------------------
    # Never a reason for a posting to fail
    # ------------------------------------------------------------

    def test_credit_for_another_customer_is_posted_without_a_link(self):
        invoice = self._invoice()
        other = self.env["res.partner"].create({"name": "Contoso"})
        credit = self._invoice(
            self._line(),
            kind="out_refund",
            reversed_entry_id=invoice.id,
            partner_id=other.id,
            post=False,
        )

        credit.action_post()

        self.assertEqual(credit.state, "posted")
        self.assertFalse(credit.invoice_line_ids.reversed_line_id)

    def test_salesperson_credits_an_invoice_of_a_colleague(self):
        invoice = self._invoice(invoice_user_id=self.env.user.id)
        seller = self._profit_user(
            "sela", "sales_team.group_sale_salesman", "account.group_account_invoice"
        )
        self.env["ir.rule"].create(
            {
                "name": "Own invoices",
                "model_id": self.env.ref("account.model_account_move").id,
                "domain_force": "[('invoice_user_id', '=', user.id)]",
            }
        )
        self.env["ir.rule"].create(
            {
                "name": "Own invoice lines",
                "model_id": self.env.ref("account.model_account_move_line").id,
                "domain_force": "[('move_id.invoice_user_id', '=', user.id)]",
            }
        )
        credit = self._invoice(
            self._line(),
            kind="out_refund",
            reversed_entry_id=invoice.id,
            invoice_user_id=seller.id,
            post=False,
        )
        self.env.flush_all()
        self.env.invalidate_all()

        credit.with_user(seller)._link_reversed_lines()

        self.assertEqual(credit.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)

    # ------------------------------------------------------------
    # The past
    # ------------------------------------------------------------

    def test_fill_keeps_the_goods_where_the_price_alone_was_credited(self):
        invoice = self._invoice(self._line(quantity=10), campaign_id=self.spring.id)
        rebate = self._invoice(
            self._line(quantity=10, price=5), kind="out_refund", reversed_entry_id=invoice.id
        )

        self._fill(invoice, rebate)

        self.assertTrue(rebate.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(invoice | rebate), (950, 100, 850))
        self.assertEqual(self._by_campaign(rebate), {"Spring": -50})

    def test_fill_reads_discounts_of_the_past_like_prices(self):
        invoice = self._invoice(self._line(quantity=10), self._line(self.service, discount=10))
        rebate = self._credit(invoice, post=False)
        rebate.invoice_line_ids[0].discount = 60
        rebate.invoice_line_ids[1].write({"price_unit": 90, "discount": 0})
        rebate.action_post()

        self._fill(invoice, rebate)

        goods, service = rebate.invoice_line_ids
        self.assertEqual(rebate.invoice_line_ids.reversed_line_id, invoice.invoice_line_ids)
        self.assertTrue(goods.counterparty_goods_kept)
        self.assertFalse(service.counterparty_goods_kept)
        self.assertEqual(self._sums(rebate)[1], 0)

    def test_fill_believes_the_ledger_that_took_the_goods_back(self):
        invoice = self._invoice(self._line(self.ledger_goods, quantity=10))
        rebate = self._invoice(
            self._line(self.ledger_goods, quantity=10, price=5),
            kind="out_refund",
            reversed_entry_id=invoice.id,
        )

        self._fill(invoice, rebate)

        self.assertFalse(rebate.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(invoice | rebate), (950, 0, 950))

    def test_second_fill_leaves_what_was_said_live(self):
        invoice = self._invoice(self._line(quantity=10))
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.price_unit = 90
        credit.invoice_line_ids.counterparty_goods_kept = False
        credit.action_post()

        self.Fact._fill_at_install()

        self.assertFalse(credit.invoice_line_ids.counterparty_goods_kept)
        self.assertEqual(self._sums(credit), (-900, -100, -800))
