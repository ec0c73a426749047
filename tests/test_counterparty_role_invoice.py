from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyRoleInvoice(AccountTestInvoicingCommon):
    """Posted invoices and bills give roles; drafts do not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env.ref("counterparty_crm.type_customer")
        cls.supplier = cls.env.ref("counterparty_crm.type_supplier")
        cls.bank = cls.env.ref("counterparty_crm.type_bank")
        cls.freight = cls.env["res.partner"].create(
            {"name": "Northwind Freight", "is_company": True}
        )
        cls.cora = cls.env["res.partner"].create({"name": "Cora Dunn", "parent_id": cls.freight.id})

    def _invoice(self, move_type="out_invoice", partner=None, day=None, **values):
        day = day or fields.Date.today()
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or self.freight).id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [Command.create({"name": "Advice", "price_unit": 100.0})],
                **values,
            }
        )

    def _commit(self):
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def _roles(self, partner=None):
        # the accountants of these tests have rights on accounting only
        Role = self.env["counterparty.role"].sudo()
        return Role.search([("partner_id", "=", (partner or self.freight).id)])

    def _role(self, kind, **values):
        Role = self.env["counterparty.role"].sudo()
        values = {"partner_id": self.freight.id, "type_id": kind.id, "date_from": False, **values}
        return Role.create(values)

    def test_posted_document_gives_the_full_role_of_its_side(self):
        cases = [
            ("out_invoice", self.customer),
            ("out_refund", self.customer),
            ("out_receipt", self.customer),
            ("in_invoice", self.supplier),
            ("in_refund", self.supplier),
            ("in_receipt", self.supplier),
        ]
        for move_type, kind in cases:
            with self.subTest(move_type=move_type):
                partner = self.env["res.partner"].create({"name": move_type, "is_company": True})

                self._invoice(move_type, partner, "2024-03-05").action_post()
                self._commit()

                role = self._roles(partner)
                self.assertEqual((role.type_id, role.state), (kind, "active"))
                self.assertEqual((role.date_from, role.date_business), (role.date_from,) * 2)
                self.assertEqual(str(role.date_from), "2024-03-05")

    def test_draft_and_plain_entry_give_nothing(self):
        self._invoice()
        account = self.company_data["default_account_revenue"]
        lines = [{"account_id": account.id, "debit": 5, "partner_id": self.freight.id}]
        lines.append({"account_id": account.id, "credit": 5, "partner_id": self.freight.id})
        entry = self.env["account.move"].create(
            {"move_type": "entry", "line_ids": [Command.create(line) for line in lines]}
        )
        entry.action_post()

        self._commit()

        self.assertFalse(self._roles())

    def test_invoice_of_a_contact_counts_for_the_company(self):
        self._invoice(partner=self.cora).action_post()

        self._commit()

        self.assertEqual(self._roles().type_id, self.customer)
        self.assertFalse(self._roles(self.cora))

    def test_prospect_becomes_customer_with_the_first_invoice(self):
        role = self._role(self.customer, is_prospect=True)

        self._invoice(day="2024-03-05").action_post()
        self._commit()

        self.assertEqual(self._roles(), role)
        self.assertEqual((role.state, str(role.date_business)), ("active", "2024-03-05"))

    def test_bill_of_a_bank_adds_no_supplier(self):
        role = self._role(self.bank)

        self._invoice("in_invoice").action_post()
        self._commit()

        self.assertEqual(self._roles(), role)

    def test_ended_role_outlives_a_late_posting_of_an_old_invoice(self):
        role = self._role(self.customer, date_to="2024-06-30")

        self._invoice(day="2024-03-05").action_post()
        self._commit()

        self.assertEqual(self._roles(), role)

    def test_ended_role_is_followed_by_one_for_a_new_invoice(self):
        ended = self._role(self.customer, date_to="2024-06-30")

        self._invoice(day="2024-09-05").action_post()
        self._commit()

        fresh = self._roles() - ended
        self.assertEqual((fresh.state, str(fresh.date_from)), ("active", "2024-09-05"))

    def test_posting_is_not_stopped_by_broken_roles(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "counterparty_crm.roles_from_documents", ""
        )

        invoice = self._invoice()
        invoice.action_post()
        self._commit()

        self.assertEqual(invoice.state, "posted")

    def test_posting_a_batch_is_followed_by_one_look_at_the_roles(self):
        Role = self.env.registry["counterparty.role"]
        invoices = self._invoice() | self._invoice() | self._invoice("in_invoice")

        with patch.object(Role, "_fill_from_documents") as fill:
            invoices.action_post()
            self._commit()

        fill.assert_called_once_with(partner_ids=self.freight.ids)

    def test_installation_reads_the_invoices_that_are_there(self):
        self._invoice(day="2021-03-05").action_post()
        self._invoice("in_invoice", day="2022-03-05").action_post()
        self.env.cr.postcommit.clear()

        self.env["counterparty.role"].sudo()._fill_at_install()

        found = {role.type_id.code: (str(role.date_from), role.doubt) for role in self._roles()}
        self.assertEqual(
            found,
            {"customer": ("2021-03-05", "long_ago"), "supplier": ("2022-03-05", "long_ago")},
        )

    def test_invoices_of_two_companies_make_one_role_with_the_earliest_day(self):
        other = self.setup_other_company()["company"]
        self._invoice(day="2024-03-05").action_post()
        elsewhere = self.env["account.move"].with_company(other)
        invoice = elsewhere.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.freight.id,
                "invoice_date": "2023-01-10",
                "invoice_line_ids": [Command.create({"name": "Advice", "price_unit": 1.0})],
            }
        )
        invoice.action_post()

        self._commit()

        role = self._roles()
        self.assertEqual((role.type_id, str(role.date_from)), (self.customer, "2023-01-10"))
        self.assertFalse(role.company_id)
