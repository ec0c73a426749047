from freezegun import freeze_time

from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyRoleResponsible(CounterpartyCase):
    def test_responsible_is_salesperson_or_buyer_by_type(self):
        self.freight.write({"user_id": self.user.id, "buyer_id": self.officer.id})

        customer = self._role(self.freight)
        supplier = self._role(self.freight, self.supplier)
        head = self._role(self.freight, self.head)

        self.assertEqual(customer.responsible_id, self.user)
        self.assertEqual(supplier.responsible_id, self.officer)
        self.assertFalse(head.responsible_id)

    def test_new_salesperson_takes_over_customers_only(self):
        self.freight.write({"user_id": self.user.id, "buyer_id": self.user.id})
        customer = self._role(self.freight)
        supplier = self._role(self.freight, self.supplier)

        self.freight.user_id = self.officer

        self.assertEqual(customer.responsible_id, self.officer)
        self.assertEqual(supplier.responsible_id, self.user)

    def test_chosen_responsible_is_kept_at_creation(self):
        self.freight.user_id = self.user

        role = self._role(self.freight, responsible_id=self.manager.id)

        self.assertEqual(role.responsible_id, self.manager)

    def test_chosen_responsible_of_a_customer_survives_a_new_buyer(self):
        self.freight.user_id = self.user
        role = self._role(self.freight, responsible_id=self.manager.id)

        self.freight.buyer_id = self.officer

        self.assertEqual(role.responsible_id, self.manager)

    def test_chosen_responsible_of_a_supplier_survives_a_new_salesperson(self):
        self.freight.buyer_id = self.user
        role = self._role(self.freight, self.supplier, responsible_id=self.manager.id)

        self.freight.user_id = self.officer

        self.assertEqual(role.responsible_id, self.manager)

    def test_responsible_of_a_type_without_documents_is_chosen_by_hand(self):
        role = self._role(self.holding, self.head, responsible_id=self.manager.id)

        self.holding.user_id = self.user

        self.assertEqual(role.responsible_id, self.manager)

    def test_role_belongs_to_the_company_of_its_counterparty(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        role = self._role(self.freight)
        self.assertFalse(role.company_id)

        self.freight.company_id = other

        self.assertEqual(role.company_id, other)

    def test_role_of_another_company_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        role = self._role(self._company("Far Away", company_id=other.id))
        shared = self._role(self.freight)

        visible = self.env["counterparty.role"].with_user(self.officer).search([])

        self.assertIn(shared, visible)
        self.assertNotIn(role, visible)
