from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyRoleParent(CounterpartyCase):
    """Roles follow when a counterparty gets a parent, is archived or deleted."""

    def test_person_who_joins_a_company_brings_the_roles(self):
        role = self._role(self.ada)

        self.ada.parent_id = self.freight

        self.assertEqual(role.partner_id, self.freight)
        self.assertEqual(self.ada.counterparty_type_ids, self.customer)

    def test_roles_brought_join_those_of_the_company(self):
        kept = self._role(self.freight, is_prospect=True, date_from="2024-01-01")
        self._role(self.ada, date_from="2020-01-01")

        self.ada.parent_id = self.freight

        self.assertEqual(self._roles(self.freight), kept)
        self.assertEqual((kept.state, kept.date_from), ("active", date(2020, 1, 1)))

    def test_employee_role_stays_with_the_person(self):
        role = self._role(self.ada, self.employee)

        self.ada.parent_id = self.freight

        self.assertEqual(role.partner_id, self.ada)

    def test_person_with_both_kinds_of_roles_joins_a_company(self):
        customer = self._role(self.ada)
        employee = self._role(self.ada, self.employee)

        self.ada.parent_id = self.freight

        self.assertEqual(customer.partner_id, self.freight)
        self.assertEqual(employee.partner_id, self.ada)

    def test_roles_that_fit_nowhere_never_stop_the_host(self):
        role = self._role(self.freight, self.bank)

        self.freight.write({"parent_id": self.ada.id, "is_company": False})

        self.assertEqual(self.freight.commercial_partner_id, self.ada)
        self.assertEqual(role.partner_id, self.freight)

    def test_company_under_another_keeps_its_own_roles(self):
        role = self._role(self.freight)

        self.freight.parent_id = self.holding

        self.assertEqual(role.partner_id, self.freight)
        self.assertFalse(self.holding.counterparty_type_ids)

    def test_company_that_becomes_an_address_gives_its_roles_away(self):
        role = self._role(self.freight)
        self.freight.parent_id = self.holding

        self.freight.is_company = False

        self.assertEqual(role.partner_id, self.holding)

    def test_company_that_turns_out_to_be_a_person_is_no_bank_any_more(self):
        bank, customer = self._role(self.late_payer, self.bank), self._role(self.late_payer)

        self.late_payer.is_company = False

        self.assertEqual(bank.date_to, self._day())
        self.assertFalse(customer.date_to)

    def test_contact_who_leaves_leaves_the_roles_with_the_company(self):
        role = self._role(self.foods)

        self.ben.parent_id = False

        self.assertEqual(role.partner_id, self.foods)
        self.assertFalse(self.ben.counterparty_type_ids)

    def test_contact_who_changes_companies_takes_no_roles_along(self):
        role = self._role(self.foods)

        self.ben.parent_id = self.freight

        self.assertEqual(role.partner_id, self.foods)
        self.assertFalse(self.freight.counterparty_type_ids)

    def test_person_with_a_role_is_added_through_the_company(self):
        role = self._role(self.ada)

        self.freight.child_ids |= self.ada

        self.assertEqual(role.partner_id, self.freight)

    def test_user_may_move_a_person_whose_role_is_anothers(self):
        keeper = self._user("kim", "group_user", "base.group_partner_manager")
        role = self._role(self.ada, responsible_id=self.officer.id)

        self.ada.with_user(keeper).parent_id = self.freight

        self.assertEqual(role.partner_id, self.freight)

    def test_archived_counterparty_keeps_its_roles(self):
        role = self._role(self.freight)

        self.freight.action_archive()

        self.assertEqual(role.state, "active")
        self.assertEqual(self.freight.counterparty_type_ids, self.customer)
        self.assertNotIn(self.freight, self._search([("counterparty_type_ids", "!=", False)]))

    def _search(self, domain):
        return self.env["res.partner"].search(domain)

    def test_copy_of_a_counterparty_has_no_roles(self):
        self._role(self.freight)

        copy = self.freight.copy()

        self.assertFalse(copy.counterparty_type_ids)

    def test_deleted_counterparty_takes_its_roles_along(self):
        role = self._role(self.freight)
        self.cora.unlink()

        self.freight.unlink()

        self.assertFalse(role.exists())
