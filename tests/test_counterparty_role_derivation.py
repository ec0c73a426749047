from datetime import date, datetime
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from .common import CounterpartyCase

# what PostgreSQL says when another session has written the same role a moment ago
CONFLICTS = (psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyRoleDerivation(CounterpartyCase):
    def assert_role(self, partner, kind, state, source="document"):
        role = self._roles(partner).filtered(lambda role: role.type_id == kind)
        self.assertEqual(len(role), 1)
        self.assertEqual((role.state, role.source), (state, source))
        return role

    # ------------------------------------------------------------
    # Kinds of documents
    # ------------------------------------------------------------

    def test_first_document_gives_the_role_of_its_family(self):
        cases = [
            ("opportunity", self._lead, {}, self.customer, "prospect"),
            ("quotation", self._order, {}, self.customer, "prospect"),
            ("order", self._order, {"confirmed": True}, self.customer, "active"),
            ("request for quotation", self._purchase, {}, self.supplier, "prospect"),
            ("purchase", self._purchase, {"confirmed": True}, self.supplier, "active"),
        ]
        for name, create, values, kind, state in cases:
            with self.subTest(document=name):
                partner = self._company(f"Partner of {name}")

                create(partner, **values)
                self._commit()

                role = self.assert_role(partner, kind, state)
                self.assertEqual(role.date_from, self._day())
                self.assertEqual(bool(role.date_business), state == "active")

    def test_role_begins_on_the_day_of_the_one_who_sells(self):
        half_past_midnight = datetime(2026, 3, 9, 22, 30)
        cases = [("Europe/Sofia", date(2026, 3, 10)), ("America/Lima", date(2026, 3, 9))]
        for zone, day in cases:
            with self.subTest(zone=zone):
                self.env = self.env(context={"tz": zone})
                partner = self._company(f"Customer in {zone}")

                self._order(partner, confirmed=True, date_order=half_past_midnight)
                self._commit()

                self.assertEqual(self._roles(partner).date_from, day)

    def test_planned_role_begins_with_the_first_document(self):
        planned = self._role(date_from=self._day(100))

        self._order(confirmed=True)
        self._commit()

        self.assertEqual(self._roles(self.late_payer), planned)
        self.assertEqual((planned.date_from, planned.state), (self._day(), "active"))

    def test_prospect_by_hand_with_business_is_none(self):
        self._order(confirmed=True)
        self.env.cr.postcommit.clear()

        role = self._role(is_prospect=True)
        self._commit()

        self.assertEqual(role.state, "active")
        self.assertEqual(role.date_business, self._day())

    def test_nothing_is_added_before_the_commit(self):
        self._order()

        self.assertFalse(self._roles(self.late_payer))

    def test_lead_without_counterparty_gives_nothing_until_it_has_one(self):
        lead = self.env["crm.lead"].create({"name": "Call from a fair", "type": "opportunity"})
        self._commit()
        self.assertFalse(self._roles(self.late_payer))

        lead.partner_id = self.late_payer
        self._commit()

        self.assert_role(self.late_payer, self.customer, "prospect")

    def test_lead_gives_nothing_until_it_is_qualified(self):
        lead = self.env["crm.lead"].create(
            {"name": "Card from a fair", "type": "lead", "partner_id": self.late_payer.id}
        )
        self._commit()
        self.assertFalse(self._roles(self.late_payer))

        lead.type = "opportunity"
        self._commit()

        self.assert_role(self.late_payer, self.customer, "prospect")

    def test_cancelled_quotation_gives_nothing(self):
        self._order().action_cancel()

        self._commit()

        self.assertFalse(self._roles(self.late_payer))

    def test_document_moved_to_another_counterparty_counts_there(self):
        order = self._order()

        order.partner_id = self.freight
        self._commit()

        self.assert_role(self.freight, self.customer, "prospect")
        self.assertFalse(self._roles(self.late_payer))

    def test_documents_of_contacts_go_to_their_company(self):
        self._order(self.ben)
        self._purchase(self.cora)

        self._commit()

        self.assert_role(self.foods, self.customer, "prospect")
        self.assert_role(self.freight, self.supplier, "prospect")
        self.assertFalse(self._roles(self.ben) | self._roles(self.cora))

    def test_role_starts_with_the_first_document(self):
        self._order(date_order=f"{self._day(-40)} 12:00:00")
        self._order(date_order=f"{self._day(-90)} 12:00:00")
        self._order(date_order=f"{self._day(-20)} 12:00:00", confirmed=True)

        self._commit()

        role = self.assert_role(self.late_payer, self.customer, "active")
        self.assertEqual(role.date_from, self._day(-90))
        self.assertEqual(role.date_business, self._day(-20))

    def test_responsible_and_company_come_from_the_counterparty(self):
        self.freight.write({"user_id": self.user.id, "buyer_id": self.officer.id})
        self.freight.company_id = self.env.company

        self._order(self.freight)
        self._purchase(self.freight)
        self._commit()

        customer = self.assert_role(self.freight, self.customer, "prospect")
        supplier = self.assert_role(self.freight, self.supplier, "prospect")
        self.assertEqual(customer.responsible_id, self.user)
        self.assertEqual(supplier.responsible_id, self.officer)
        self.assertEqual(customer.company_id, self.env.company)

    # ------------------------------------------------------------
    # Prospects
    # ------------------------------------------------------------

    def test_prospect_becomes_customer_with_the_first_order(self):
        order = self._order(date_order=f"{self._day(-10)} 12:00:00")
        self._commit()
        role = self.assert_role(self.late_payer, self.customer, "prospect")

        order.action_confirm()
        self._commit()

        self.assertEqual(self.assert_role(self.late_payer, self.customer, "active"), role)
        self.assertEqual(role.date_business, self._day())

    def test_prospect_entered_by_hand_is_promoted_and_keeps_its_source(self):
        role = self._role(is_prospect=True, note="Fair")

        self._order(confirmed=True)
        self._commit()

        self.assertEqual((role.state, role.source, role.note), ("active", "manual", "Fair"))
        self.assertEqual(role.date_business, self._day())

    def test_prospect_of_the_other_family_stays(self):
        role = self._role(kind=self.supplier, is_prospect=True)

        self._order(confirmed=True)
        self._commit()

        self.assertEqual(role.state, "prospect")
        self.assert_role(self.late_payer, self.customer, "active")

    def test_customer_stays_one_when_a_quotation_follows(self):
        role = self._role()

        self._order()
        self._commit()

        self.assertEqual(self._roles(self.late_payer), role)
        self.assertEqual(role.state, "active")

    # ------------------------------------------------------------
    # What covers a family
    # ------------------------------------------------------------

    def test_open_role_of_the_family_covers_its_documents(self):
        for partner, kind in [
            (self.first_bank, self.bank),
            (self.tax_office, self.authority),
            (self.ada, self.employee),
        ]:
            with self.subTest(kind=kind.code):
                role = self._role(partner, kind)

                self._purchase(partner, confirmed=True)
                self._commit()

                self.assertEqual(self._roles(partner), role)

    def test_bank_that_buys_becomes_a_customer_too(self):
        self._role(self.first_bank, self.bank)

        self._order(self.first_bank, confirmed=True)
        self._commit()

        self.assert_role(self.first_bank, self.customer, "active")

    def test_employee_under_a_company_covers_own_purchases(self):
        self._role(self.ben, self.employee)

        self._purchase(self.ben, confirmed=True)
        self._commit()

        self.assertFalse(self._roles(self.foods))

    def test_holding_without_documents_covers_nothing(self):
        self._role(self.holding, self.head)

        self._order(self.holding)
        self._commit()

        self.assert_role(self.holding, self.customer, "prospect")

    # ------------------------------------------------------------
    # Ended roles
    # ------------------------------------------------------------

    def test_ended_role_is_not_revived_by_an_old_document(self):
        order = self._order(date_order=f"{self._day(-60)} 12:00:00", confirmed=True)
        self.env.cr.postcommit.clear()
        ended = self._role(date_to=self._day(-30))

        order.write({"state": "sale"})
        self._commit()

        self.assertEqual(self._roles(self.late_payer), ended)

    def test_ended_role_is_followed_by_a_new_one_for_a_new_document(self):
        ended = self._role(date_to=self._day(-30))

        self._order(date_order=f"{self._day(-5)} 12:00:00", confirmed=True)
        self._commit()

        fresh = self._roles(self.late_payer) - ended
        self.assertEqual(fresh.date_from, self._day(-5))
        self.assertEqual(ended.date_to, self._day(-30))

    def test_role_ended_today_covers_the_documents_of_today(self):
        role = self._role()
        role.action_end()

        self._order(confirmed=True)
        self._commit()

        self.assertEqual(self._roles(self.late_payer), role)

    # ------------------------------------------------------------
    # Switch and safety
    # ------------------------------------------------------------

    def test_switched_off_nothing_is_derived(self):
        self.env["ir.config_parameter"].set_param("counterparty_crm.roles_from_documents", "False")

        self._order(confirmed=True)
        self._commit()

        self.assertFalse(self._roles(self.late_payer))

    def test_users_without_our_rights_trigger_it_too(self):
        seller = self._user("sid", "purchase.group_purchase_user")
        self.assertFalse(seller.has_group("counterparty_crm.group_user"))

        order = self.env["purchase.order"].with_user(seller).create({"partner_id": self.freight.id})
        order.button_confirm()
        self._commit()

        self.assert_role(self.freight, self.supplier, "active")

    def test_failure_is_logged_and_never_reaches_the_user(self):
        Role = self.env.registry["counterparty.role"]
        self._order(confirmed=True)

        def fail(*args, **kwargs):
            raise ValueError("broken")

        with (
            patch.object(Role, "_fill_from_documents", fail),
            self.assertLogs("odoo.addons.counterparty_crm", "ERROR") as logs,
        ):
            self._commit()

        self.assertIn("could not be derived", logs.output[0])

    def test_conflict_with_another_session_is_tried_again(self):
        Role = self.env.registry["counterparty.role"]
        fill = Role._fill_from_documents
        for partner, error in zip((self.late_payer, self.freight), CONFLICTS, strict=True):
            attempts = []
            self._order(partner, confirmed=True)

            def conflict_once(roles, *, attempts=attempts, error=error, **values):
                attempts.append(values)
                if len(attempts) == 1:
                    raise error
                return fill(roles, **values)

            with (
                self.subTest(error=error),
                patch.object(Role, "_fill_from_documents", conflict_once),
            ):
                self._commit()

                self.assertEqual(len(attempts), 2)
                self.assert_role(partner, self.customer, "active")

    def test_lasting_conflict_gives_up_quietly(self):
        Role = self.env.registry["counterparty.role"]
        for error in CONFLICTS:
            self._order(confirmed=True)

            with (
                self.subTest(error=error),
                patch.object(Role, "_fill_from_documents", side_effect=error) as fill,
                self.assertNoLogs("odoo.addons.counterparty_crm", "WARNING"),
            ):
                self._commit()

                self.assertEqual(fill.call_count, 3)

    def test_counterparty_with_its_full_role_is_not_looked_at_again(self):
        Role = self.env.registry["counterparty.role"]
        self._role()
        self._order(confirmed=True)

        with patch.object(Role, "_fill_from_documents") as fill:
            self._commit()

        fill.assert_not_called()

    def test_many_documents_of_one_transaction_are_read_once(self):
        Role = self.env.registry["counterparty.role"]
        for partner in (self.late_payer, self.freight, self.foods):
            self._order(partner)
            self._purchase(partner)

        with patch.object(Role, "_fill_from_documents") as fill:
            self._commit()

        fill.assert_called_once()
        partners = {self.late_payer.id, self.freight.id, self.foods.id}
        self.assertEqual(set(fill.call_args.kwargs["partner_ids"]), partners)
