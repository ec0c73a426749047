from odoo.tests import tagged

from .test_counterparty_document import DocumentCase

REPORT = "counterparty_crm.res_partner_report_dossier"


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestReportDossier(DocumentCase):
    def _print(self, partner, user):
        reports = self.env["ir.actions.report"].with_user(user)
        html, _kind = reports._render_qweb_html(REPORT, partner.ids)
        return html.decode()

    def test_dossier_shows_roles_contacts_and_documents(self):
        self._role(self.foods, self.customer, date_from="2024-05-01")
        self._document("contract", self.foods, number="C-7", name="Frame contract")

        html = self._print(self.foods, self.user)

        for text in (self.foods.name, "Customer", self.ben.name, "C-7", "Frame contract"):
            with self.subTest(text=text):
                self.assertIn(text, html)

    def test_terms_and_bank_accounts_are_printed(self):
        self._document("card", self.foods, number="77", card_discount=7.5)
        self.env["res.partner.bank"].create(
            {"acc_number": "RO49 AAAA 1B31", "partner_id": self.foods.id}
        )
        terms = self.env["account.payment.term"].create({"name": "In ten days"})
        self.foods.property_payment_term_id = terms
        biller = self._user("bill", "group_user", "account.group_account_invoice")

        for user, sees_terms in ((self.user, False), (biller, True)):
            html = self._print(self.foods, user)
            self.assertIn("77: 7.50 %", html)
            self.assertIn("RO49 AAAA 1B31", html)
            self.assertEqual("In ten days" in html, sees_terms)

    def test_own_fields_are_printed(self):
        kind = self.env["counterparty.type"].create({"name": "Insurer", "code": "insurer"})
        kind.role_properties_definition = [
            {"name": "limit", "string": "Policy limit", "type": "integer"},
            {"name": "cover", "string": "Cover", "type": "tags", "tags": [["f", "Fleet", 1]]},
            {"name": "broker", "string": "Broker", "type": "many2one", "comodel": "res.partner"},
            {"name": "paid", "string": "Paid", "type": "boolean"},
            {"name": "empty", "string": "Nothing here", "type": "char"},
        ]
        role = self._role(self.foods, kind)
        role.role_properties = {
            "limit": 7500,
            "cover": ["f"],
            "broker": self.freight.id,
            "paid": True,
        }

        html = self._print(self.foods, self.user)

        for text in ("Policy limit", "7500", "Fleet", self.freight.name, "Paid"):
            with self.subTest(text=text):
                self.assertIn(text, html)
        self.assertNotIn("Nothing here", html)

    def test_personal_documents_are_never_printed(self):
        self._document("identity", self.foods, number="ZX-1", name="Passport ZX-1")

        for user in (self.user, self.keeper, self.manager):
            with self.subTest(user=user.login):
                html = self._print(self.foods, user)
                self.assertNotIn("ZX-1", html)
                self.assertNotIn("Personal Documents", html)

    def test_several_dossiers_print_in_one_go(self):
        html = self._print(self.foods | self.freight, self.user)

        self.assertIn(self.foods.name, html)
        self.assertIn(self.freight.name, html)
