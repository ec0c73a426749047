from odoo import fields, models

from ..tools import own_field_input


class CounterpartyTypeFieldsMixin(models.AbstractModel):
    """What users add to a type without code: required fields and own typed fields."""

    _name = "counterparty.type.fields.mixin"
    _description = "Fields of a counterparty type"

    required_field_ids = fields.Many2many(
        "counterparty.requirement",
        string="Required Fields",
        help="Asked for when somebody gives the role by hand. A role that a document creates is "
        "shown as incomplete instead.",
    )
    role_properties_definition = fields.PropertiesDefinition("Own Fields")
    partner_filled_keys = fields.Json(
        "Own Fields That Partners Fill In", help="Keys of the fields, set in their dialog."
    )
    own_field_count = fields.Integer("Number of Own Fields", compute="_compute_own_field_count")

    def _compute_own_field_count(self):
        for kind in self:
            kind.own_field_count = len(kind.role_properties_definition)

    def _get_partner_filled_entries(self):
        """Return the definitions of the own fields that partners fill in, in their order."""
        self.ensure_one()
        keys = self.partner_filled_keys or ()
        return [
            entry
            for entry in self.role_properties_definition
            if entry["name"] in keys and entry["type"] in own_field_input.KINDS
        ]

    def action_design_fields(self):
        """Open the designer of the type's own fields."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Own fields of %(type)s", type=self.name),
            "res_model": "counterparty.type.designer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_type_id": self.id},
        }

    def action_open_roles(self):
        """Open the roles of this type with their own fields, to search, group and export them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_role_action"
        )
        return dict(
            action,
            display_name=self.name,
            domain=[("type_id", "=", self.id)],
            context={"default_type_id": self.id, "search_default_in_force": 1},
        )
