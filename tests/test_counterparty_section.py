import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartySection(CounterpartyCase):
    def _section(self, code="fleet", **values):
        return self.env["counterparty.section"].create(
            {"name": code.capitalize(), "code": code, **values}
        )

    def test_core_section_keeps_code_and_mark_and_is_not_deleted(self):
        contacts = self.env.ref("counterparty_crm.section_contacts")

        with self.assertRaisesRegex(UserError, "code of “Contacts” cannot change"):
            contacts.code = "people"
        with self.assertRaisesRegex(UserError, "Contacts.*core"):
            contacts.is_core = False
        with self.assertRaisesRegex(UserError, "Contacts.*cannot be deleted"):
            contacts.unlink()

    def test_core_mark_is_not_given_at_creation(self):
        Section = self.env["counterparty.section"].with_user(self.manager)

        with self.assertRaises(UserError):
            Section.create({"name": "Fleet", "code": "fleet", "is_core": True})

    def test_own_section_keeps_its_code_and_can_be_deleted(self):
        fleet = self._section()

        with self.assertRaisesRegex(UserError, "code of “Fleet” cannot change"):
            fleet.code = "cars"
        fleet.unlink()

        self.assertFalse(fleet.exists())

    def test_section_of_a_kind_is_not_deleted(self):
        fleet = self._section()
        kind = self.env["counterparty.document.kind"].create(
            {"name": "Log book", "code": "log_book", "section_id": fleet.id, "active": False}
        )

        with self.assertRaisesRegex(UserError, "Log book"):
            fleet.unlink()
        kind.section_id = self.env.ref("counterparty_crm.section_files")
        fleet.unlink()

        self.assertFalse(fleet.exists())

    @mute_logger("odoo.sql_db")
    def test_bad_codes_are_refused(self):
        self._section()

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self._section()
        for code in ("Fleet", "fle et", "fle,et"):
            with self.subTest(code=code), self.assertRaises(psycopg2.errors.CheckViolation):
                self._section(code)

    def test_dossier_shows_a_new_section_of_its_types_at_once(self):
        self._role(self.freight)
        self.assertNotIn(",fleet,", self.freight.counterparty_sections)

        self._section(type_ids=[Command.link(self.customer.id)])

        self.freight.invalidate_recordset()
        self.assertIn(",fleet,", self.freight.counterparty_sections)

    def test_dossier_loses_a_section_taken_from_its_types(self):
        self._role(self.freight)
        offers = self.env.ref("counterparty_crm.section_offers")
        self.assertIn(",offers,", self.freight.counterparty_sections)

        offers.type_ids = [Command.unlink(self.customer.id)]

        self.freight.invalidate_recordset()
        self.assertNotIn(",offers,", self.freight.counterparty_sections)

    def test_sections_follow_their_order(self):
        first = self._section("first", sequence=1)

        codes = self.env["counterparty.section"]._get_all_codes()
        self.assertEqual(codes[:2], ("first", "contacts"))
        first.sequence = 1000

        self.assertEqual(self.env["counterparty.section"]._get_all_codes()[-1], "first")
