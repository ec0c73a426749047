from odoo import Command
from odoo.tests import tagged

from .test_counterparty_document import DocumentCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerTerms(DocumentCase):
    """The discounts of a counterparty in one place."""

    def _labels(self, partner, user=None):
        lines = partner.with_user(user or self.user).get_counterparty_discounts()
        return [line["label"] for line in lines]

    def test_cards_and_agreements_in_force_are_listed(self):
        self._document("card", number="77", card_discount=7.5)
        self._document("card", number="78", card_discount=9, date_to="2026-03-14")
        category = self.env["product.category"].create({"name": "Racks"})
        lines = [{"percent": 2}, {"percent": 5, "turnover": 1000, "category_id": category.id}]
        self._document("agreement", number="A1", discount_ids=[Command.create(x) for x in lines])

        labels = self._labels(self.late_payer)

        self.assertEqual(len(labels), 3)
        text = "\n".join(labels)
        self.assertIn("77: 7.50 %", text)
        self.assertIn("A1: 2.00 % on all articles", text)
        self.assertIn("5.00 % on Racks from", text)

    def test_price_list_of_a_card_is_a_term(self):
        pricelist = self.env["product.pricelist"].create({"name": "Club"})
        self._document("card", number="77", card_pricelist_id=pricelist.id)

        self.assertIn("price list Club", self._labels(self.late_payer)[0])

    def test_contact_shows_the_terms_of_its_company(self):
        self._document("card", self.foods, number="77", card_discount=7.5)

        self.assertTrue(self._labels(self.ben))

    def test_discounted_articles_are_counted_for_those_who_see_them(self):
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.foods.id,
                "product_tmpl_id": self.service.product_tmpl_id.id,
                "discount": 3,
            }
        )
        buyer = self._user("bea", "group_user", "purchase.group_purchase_user")

        self.assertEqual(self._labels(self.foods, buyer)[-1][-1], "1")
        [line] = self.foods.with_user(buyer).get_counterparty_discounts()
        self.assertEqual(self.env["product.supplierinfo"].search_count(line["action"]["domain"]), 1)

    def test_people_without_our_rights_are_told_nothing(self):
        self._document("card", number="77", card_discount=7.5)

        self.assertEqual(self._labels(self.late_payer, self.plain), [])

    def test_cost_does_not_grow_with_the_documents(self):
        partner = self.late_payer.with_user(self.user)

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partner.get_counterparty_discounts()
            return self.env.cr.sql_log_count - before

        self._document("card", number="77", card_discount=7.5)
        cost()
        few = cost()
        for number in range(10):
            self._document("card", number=f"C{number}", card_discount=5)
        self.assertEqual(cost(), few)
