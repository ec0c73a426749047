import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyType(CounterpartyCase):
    def _type(self, code="insurer", **values):
        return self.env["counterparty.type"].create(
            {"name": code.capitalize(), "code": code, **values}
        )

    # ------------------------------------------------------------
    # Core and used types
    # ------------------------------------------------------------

    def test_six_core_types_are_ready(self):
        types = self.env["counterparty.type"].search([("is_core", "=", True)])

        self.assertEqual(
            types.mapped("code"), ["customer", "supplier", "bank", "state", "holding", "employee"]
        )
        self.assertTrue(all(types.mapped("section_ids")))
        self.assertEqual(self.authority.name, "Public Authority")

    def test_core_type_keeps_its_code(self):
        with self.assertRaisesRegex(
            UserError, "code and the documents of “Customer” cannot change"
        ):
            self.customer.code = "client"

    def test_core_type_keeps_the_documents_that_it_covers(self):
        with self.assertRaisesRegex(UserError, "“Customer” cannot change"):
            self.customer.with_user(self.manager).document_family = "purchase"

    def test_core_type_may_be_renamed_and_written_with_the_same_code(self):
        self.customer.write({"name": "Client", "code": "customer", "is_core": True})

        self.assertEqual(self.customer.name, "Client")

    def test_core_type_cannot_be_deleted(self):
        with self.assertRaisesRegex(UserError, "Customer.*Archive it"):
            self.customer.unlink()

    def test_core_type_can_be_archived(self):
        self.head.action_archive()

        self.assertFalse(self.head.active)

    def test_core_mark_is_not_set_or_removed_by_hand(self):
        insurer = self._type()

        with self.assertRaisesRegex(UserError, "Insurer.*core"):
            insurer.is_core = True
        with self.assertRaisesRegex(UserError, "Customer.*core"):
            self.customer.is_core = False

    def test_core_mark_is_not_given_at_creation(self):
        Type = self.env["counterparty.type"].with_user(self.manager)

        with self.assertRaises(UserError):
            Type.create({"name": "Insurer", "code": "insurer", "is_core": True})

    def test_unused_own_type_is_recoded_and_deleted(self):
        insurer = self._type()

        insurer.code = "insurance"
        insurer.unlink()

        self.assertFalse(insurer.exists())

    def test_name_proposes_the_code(self):
        Type = self.env["counterparty.type"]

        leasing = Type.create({"name": "Leasing company"})
        cyrillic = Type.create({"name": "Застраховател"})
        with Form(Type) as form:
            form.name = "Assurance é 24"
            proposed = form.code
            form.code = "assurance"

        self.assertEqual(leasing.code, "leasing_company")
        self.assertRegex(cyrillic.code, "^type_[0-9a-f]{8}$")
        self.assertEqual((proposed, form.record.code), ("assurance_e_24", "assurance"))
        leasing.name = "Lessor"
        self.assertEqual(leasing.code, "leasing_company")

    def test_every_type_has_a_colour_that_cards_show(self):
        insurer, plain = self._type(), self._type("lessor", color=0)

        taken = (self.env["counterparty.type"].search([]) - insurer - plain).mapped("color")
        catalogue = self.env["counterparty.type"]._get_catalogue()
        self.assertNotIn(insurer.color, [0, *taken])
        self.assertTrue(catalogue[plain.id].color)

    def test_used_own_type_keeps_its_code(self):
        insurer = self._type()
        self._role(kind=insurer, date_to="2020-01-01")

        with self.assertRaisesRegex(UserError, "code and the documents of “Insurer” cannot change"):
            insurer.code = "insurance"

    def test_used_own_type_is_archived_instead_of_deleted(self):
        insurer = self._type()
        role = self._role(kind=insurer)

        with self.assertRaisesRegex(
            UserError, "Insurer.*roles of this type: 1.*Archive it instead"
        ):
            insurer.unlink()
        insurer.active = False

        self.assertEqual(role.type_id, insurer)
        self.assertEqual(role.state, "active")

    def test_type_used_in_another_company_only_is_used(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        insurer = self._type()
        self._role(self._company("Far Away", company_id=other.id), insurer)

        with self.assertRaisesRegex(UserError, "Insurer"):
            insurer.with_user(self.manager).unlink()

    # ------------------------------------------------------------
    # Bad input
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_second_type_with_a_code_is_refused(self):
        self._type()

        with self.assertRaises(psycopg2.errors.UniqueViolation) as caught:
            self._type()

        message = self.env["counterparty.type"]._sql_error_to_message(caught.exception)
        self.assertIn("already a counterparty type with this code", message)

    @mute_logger("odoo.sql_db")
    def test_code_is_plain(self):
        for code in ("Insurer", "in surer", "in,surer", "", "страх"):
            with self.subTest(code=code), self.assertRaises(psycopg2.errors.CheckViolation):
                self._type(code)

    @mute_logger("odoo.sql_db")
    def test_type_for_nobody_is_refused(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self._type(for_company=False, for_person=False)

    def test_broken_constraint_reaches_the_user_as_message(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            values = {"name": "X", "code": "x", "for_company": False, "for_person": False}

            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(ValidationError, "for companies, for persons or for both"),
            ):
                retrying(lambda: env["counterparty.type"].create(values), env)

    def test_copy_gets_a_code_of_its_own_and_is_not_core(self):
        copy = self.customer.copy()

        self.assertEqual(copy.code, "customer_copy")
        self.assertFalse(copy.is_core)
        self.assertEqual(copy.section_ids, self.customer.section_ids)
        self.assertEqual(self.customer.copy().code, "customer_copy1")

    # ------------------------------------------------------------
    # Catalogue
    # ------------------------------------------------------------

    def test_catalogue_follows_changes(self):
        insurer = self._type(color=3)
        catalogue = self.env["counterparty.type"]._get_catalogue()
        self.assertEqual(catalogue[insurer.id].sections, ())

        files = self.env.ref("counterparty_crm.section_files")
        insurer.write({"color": 5, "section_ids": [Command.link(files.id)]})

        entry = self.env["counterparty.type"]._get_catalogue()[insurer.id]
        self.assertEqual((entry.color, entry.sections), (5, ("files",)))

    def test_catalogue_speaks_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.customer.with_context(lang="es_ES").name = "Cliente propio"

        spanish = self.env["counterparty.type"].with_context(lang="es_ES")._get_catalogue()
        english = self.env["counterparty.type"]._get_catalogue()

        self.assertEqual(spanish[self.customer.id].name, "Cliente propio")
        self.assertEqual(english[self.customer.id].name, "Customer")

    def test_catalogue_keeps_archived_types_and_loses_deleted_ones(self):
        insurer, landlord = self._type(), self._type("landlord")
        insurer.active = False
        landlord.unlink()

        catalogue = self.env["counterparty.type"]._get_catalogue()

        self.assertIn(insurer.id, catalogue)
        self.assertNotIn(landlord.id, catalogue)

    # ------------------------------------------------------------
    # Cards of the overview
    # ------------------------------------------------------------

    def test_card_counts_roles_of_today(self):
        before = (self.customer.role_count, self.customer.prospect_count)
        self._role(self.late_payer)
        self._role(self.freight, is_prospect=True, responsible_id=self.user.id)
        self._role(self.foods, date_to=self._day(-1))
        self._role(self.holding, date_from=self._day(1))
        self._role(self._company("Gone", active=False))

        card = self.customer.with_user(self.user)

        self.assertEqual((card.role_count, card.prospect_count), (before[0] + 2, before[1] + 1))
        self.assertEqual(card.own_count, 1)
        self.assertEqual(self.customer.with_user(self.officer).own_count, 0)

    def test_card_opens_its_counterparties(self):
        self._role(self.freight)
        self._role(self.foods, self.supplier)

        action = self.customer.with_user(self.user).action_open_counterparties()

        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(len(found), self.customer.role_count)
        self.assertIn(self.freight, found)
        self.assertNotIn(self.cora, found, "a contact of a customer is no customer of its own")
        self.assertNotIn(self.foods, found)
        self.assertEqual(action["context"], {"counterparty_default_type": "customer"})
