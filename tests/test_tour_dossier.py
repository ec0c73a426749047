from odoo.tests import HttpCase, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestTourDossier(CounterpartyCase, HttpCase):
    """The dossier in the browser: pager without reload, a type without code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = ("group_manager", "group_personal_documents", "base.group_partner_manager")
        trade = ("sales_team.group_sale_salesman_all_leads", "purchase.group_purchase_user")
        books = ("account.group_account_invoice", "stock.group_stock_user")
        cls.boss = cls._user("boris", *groups, *trade, *books, password="boris")

    def test_pager_shows_exactly_the_sections_of_each(self):
        partners = self.env["res.partner"]
        types = ["customer", "supplier", "bank", "state", "holding", "employee", "state+holding"]
        for number, name in enumerate(types):
            make = self._person if name == "employee" else self._company
            partner = make(f"Dossier {name}", ref=str(number))
            for code in name.split("+"):
                self._role(partner, self.env.ref(f"counterparty_crm.type_{code}"))
            partners |= partner
        self._end_supplier(partners[types.index("bank")])
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Dossiers",
                "res_model": "res.partner",
                "view_mode": "list,form",
                "domain": [("id", "in", partners.ids)],
                "path": "dossier-pager",
            }
        )
        partners.write({"company_id": False})
        self.env["ir.actions.act_window.view"].create(
            {
                "act_window_id": action.id,
                "view_mode": "list",
                "view_id": self.env["ir.ui.view"]
                .create(
                    {
                        "name": "dossiers",
                        "model": "res.partner",
                        "arch": """<list default_order="ref"><field name="ref"/>
                                   <field name="complete_name"/></list>""",
                    }
                )
                .id,
            }
        )

        self.start_tour("/odoo/dossier-pager", "counterparty_dossier_pager", login="boris")

    def _end_supplier(self, partner):
        """Let a partner have been a supplier, with a request for quotation still open."""
        self._role(partner, self.supplier, date_from=self._day(-30), date_to=self._day(-1))
        self._purchase(partner)

    def test_manager_adds_the_type_insurer_without_developer_mode(self):
        partner = self._company("Dossier Insured")

        self.start_tour("/odoo/counterparty-types", "counterparty_insurer", login="boris")

        role = self._roles(partner)
        self.assertEqual((role.type_id.code, role.type_id.icon), ("insurer", "fa-shield"))
        self.assertEqual(partner.phone, "0268555010")
        self.assertEqual(dict(role.role_properties), {"policy_limit": "Ten million"})
        self.assertEqual(partner.counterparty_sections, ",contracts,")

    def test_designer_opened_again_keeps_what_is_there(self):
        landlord = self.env["counterparty.type"].create({"name": "Landlord", "code": "landlord"})
        floors = {"name": "floors", "string": "Floors", "type": "integer"}
        landlord.role_properties_definition = [floors]
        role = self._role(self.foods, landlord)
        role.role_properties = {"floors": 7}

        self.start_tour("/odoo/counterparty-types", "counterparty_designer_again", login="boris")

        role.invalidate_recordset()
        kept, added = landlord.role_properties_definition
        self.assertEqual((kept["name"], kept["type"]), ("floors", "integer"))
        self.assertEqual(added["type"], "char")
        self.assertEqual(dict(role.role_properties)["floors"], 7)
