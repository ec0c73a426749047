from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyTypeFields(CounterpartyCase):
    """A manager adds the type "Insurer" without a line of code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("cleo", "group_officer", "base.group_partner_manager")
        cls.boss = cls._user("boris", "group_manager", "base.group_allow_export")
        Type = cls.env["counterparty.type"].with_user(cls.boss)
        with Form(Type) as form:
            form.name = "Insurer"
            form.code = "insurer"
        cls.insurer = form.record
        cls.insurer.section_ids = cls.env.ref("counterparty_crm.section_contracts")
        cls._design(
            cls,
            {"name": "Policy limit", "kind": "integer"},
            {"name": "Cover", "kind": "selection", "options": "Whole fleet, Cargo"},
            {"name": "Since", "kind": "date"},
        )

    def _design(self, *lines, **values):
        designer = self.env["counterparty.type.designer"].with_user(self.boss)
        designer = designer.create({"type_id": self.insurer.id, **values})
        designer.line_ids = [Command.create(line) for line in lines]
        designer.action_save()

    def _insure(self, partner, user=None, **properties):
        Role = self.env["counterparty.role"].with_user(user or self.clerk)
        role = Role.create({"partner_id": partner.id, "type_id": self.insurer.id})
        role.role_properties = properties
        return role

    # ------------------------------------------------------------
    # Own fields
    # ------------------------------------------------------------

    def test_designer_writes_typed_fields(self):
        fields = {entry["name"]: entry["type"] for entry in self.insurer.role_properties_definition}

        self.assertEqual(fields, {"policy_limit": "integer", "cover": "selection", "since": "date"})
        self.assertEqual(self.insurer.own_field_count, 3)

    def test_designer_shows_what_is_there(self):
        designer = self.env["counterparty.type.designer"].create({"type_id": self.insurer.id})

        self.assertEqual(designer.line_ids.mapped("name"), ["Policy limit", "Cover", "Since"])
        self.assertEqual(designer.line_ids[1].options, "Whole fleet, Cargo")

    def test_dialog_saved_as_it_was_opened_changes_nothing(self):
        self._insure(self.foods, policy_limit=5000, cover="cargo")
        before = self.insurer.role_properties_definition
        Designer = self.env["counterparty.type.designer"].with_user(self.boss)

        form = Form(Designer.with_context(default_type_id=self.insurer.id))
        with form.line_ids.new() as line:
            line.name = "Broker"
        with form.line_ids.edit(0) as line:
            line.name = "Limit"
        form.save().action_save()

        after = self.insurer.role_properties_definition
        self.assertEqual(after[0], {**before[0], "string": "Limit"})
        self.assertEqual(after[1:3], before[1:3])
        self.assertEqual(after[3]["type"], "char")

    def test_designer_says_what_partners_fill_in(self):
        self._design(
            {"name": "Fleet size", "kind": "integer", "is_partner_filled": True},
            {
                "name": "Broker",
                "kind": "many2one",
                "model_name": "res.partner",
                "is_partner_filled": True,
            },
            {"name": "Rating", "kind": "char"},
            confirms_removal=True,
        )
        self.assertEqual(self.insurer.partner_filled_keys, ["fleet_size"])

        designer = self.env["counterparty.type.designer"].with_user(self.boss)
        designer = designer.create({"type_id": self.insurer.id})
        self.assertEqual(designer.line_ids.mapped("is_partner_filled"), [True, False, False])
        designer.line_ids[0].name = "Trucks"
        designer.line_ids[2].is_partner_filled = True
        designer.action_save()
        self.assertEqual(self.insurer.partner_filled_keys, ["fleet_size", "rating"])

    def test_designer_leaves_alone_what_it_does_not_design(self):
        self.insurer.role_properties_definition += [
            {"name": "line", "string": "Line", "type": "separator"}
        ]
        before = self.insurer.role_properties_definition
        designer = self.env["counterparty.type.designer"].create({"type_id": self.insurer.id})

        designer.action_save()

        self.assertEqual(self.insurer.role_properties_definition, before)

    def test_own_fields_search_and_group(self):
        rich = self._insure(self.foods, policy_limit=5000, cover="whole_fleet")
        self._insure(self.freight, policy_limit=10, cover="cargo")
        Role = self.env["counterparty.role"].with_user(self.clerk)

        found = Role.search([("role_properties.policy_limit", ">", 100)])
        groups = Role.formatted_read_group(
            [("type_id", "=", self.insurer.id)], ["role_properties.cover"], ["__count"]
        )

        self.assertEqual(found, rich)
        self.assertEqual(sorted(group["__count"] for group in groups), [1, 1])

    def test_own_fields_export_and_import(self):
        role = self._insure(self.foods, policy_limit=5000)
        Role = self.env["counterparty.role"].with_user(self.boss)

        [[exported]] = Role.browse(role.id).export_data(["role_properties.policy_limit"])["datas"]
        result = Role.with_context(import_file=True).load(
            ["partner_id/.id", "type_id", "role_properties.policy_limit"],
            [[str(self.freight.id), "Insurer", "77"]],
        )

        self.assertEqual(exported, 5000)
        self.assertFalse(result["messages"])
        imported = Role.browse(result["ids"])
        self.assertEqual(dict(imported.role_properties)["policy_limit"], 77)

    def test_own_fields_are_placeholders_in_mails(self):
        self._insure(self.foods, policy_limit=5000, cover="whole_fleet")
        template = self.env["mail.template"].create(
            {
                "name": "Policy",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "{{ object.get_counterparty_value('insurer', 'policy_limit') }}",
                "body_html": "<t t-out=\"object.get_counterparty_value('insurer', 'Cover')\"/>",
            }
        )

        rendered = template._generate_template([self.foods.id], ["subject", "body_html"])

        self.assertEqual(rendered[self.foods.id]["subject"], "5000")
        self.assertIn("Whole fleet", rendered[self.foods.id]["body_html"])
        self.assertEqual(self.freight.get_counterparty_value("insurer", "cover"), "")

    def test_what_the_picker_of_a_mail_template_inserts_is_filled(self):
        self._insure(self.foods, policy_limit=5000, cover="whole_fleet")
        template = self.env["mail.template"].create(
            {
                "name": "Policy",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "{{ object.counterparty_own_fields.get('policy_limit') }}",
                "body_html": "<t t-out=\"object.counterparty_own_fields.get('cover')\"/>",
            }
        )

        rendered = template.with_user(self.boss)._generate_template(
            [self.foods.id], ["subject", "body_html"]
        )

        self.assertEqual(rendered[self.foods.id]["subject"], "5000")
        self.assertIn("Whole fleet", rendered[self.foods.id]["body_html"])

    def test_mails_of_those_without_rights_of_ours_are_filled_too(self):
        self._insure(self.foods, policy_limit=5000)

        value = self.foods.with_user(self.plain).get_counterparty_value("insurer", "policy_limit")

        self.assertEqual(value, "5000")

    def test_numbers_and_times_are_written_as_people_read_them(self):
        role = self._insure(self.foods).with_context(lang="en_US", tz="Europe/Sofia")

        for kind, value, text in (
            ("datetime", "2026-01-05 10:00:00", "01/05/2026 12:00:00 PM"),
            ("float", 1234.5, "1,234.5"),
            ("float", 3.0, "3"),
            ("integer", 2024, "2024"),
        ):
            with self.subTest(kind=kind, value=value):
                written = role._format_own_value({"type": kind, "value": value})
                self.assertEqual(written.replace("\u202f", " "), text)

    def test_own_fields_have_a_tile(self):
        self._insure(self.foods, policy_limit=1)

        tiles = {tile["code"]: tile for tile in self.foods.get_counterparty_tiles()}

        self.assertEqual(tiles["fields"]["entries"][0]["count"], 1)
        self.assertIn(",contracts,", self.foods.counterparty_sections)

    def test_each_role_has_its_own_block(self):
        self._insure(self.foods, policy_limit=1)
        other = self._role(self.foods, self.customer)

        self.assertFalse(other.role_properties)
        self.assertFalse(other.has_own_fields)

    def test_merged_roles_join_their_own_fields(self):
        kept = self._insure(self.foods, cover="whole_fleet")
        self._insure(self.freight, policy_limit=10, cover="cargo")

        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.foods | self.freight).ids, self.foods
        )

        values = dict(kept.role_properties)
        self.assertEqual((values["policy_limit"], values["cover"]), (10, "Whole fleet"))
        self.assertEqual(self._roles(self.foods), kept.with_user(self.env.user))

    def test_dialog_shows_own_fields_as_soon_as_the_type_is_chosen(self):
        Role = self.env["counterparty.role"].with_user(self.clerk)
        spec = {"type_id": {}, "role_properties": {}, "has_own_fields": {}}

        chosen = Role.onchange({"type_id": self.insurer.id}, ["type_id"], spec)["value"]
        plain = Role.onchange({"type_id": self.customer.id}, ["type_id"], spec)["value"]

        names = [entry["name"] for entry in chosen["role_properties"]]
        self.assertEqual(names, ["policy_limit", "cover", "since"])
        self.assertTrue(chosen["has_own_fields"])
        self.assertEqual(plain["role_properties"], [])

    def test_values_typed_in_the_dialog_are_saved_with_the_new_role(self):
        Role = self.env["counterparty.role"].with_user(self.clerk)
        typed = [{**entry, "value": 5} for entry in self.insurer.role_properties_definition[:1]]
        values = {"partner_id": self.foods.id, "type_id": self.insurer.id}

        role = Role.create({**values, "role_properties": typed})

        self.assertEqual(dict(role.role_properties), {"policy_limit": 5})

    # ------------------------------------------------------------
    # Bad input
    # ------------------------------------------------------------

    def test_removing_filled_fields_must_be_confirmed_and_values_come_back(self):
        role = self._insure(self.foods, policy_limit=5000)
        lines = [Command.set([])]
        designer = self.env["counterparty.type.designer"].create(
            {"type_id": self.insurer.id, "line_ids": lines}
        )
        designer.line_ids.unlink()
        with self.assertRaises(UserError):
            designer.action_save()

        designer.confirms_removal = True
        designer.action_save()
        self.assertFalse(self.insurer.role_properties_definition)
        self._design({"name": "Policy limit", "kind": "integer"})

        role.invalidate_recordset()
        self.assertEqual(dict(role.role_properties)["policy_limit"], 5000)

    def test_values_of_removed_fields_outlive_a_saved_role(self):
        role = self._insure(self.foods, policy_limit=5000, cover="whole_fleet")
        designer = self.env["counterparty.type.designer"].create(
            {"type_id": self.insurer.id, "confirms_removal": True}
        )
        designer.line_ids.filtered(lambda line: line.key == "policy_limit").unlink()
        designer.action_save()

        shown = role.read(["role_properties"])[0]["role_properties"]
        role.web_save({"role_properties": shown}, {"role_properties": {}})
        self._design(
            {"name": "Policy limit", "kind": "integer"},
            {"name": "Cover", "key": "cover", "kind": "selection", "options": "Whole fleet, Cargo"},
            {"name": "Since", "key": "since", "kind": "date"},
        )

        role.invalidate_recordset()
        self.assertEqual(dict(role.role_properties)["policy_limit"], 5000)

    def test_removing_chosen_options_must_be_confirmed(self):
        role = self._insure(self.foods, cover="cargo")
        Designer = self.env["counterparty.type.designer"].with_user(self.boss)
        form = Form(Designer.with_context(default_type_id=self.insurer.id))
        self.assertEqual(form.chosen_count, 0)
        with form.line_ids.edit(1) as line:
            line.options = "Whole fleet"
        self.assertEqual(form.chosen_count, 1)

        designer = form.save()
        with self.assertRaisesRegex(UserError, "Cargo"):
            designer.action_save()
        designer.confirms_removal = True
        designer.action_save()
        role.invalidate_recordset()
        self.assertFalse(dict(role.role_properties)["cover"])

        again = Designer.create({"type_id": self.insurer.id})
        again.line_ids[1].options = "Whole fleet, Cargo"
        again.action_save()
        role.invalidate_recordset()
        self.assertEqual(role._get_own_values(), [("Cover", "Cargo")])

    def test_field_of_another_kind_takes_no_values_of_its_namesake(self):
        role = self._insure(self.foods, policy_limit=5000)
        designer = self.env["counterparty.type.designer"].create({"type_id": self.insurer.id})
        designer.line_ids.filtered(lambda line: line.key == "policy_limit").unlink()
        designer.confirms_removal = True
        designer.action_save()

        self._design({"name": "Policy limit", "kind": "date"})

        role.invalidate_recordset()
        self.assertEqual(role._get_own_values(), [])
        added = self.insurer.role_properties_definition[-1]
        self.assertEqual((added["name"], added["type"]), ("policy_limit_date", "date"))

    def test_designer_asks_before_filled_fields_go(self):
        self._insure(self.foods, policy_limit=5000)
        Designer = self.env["counterparty.type.designer"].with_user(self.boss)

        form = Form(Designer.with_context(default_type_id=self.insurer.id))
        self.assertEqual(form.filled_count, 0)
        form.line_ids.remove(index=2)
        self.assertEqual(form.filled_count, 0)
        form.line_ids.remove(index=0)

        self.assertEqual(form.filled_count, 1)

    def test_designer_refuses_what_makes_no_sense(self):
        for lines in (
            [{"name": "A", "kind": "selection"}],
            [{"name": "A", "kind": "many2one"}],
            [{"name": "A", "kind": "char"}, {"name": "a", "kind": "integer"}],
        ):
            with self.subTest(lines=lines), self.assertRaises(UserError):
                self._design(*lines, confirms_removal=True)

    def test_only_managers_design(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.type.designer"].with_user(self.clerk).create(
                {"type_id": self.insurer.id}
            )

    # ------------------------------------------------------------
    # Required fields
    # ------------------------------------------------------------

    def _require(self, *names):
        self.insurer.required_field_ids = self.env["counterparty.requirement"].search(
            [("field_name", "in", names)]
        )

    def test_role_given_by_hand_asks_for_required_fields(self):
        self._require("vat", "phone")

        with self.assertRaises(ValidationError) as caught:
            self._insure(self.foods)
        self.assertIn("Tax ID", str(caught.exception))
        self.assertIn("Phone", str(caught.exception))

    def test_dialog_fills_the_counterparty(self):
        self._require("phone")
        view = "counterparty_crm.counterparty_role_view_form_dialog"
        Role = self.env["counterparty.role"].with_user(self.clerk)

        with Form(Role.with_context(default_partner_id=self.foods.id), view) as form:
            form.type_id = self.insurer
            self.assertTrue(form._get_modifier("partner_phone", "required"))
            self.assertTrue(form._get_modifier("partner_vat", "invisible"))
            form.partner_phone = "+40 268 555 0100"

        self.assertEqual(self.foods.phone, "+40 268 555 0100")
        self.assertFalse(form.record.is_incomplete)

    def test_role_of_a_document_is_shown_as_incomplete(self):
        self.customer.required_field_ids = self.env["counterparty.requirement"].search(
            [("field_name", "=", "vat")]
        )

        self._order(self.foods, confirmed=True)
        self._commit()

        role = self._roles(self.foods)
        self.assertEqual(role.source, "document")
        self.assertTrue(role.is_incomplete)

    def test_imported_role_is_shown_as_incomplete(self):
        self._require("vat")
        Role = self.env["counterparty.role"].with_context(import_file=True)

        role = Role.create({"partner_id": self.foods.id, "type_id": self.insurer.id})

        self.assertTrue(role.is_incomplete)

    def test_incomplete_roles_are_found(self):
        self._insure(self.freight)
        self.freight.vat = "RO123"
        role = self._insure(self.foods)
        self._require("vat")
        Role, Partner = self.env["counterparty.role"], self.env["res.partner"]

        self.assertEqual(Role.search([("is_incomplete", "=", True)]), role)
        self.assertNotIn(role, Role.search([("is_incomplete", "=", False)]))
        self.assertEqual(
            Partner.search([("counterparty_role_ids.is_incomplete", "=", True)]), self.foods
        )

    def test_ended_role_is_resumed_only_when_complete(self):
        role = self._insure(self.foods)
        role.action_end()
        self._require("vat")

        with self.assertRaises(ValidationError):
            role.action_resume()

    def test_every_requirement_is_asked_for_in_the_dialog(self):
        arch = self.env.ref("counterparty_crm.counterparty_role_view_form_dialog").arch
        Partner = self.env["res.partner"]

        for required in self.env["counterparty.requirement"].search([]):
            with self.subTest(field=required.field_name):
                self.assertIn(required.field_name, Partner._fields)
                self.assertIn(f"',{required.field_name},' not in required_codes", arch)
