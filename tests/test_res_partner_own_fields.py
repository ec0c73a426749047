from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerOwnFields(CounterpartyCase):
    """Own fields of roles seen from the list of counterparties."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.insurer = cls.env["counterparty.type"].create({"name": "Insurer", "code": "insurer"})
        cls.insurer.role_properties_definition = [
            {"name": "limit", "string": "Policy limit", "type": "integer"},
            {
                "name": "cover",
                "string": "Cover",
                "type": "selection",
                "selection": [["fleet", "Fleet"], ["cargo", "Cargo"]],
            },
        ]
        cls.landlord = cls.env["counterparty.type"].create({"name": "Landlord", "code": "landlord"})
        cls.landlord.role_properties_definition = [
            {"name": "keys", "string": "Keys", "type": "char"}
        ]
        cls.world = cls.foods | cls.freight | cls.late_payer | cls.ben
        cls.partners = cls.env["res.partner"].with_user(cls.user)
        cls.keeper = cls._user("kim", "base.group_partner_manager")

    def _own(self, partner, kind=None, **properties):
        role = self._role(partner, kind or self.insurer)
        role.role_properties = properties
        return role

    def _find(self, *condition):
        return self.partners.search([("id", "in", self.world.ids), condition]).sudo()

    def test_partner_shows_the_own_fields_of_all_its_roles(self):
        self._own(self.foods, limit=5000, cover="fleet")
        self._own(self.foods, self.landlord, keys="In the safe")

        [values] = self.partners.browse(self.foods.id).read(["counterparty_own_fields"])

        shown = {entry["name"]: entry.get("value") for entry in values["counterparty_own_fields"]}
        self.assertEqual(shown, {"limit": 5000, "cover": "fleet", "keys": "In the safe"})
        self.assertFalse(self.freight.counterparty_own_fields)

    def test_contact_shows_those_of_its_company(self):
        self._own(self.foods, limit=5000)

        self.assertEqual(self.ben.counterparty_own_fields["limit"], 5000)

    def test_fields_of_ended_roles_are_not_shown_nor_found(self):
        role = self._own(self.foods, limit=5000)
        role.date_from, role.date_to = self._day(-9), self._day(-1)

        self.assertFalse(self.foods.counterparty_own_fields)
        self.assertFalse(self._find("counterparty_own_fields.limit", "=", 5000))

    def test_partners_are_found_by_own_fields(self):
        self._own(self.foods, limit=5000, cover="fleet")
        self._own(self.freight, limit=10, cover="cargo")
        name = "counterparty_own_fields"

        self.assertEqual(self._find(f"{name}.limit", ">", 100), self.foods | self.ben)
        self.assertEqual(self._find(f"{name}.cover", "=", "cargo"), self.freight)
        self.assertEqual(self._find(f"{name}.cover", "ilike", "FLE"), self.foods | self.ben)
        self.assertEqual(self._find(f"{name}.cover", "=", False), self.late_payer)
        self.assertEqual(self._find(f"{name}.cover", "!=", False), self.world - self.late_payer)

    def test_partners_are_grouped_by_own_fields(self):
        self._own(self.foods, limit=5000, cover="fleet")
        self._own(self.freight, limit=10, cover="cargo")
        domain = [("id", "in", self.world.ids)]

        groups = self.partners.formatted_read_group(
            domain, ["counterparty_own_fields.cover"], ["__count"]
        )

        counts = {group["counterparty_own_fields.cover"]: group["__count"] for group in groups}
        self.assertEqual(counts, {"fleet": 2, "cargo": 1, False: 1})
        opened = self.partners.web_read_group(
            domain, ["counterparty_own_fields.limit"], unfold_read_specification={"name": {}}
        )
        self.assertEqual(sum(group["__count"] for group in opened["groups"]), 4)

    def test_partners_are_exported_with_own_fields(self):
        self._own(self.foods, limit=5000, cover="fleet")
        paths = ["name", "counterparty_own_fields.limit", "counterparty_own_fields.cover"]
        boss = self._user("boris", "group_user", "base.group_allow_export")

        rows = (self.foods | self.freight).with_user(boss).export_data(paths)["datas"]

        self.assertEqual(rows[0][1:], [5000, "Fleet"])
        self.assertFalse(any(rows[1][1:]))

    def test_export_dialog_offers_the_fields_of_the_types_in_the_list(self):
        self._own(self.foods, limit=5000)
        self._own(self.foods, self.landlord, keys="In the safe")
        query = self.partners._search([("id", "=", self.foods.id)])

        types = self.partners._field_to_sql("res_partner", "counterparty_own_type_id", query)

        found = self.env["counterparty.type"].search([("id", "in", query.subselect(types))])
        self.assertEqual(found, self.insurer | self.landlord)

    def test_own_fields_are_imported_with_the_partner(self):
        columns = ["name", "is_company", "counterparty_role_ids/type_id"]
        columns.append("counterparty_role_ids/role_properties.limit")

        result = (
            self.env["res.partner"]
            .with_context(import_file=True)
            .load(columns, [["Imported Insurer", "1", "Insurer", "77"]])
        )

        self.assertFalse(result["messages"])
        imported = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(dict(imported.counterparty_role_ids.role_properties), {"limit": 77})

    def test_what_was_exported_comes_back(self):
        self._own(self.foods, limit=5000, cover="fleet")
        self._own(self.foods, self.landlord, keys="In the safe")
        boss = self._user("boris", "group_officer", "base.group_allow_export")
        boss.group_ids += self.env.ref("base.group_partner_manager")
        paths = [
            "id",
            "name",
            *(f"counterparty_own_fields.{k}" for k in ("limit", "cover", "keys")),
        ]
        world = (self.foods | self.freight).with_user(boss).with_context(import_file=True)
        rows = [[str(cell or "") for cell in row] for row in world.export_data(paths)["datas"]]
        rows[0][2:] = ["77", "Cargo", "At the gate"]

        result = world.load(paths, rows)

        self.assertFalse(result["messages"])
        values = dict(self.foods.counterparty_own_fields)
        self.assertEqual(values, {"limit": 77, "cover": "Cargo", "keys": "At the gate"})
        rows[0][3] = ""
        world.load(paths, rows)
        self.assertFalse(dict(self.foods.counterparty_own_fields)["cover"])

    def test_new_partners_take_own_fields_with_their_role(self):
        paths = ["name", "is_company", "counterparty_role_ids/type_id"]
        paths.append("counterparty_own_fields.limit")
        Partner = self.env["res.partner"].with_context(import_file=True)

        taken = Partner.load(paths, [["Imported Insurer", "1", "Insurer", "77"]])
        refused = Partner.load(
            ["name", "counterparty_own_fields.limit"], [["Without a role", "77"]]
        )

        self.assertFalse(taken["messages"])
        self.assertEqual(dict(Partner.browse(taken["ids"]).counterparty_own_fields)["limit"], 77)
        self.assertIn("Policy limit", refused["messages"][0]["message"])

    def test_own_fields_of_others_roles_are_not_imported(self):
        role = self._own(self.foods, limit=5000)
        role.responsible_id = self.officer
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        entry = {"name": "limit", "type": "integer", "string": "Limit", "value": 1}

        with self.assertRaises(AccessError):
            self.foods.with_user(self.user).write({"counterparty_own_fields": [entry]})
        with self.assertRaises(AccessError):
            self.foods.with_user(self.keeper).write({"counterparty_own_fields": [entry]})

        self.assertEqual(self.foods.counterparty_own_fields["limit"], 5000)

    def test_links_to_what_is_hidden_stop_no_list(self):
        """A list is grouped, read and exported though an own field links to a hidden record."""
        self.env.ref("base.res_partner_rule").active = True
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self._company("Secret Broker", company_id=other.id)
        self.insurer.role_properties_definition += [
            {"name": "broker", "string": "Broker", "type": "many2one", "comodel": "res.partner"}
        ]
        role = self._own(self.foods, limit=5000, broker=hidden.id)
        boss = self._user("boris", "group_user", "base.group_allow_export")
        for records, name in (
            (self.foods, "counterparty_own_fields"),
            (role, "role_properties"),
        ):
            theirs = records.with_user(boss)
            with self.subTest(model=records._name):
                groups = theirs.formatted_read_group(
                    [("id", "in", records.ids)], [f"{name}.broker"], ["__count"]
                )
                self.assertEqual(sum(group["__count"] for group in groups), 1)
                opened = theirs.web_read_group([("id", "in", records.ids)], [f"{name}.broker"])
                self.assertEqual(len(opened["groups"]), 1)
                shown = str(theirs.read([name]))
                exported = theirs.export_data(["id", f"{name}.limit", f"{name}.broker"])["datas"]
                self.assertEqual(exported[0][1], 5000)
                for text in (str(groups), str(opened), shown, str(exported)):
                    self.assertNotIn("Secret Broker", text)

    def test_host_goes_on_without_our_rights(self):
        self._own(self.foods, limit=5000)
        Partner = self.env["res.partner"].with_user(self.keeper)

        created = Partner.create({"name": "Made by stock"})
        loaded = Partner.load(["name"], [["Loaded by stock"]])
        copied = Partner.browse(self.foods.id).copy()

        self.assertTrue(created and loaded["ids"] and copied)
        self.assertNotIn("counterparty_own_fields", Partner.fields_get())

    def test_users_are_created_and_imported_without_our_rights(self):
        keeper = self._user("kara", "base.group_erp_manager", "base.group_partner_manager")
        Users = self.env["res.users"].with_user(keeper)

        created = Users.create({"name": "New", "login": "new"})
        copied = created.copy({"name": "Copy", "login": "copy"})
        loaded = Users.load(["name", "login"], [["Loaded", "loaded"]])

        self.assertTrue(created and copied and loaded["ids"], loaded["messages"])

    def test_list_costs_the_same_for_few_and_for_many(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Insurer {number}", "is_company": True} for number in range(20)]
        )
        for partner in partners:
            self._own(partner, limit=1)

        def cost(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.user).read(["counterparty_own_fields"])
            return self.env.cr.sql_log_count - before

        cost(partners[:1])
        self.assertEqual(cost(partners), cost(partners[:1]))
