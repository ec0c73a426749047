from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common_portal import PortalCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyVisibility(PortalCase):
    """Before the switch it is shown who would lose what; ticked contacts lose nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = cls._papers(cls.alfa)
        cls.own = cls._invoice(cls.anna.partner_id)

    def _wizard(self, **values):
        return self.env["counterparty.visibility"].with_user(self.manager).create(values)

    def _line(self, wizard, user):
        return wizard.line_ids.filtered(lambda line: line.representative_id == user.partner_id)

    def test_it_counts_what_each_contact_would_lose(self):
        wizard = self._wizard()

        line = self._line(wizard, self.anna)
        self.assertEqual(line.partner_id, self.alfa)
        lost = [line[f"{name}_lost"] for name in ("invoices", "orders", "purchases", "bills")]
        self.assertEqual(lost, [1, 1, 1, 1])
        self.assertEqual(self._line(wizard, self.alan).invoices_lost, 2)
        # a login that is the company, and a contact of a company without papers
        self.assertFalse(self._line(wizard, self.alfa_login))
        self.assertFalse(self._line(wizard, self.bela))

    def test_who_is_authorized_already_loses_nothing_of_it(self):
        self._authorize(self.anna, self.alfa, "invoices", "orders")
        self._authorize(self.alan, self.alfa, "invoices", "orders", "supplier")

        wizard = self._wizard()

        line = self._line(wizard, self.anna)
        lost = [line[f"{name}_lost"] for name in ("invoices", "orders", "purchases", "bills")]
        self.assertEqual(lost, [0, 0, 1, 1])
        self.assertFalse(line.scope_invoices)
        self.assertFalse(self._line(wizard, self.alan))

    def test_a_contact_that_only_loses_documents_is_shown_too(self):
        self.company.counterparty_portal_documents = True
        self.env["counterparty.document"].create(
            {
                "name": "Price agreement",
                "partner_id": self.beta.id,
                "kind_id": self.env.ref("counterparty_crm.kind_contract").id,
                "is_shared": True,
            }
        )

        line = self._line(self._wizard(), self.bela)

        self.assertEqual((line.documents_lost, line.invoices_lost), (1, 0))
        self.assertTrue(line._create_authorizations().scope_documents)

    def test_the_dialog_switches_as_it_is_filled_in(self):
        with Form(self.env["counterparty.visibility"].with_user(self.manager)) as form:
            self.assertGreater(len(form.line_ids), 1)
            with form.line_ids.edit(0) as line:
                line.is_kept = False

        wizard = form.record
        kept = wizard.line_ids.filtered("is_kept").representative_id
        wizard.action_switch()

        rows = self.env["counterparty.authorization"].search([])
        self.assertEqual(rows.representative_id, kept)
        self.assertEqual(self.company.counterparty_portal_visibility, "authorization")

    def test_switching_again_authorizes_nobody_twice(self):
        self._wizard().action_switch()
        rows = self.env["counterparty.authorization"].search([])
        self._wizard(visibility="company").action_switch()

        self._wizard().action_switch()

        self.assertEqual(self.env["counterparty.authorization"].search([]), rows)

    def test_nothing_changes_before_the_switch(self):
        self._wizard()

        self.assertEqual(self.company.counterparty_portal_visibility, "company")
        self.assertFalse(self.env["counterparty.authorization"].search_count([]))

    def test_ticked_contacts_see_after_it_what_they_saw_before(self):
        before = self._seen(self.anna, self.papers)
        wizard = self._wizard()
        self._line(wizard, self.alan).is_kept = False

        wizard.action_switch()

        self.assertEqual(self.company.counterparty_portal_visibility, "authorization")
        self.assertEqual(self._seen(self.anna, self.papers), before | {"receipt"})
        self.assertEqual(self._seen(self.alan, self.papers), set())

    def test_pages_of_the_whole_company_are_kept_where_they_are_open(self):
        for pages, expected in (((), (False, False)), (("balance", "documents"), (True, True))):
            self.company.write({f"counterparty_portal_{page}": True for page in pages})
            with self.subTest(pages=pages):
                row = self._line(self._wizard(), self.anna)._create_authorizations()
                self.assertEqual((row.scope_statement, row.scope_documents), expected)
                row.unlink()

    def test_switching_back_brings_everything_back(self):
        before = self._seen(self.alan, self.papers)
        wizard = self._wizard()
        wizard.line_ids.is_kept = False
        wizard.action_switch()
        self.assertFalse(self._seen(self.alan, self.papers))

        self._wizard(visibility="company").action_switch()

        self.assertEqual(self._seen(self.alan, self.papers), before)

    def test_an_empty_database_loses_nothing(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})

        self.assertFalse(
            self.env["counterparty.visibility"].create({"company_id": elsewhere.id}).line_ids
        )

    def test_only_managers_switch(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.visibility"].with_user(self.officer).create({})
