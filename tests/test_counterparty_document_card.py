from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_counterparty_document import DocumentCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyDocumentCard(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("sam", "sales_team.group_sale_salesman_all_leads")
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Club",
                "item_ids": [Command.create({"compute_price": "fixed", "fixed_price": 80.0})],
            }
        )

    def _card(self, number="4006381 333931", partner=None, **values):
        return self._document("card", partner, number=number, **values)

    def test_numbers_are_unique_however_they_are_written(self):
        card = self._card("ab 12")
        other = self._card("77", self.foods)

        with self.assertRaisesRegex(UserError, "AB12.*Slowpay"):
            self._card("AB12", self.foods)
        with self.assertRaisesRegex(UserError, "AB12.*Slowpay"):
            other.number = "Ab 12"
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            card.create(card.copy_data({"number": "9"}) * 2)

    def test_number_in_the_archive_is_told(self):
        card = self._card("ab 12")
        card.active = False
        order = self._order()

        with self.assertRaisesRegex(UserError, "archive"):
            self._card("AB12")
        with self.assertRaisesRegex(UserError, "archive"):
            order.counterparty_card_number = "ab12"

    def test_number_of_another_company_is_told_without_its_holder(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._card("77", company_id=other.id)

        mine = self._card("78", self.foods).with_user(self.officer)
        with self.assertRaisesRegex(UserError, "another company") as refused:
            mine.number = "77"
        self.assertNotIn("Slowpay", str(refused.exception))

    def test_what_is_found_by_its_number_is_not_duplicated(self):
        declaration = self._document("customs", number="26RO1", office_id=self.tax_office.id)
        for document in (self._card(), declaration):
            with self.subTest(document=document), self.assertRaisesRegex(UserError, "duplicated"):
                document.copy()
        self.assertEqual(self._card("88").copy({"number": "89"}).number, "89")

    def test_other_documents_may_share_a_number(self):
        self._document("contract", number="12")
        self._document("contract", number="12")
        self._card("12")

        self.assertEqual(self.env["counterparty.document"].search_count([("number", "=", "12")]), 3)

    def test_card_without_number_is_refused(self):
        with self.assertRaises(ValidationError):
            self._card(False)

    def test_card_is_found_by_search_and_where_a_customer_is_chosen(self):
        self._card()
        Partner = self.env["res.partner"].with_user(self.user)

        by_field = Partner.search([("counterparty_card_number", "=", "4006381 333931")])
        by_name = Partner.name_search("4006381333931")

        self.assertEqual(by_field, self.late_payer)
        self.assertEqual([partner_id for partner_id, _name in by_name], self.late_payer.ids)
        self.assertEqual(self.late_payer.counterparty_card_number, "4006381333931")

    def test_scanned_card_gives_customer_and_price_list(self):
        self._card(card_pricelist_id=self.pricelist.id)

        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.counterparty_card_number = "4006381333931"
            with form.order_line.new() as line:
                line.product_id = self.service

        order = form.record
        self.assertEqual(order.partner_id, self.late_payer)
        self.assertEqual(order.pricelist_id, self.pricelist)
        self.assertEqual(order.order_line.price_unit, 80.0)

    def test_card_entered_later_prices_the_lines_anew(self):
        self._card(card_pricelist_id=self.pricelist.id)
        order = self._order().with_user(self.seller)
        self.assertEqual(order.order_line.price_unit, 100.0)

        order.counterparty_card_number = "4006381333931"

        self.assertEqual(order.order_line.price_unit, 80.0)

    def test_discount_of_the_card_is_given_to_all_lines(self):
        self._card(card_discount=7.5)
        order = self._order().with_user(self.seller)

        order.counterparty_card_number = "4006381333931"
        order.order_line = [Command.create({"product_id": self.service.id})]

        self.assertEqual(order.order_line.mapped("discount"), [7.5, 7.5])

    def test_card_taken_off_takes_back_what_it_gave(self):
        self._card(card_discount=7.5, card_pricelist_id=self.pricelist.id)
        order = self._order()
        order.counterparty_card_number = "4006381333931"

        order.counterparty_card_number = False

        self.assertFalse(order.counterparty_card_id)
        self.assertEqual(order.order_line.price_unit, 100.0)
        self.assertEqual(order.order_line.discount, 0.0)

    def test_card_of_another_customer_is_refused(self):
        self._card()
        order = self._order(self.foods)

        with self.assertRaises(UserError):
            order.counterparty_card_number = "4006381333931"

    def test_customer_changes_only_without_the_card(self):
        self._card(card_pricelist_id=self.pricelist.id)
        order = self._order()
        order.counterparty_card_number = "4006381333931"

        with self.assertRaises(ValidationError):
            order.partner_id = self.foods
        order.counterparty_card_number = False
        order.partner_id = self.foods

        self.assertNotEqual(order.pricelist_id, self.pricelist)

    def test_price_list_of_the_card_stays_when_the_contact_changes(self):
        self._card(card_pricelist_id=self.pricelist.id)
        order = self._order()
        order.counterparty_card_number = "4006381333931"

        order.partner_id = self._person("Finn Low", parent_id=self.late_payer.id)

        self.assertEqual(order.pricelist_id, self.pricelist)

    def test_prices_typed_by_hand_stay_when_an_order_is_saved(self):
        self._card(card_pricelist_id=self.pricelist.id)
        for number in (False, "4006381333931"):
            with (
                self.subTest(number=number),
                Form(self.env["sale.order"].with_user(self.seller)) as form,
            ):
                form.partner_id = self.late_payer
                form.counterparty_card_number = number
                with form.order_line.new() as line:
                    line.product_id = self.service
                    line.price_unit = 33.0

            self.assertEqual(form.record.order_line.price_unit, 33.0)

    def test_unknown_and_expired_cards_are_refused(self):
        self._card("77", date_to="2026-03-14")
        order = self._order()

        for number in ("77", "78"):
            with self.subTest(number=number), self.assertRaises(UserError):
                order.counterparty_card_number = number

    def test_expired_cards_are_refused_however_they_are_set(self):
        card = self._card("77", date_to="2026-03-14", card_discount=10.0)

        with self.assertRaises(ValidationError):
            self._order().counterparty_card_id = card
        with self.assertRaises(ValidationError):
            self._order(counterparty_card_id=card.id)

    def test_cards_of_other_companies_are_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        card = self._card("77", company_id=other.id, card_discount=50.0)
        order = self._order().with_context(allowed_company_ids=(self.env.company | other).ids)

        with self.assertRaises(UserError):
            order.counterparty_card_id = card
        with self.assertRaises(UserError):
            order.counterparty_card_number = "77"

    def test_document_that_becomes_a_card_gets_its_number_written_alike(self):
        document = self._document("certificate", number="xy 99")

        document.kind_id = self._kind("card")

        self.assertEqual(document.number, "XY99")
        self.assertEqual(document._find_card("xy 99"), document)

    def test_cards_are_searched_as_typed_and_by_their_absence(self):
        self._card("AB12")
        Partner = self.env["res.partner"].with_user(self.user)
        order = self._order()
        order.counterparty_card_number = "ab 12"
        both = [("id", "in", (self.late_payer | self.foods).ids)]

        for operator in ("ilike", "="):
            with self.subTest(operator=operator):
                typed = [("counterparty_card_number", operator, "ab 12")]
                self.assertEqual(Partner.search(typed), self.late_payer)
                self.assertEqual(self.env["sale.order"].search(typed), order)
        without = Partner.search([*both, ("counterparty_card_number", "=", False)])
        holders = Partner.search([*both, ("counterparty_card_number", "!=", False)])
        self.assertEqual((without, holders), (self.foods, self.late_payer))

    # ------------------------------------------------------------
    # Cards that end, orders that are copied
    # ------------------------------------------------------------

    def test_card_that_expires_prices_no_further_lines(self):
        self._card(card_discount=10.0, date_to="2026-03-31")
        order = self._order()
        order.counterparty_card_number = "4006381333931"
        self.assertFalse(order.counterparty_card_notice)

        with freeze_time("2026-04-01 10:00:00"):
            self.env.invalidate_all()
            order.order_line = [Command.create({"product_id": self.service.id})]
            notice = order.counterparty_card_notice
            order.action_confirm()

        self.assertIn("Expired", notice)
        self.assertEqual(order.order_line.mapped("discount"), [10.0, 0.0])
        self.assertFalse(order.counterparty_card_notice)

    def test_price_list_of_an_ended_card_prices_no_further_lines(self):
        card = self._card(card_pricelist_id=self.pricelist.id, date_to="2026-03-31")
        order = self._order()
        order.counterparty_card_id = card

        with freeze_time("2026-04-01 10:00:00"):
            self.env.invalidate_all()
            order.order_line = [Command.create({"product_id": self.service.id})]

        self.assertEqual(order.order_line.mapped("price_unit"), [80.0, 100.0])

    def test_copied_order_keeps_a_card_in_force(self):
        card = self._card(card_discount=10.0, card_pricelist_id=self.pricelist.id)
        order = self._order()
        order.counterparty_card_id = card

        copied = order.with_user(self.seller).copy()

        self.assertEqual(copied.counterparty_card_id, card)
        self.assertEqual(copied.pricelist_id, self.pricelist)
        self.assertEqual((copied.order_line.price_unit, copied.order_line.discount), (80.0, 10.0))

    def test_copied_order_leaves_what_an_ended_card_gave(self):
        card = self._card(card_discount=10.0, card_pricelist_id=self.pricelist.id)
        order = self._order(order_line=[Command.create({"product_id": self.service.id})] * 2)
        order.counterparty_card_id = card
        order.order_line[1].write({"price_unit": 70.0, "discount": 30.0})
        card.date_to = "2026-03-14"

        copied = order.copy()

        self.assertFalse(copied.counterparty_card_id)
        self.assertNotEqual(copied.pricelist_id, self.pricelist)
        listed, agreed = copied.order_line
        self.assertEqual((listed.price_unit, listed.discount), (100.0, 0.0))
        self.assertEqual((agreed.price_unit, agreed.discount), (70.0, 30.0))

    def test_order_copied_for_another_customer_leaves_the_card(self):
        order = self._order()
        order.counterparty_card_id = self._card(card_discount=10.0)

        copied = order.copy({"partner_id": self.foods.id})

        self.assertFalse(copied.counterparty_card_id)
        self.assertEqual(copied.order_line.discount, 0.0)

    def test_confirmed_orders_keep_their_prices(self):
        self._card(card_pricelist_id=self.pricelist.id)
        order = self._order(confirmed=True)

        with self.assertRaises(UserError):
            order.counterparty_card_number = "4006381333931"

        self.assertEqual(order.order_line.price_unit, 100.0)
        self.assertEqual(order.order_line.discount, 0.0)

    def test_card_taken_off_in_the_form_takes_back_its_discount(self):
        self._card(card_discount=15.0)
        order = self._order()
        order.counterparty_card_number = "4006381333931"
        self.assertEqual(order.order_line.discount, 15.0)

        with Form(order.with_user(self.seller)) as form:
            form.counterparty_card_number = False

        self.assertFalse(order.counterparty_card_id)
        self.assertEqual(order.order_line.discount, 0.0)

    def test_lines_agreed_by_hand_keep_price_and_discount(self):
        self._card(card_discount=15.0, card_pricelist_id=self.pricelist.id)
        order = self._order(order_line=[Command.create({"product_id": self.service.id})] * 2)
        agreed, listed = order.order_line
        agreed.write({"price_unit": 70.0, "discount": 30.0})

        order.counterparty_card_number = "4006381333931"

        self.assertEqual((agreed.price_unit, agreed.discount), (70.0, 30.0))
        self.assertEqual((listed.price_unit, listed.discount), (80.0, 15.0))

    def test_discount_typed_on_a_list_price_stays(self):
        self._card(card_discount=15.0)
        self.seller.group_ids += self.env.ref("sale.group_discount_per_so_line")
        for typed in (30.0, 5.0):
            with self.subTest(typed=typed):
                order = self._order()
                order.order_line.discount = typed

                with Form(order.with_user(self.seller)) as form:
                    form.counterparty_card_number = "4006381333931"
                self.assertEqual(order.order_line.discount, typed)

                order.counterparty_card_number = False
                self.assertEqual(order.order_line.discount, typed)

    def test_another_card_takes_the_place_of_the_discount_of_the_first(self):
        self._card(card_discount=15.0)
        self._card("77", card_discount=5.0)
        order = self._order()
        order.counterparty_card_number = "4006381333931"

        order.counterparty_card_number = "77"

        self.assertEqual(order.order_line.discount, 5.0)

    def test_card_written_by_another_program_prices_the_lines(self):
        card = self._card(card_discount=15.0, card_pricelist_id=self.pricelist.id)
        order = self._order()

        order.counterparty_card_id = card

        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (80.0, 15.0))

    def test_quotations_ask_for_a_card_where_there_are_cards(self):
        Order = self.env["sale.order"].with_user(self.seller)
        Document = self.env["counterparty.document"]
        Document.search([("usage", "=", "card")]).action_archive()

        with Form(Order) as form:
            self.assertTrue(form._get_modifier("counterparty_card_number", "invisible"))
            form.partner_id = self.late_payer
        self._card()
        with Form(Order) as form:
            self.assertFalse(form._get_modifier("counterparty_card_number", "invisible"))
            form.partner_id = self.late_payer

    def test_renewed_card_keeps_its_number(self):
        card = self._card(date_from="2026-01-01", date_to="2026-03-31")

        card.action_renew()

        self.assertEqual(str(card.date_to), "2026-06-30")
        self.assertEqual(card.number, "4006381333931")
        self.assertFalse(card.next_ids)

    def test_orders_are_found_by_card(self):
        self._card()
        order = self._order()
        order.counterparty_card_number = "4006381333931"

        found = self.env["sale.order"].search([("counterparty_card_number", "=", "4006381333931")])

        self.assertEqual(found, order)
