from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_counterparty_document import DocumentCase

MRN = "26BG001234567890A1"


@tagged("post_install", "-at_install", "counterparty_counterparty")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyDocumentTrade(DocumentCase):
    """Customs declarations and supplier agreements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._user("bob", "purchase.group_purchase_user")
        cls.tools = cls.env["product.category"].create({"name": "Tools"})
        cls.drills = cls.env["product.category"].create(
            {"name": "Drills", "parent_id": cls.tools.id}
        )
        cls.drill = cls.env["product.product"].create(
            {"name": "Drill", "type": "consu", "categ_id": cls.drills.id, "standard_price": 50.0}
        )

    # ------------------------------------------------------------
    # Customs declarations
    # ------------------------------------------------------------

    def _declaration(self, **values):
        return self._document(
            "customs", self.freight, **{"number": MRN, "office_id": self.tax_office.id, **values}
        )

    def _receipt(self):
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        return self.env["stock.picking"].create(
            {"picking_type_id": warehouse.in_type_id.id, "partner_id": self.freight.id}
        )

    def test_declaration_with_two_receipts_and_one_bill(self):
        receipts = self._receipt() | self._receipt()
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.freight.id}
        )

        declaration = self._declaration(
            procedure="40 00",
            customs_value=1000,
            duty_amount=50,
            vat_amount=210,
            picking_ids=[Command.set(receipts.ids)],
            bill_ids=[Command.set(bill.ids)],
        )

        self.assertEqual(declaration.picking_ids, receipts)
        self.assertEqual(declaration.bill_ids, bill)
        self.assertEqual(declaration.section_id.code, "customs")

    def test_an_mrn_is_registered_once(self):
        self._declaration()

        with self.assertRaisesRegex(UserError, "26BG001234567890A1.*Northwind Freight"):
            self._declaration(number="26bg 0012 3456 7890 a1")

    def test_declaration_needs_mrn_and_another_office(self):
        for values in (
            {"number": False},
            {"office_id": False},
            {"office_id": self.freight.id},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._declaration(**values)

    def test_negative_amounts_are_refused(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._declaration(duty_amount=-1).flush_recordset()

    # ------------------------------------------------------------
    # Supplier agreements
    # ------------------------------------------------------------

    def _agreement(self, *lines, **values):
        commands = [
            Command.create({"category_id": category, "turnover": turnover, "percent": percent})
            for category, turnover, percent in lines
        ]
        return self._document("agreement", self.freight, discount_ids=commands, **values)

    def _line(self, product=None, **values):
        with Form(self.env["purchase.order"].with_user(self.buyer)) as form:
            form.partner_id = self.freight
            for name, value in values.items():
                form[name] = value
            with form.order_line.new() as line:
                line.product_id = product or self.drill
        return form.record.order_line

    def test_discount_of_a_category_holds_for_all_below(self):
        self._agreement((self.tools.id, 0, 12))

        self.assertEqual(self._line().discount, 12)
        self.assertEqual(self._line(self.service).discount, 0)

    def test_lines_of_other_code_get_the_discount_too(self):
        self._agreement((False, 0, 12))

        order = self.env["purchase.order"].create(
            {
                "partner_id": self.freight.id,
                "order_line": [Command.create({"product_id": self.drill.id})],
            }
        )

        self.assertEqual(order.order_line.discount, 12)

    def test_confirmed_orders_keep_what_was_agreed(self):
        self._agreement((False, 0, 12))
        line = self._line()
        line.discount = 0
        line.order_id.button_confirm()

        line.product_qty = 5

        self.assertEqual(line.discount, 0)

    def test_confirmed_order_keeps_its_agreed_discount(self):
        self._agreement((False, 0, 12))
        self.drill.seller_ids = [Command.create({"partner_id": self.freight.id, "price": 50.0})]
        line = self._line()
        line.order_id.button_confirm()

        line.product_qty = 5

        self.assertEqual(line.discount, 12)

    def test_discount_cleared_by_the_buyer_stays_cleared(self):
        self._agreement((False, 0, 12))
        self.drill.seller_ids = [Command.create({"partner_id": self.freight.id, "price": 50.0})]
        for typed in (0.0, 20.0):
            with self.subTest(typed=typed), Form(self.env["purchase.order"]) as form:
                form.partner_id = self.freight
                with form.order_line.new() as line:
                    line.product_id = self.drill
                    self.assertEqual(line.discount, 12)
                    line.discount = typed
                    line.product_qty = 7
                    self.assertEqual(line.discount, typed)
            saved = form.record.order_line
            saved.product_qty = 9
            self.assertEqual(saved.discount, typed)

    def test_other_article_or_supplier_gets_its_own_discount(self):
        self._agreement((self.tools.id, 0, 12))
        line = self._line()
        line.discount = 0

        with Form(line.order_id) as form, form.order_line.edit(0) as edited:
            edited.product_id = self.service
            edited.product_id = self.drill
            self.assertEqual(edited.discount, 12)
        self.assertEqual(line.discount, 12)
        line.order_id.partner_id = self.foods

        self.assertEqual(line.discount, 0)

    def test_prices_named_by_other_code_are_the_agreed_ones(self):
        self._agreement((False, 0, 12))
        values = {"product_id": self.drill.id, "product_qty": 1, "price_unit": 80.0}

        order = self.env["purchase.order"].create(
            {"partner_id": self.freight.id, "order_line": [Command.create(values)]}
        )

        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (80.0, 0))

    def test_prices_agreed_by_hand_get_no_discount_on_top(self):
        self._agreement((False, 0, 12))
        line = self._line()
        line.write({"price_unit": 40.0, "discount": 0})

        line.product_qty = 5

        self.assertEqual((line.price_unit, line.discount), (40.0, 0))

    def test_replenishment_gets_the_discount(self):
        self._agreement((False, 0, 12))
        self.drill.seller_ids = [Command.create({"partner_id": self.freight.id, "price": 50.0})]
        order = self.env["purchase.order"].create({"partner_id": self.freight.id})
        Line = self.env["purchase.order.line"]

        values = Line._prepare_purchase_order_line(
            self.drill, 4, self.drill.uom_id, self.env.company, self.freight, order
        )

        self.assertEqual(Line.create(values).discount, 12)

    def test_agreements_are_looked_up_once_per_order(self):
        self._agreement((False, 0, 12))
        Document = self.env.registry["counterparty.document"]
        find = Document._get_agreed_discounts
        lines = [Command.create({"product_id": self.drill.id}) for _number in range(5)]

        order = self.env["purchase.order"].create(
            {"partner_id": self.freight.id, "order_line": lines}
        )
        order.order_line.discount = 0

        with patch.object(Document, "_get_agreed_discounts", autospec=True) as spy:
            spy.side_effect = find
            order.order_line._apply_agreed_discount()

        self.assertEqual(spy.call_count, 1)
        self.assertEqual(order.order_line.mapped("discount"), [12] * 5)

    def test_discount_given_by_hand_stays(self):
        self._agreement((False, 0, 12))
        line = self.drill.id

        order = self.env["purchase.order"].create(
            {
                "partner_id": self.freight.id,
                "order_line": [Command.create({"product_id": line, "discount": 1.0})],
            }
        )

        self.assertEqual(order.order_line.discount, 1)

    def test_discount_holds_within_the_dates(self):
        self._agreement((False, 0, 12), date_from="2026-01-01", date_to="2026-02-28")

        self.assertEqual(self._line().discount, 0)
        self.assertEqual(self._line(date_order="2026-02-10 10:00:00").discount, 12)

    def test_discount_per_article_comes_first(self):
        self._agreement((False, 0, 12))
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.freight.id,
                "product_tmpl_id": self.drill.product_tmpl_id.id,
                "price": 45,
                "discount": 3,
            }
        )

        self.assertEqual(self._line().discount, 3)

    def test_turnover_opens_the_higher_discount(self):
        agreement = self._agreement((False, 0, 2), (False, 500, 8), date_from="2026-01-01")
        self.assertEqual(self._line().discount, 2)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.freight.id,
                "invoice_date": "2026-02-01",
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.service.id, "price_unit": 500, "tax_ids": False}
                    )
                ],
            }
        )
        bill.action_post()
        agreement.invalidate_recordset()

        self.assertEqual(agreement.turnover, 500)
        self.assertEqual(self._line().discount, 8)

    def test_discount_out_of_range_is_refused(self):
        for percent in (0, -1, 101):
            with (
                self.subTest(percent=percent),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
            ):
                self._agreement((False, 0, percent)).flush_recordset()
