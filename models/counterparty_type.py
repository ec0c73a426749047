import itertools
from collections import Counter, defaultdict
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import frozendict

# the host's colours of chips; 0 means none
CHIP_COLORS = range(1, 12)


class TypeEntry(NamedTuple):
    """What forms need to know of a type, kept in the registry's cache."""

    code: str
    name: str
    color: int
    family: str
    sections: tuple[str, ...]
    has_own_fields: bool = False


class CounterpartyType(models.Model):
    """A kind of counterparty: customer, supplier, bank, employee, or one that users have added."""

    _name = "counterparty.type"
    _inherit = ["counterparty.core.mixin", "counterparty.type.fields.mixin"]
    _description = "Counterparty Type"
    _order = "sequence, id"
    _core_fields = ("code", "document_family")

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        compute="_compute_code",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        copy=False,
        help="Short technical name, letters and digits only. It cannot change once it is in use.",
    )
    description = fields.Char(translate=True)
    sequence = fields.Integer(default=100)
    color = fields.Integer(default=lambda self: self._default_color())
    icon = fields.Char(default="fa-user-circle-o", help="Name of a Font Awesome icon: fa-shield.")
    active = fields.Boolean(default=True)

    for_company = fields.Boolean("For Companies", default=True)
    for_person = fields.Boolean("For Persons", default=True)
    has_prospects = fields.Boolean(
        "Starts as Prospect",
        help="A role of this type begins as prospect and becomes full with the first business.",
    )
    document_family = fields.Selection(
        [
            ("sale", "Sales and customer invoices"),
            ("purchase", "Purchases and bills"),
            ("none", "No documents of its own"),
        ],
        string="Documents",
        default="none",
        required=True,
        help="Documents of this family are expected from such a counterparty: "
        "they do not add the customer or supplier role on top.",
    )
    silence_days = fields.Integer(
        "Silence Allowed",
        help="Days without any contact after which whoever looks after the counterparty is "
        "reminded to get in touch, where reminders are switched on. 0: never.",
    )
    section_ids = fields.Many2many("counterparty.section", string="Sections")

    role_count = fields.Integer("Roles", compute="_compute_role_counts")
    prospect_count = fields.Integer("Prospects", compute="_compute_role_counts")
    own_count = fields.Integer("Mine", compute="_compute_role_counts")

    _code_uniq = models.UniqueIndex(
        "(code)", "There is already a counterparty type with this code."
    )
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z0-9_]+$')",
        "The code of a type consists of lower case letters, digits and underscores.",
    )
    _silence_positive = models.Constraint(
        "CHECK (silence_days >= 0)", "The days of silence cannot be negative; 0 means never."
    )
    _for_somebody = models.Constraint(
        "CHECK (for_company OR for_person)",
        "A type is for companies, for persons or for both.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_role_counts(self):
        Role = self.env["counterparty.role"]
        domain = Role._domain_in_force() & Domain("partner_id.active", "=", True)
        domain &= Domain("type_id", "in", self.ids)
        totals, prospects = defaultdict(int), defaultdict(int)
        for kind, is_prospect, count in Role._read_group(
            domain, ["type_id", "is_prospect"], ["__count"]
        ):
            totals[kind.id] += count
            if is_prospect:
                prospects[kind.id] = count
        own = dict(
            Role._read_group(
                domain & Domain("responsible_id", "=", self.env.uid), ["type_id"], ["__count"]
            )
        )
        for kind in self:
            kind.role_count = totals[kind.id]
            kind.prospect_count = prospects[kind.id]
            kind.own_count = own.get(kind, 0)

    @api.model
    def _default_color(self):
        """Return the colour that the fewest types have: cards of the host hide chips without."""
        taken = Counter(self.with_context(active_test=False).search(Domain.TRUE).mapped("color"))
        return min(CHIP_COLORS, key=lambda color: taken[color])

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["counterparty.role"]
            .sudo()
            ._read_group([("type_id", "in", self.ids)], ["type_id"], ["__count"])
        )
        for kind, count in used:
            raise UserError(
                self.env._(
                    "“%(type)s” cannot be deleted, roles of this type: %(count)s. "
                    "Archive it instead: its roles stay as they are.",
                    type=kind.name,
                    count=count,
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        taken = set(self.with_context(active_test=False).search(Domain.TRUE).mapped("code"))
        for kind, vals in zip(self, vals_list, strict=True):
            if "code" not in vals:
                names = (f"{kind.code}_copy{number or ''}" for number in itertools.count())
                vals["code"] = next(name for name in names if name not in taken)
                taken.add(vals["code"])
        return vals_list

    def _get_locked_message(self):
        return self.env._(
            "The code and the documents of “%(type)s” cannot change: rules, imports and reports "
            "rely on them. Create a new type and archive this one.",
            type=self.name,
        )

    def _is_used(self):
        # roles of other companies count too: the type is shared by all
        roles = self.env["counterparty.role"].sudo()
        return bool(roles.search_count([("type_id", "in", self.ids)], limit=1))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_counterparties(self):
        """Open the counterparties that play a role of this type today."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.res_partner_action_counterparty"
        )
        playing = Domain("type_id", "in", self.ids)
        playing &= Domain("state", "in", ["prospect", "active"])
        return dict(
            action,
            display_name=self.name,
            # who plays the role itself: the contacts of a customer are no customers of their own
            domain=[("counterparty_role_ids", "any", list(playing))],
            context={"counterparty_default_type": self.code},
        )

    # ------------------------------------------------------------
    # Catalogue
    # ------------------------------------------------------------

    @api.model
    def _get_catalogue(self):
        """Return ``{type id: TypeEntry}`` of all types, archived too, in the user's language."""
        return self._get_cached_catalogue(self.env.lang or "en_US")

    @api.model
    @tools.ormcache("lang")
    def _get_cached_catalogue(self, lang):
        # a form shows the type to everybody who sees the partner; types hold no secrets
        kinds = self.sudo().with_context(lang=lang, active_test=False).search(Domain.TRUE)
        return frozendict(
            (
                kind.id,
                TypeEntry(
                    code=kind.code,
                    name=kind.name,
                    color=kind.color or CHIP_COLORS[-1],
                    family=kind.document_family,
                    sections=tuple(kind.section_ids.mapped("code")),
                    has_own_fields=bool(kind.role_properties_definition),
                ),
            )
            for kind in kinds
        )

    @api.model
    def _get_core(self, code):
        """Return a core type by its code.

        :raises ValueError: when there is no such core type
        """
        return self.env.ref(f"counterparty_crm.type_{code}")
