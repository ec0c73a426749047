from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import roles as role_rules
from ..tools.periods import Period
from .counterparty_type import TypeEntry

# the host's person for the documents of a family
HOST_PERSON = {"sale": "user_id", "purchase": "buyer_id"}
# what a role shows before its type is chosen
NO_TYPE = TypeEntry(code="", name="", color=0, family="none", sections=())


class CounterpartyRole(models.Model):
    """One role that a counterparty plays for us, from its first to its last day.

    A role belongs to the commercial entity; its contacts show it. Roles of types that are for
    persons only, as employee, belong to the person. Whether a role is in force follows from its
    dates on the day of the question: nothing is stored that turns wrong at midnight.
    """

    _name = "counterparty.role"
    _inherit = [
        "counterparty.role.fields.mixin",
        "counterparty.role.rules.mixin",
        "counterparty.role.derivation.mixin",
        "counterparty.role.merge.mixin",
        "counterparty.role.trace.mixin",
        "counterparty.holding.role.mixin",
        "counterparty.request.role.mixin",
        "counterparty.role.portal.mixin",
    ]
    _description = "Counterparty Role"
    _order = "date_to desc, date_from desc, id desc"
    _rec_names_search = ["partner_id", "type_id"]

    partner_id = fields.Many2one(
        "res.partner", string="Counterparty", required=True, index=True, ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Entity", store=True, index=True
    )
    type_id = fields.Many2one("counterparty.type", required=True, index=True, ondelete="restrict")
    type_name = fields.Char(compute="_compute_type_name")
    type_has_prospects = fields.Boolean(related="type_id.has_prospects")
    color = fields.Integer(compute="_compute_color")

    # period
    date_from = fields.Date("Since", default=fields.Date.context_today)
    date_to = fields.Date("Until", help="Last day of the role. Empty while it goes on.")
    is_prospect = fields.Boolean(
        "Prospect",
        default=False,
        help="Nothing was ordered or invoiced yet. Ends by itself with the first business.",
    )
    date_business = fields.Date(
        "First Business", help="Day of the first confirmed order or posted document."
    )
    state = fields.Selection(
        [
            ("future", "Not yet"),
            ("prospect", "Prospect"),
            ("active", "Active"),
            ("former", "Former"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    # people and origin
    responsible_id = fields.Many2one(
        "res.users",
        compute="_compute_responsible_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Who looks after this role: the salesperson of a customer, the buyer of a supplier, "
        "or another person chosen here. A new salesperson or buyer takes over from the old one.",
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, index="btree_not_null"
    )
    source = fields.Selection(
        [
            ("manual", "Entered by hand"),
            ("document", "First document"),
            ("import", "Import"),
            ("install", "Found at installation"),
        ],
        default="manual",
        required=True,
        readonly=True,
    )
    doubt = fields.Selection(
        [
            ("no_document", "Counted by the host, no document found"),
            ("long_ago", "No document for three years"),
            ("own_company", "One of our own companies"),
            ("archived", "Archived contact"),
        ],
        readonly=True,
        index="btree_not_null",
        help="Why a role found at installation deserves a look.",
    )
    note = fields.Char()

    _open_uniq = models.UniqueIndex(
        "(partner_id, type_id) WHERE date_to IS NULL",
        "This counterparty already plays this role. End the present one first.",
    )
    _own_idx = models.Index("(partner_id) WHERE partner_id != commercial_partner_id")
    _period_valid = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day of a role cannot be before its first."
    )

    # ------------------------------------------------------------
    # Compute and search
    # ------------------------------------------------------------

    @api.depends("type_id")
    @api.depends_context("lang")
    def _compute_type_name(self):
        # from the catalogue, so that a form with roles reads no types
        for role in self:
            role.type_name = role._get_type_entry().name

    @api.depends("type_id")
    def _compute_color(self):
        for role in self:
            role.color = role._get_type_entry().color

    def _get_type_entry(self):
        return self.env["counterparty.type"]._get_catalogue().get(self.type_id.id, NO_TYPE)

    @api.depends("date_from", "date_to", "is_prospect")
    @api.depends_context("tz")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for role in self:
            role.state = role_rules.role_state(role._get_period(), role.is_prospect, today)

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        in_force = self._domain_in_force()
        domains = {
            "future": Domain("date_from", ">", "today"),
            "prospect": in_force & Domain("is_prospect", "=", True),
            "active": in_force & Domain("is_prospect", "=", False),
            "former": Domain("date_to", "<", "today"),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def _field_to_sql(self, alias, field_expr, query=None):
        # the state is not stored, yet lists group by it
        if field_expr != "state":
            return super()._field_to_sql(alias, field_expr, query)
        column = {
            name: SQL.identifier(alias, name) for name in ("date_from", "date_to", "is_prospect")
        }
        return SQL(
            """CASE WHEN %(date_to)s < %(today)s THEN 'former'
                    WHEN %(date_from)s > %(today)s THEN 'future'
                    WHEN %(is_prospect)s THEN 'prospect'
                    ELSE 'active' END""",
            today=fields.Date.context_today(self),
            **column,
        )

    @api.depends("type_id")
    def _compute_responsible_id(self):
        # later salespeople and buyers come from the partner: only their predecessor's roles follow
        for role in self:
            person = HOST_PERSON.get(role.type_id.document_family)
            role.responsible_id = role.partner_id[person] if person else role.responsible_id

    @api.depends("type_id", "state", "date_to")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for role in self:
            name = role._get_type_entry().name or self.env._("Role")
            if role.state != role_rules.ACTIVE:
                name = self.env._("%(type)s (%(state)s)", type=name, state=labels[role.state])
            if role.date_to and role.state in (role_rules.PROSPECT, role_rules.ACTIVE):
                # a role that was just ended says so, although it counts to the end of the day
                day = role._format_day(role.date_to)
                name = self.env._("%(role)s until %(day)s", role=name, day=day)
            role.display_name = name

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["partner_id", "type_id", "date_from"])
        complete = [{**defaults, **vals} for vals in vals_list]
        self._warm_up(complete)
        prepared = [self._prepare_role_vals(vals) for vals in complete]
        if self.env.context.get("import_file"):
            prepared = [self._prepare_imported_vals(vals) for vals in prepared]
        self._refuse_overlaps(prepared)
        roles = super().create(prepared)
        # who has ordered before is no prospect, whatever a person or a file says
        for family, prospects in (
            roles.filtered("is_prospect").grouped(lambda role: role.type_id.document_family).items()
        ):
            if family in HOST_PERSON:
                self._schedule_derivation(prospects.partner_id, family)
        return roles

    def write(self, vals):
        if {"partner_id", "type_id"} & vals.keys() or vals.get("is_prospect"):
            for role in self:
                prepared = role._prepare_role_vals({**role._get_key_vals(), **vals})
                role._refuse_overlaps([prepared])
                super(CounterpartyRole, role).write(prepared)
            return True
        if {"date_from", "date_to"} & vals.keys():
            self._refuse_overlaps([{**role._get_key_vals(), **vals} for role in self])
        return super().write(vals)

    def _warm_up(self, vals_list):
        # an import of many roles reads their partners at once
        partner_ids = {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        self.env["res.partner"].browse(partner_ids).fetch(["commercial_partner_id"])

    def _get_key_vals(self):
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "type_id": self.type_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
        }

    @api.model
    def _prepare_role_vals(self, vals):
        """Return values with the partner that really plays the role.

        A contact or address of a company leads to the company, since a role belongs to the
        commercial entity; only roles for persons stay with the contact.
        """
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        kind = self.env["counterparty.type"].browse(vals.get("type_id"))
        if not partner or not kind:
            return vals
        if kind.for_company:
            vals = dict(vals, partner_id=partner.commercial_partner_id.id)
        if not kind.has_prospects:
            vals = dict(vals, is_prospect=False)
        return vals

    @api.model
    def _prepare_imported_vals(self, vals):
        """Return values of an imported role: a prospect, unless the file says otherwise."""
        kind = self.env["counterparty.type"].browse(vals.get("type_id"))
        is_prospect = kind.has_prospects and not vals.get("date_business")
        return {"is_prospect": is_prospect, **vals, "source": "import"}

    # ------------------------------------------------------------
    # Onchange
    # ------------------------------------------------------------

    @api.onchange("type_id")
    def _onchange_type_id(self):
        # by hand as by a list or an import: without business a customer is a prospect
        self.is_prospect = self.type_id.has_prospects and not self.date_business

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        # not a dependency of the responsible: a merged role keeps the one it has
        if not self.responsible_id:
            self._compute_responsible_id()

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_end(self):
        """Make today the last day of roles that go on.

        :raises UserError: for a role that has not begun yet
        """
        today = fields.Date.context_today(self)
        for role in self.filtered(lambda role: role.state == role_rules.FUTURE):
            raise UserError(
                self.env._(
                    "%(partner)s is %(type)s only from %(day)s. "
                    "Delete the role or choose another first day.",
                    partner=role.partner_id.display_name,
                    type=role.type_id.name,
                    day=self._format_day(role.date_from),
                )
            )
        self.filtered(lambda role: not role.date_to or role.date_to > today).date_to = today

    def action_resume(self):
        """Let an ended role go on."""
        self._check_required_fields()
        self.write({"date_to": False})

    def action_settle_doubt(self):
        """Mark roles found at installation as looked at."""
        self.write({"doubt": False})

    def action_open_partner(self):
        """Open the counterparty of the role."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    @api.model
    def _domain_in_force(self):
        """Return the domain of roles in force today, in the user's time zone."""
        started = Domain("date_from", "=", False) | Domain("date_from", "<=", "today")
        going_on = Domain("date_to", "=", False) | Domain("date_to", ">=", "today")
        return started & going_on

    @api.model
    def _sql_own_role(self):
        """Return the condition of roles that contacts play themselves, as their index has it."""
        return SQL("partner_id != commercial_partner_id")

    def _get_period(self):
        self.ensure_one()
        return Period(self.date_from or None, self.date_to or None)
