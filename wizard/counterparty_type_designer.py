from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools import own_field_input, own_fields
from ..tools.own_fields import FieldLine

MODELS = [
    ("res.partner", "Contact"),
    ("res.users", "User"),
    ("product.product", "Product"),
    ("res.country", "Country"),
]


class CounterpartyTypeDesigner(models.TransientModel):
    """Designs the own fields of a type: reads its definition when opened, writes it when saved."""

    _name = "counterparty.type.designer"
    _description = "Own Fields of a Type"

    type_id = fields.Many2one("counterparty.type", required=True, ondelete="cascade")
    line_ids = fields.One2many(
        "counterparty.type.designer.line",
        "designer_id",
        "Fields",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    filled_count = fields.Integer(compute="_compute_filled_count")
    chosen_count = fields.Integer(compute="_compute_filled_count")
    confirms_removal = fields.Boolean("Remove Filled Fields")

    @api.depends("line_ids", "type_id")
    def _compute_filled_count(self):
        for designer in self:
            lines = [line._get_key_line() for line in designer.line_ids]
            present = designer.type_id.role_properties_definition
            removed = own_fields.removed_keys(lines, present, self._get_kinds())
            designer.filled_count = designer._count_filled(removed)
            designer.chosen_count = designer._count_chosen(
                own_fields.removed_options(lines, present)
            )

    @api.depends("type_id")
    def _compute_line_ids(self):
        for designer in self:
            designer.line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "sequence": number,
                        "key": entry["name"],
                        "name": entry["string"],
                        "kind": entry["type"],
                        "options": ", ".join(
                            option[1] for option in entry.get(entry["type"]) or ()
                        ),
                        "model_name": entry.get("comodel"),
                        "is_partner_filled": entry["name"]
                        in (designer.type_id.partner_filled_keys or ()),
                    }
                )
                for number, entry in enumerate(designer.type_id.role_properties_definition)
                if entry["type"] in self._get_kinds()
            ]

    @api.model
    def _get_kinds(self):
        """Return the kinds of fields that can be designed here; others are left as they are."""
        return self.line_ids._fields["kind"].get_values(self.env)

    def action_save(self):
        """Write the fields to the type.

        :raises UserError: for two fields with one name, or filled ones removed without a word
        """
        self.ensure_one()
        kind = self.type_id
        present = kind.role_properties_definition
        lines = [line._get_field_line() for line in self.line_ids.sorted("sequence")]
        kinds = self._get_kinds()
        self._check_removal(own_fields.removed_keys(lines, present, kinds))
        self._check_options_removal(own_fields.removed_options(lines, present))
        try:
            definition = own_fields.definition(lines, present, kinds, self._get_left_values())
        except ValueError as error:
            raise UserError(
                self.env._("There are two fields “%(name)s”. Rename one.", name=error.args[0])
            ) from error
        kind.role_properties_definition = definition
        kind.partner_filled_keys = own_fields.partner_filled_keys(lines, definition, kinds)
        return {"type": "ir.actions.act_window_close"}

    def _get_left_values(self):
        """Return ``{key: values}`` of removed fields whose names new lines take."""
        keys = {own_fields.field_key(line.name) for line in self.line_ids if not line.key}
        keys -= {entry["name"] for entry in self.type_id.role_properties_definition}
        if not keys:
            return {}
        # values of other companies' roles would come back as well
        roles = self.env["counterparty.role"].sudo().search([("type_id", "=", self.type_id.id)])
        stored = [role._get_stored_own_values() for role in roles]
        return {key: [values[key] for values in stored if key in values] for key in keys}

    def _count_filled(self, keys):
        """Return on how many roles own fields are filled, each field counted by itself."""
        # values of other companies' roles would disappear from sight as well
        Role = self.env["counterparty.role"].sudo()
        return sum(
            Role.search_count(
                [("type_id", "=", self.type_id.id), (f"role_properties.{key}", "!=", False)]
            )
            for key in keys
        )

    def _count_chosen(self, removed):
        """Return on how many roles options are chosen, each option counted by itself.

        :param removed: ``{field key: {option key: label}}``
        """
        # choices of other companies' roles would disappear from sight as well
        Role = self.env["counterparty.role"].sudo()
        return sum(
            Role.search_count(
                [("type_id", "=", self.type_id.id), (f"role_properties.{key}", "in", [option])]
            )
            for key, options in removed.items()
            for option in options
        )

    def _check_options_removal(self, removed):
        chosen = self._count_chosen(removed)
        if chosen and not self.confirms_removal:
            labels = [label for options in removed.values() for label in options.values()]
            raise UserError(
                self.env._(
                    "Choices of the options that you remove (%(options)s): %(count)s. "
                    "Tick “Remove Filled Fields” to go on: an option of the same name brings "
                    "the choices back. To rename an option, leave it in its place.",
                    count=chosen,
                    options=", ".join(labels),
                )
            )

    def _check_removal(self, keys):
        filled = self._count_filled(keys)
        if filled and not self.confirms_removal:
            raise UserError(
                self.env._(
                    "Values in the fields that you remove: %(count)s. "
                    "Tick “Remove Filled Fields” to go on: a field of the same name brings the "
                    "values back.",
                    count=filled,
                )
            )


class CounterpartyTypeDesignerLine(models.TransientModel):
    """One own field in the designer."""

    _name = "counterparty.type.designer.line"
    _description = "Own Field"
    _order = "sequence, id"

    designer_id = fields.Many2one(
        "counterparty.type.designer", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=100)
    key = fields.Char(readonly=True)
    name = fields.Char(required=True)
    kind = fields.Selection(
        [
            ("char", "Text"),
            ("text", "Long text"),
            ("integer", "Whole number"),
            ("float", "Number"),
            ("boolean", "Yes or no"),
            ("date", "Date"),
            ("datetime", "Date and time"),
            ("selection", "One of a list"),
            ("tags", "Several of a list"),
            ("many2one", "Link"),
        ],
        "Type",
        default="char",
        required=True,
    )
    options = fields.Char(help="The list to choose from, between commas.")
    model_name = fields.Selection(MODELS, "Links to")
    is_partner_filled = fields.Boolean(
        "Partner Fills In",
        help="Partners see the field on “Our data with you” in the portal and fill it in "
        "themselves, without approval. Links are never shown there.",
    )

    def _get_key_line(self):
        """Return the line for the rules that look at its key and options, still incomplete."""
        return FieldLine(self.key or "", self.name or "", self.kind or "", self._get_options())

    def _get_options(self):
        return tuple(label.strip() for label in (self.options or "").split(",") if label.strip())

    def _get_field_line(self):
        """Return the line for the pure rules.

        :raises UserError: for a list without options or a link without target
        """
        self.ensure_one()
        options = self._get_options()
        if self.kind in own_fields.WITH_OPTIONS and not options:
            raise UserError(self.env._("Enter what to choose from in “%(name)s”.", name=self.name))
        if self.kind in own_fields.WITH_MODEL and not self.model_name:
            raise UserError(self.env._("Say what “%(name)s” links to.", name=self.name))
        return FieldLine(
            self.key or "",
            self.name.strip(),
            self.kind,
            options,
            self.model_name or "",
            self.is_partner_filled and self.kind in own_field_input.KINDS,
        )
