from datetime import date
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyRoleRules(CounterpartyCase):
    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    def test_overlap_names_the_other_role_and_its_dates(self):
        self._role(date_from="2025-02-01", date_to="2025-06-30")

        with self.assertRaisesRegex(
            ValidationError, "Slowpay Ltd is already Customer from 02/01/2025 to 06/30/2025"
        ):
            self._role(date_from="2025-06-30")

    def test_overlap_with_an_unbounded_role_says_without_limit(self):
        self._role()

        with self.assertRaisesRegex(ValidationError, "from without limit to without limit"):
            self._role(date_to="2020-01-01")

    def test_overlap_is_found_when_dates_change_later(self):
        self._role(date_to="2025-06-30")
        later = self._role(date_from="2025-07-01")

        with self.assertRaisesRegex(ValidationError, "to 06/30/2025"):
            later.date_from = "2025-06-30"

    def test_overlap_within_one_batch_is_found(self):
        values = {"partner_id": self.freight.id, "type_id": self.bank.id, "date_from": False}

        with self.assertRaises(ValidationError):
            self.env["counterparty.role"].create(
                [dict(values, date_to="2025-01-01"), dict(values, date_from="2024-01-01")]
            )

    def test_touching_periods_and_other_types_are_allowed(self):
        first = self._role(date_to="2025-06-30")
        second = self._role(date_from="2025-07-01")
        other = self._role(kind=self.supplier)

        self.assertEqual(len(self._roles(self.late_payer)), 3)
        self.assertEqual((first.state, second.state, other.state), ("former", "active", "active"))

    def test_overlap_hidden_in_another_company_is_found(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self._company("Shared One", company_id=other.id)
        self._role(partner)
        self.env.user.company_ids |= other

        with self.assertRaises(ValidationError):
            self._role(partner)

    def test_resume_over_a_later_role_is_refused(self):
        former = self._role(date_to="2025-06-30")
        self._role(date_from="2025-09-01")

        with self.assertRaisesRegex(ValidationError, "from 09/01/2025 to without limit"):
            former.action_resume()

    @mute_logger("odoo.sql_db")
    def test_last_day_before_the_first_is_refused(self):
        with self.assertRaises(psycopg2.errors.CheckViolation) as caught:
            self._role(date_from="2025-02-01", date_to="2025-01-31")

        message = self.env["counterparty.role"]._sql_error_to_message(caught.exception)
        self.assertEqual(message, "The last day of a role cannot be before its first.")

    def test_one_day_role_is_allowed(self):
        role = self._role(date_from="2026-03-15", date_to="2026-03-15")

        self.assertEqual(role.state, "active")

    def test_second_open_role_of_another_session_gets_a_message(self):
        Role = self.env.registry["counterparty.role"]
        self._role()
        values = {"partner_id": self.late_payer.id, "type_id": self.customer.id}
        blind = patch.object(Role, "search", lambda roles, *args, **options: roles.browse())

        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            with (
                blind,
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(ValidationError, "already plays this role. End the present"),
            ):
                retrying(lambda: env["counterparty.role"].create(values), env)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_open_role(self):
        role = self._role()
        self.env.flush_all()

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.env.cr.execute(
                """INSERT INTO counterparty_role (partner_id, type_id, source)
                   SELECT partner_id, type_id, 'manual' FROM counterparty_role WHERE id = %s""",
                [role.id],
            )

    def test_many_roles_are_created_at_the_price_of_few(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}", "is_company": True} for number in range(51)]
        )
        values = [{"partner_id": p.id, "type_id": self.customer.id} for p in partners]
        self.env["counterparty.role"].create(values[:1])

        queries = []
        for batch in (values[1:2], values[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["counterparty.role"].create(batch)
            self.env.flush_all()
            queries.append(self.env.cr.sql_log_count - before)

        self.assertLessEqual(queries[1] - queries[0], 5, queries)

    # ------------------------------------------------------------
    # Who plays the role
    # ------------------------------------------------------------

    def test_role_given_to_a_contact_goes_to_its_company(self):
        role = self._role(self.ben)

        self.assertEqual(role.partner_id, self.foods)

    def test_role_given_through_a_default_goes_to_the_company(self):
        role = (
            self.env["counterparty.role"]
            .with_context(default_partner_id=self.ben.id)
            .create({"type_id": self.customer.id})
        )

        self.assertEqual(role.partner_id, self.foods)

    def test_role_moved_to_a_contact_goes_to_its_company(self):
        role = self._role(self.late_payer)

        role.partner_id = self.cora

        self.assertEqual(role.partner_id, self.freight)

    def test_role_for_persons_stays_with_the_contact(self):
        role = self._role(self.ben, self.employee)

        self.assertEqual(role.partner_id, self.ben)

    def test_role_of_a_contact_whose_company_has_it_is_refused(self):
        self._role(self.foods)

        with self.assertRaisesRegex(ValidationError, "Northwind Foods is already Customer"):
            self._role(self.ben)

    def test_private_person_has_its_own_role(self):
        role = self._role(self.ada)

        self.assertEqual(role.partner_id, self.ada)

    def test_company_is_no_employee(self):
        with self.assertRaisesRegex(
            ValidationError, "“Employee” is a role for persons, and Northwind Freight is a company"
        ):
            self._role(self.freight, self.employee)

    def test_person_is_no_bank(self):
        with self.assertRaisesRegex(
            ValidationError, "“Bank” is a role for companies, and Ada Vale is a person"
        ):
            self._role(self.ada, self.bank)

    def test_type_of_a_role_cannot_change_to_one_that_does_not_fit(self):
        role = self._role(self.ada)

        with self.assertRaisesRegex(ValidationError, "“Bank” is a role for companies"):
            role.type_id = self.bank

    def test_only_types_with_prospects_have_them(self):
        role = self._role(self.first_bank, self.bank, is_prospect=True)
        self.assertFalse(role.is_prospect)

        role.is_prospect = True

        self.assertFalse(role.is_prospect)

    def test_prospect_becomes_plain_when_its_type_changes(self):
        role = self._role(self.first_bank, is_prospect=True)

        role.type_id = self.bank

        self.assertFalse(role.is_prospect)

    def test_role_starts_today_unless_said_otherwise(self):
        values = {"partner_id": self.freight.id, "type_id": self.customer.id}

        role = self.env["counterparty.role"].create(values)

        self.assertEqual(role.date_from, date(2026, 3, 15))
        self.assertEqual(role.source, "manual")

    def test_imported_role_says_so(self):
        importing = self.env["counterparty.role"].with_context(import_file=True)

        role = importing.create({"partner_id": self.freight.id, "type_id": self.bank.id})

        self.assertEqual(role.source, "import")

    def test_import_that_updates_a_role_keeps_its_source(self):
        role = self._role(self.freight)

        role.with_context(import_file=True).write(
            {"partner_id": self.freight.id, "type_id": self.customer.id, "note": "Fair"}
        )

        self.assertEqual(role.source, "manual")
        self.assertEqual(role.note, "Fair")

    # ------------------------------------------------------------
    # Removing
    # ------------------------------------------------------------

    def test_role_with_documents_is_ended_and_not_deleted(self):
        role = self._role(self.freight, self.supplier, date_business="2025-01-01")
        role = role.with_user(self.officer)

        with self.assertRaises(UserError) as caught:
            role.unlink()
        self.assertIn("End the role instead", str(caught.exception))

        role.action_end()
        self.assertEqual(role.date_to, self._day())

    def test_role_with_papers_in_the_register_is_not_deleted(self):
        role = self._role(self.first_bank, self.bank)
        contract = self.env["counterparty.document"].create(
            {
                "kind_id": self.env.ref("counterparty_crm.kind_contract").id,
                "partner_id": self.first_bank.id,
            }
        )
        role = role.with_user(self.officer)

        with self.assertRaises(UserError):
            role.unlink()
        contract.date_to = self._day(-1)
        role.unlink()

        self.assertFalse(role.exists())

    def test_role_entered_by_mistake_is_deleted(self):
        self._role(self.freight, self.supplier).with_user(self.officer).unlink()

        self.assertFalse(self._roles(self.freight))
