from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_datetime, formatLang

from ..tools import own_fields
from ..tools.roles import section_string


class CounterpartyRoleFieldsMixin(models.AbstractModel):
    """The part of a role that its type defines: own fields, and what it requires of the partner."""

    _name = "counterparty.role.fields.mixin"
    _inherit = ["counterparty.own.links.mixin"]
    _description = "Fields of a role by its type"

    partner_id = fields.Many2one("res.partner")
    type_id = fields.Many2one("counterparty.type")

    possible_type_ids = fields.Many2many(
        "counterparty.type",
        string="Types to Choose From",
        compute="_compute_possible_type_ids",
        help="Types that fit the counterparty and that it does not play already.",
    )
    can_edit = fields.Boolean(
        compute="_compute_can_edit", help="Whether the reader may change the role."
    )
    role_properties = fields.Properties(
        "Own Fields", definition="type_id.role_properties_definition", copy=True
    )
    has_own_fields = fields.Boolean(compute="_compute_has_own_fields")
    is_incomplete = fields.Boolean(
        "Incomplete",
        compute="_compute_is_incomplete",
        search="_search_is_incomplete",
        help="A field that the type requires is empty.",
    )
    required_codes = fields.Char(
        compute="_compute_required_codes",
        help="Names of the fields that the type requires between commas, never empty.",
    )

    # the fields of the counterparty that a type may require, for the dialog that asks for them
    partner_vat = fields.Char("Tax ID", related="partner_id.vat", readonly=False)
    partner_company_registry = fields.Char(
        "Company ID", related="partner_id.company_registry", readonly=False
    )
    partner_phone = fields.Char("Phone", related="partner_id.phone", readonly=False)
    partner_email = fields.Char("Email", related="partner_id.email", readonly=False)
    partner_website = fields.Char("Website", related="partner_id.website", readonly=False)
    partner_street = fields.Char("Street", related="partner_id.street", readonly=False)
    partner_city = fields.Char("City", related="partner_id.city", readonly=False)
    partner_zip = fields.Char("ZIP", related="partner_id.zip", readonly=False)
    partner_country_id = fields.Many2one(
        string="Country", related="partner_id.country_id", readonly=False
    )
    partner_ref = fields.Char("Reference", related="partner_id.ref", readonly=False)
    partner_birthday = fields.Date(
        "Birthday", related="partner_id.counterparty_birthday", readonly=False
    )
    partner_founding_date = fields.Date(
        "Founded On", related="partner_id.counterparty_founding_date", readonly=False
    )

    @api.depends("partner_id")
    def _compute_possible_type_ids(self):
        every = self.env["counterparty.type"].search(Domain.TRUE)
        for role in self:
            # a new role in a form knows its partner by what it was opened from
            partner = role.partner_id._origin
            fitting = every.filtered("for_company" if partner.is_company else "for_person")
            held = partner.counterparty_open_role_ids.filtered(lambda own: not own.date_to).type_id
            role.possible_type_ids = (fitting - held) | role.type_id if partner else every

    @api.depends_context("uid")
    def _compute_can_edit(self):
        own = self._origin._filtered_access("write")
        for role in self:
            role.can_edit = not role._origin or role._origin in own

    @api.depends("type_id")
    def _compute_has_own_fields(self):
        for role in self:
            role.has_own_fields = bool(role.type_id.role_properties_definition)

    @api.depends("type_id")
    def _compute_required_codes(self):
        for role in self:
            required = role.type_id.required_field_ids
            role.required_codes = section_string(required.mapped("field_name"))

    def _compute_is_incomplete(self):
        for role in self:
            role.is_incomplete = bool(role._get_missing_fields())

    def _search_is_incomplete(self, operator, value):
        if operator != "in":
            return NotImplemented
        Type = self.env["counterparty.type"]
        kinds = Type.search([("required_field_ids", "!=", False)])
        incomplete = Domain.OR(
            Domain("type_id", "=", kind.id)
            & Domain.OR(
                Domain(f"partner_id.{name}", "in", [False, ""] if field.type == "char" else [False])
                for name in kind.required_field_ids.mapped("field_name")
                if (field := self.env["res.partner"]._fields.get(name))
            )
            for kind in kinds
        )
        if True in value and False in value:
            return Domain.TRUE
        return incomplete if True in value else ~incomplete

    def _get_missing_fields(self):
        """Return the required fields that are empty on the counterparty of the role."""
        self.ensure_one()
        partner = self.partner_id
        return self.type_id.required_field_ids.filtered(
            # a field may have gone with the module that brought it
            lambda required: (
                required.field_name in partner._fields and not partner[required.field_name]
            )
        )

    # ------------------------------------------------------------
    # Activation by hand
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        if not self._are_roles_given_by_others():
            roles._check_required_fields()
        return roles

    def write(self, vals):
        if "role_properties" not in vals:
            return super().write(vals)
        before = {role: role._get_stored_own_values() for role in self}
        result = super().write(vals)
        for role, stored in before.items():
            now = role._get_stored_own_values()
            kept = own_fields.kept_values(stored, now, role.type_id.role_properties_definition)
            if kept != now:
                super(CounterpartyRoleFieldsMixin, role).write({"role_properties": kept})
        return result

    def _are_roles_given_by_others(self):
        # imports and new entries of a list are shown as incomplete, nobody is there to be asked
        return self.env.context.get("import_file") or self.env.context.get(
            "counterparty_default_type"
        )

    def _check_required_fields(self):
        """Refuse roles given by hand while a field that their type requires is empty.

        :raises ValidationError: names the fields
        """
        for role in self.filtered(lambda role: role.source == "manual"):
            missing = role._get_missing_fields()
            if missing:
                raise ValidationError(
                    self.env._(
                        "To make %(partner)s %(type)s, enter: %(fields)s.",
                        partner=role.partner_id.display_name,
                        type=role.type_id.name,
                        fields=", ".join(missing.mapped("name")),
                    )
                )

    def onchange(self, values, field_names, fields_spec):
        """Show the own fields of a type as soon as it is chosen.

        The host sends them only with a value, so a new role would get them after its first save.
        """
        result = super().onchange(values, field_names, fields_spec)
        if "role_properties" in fields_spec and "type_id" in field_names:
            shown = result.setdefault("value", {})
            if "role_properties" not in shown:
                role = self.new({"type_id": values.get("type_id")})
                field = self._fields["role_properties"]
                shown["role_properties"] = field.convert_to_read(role.role_properties, role)
        return result

    # ------------------------------------------------------------
    # Values of own fields
    # ------------------------------------------------------------

    def _get_own_values(self):
        """Return ``[(label, text)]`` of the own fields that are filled, for print and mail."""
        self.ensure_one()
        values = []
        for entry in self.read(["role_properties"])[0]["role_properties"]:
            text = self._format_own_value(entry)
            if text:
                values.append((entry["string"], text))
        return values

    def _adopt_own_values(self, others):
        """Take over the own fields that are filled on joined roles and empty on this one."""
        self.ensure_one()
        for other in others:
            own, theirs = self._get_stored_own_values(), other._get_stored_own_values()
            missing = {key: value for key, value in theirs.items() if value and not own.get(key)}
            if missing:
                self.role_properties = {**own, **missing}

    def _get_own_keys(self):
        """Return the keys of the own fields that the role's type defines."""
        return {entry["name"] for entry in self.type_id.role_properties_definition}

    def _get_stored_own_values(self):
        """Return the own fields as they are stored: keys of choices, numbers of records."""
        self.ensure_one()
        return dict(self.role_properties._values)

    @api.model
    def _format_own_value(self, entry):
        value, kind = entry.get("value"), entry["type"]
        if kind == "boolean":
            return self.env._("Yes") if value else ""
        if not value:
            return ""
        if kind in ("selection", "tags"):
            labels = {option[0]: option[1] for option in entry.get(kind) or ()}
            chosen = value if kind == "tags" else [value]
            return ", ".join(labels.get(key, key) for key in chosen)
        if kind == "many2one":
            return value[1] or ""
        if kind == "many2many":
            return ", ".join(name for _id, name in value if name)
        if kind == "date":
            return self._format_day(fields.Date.to_date(value))
        if kind == "datetime":
            moment = fields.Datetime.to_datetime(value)
            return format_datetime(self.env, moment, tz=str(self.env.tz))
        if kind == "float":
            # as many decimals as were entered
            decimals = f"{value:.6f}".rstrip("0").partition(".")[2]
            return formatLang(self.env, value, digits=len(decimals))
        return str(value)
