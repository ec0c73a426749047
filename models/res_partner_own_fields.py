from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.orm.fields_properties import Properties, Property
from odoo.orm.utils import parse_field_expr
from odoo.tools import SQL

GROUP_USER = "counterparty_crm.group_user"
OWN_FIELDS = "counterparty_own_fields"


class RoleProperties(Properties):
    """The own fields of all roles in force of a partner, read from the roles and kept only there.

    The host's field has one definition per record and a column; here the definitions of several
    types come together, and searches and groups read the roles.
    """

    store = False
    precompute = False
    readonly = True

    def __get__(self, record, owner=None):
        # the host reads every such field of what is imported, whoever imports it
        if record and not record._has_field_access(self, "read"):
            return Property({}, self, record)
        return super().__get__(record, owner)

    def _setup_definition_attrs(self, model_class):
        # unlike the host's: the values have a compute method of their own
        if self.definition:
            self.definition_record, self.definition_record_field = self.definition.split(".")

    def _add_default_values(self, env, values):
        return {}

    def _get_properties_definition(self, record):
        """Return the own fields of all types that the partner is today, each key once."""
        # whoever sees the partner sees what its roles are; types hold no secrets
        types = record.sudo().counterparty_type_ids
        entries = {}
        for kind in types:
            for entry in kind.role_properties_definition:
                entries.setdefault(entry["name"], entry)
        return list(entries.values())


class CounterpartyOwnFieldsPartnerMixin(models.AbstractModel):
    """Own fields of the roles seen from the partner: in lists, filters, groups and exports."""

    _name = "counterparty.own.fields.partner.mixin"
    _inherit = ["counterparty.own.links.mixin"]
    _description = "Own fields of a counterparty"

    counterparty_own_type_id = fields.Many2one(
        "counterparty.type",
        string="First Type",
        compute="_compute_counterparty_own_fields",
        compute_sudo=True,
        groups=GROUP_USER,
    )
    counterparty_own_fields = RoleProperties(
        "Own Fields of Roles",
        definition="counterparty_own_type_id.role_properties_definition",
        compute="_compute_counterparty_own_fields",
        compute_sudo=True,
        groups=GROUP_USER,
    )

    @api.depends(
        "counterparty_role_ids.role_properties",
        "commercial_partner_id.counterparty_role_ids.role_properties",
    )
    def _compute_counterparty_own_fields(self):
        # the host reads such values one by one
        self.counterparty_open_role_ids.fetch(["role_properties"])
        for partner in self:
            # the first type wins where two of them have a field of one name
            roles = partner.counterparty_open_role_ids.filtered("has_own_fields")
            values = {}
            for role in roles[::-1]:
                known = role._get_own_keys()
                own = role._get_stored_own_values().items()
                values.update({key: value for key, value in own if key in known})
            partner.counterparty_own_type_id = roles[:1].type_id
            partner.counterparty_own_fields = values

    # ------------------------------------------------------------
    # Values that an import names
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # for a new user the host names every field of properties, whoever creates the user
        partners = super().create(
            [{key: vals[key] for key in vals if key != OWN_FIELDS} for vals in vals_list]
        )
        for partner, vals in zip(partners, vals_list, strict=True):
            partner._take_own_fields(vals.get(OWN_FIELDS))
        return partners

    def write(self, vals):
        result = super().write({key: vals[key] for key in vals if key != OWN_FIELDS})
        self._take_own_fields(vals.get(OWN_FIELDS))
        return result

    def _take_own_fields(self, entries):
        """Write own fields to the roles of today that have them, as an import names them.

        :param entries: values by key, or definitions of the fields with their values: the host
            imports both
        :raises ValidationError: names a field that no role of the partner has
        """
        if isinstance(entries, list):
            named = [entry for entry in entries if "value" in entry]
            entries = {entry["name"]: entry["value"] for entry in named}
        if not isinstance(entries, dict) or not entries:
            return
        self._check_field_access(self._fields[OWN_FIELDS], "write")
        for partner in self:
            roles = partner.counterparty_open_role_ids.filtered("has_own_fields")
            for key, value in entries.items():
                # of two roles with a field of one name the partner shows the first one's
                role = roles.filtered(lambda role, key=key: key in role._get_own_keys())[:1]
                if role:
                    own = role._get_stored_own_values()
                    role.role_properties = {**own, key: value or False}
                elif value:
                    raise ValidationError(
                        self.env._(
                            "%(partner)s plays no role today that has the field “%(field)s”. "
                            "Give it the role first, or in the same row.",
                            partner=partner.display_name,
                            field=self._get_own_field_label(key),
                        )
                    )

    def _get_own_field_label(self, key):
        return self.get_property_definition(f"{OWN_FIELDS}.{key}").get("string") or key

    def _field_to_sql(self, alias, field_expr, query=None):
        fname, property_name = parse_field_expr(field_expr)
        if fname not in ("counterparty_own_fields", "counterparty_own_type_id"):
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[fname], "read")
        Role = self.env["counterparty.role"]
        Role.flush_model(["role_properties"])
        roles = self._get_roles_query(Role._domain_in_force())
        roles.add_where(self._get_shown_roles_sql(alias, Role._table))
        if fname == "counterparty_own_type_id":
            # an export asks for the types of all its records, and one may have several
            types = roles.subselect(SQL.identifier(Role._table, "type_id"))
            return SQL("unnest(ARRAY%s)", types)
        values = SQL.identifier(Role._table, "role_properties")
        if property_name:
            roles.add_where(SQL("jsonb_exists(%s, %s)", values, property_name))
            roles.limit = 1
            return roles.subselect(SQL("%s -> %s", values, property_name))
        roles.add_join("JOIN", "own", SQL("LATERAL jsonb_each(%s)", values), SQL("TRUE"))
        return roles.subselect(SQL("jsonb_object_agg(own.key, own.value)"))
