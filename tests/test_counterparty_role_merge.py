from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.reminders import Due
from .common import CounterpartyCase

OWNERS = """
    SELECT DISTINCT class.relname, column_.attname
      FROM pg_index index_
      JOIN pg_class class ON class.oid = index_.indrelid
      JOIN pg_constraint key ON key.conrelid = class.oid AND key.contype = 'f'
                            AND key.confrelid = 'res_partner'::regclass
      JOIN pg_attribute column_ ON column_.attrelid = class.oid
                               AND column_.attnum = key.conkey[1]
     WHERE index_.indisunique AND NOT index_.indisprimary
       AND column_.attnum = ANY(index_.indkey::smallint[])
       AND class.relnamespace = current_schema::regnamespace
"""


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyRoleMerge(CounterpartyCase):
    @mute_logger("odoo.addons.base.wizard.base_partner_merge")
    def _merge(self, source, target):
        """Merge partners with the host's wizard, as its user does."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "state": "selection",
                "partner_ids": [(6, 0, (source | target).ids)],
                "dst_partner_id": target.id,
            }
        )
        wizard.action_merge()
        self.assertFalse(source.exists())
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Roles
    # ------------------------------------------------------------

    def test_open_roles_of_both_become_one(self):
        kept = self._role(self.freight, date_from="2022-01-01")
        gone = self._role(self.late_payer, date_from="2020-05-01", note="Old customer")

        self._merge(self.late_payer, self.freight)

        self.assertEqual(self._roles(self.freight), kept)
        self.assertEqual(kept.date_from, date(2020, 5, 1))
        self.assertFalse(kept.date_to)
        self.assertFalse(gone.exists())

    def test_joined_role_keeps_the_responsible_and_the_notes_of_both(self):
        kept = self._role(self.freight, note="Pays late", responsible_id=False)
        self._role(self.late_payer, note="Met at the fair", responsible_id=self.user.id)

        self._merge(self.late_payer, self.freight)

        self.assertEqual(kept.responsible_id, self.user)
        self.assertEqual(kept.note, "Pays late / Met at the fair")

    def test_prospect_and_customer_become_a_customer(self):
        kept = self._role(self.freight, is_prospect=True, date_from="2025-01-01")
        self._role(self.late_payer, date_from="2025-06-01", date_business="2025-07-01")

        self._merge(self.late_payer, self.freight)

        self.assertEqual(kept.state, "active")
        self.assertEqual((kept.date_from, kept.date_business), (date(2025, 1, 1), date(2025, 7, 1)))

    def test_other_roles_move_as_they_are(self):
        kept = self._role(self.freight)
        moved = self._role(self.late_payer, self.supplier, note="Pallets")

        self._merge(self.late_payer, self.freight)

        self.assertEqual(self._roles(self.freight), kept | moved)
        self.assertEqual(moved.note, "Pallets")

    def test_ended_role_of_another_time_stays_apart(self):
        kept = self._role(self.freight, date_from="2024-01-01")
        ended = self._role(self.late_payer, date_from="2020-01-01", date_to="2022-12-31")

        self._merge(self.late_payer, self.freight)

        self.assertEqual(self._roles(self.freight), kept | ended)
        self.assertEqual((ended.date_to, kept.date_from), (date(2022, 12, 31), date(2024, 1, 1)))

    def test_open_role_goes_on_when_the_other_had_ended(self):
        kept = self._role(self.freight, date_from="2020-01-01", date_to="2023-06-30")
        self._role(self.late_payer, date_from="2023-01-01")

        self._merge(self.late_payer, self.freight)

        self.assertEqual(self._roles(self.freight), kept)
        self.assertFalse(kept.date_to)
        self.assertEqual(kept.state, "active")

    def test_role_that_spans_several_joins_them_all(self):
        self._role(self.freight, date_from="2018-01-01", date_to="2019-12-31")
        self._role(self.freight, date_from="2022-01-01")
        self._role(self.late_payer, date_from="2019-01-01", date_to="2022-06-30")

        self._merge(self.late_payer, self.freight)

        role = self._roles(self.freight)
        self.assertEqual(len(role), 1)
        self.assertEqual((role.date_from, role.date_to), (date(2018, 1, 1), False))

    def test_two_sources_merge_at_once(self):
        self._role(self.late_payer, date_from="2021-01-01")
        self._role(self.foods, date_from="2019-01-01")

        self._merge(self.late_payer | self.foods, self.freight)

        role = self._roles(self.freight)
        self.assertEqual((role.type_id, role.date_from), (self.customer, date(2019, 1, 1)))

    def test_moved_role_belongs_to_the_company_of_the_target(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        for source_company, target_company in [(False, other.id), (other.id, False)]:
            with self.subTest(source=source_company, target=target_company):
                source = self._company("Source", company_id=source_company)
                target = self._company("Target", company_id=target_company)
                self._role(source)

                self._merge(source, target)

                role = self._roles(target)
                self.assertTrue(target.company_id)
                self.assertEqual(role.company_id, target.company_id)

    def test_merge_that_makes_a_company_an_employee_is_refused(self):
        self._role(self.ada, self.employee)

        with self.assertRaisesRegex(ValidationError, "“Employee”.*Northwind Freight is a company"):
            self._merge(self.ada, self.freight)

        self.assertTrue(self.ada.exists())

    def test_person_merged_into_a_contact_gives_roles_to_its_company(self):
        role = self._role(self.ada)

        self._merge(self.ada, self.ben)

        self.assertEqual(role.partner_id, self.foods)

    def test_chips_show_the_joined_roles(self):
        self._role(self.freight)
        self._role(self.late_payer)
        self._role(self.late_payer, self.supplier)

        self._merge(self.late_payer, self.freight)

        self.assertEqual(self.freight.counterparty_type_ids, self.customer | self.supplier)

    # ------------------------------------------------------------
    # Every unique key of ours
    # ------------------------------------------------------------

    def test_every_unique_key_on_a_partner_survives_a_merge(self):
        builders = {
            ("counterparty_role", "partner_id"): self._role,
            ("counterparty_membership", "owner_id"): self._own_the_late_payer,
            ("counterparty_membership", "member_id"): self._belong_to_the_late_payer,
            ("counterparty_holding_reserve", "partner_id"): self._reserve_credit,
            ("counterparty_holding_exception", "partner_id"): self._include_by_hand,
            ("counterparty_interaction", "partner_id"): self._interaction,
            ("counterparty_reminder", "partner_id"): self._reminder,
        }

        keys = self._get_unique_partner_keys()

        self.assertIn(("counterparty_role", "partner_id"), keys)
        for table, column in sorted(keys):
            with self.subTest(table=table, column=column):
                model = next(m for m in self.env.values() if m._table == table and not m._abstract)
                mixin = self.env.registry["counterparty.merge.mixin"]
                self.assertIsInstance(model, mixin, "its rows are not joined before a merge")
                self.assertIn((table, column), builders, "say here how a row of it is made")
                self._check_merge_across(model, column, builders[table, column])

    def _own_the_late_payer(self, partner):
        return self.env["counterparty.membership"].create(
            {"owner_id": partner.id, "member_id": self.late_payer.id, "equity": 40}
        )

    def _belong_to_the_late_payer(self, partner):
        return self.env["counterparty.membership"].create(
            {"owner_id": self.late_payer.id, "member_id": partner.id, "equity": 40}
        )

    def _reserve_credit(self, partner):
        Limit = self.env["counterparty.holding.limit"]
        limit = Limit.search([("holding_id.name", "=", "Merged")])
        if not limit:
            holding = self.env["counterparty.holding"].create({"name": "Merged"})
            limit = Limit.create({"holding_id": holding.id, "amount": 100})
        limit.holding_id.include_ids |= partner
        return limit.reserve_ids.create(
            {"limit_id": limit.id, "partner_id": partner.id, "amount": 10}
        )

    def _include_by_hand(self, partner):
        Holding = self.env["counterparty.holding"]
        holding = Holding.search([("name", "=", "By hand")]) or Holding.create({"name": "By hand"})
        return self.env["counterparty.holding.exception"].create(
            {"holding_id": holding.id, "partner_id": partner.id}
        )

    def _get_unique_partner_keys(self):
        """Return (table, column) of all unique indexes of ours that contain a partner."""
        tables = {
            model._table
            for model in (self.env[name] for name in self.env.registry)
            if model._name.startswith("counterparty.")
            or getattr(model, "_original_module", None) == "counterparty_crm"
        }
        self.env.cr.execute(OWNERS)
        return {(table, column) for table, column in self.env.cr.fetchall() if table in tables}

    def _reminder(self, partner):
        due = Due("birthday", partner.id, self.user.id, date(2026, 3, 16))
        self.env["counterparty.reminder"]._note([due])

    def _interaction(self, partner):
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": "2026-03-01 10:00:00",
                    "partner_id": partner.id,
                    "kind": "call",
                    "res_model": "crm.lead",
                    "res_id": 1,
                }
            ]
        )

    def test_promise_noted_with_a_contact_survives_a_merge(self):
        for promising in ("source", "target"):
            source, target = self._company("Source"), self._company("Target")
            for name, partner in (("source", source), ("target", target)):
                self._interaction(partner)
                if name == promising:
                    self.env.cr.execute(
                        """UPDATE counterparty_interaction
                              SET promised_on = '2026-03-09', promised_amount = 50
                            WHERE partner_id = %s""",
                        [partner.id],
                    )

            self.env["counterparty.interaction"]._counterparty_merge(source, target)

            kept = self.env["counterparty.interaction"].search(
                [("partner_id", "in", (source | target).ids)]
            )
            with self.subTest(promising):
                self.assertEqual(kept.mapped("promised_amount"), [50.0])

    def _check_merge_across(self, model, column, build):
        source, target = self._company("Source"), self._company("Target")
        build(source)
        build(target)
        self.env.flush_all()

        self._merge(source, target)

        self.assertEqual(model.search_count([(column, "=", target.id)]), 1)

    def test_model_without_its_join_is_noticed(self):
        with self.assertRaises(NotImplementedError):
            self.env["counterparty.merge.mixin"]._counterparty_merge(self.late_payer, self.freight)
