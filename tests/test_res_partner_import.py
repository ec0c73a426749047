from odoo.tests import tagged

from .common import CounterpartyCase

OPTIONS = {"quoting": '"', "separator": ",", "has_headers": True}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestResPartnerImport(CounterpartyCase):
    """The role that new partners get from the list in which they are made or imported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._user("kim", "group_user", "base.group_partner_manager")

    def _create(self, code="customer", **values):
        Partner = self.env["res.partner"].with_user(self.keeper)
        Partner = Partner.with_context(counterparty_default_type=code)
        return Partner.create({"name": "Fresh Fish", "is_company": True, **values}).sudo()

    def _import(self, columns, rows, code="customer"):
        text = "\n".join(",".join(row) for row in [columns, *rows])
        Import = self.env["base_import.import"].with_user(self.keeper)
        wizard = Import.with_context(counterparty_default_type=code).create(
            {"res_model": "res.partner", "file": text.encode(), "file_type": "text/csv"}
        )
        result = wizard.execute_import(columns, columns, OPTIONS)
        self.assertFalse(result["messages"])
        return self.env["res.partner"].browse(result["ids"])

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def test_partner_of_the_customer_list_is_a_prospect(self):
        role = self._create().counterparty_role_ids

        self.assertEqual(
            (role.type_id, role.state, role.source), (self.customer, "prospect", "manual")
        )

    def test_partner_of_another_list_gets_its_type_without_prospect(self):
        role = self._create("bank").counterparty_role_ids

        self.assertEqual((role.type_id, role.state), (self.bank, "active"))

    def test_partner_made_elsewhere_gets_no_role(self):
        partner = self.env["res.partner"].with_user(self.keeper).create({"name": "Elsewhere"})

        self.assertFalse(partner.counterparty_role_ids)

    def test_contact_gets_no_role_of_its_own(self):
        contact = self._create(is_company=False, parent_id=self.foods.id)

        self.assertFalse(self._roles(contact) | self._roles(self.foods))

    def test_type_that_does_not_fit_is_left_out(self):
        self.assertFalse(self._create("employee").counterparty_role_ids)
        self.assertFalse(self._create("bank", is_company=False).counterparty_role_ids)

    def test_unknown_or_archived_type_is_left_out(self):
        self.bank.active = False

        self.assertFalse(self._create("bank").counterparty_role_ids)
        self.assertFalse(self._create("no_such_type").counterparty_role_ids)

    def test_role_given_with_the_partner_is_enough(self):
        role = {"type_id": self.supplier.id}

        partner = self._create(counterparty_role_ids=[(0, 0, role)])

        self.assertEqual(partner.counterparty_role_ids.type_id, self.supplier)

    def test_user_makes_a_customer_for_a_colleague(self):
        partner = self._create(user_id=self.officer.id)

        self.assertEqual(partner.counterparty_role_ids.responsible_id, self.officer)

    # ------------------------------------------------------------
    # Import
    # ------------------------------------------------------------

    def test_imported_partners_become_prospects_of_the_list(self):
        partners = self._import(["name", "is_company"], [["Fish One", "1"], ["Fish Two", "1"]])

        roles = partners.counterparty_role_ids
        self.assertEqual(roles.partner_id, partners)
        self.assertEqual(set(roles.mapped("state")), {"prospect"})
        self.assertEqual(set(roles.mapped("source")), {"import"})

    def test_imported_partners_keep_the_roles_of_their_file(self):
        columns = [
            "name",
            "is_company",
            "counterparty_role_ids/type_id",
            "counterparty_role_ids/date_from",
        ]

        partners = self._import(columns, [["Fish One", "1", "Supplier", "2024-05-01"]])

        role = partners.counterparty_role_ids
        self.assertEqual((role.type_id, role.state), (self.supplier, "prospect"))
        self.assertEqual((str(role.date_from), role.source), ("2024-05-01", "import"))

    def test_a_file_may_say_that_there_was_business(self):
        columns = [
            "name",
            "is_company",
            "counterparty_role_ids/type_id",
            "counterparty_role_ids/is_prospect",
        ]

        partners = self._import(columns, [["Fish One", "1", "Supplier", "0"]])

        self.assertEqual(partners.counterparty_role_ids.state, "active")

    def test_roles_are_imported_into_their_own_list(self):
        columns = ["partner_id", "type_id", "date_from", "note"]
        text = "\n".join([",".join(columns), "Northwind Freight,Bank,2024-05-01,Safe"])
        wizard = (
            self.env["base_import.import"]
            .with_user(self.keeper)
            .create(
                {"res_model": "counterparty.role", "file": text.encode(), "file_type": "text/csv"}
            )
        )

        result = wizard.execute_import(columns, columns, OPTIONS)

        role = self._roles(self.freight)
        self.assertEqual(result["ids"], role.ids)
        self.assertEqual((role.type_id, role.note, role.source), (self.bank, "Safe", "import"))

    def test_bad_row_of_an_import_is_named_and_nothing_is_half_done(self):
        columns = ["partner_id", "type_id"]
        rows = ["Northwind Freight,Customer", "Northwind Freight,Employee"]
        text = "\n".join([",".join(columns), *rows])
        wizard = self.env["base_import.import"].create(
            {"res_model": "counterparty.role", "file": text.encode(), "file_type": "text/csv"}
        )

        result = wizard.execute_import(columns, columns, OPTIONS)

        messages = [message["message"] for message in result["messages"]]
        self.assertIn("“Employee” is a role for persons", messages[-1])
        self.assertEqual(result["messages"][-1]["rows"], {"from": 1, "to": 1}, messages)
        self.assertFalse(self._roles(self.freight))
