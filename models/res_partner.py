from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.banner import BannerLine, top_line
from ..tools.import_templates import template_path
from ..tools.roles import ACTIVE, FORMER, FUTURE, PROSPECT, section_string
from .counterparty_role import HOST_PERSON
from .res_partner_portal import OWN_ADDRESS

GROUP_USER = "counterparty_crm.group_user"


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "res.partner",
        "counterparty.balance.partner.mixin",
        "counterparty.columns.partner.mixin",
        "counterparty.document.partner.mixin",
        "counterparty.dossier.partner.mixin",
        "counterparty.duplicate.partner.mixin",
        "counterparty.interaction.partner.mixin",
        "counterparty.own.fields.partner.mixin",
        "counterparty.prospect.partner.mixin",
        "counterparty.terms.partner.mixin",
        "counterparty.holding.partner.mixin",
        "counterparty.request.partner.mixin",
        "counterparty.profit.partner.mixin",
        "counterparty.request.mail.partner.mixin",
        "counterparty.portal.partner.mixin",
        "counterparty.set.off.partner.mixin",
    ]

    # ------------------------------------------------------------
    # COUNTERPARTY: roles
    # ------------------------------------------------------------

    counterparty_role_ids = fields.One2many(
        "counterparty.role", "partner_id", string="Roles", groups=GROUP_USER
    )
    counterparty_open_role_ids = fields.Many2many(
        "counterparty.role",
        string="Roles Today",
        compute="_compute_counterparty_roles",
        compute_sudo=True,
        groups=GROUP_USER,
        help="The roles in force today; a contact shows those of its company.",
    )
    counterparty_type_ids = fields.Many2many(
        "counterparty.type",
        string="Counterparty Types",
        compute="_compute_counterparty_roles",
        compute_sudo=True,
        search="_search_counterparty_type_ids",
        groups=GROUP_USER,
    )
    counterparty_several_roles = fields.Boolean(
        "Several Roles",
        compute="_compute_counterparty_roles",
        compute_sudo=True,
        search="_search_counterparty_several_roles",
        groups=GROUP_USER,
    )
    counterparty_is_own = fields.Boolean(
        "Counterparty of Its Own",
        compute="_compute_counterparty_is_own",
        search="_search_counterparty_is_own",
        groups=GROUP_USER,
        help="A company, a person without a company, or a contact that plays a role itself.",
    )
    # without groups: form expressions need it for everybody, and it names sections, not data
    counterparty_sections = fields.Char(
        compute="_compute_counterparty_roles",
        compute_sudo=True,
        help="Codes of the sections of the dossier between commas, never empty.",
    )
    counterparty_banner = fields.Char(compute="_compute_counterparty_banner", groups=GROUP_USER)
    counterparty_banner_level = fields.Char(
        compute="_compute_counterparty_banner", groups=GROUP_USER
    )

    @api.depends(
        "counterparty_role_ids.date_from",
        "counterparty_role_ids.date_to",
        "counterparty_role_ids.type_id",
        "commercial_partner_id.counterparty_role_ids.date_from",
        "commercial_partner_id.counterparty_role_ids.date_to",
        "commercial_partner_id.counterparty_role_ids.type_id",
    )
    def _compute_counterparty_roles(self):
        # as system: a user without our rights has sections too, chips have groups of their own
        catalogue = self.env["counterparty.type"]._get_catalogue()
        all_codes = self.env["counterparty.section"]._get_all_codes()
        for partner in self:
            roles = partner._get_counterparty_roles()
            open_roles = roles.filtered(lambda role: role.state in (PROSPECT, ACTIVE)).sorted(
                lambda role: list(catalogue).index(role.type_id.id)
            )
            codes = [
                code for role in open_roles for code in catalogue[role.type_id.id].sections
            ] or all_codes
            partner.counterparty_open_role_ids = open_roles.ids
            partner.counterparty_type_ids = open_roles.type_id.ids
            partner.counterparty_several_roles = len(open_roles.type_id) > 1
            partner.counterparty_sections = section_string(
                code for code in all_codes if code in codes
            )

    @api.depends("commercial_partner_id", "counterparty_role_ids")
    def _compute_counterparty_is_own(self):
        for partner in self:
            partner.counterparty_is_own = partner == partner.commercial_partner_id or bool(
                partner.counterparty_role_ids
            )

    def _search_counterparty_is_own(self, operator, value):
        if operator != "in":
            return NotImplemented
        Role = self.env["counterparty.role"]

        def to_sql(_model, alias, _query):
            # few contacts play a role themselves: they are found by an index of their own
            roles = self._get_roles_query(Domain.TRUE)
            roles.add_where(Role._sql_own_role())
            return SQL(
                "(%(entity)s = %(partner)s OR %(partner)s IN %(roles)s)",
                entity=SQL.identifier(alias, "commercial_partner_id"),
                partner=SQL.identifier(alias, "id"),
                roles=roles.subselect("partner_id"),
            )

        own = Domain.custom(to_sql=to_sql, predicate=lambda p: p.counterparty_is_own)
        if True in value and False in value:
            return Domain.TRUE
        return own if True in value else ~own

    def _search_counterparty_type_ids(self, operator, value):
        Type = self.env["counterparty.type"].with_context(active_test=False)
        if operator == "in":
            without_role = False in value
            types = Domain("type_id", "in", [kind for kind in value if kind])
            found = self._domain_counterparty_roles(types)
            return found | ~self._domain_counterparty_roles(Domain.TRUE) if without_role else found
        if operator in ("any", "ilike", "=ilike"):
            domain = value if operator == "any" else Domain("name", operator, value)
            return self._domain_counterparty_roles(Domain("type_id", "in", Type._search(domain)))
        return NotImplemented

    def _search_counterparty_several_roles(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = self._get_roles_query(self.env["counterparty.role"]._domain_in_force())
        query.groupby = SQL("partner_id")
        query.having = SQL("COUNT(DISTINCT type_id) > 1")
        grouped = SQL("(%s)", query.select(SQL("partner_id")))
        several = Domain("commercial_partner_id", "in", grouped)
        if True in value and False in value:
            return Domain.TRUE
        return several if True in value else ~several

    def _domain_counterparty_roles(self, domain):
        """Return the domain of partners that play, or whose company plays, such a role today."""
        Role = self.env["counterparty.role"]
        domain &= Role._domain_in_force()

        def to_sql(_model, alias, _query):
            # correlated: the first page of 100,000 partners looks at its own roles only
            roles = self._get_roles_query(domain)
            roles.add_where(self._get_shown_roles_sql(alias, Role._table))
            return SQL("EXISTS %s", roles.subselect("1"))

        def predicate(partner):
            return bool(partner._get_counterparty_roles().filtered_domain(domain))

        return Domain.custom(to_sql=to_sql, predicate=predicate)

    def _get_roles_query(self, domain):
        Role = self.env["counterparty.role"]
        # not in the domain, but in the SQL around it
        Role.flush_model(["partner_id", "commercial_partner_id", "type_id"])
        query = Role._search(domain)
        query.order = None
        return query

    def _get_shown_roles_sql(self, partner, role):
        """Return the condition that a partner shows a role: its company's, or its own.

        Own roles of a contact are those for persons only.

        :param partner: alias of the partner in the query
        :param role: alias of the role
        """
        return SQL(
            "%(entity)s = %(shown)s AND (%(owner)s = %(entity)s OR %(owner)s = %(partner)s)",
            entity=SQL.identifier(role, "commercial_partner_id"),
            owner=SQL.identifier(role, "partner_id"),
            shown=SQL.identifier(partner, "commercial_partner_id"),
            partner=SQL.identifier(partner, "id"),
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        # the types are not stored; a list of counterparties groups by them all the same
        if groupby_spec != "counterparty_type_ids":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[groupby_spec], "read")
        roles = self._get_roles_query(self.env["counterparty.role"]._domain_in_force())
        role = query.make_alias(alias, groupby_spec)
        query.add_join(
            "LEFT JOIN",
            role,
            roles.subselect("partner_id", "commercial_partner_id", "type_id"),
            self._get_shown_roles_sql(alias, role),
        )
        return SQL.identifier(role, "type_id")

    def _get_counterparty_roles(self):
        """Return all roles, past and future ones too, that a partner shows."""
        # whoever reads the partner may know its sections; chips and lists have their own groups
        partner = self.sudo()
        roles, entity = partner.counterparty_role_ids, partner.commercial_partner_id
        if entity == partner:
            return roles
        inherited = entity.counterparty_role_ids
        # read with those of the whole list: a union has only its own records to prefetch
        roles.mapped("date_from")
        inherited.mapped("date_from")
        return roles | inherited

    def action_add_counterparty_role(self):
        """Open the dialog of a new role of this counterparty."""
        self.ensure_one()
        dialog = self.env.ref("counterparty_crm.counterparty_role_view_form_dialog")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add role"),
            "res_model": "counterparty.role",
            "views": [(dialog.id, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    # ------------------------------------------------------------
    # COUNTERPARTY: one banner line
    # ------------------------------------------------------------

    @api.depends("counterparty_role_ids.doubt", "counterparty_role_ids.date_to")
    def _compute_counterparty_banner(self):
        for partner in self:
            line = top_line(partner._counterparty_banner())
            partner.counterparty_banner = line.text if line else False
            partner.counterparty_banner_level = line.level if line else False

    def _counterparty_banner(self):
        """Return what the areas have to say over the form; the most important line shows.

        Each area extends the list. A line must not cost a query of its own on a form.

        :return: list of :class:`BannerLine`
        """
        self.ensure_one()
        roles = self._get_counterparty_roles()
        lines = self._get_counterparty_holding_lines()
        doubtful = roles.filtered("doubt")[:1]
        if doubtful:
            reasons = dict(doubtful._fields["doubt"]._description_selection(self.env))
            lines.append(
                BannerLine(
                    "info",
                    90,
                    self.env._(
                        "Role found at installation, please check: %(role)s. %(reason)s.",
                        role=doubtful.display_name,
                        reason=reasons[doubtful.doubt],
                    ),
                )
            )
        states = set(roles.mapped("state"))
        if FORMER in states and states <= {FORMER, FUTURE}:
            last = max(roles.filtered("date_to"), key=lambda role: role.date_to)
            lines.append(
                BannerLine(
                    "info",
                    80,
                    self.env._(
                        "No role since %(day)s: %(role)s.",
                        day=last._format_day(last.date_to),
                        role=last.display_name,
                    ),
                )
            )
        return lines

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env.context.get("counterparty_default_type"):
            partners._add_counterparty_default_role()
        return partners

    def write(self, vals):
        moves = {"parent_id", "is_company"} & vals.keys()
        before = {partner: partner.commercial_partner_id for partner in self} if moves else {}
        following = {
            name: self._get_roles_of_person(family, name)
            for family, name in HOST_PERSON.items()
            if name in vals
        }
        result = super().write(vals)
        for name, roles in following.items():
            # following is nobody's change: who changed the role last stays who it was
            for writer, changed in roles.grouped("write_uid").items():
                changed.with_user(writer).sudo().write({"responsible_id": vals[name]})
        for partner, entity in before.items():
            if entity == partner != partner.commercial_partner_id:
                partner._move_counterparty_roles()
        if "is_company" in vals:
            self._end_misfit_roles()
        return result

    def _get_roles_of_person(self, family, name):
        """Return the roles that the present salesperson or buyer, or nobody, looks after."""
        # whoever may change the salesperson of a contact hands over the role with it
        roles = self.sudo().counterparty_role_ids
        return roles.filtered(
            lambda role: (
                role.type_id.document_family == family
                and role.responsible_id in (role.partner_id[name], self.env["res.users"])
            )
        )

    def _add_counterparty_default_role(self):
        """Give new commercial entities the role of the list they were created or imported in."""
        code = self.env.context["counterparty_default_type"]
        kind = self.env["counterparty.type"].search([("code", "=", code)], limit=1)
        entities = self.filtered(
            lambda partner: (
                partner == partner.commercial_partner_id
                and not partner.counterparty_role_ids
                and (kind.for_company if partner.is_company else kind.for_person)
            )
        )
        # the creator may name a colleague as salesperson, and may still say what the contact is
        self.env["counterparty.role"].sudo().create(
            [
                {"partner_id": partner.id, "type_id": kind.id, "is_prospect": kind.has_prospects}
                for partner in entities
            ]
        )

    def _end_misfit_roles(self):
        """End roles for companies when the company turns out to be a person, and vice versa."""
        # who may say what the contact is ends with it the roles that it cannot play
        roles = self.sudo().counterparty_role_ids
        roles.filtered(
            lambda role: role.state in (PROSPECT, ACTIVE) and not role._fits(role.partner_id)
        ).action_end()

    def _move_counterparty_roles(self):
        """Hand the roles of a former commercial entity to the company it now belongs to."""
        self.ensure_one()
        entity = self.commercial_partner_id
        # the mover may change the contact, but not the roles of others
        roles = self.sudo().counterparty_role_ids
        # what does not fit stays where it is: a role never stops the host
        roles.filtered(lambda role: role.type_id.for_company and role._fits(entity))._move_to(
            entity
        )

    # ------------------------------------------------------------
    # COUNTERPARTY: import
    # ------------------------------------------------------------

    @api.model
    def get_import_templates(self):
        """Return the host's template and ours, with roles, in the user's language."""
        return super().get_import_templates() + [
            {
                "label": self.env._("Import Template for Counterparties with Roles"),
                "template": template_path("counterparties", self.env.lang),
            }
        ]

    # ------------------------------------------------------------
    # PORTAL: addresses
    # ------------------------------------------------------------

    def _can_be_edited_by_current_customer(self, **kwargs):
        # portal: where authorizations count, a mere contact changes no address of its company
        return super()._can_be_edited_by_current_customer(
            **kwargs
        ) and self._is_counterparty_address_open(self._get_current_partner(**kwargs))

    def _fields_sync(self, values):
        # portal: the seat of a company is not what a mere contact says of itself
        if self.env.context.get(OWN_ADDRESS):
            addresses = self._address_fields()
            values = {name: value for name, value in values.items() if name not in addresses}
        return super()._fields_sync(values)
