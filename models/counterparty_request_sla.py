from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import request_states as states
from ..tools.deadlines import Targets
from ..tools.promises import Promise
from .counterparty_request_sla_recompute import ALWAYS, CALENDAR, COMPANY

HOUR = 3600
# what decides which requests a service level is for, and what it promises them
TERMS = {
    "active", "sequence", "company_id", "category_ids", "team_ids", "priority", "type_ids",
    "tag_ids", "partner_ids", "clock", "calendar_id", "first_hours", "next_hours",
    "resolution_hours", "risk_percent", "pause_pending", "pause_hold", "pause_solved", "escalate",
    "leader_hours",
}  # fmt: skip


class Terms(NamedTuple):
    """A service level as requests need it, kept in the registry's cache."""

    promise: Promise
    active: bool
    targets: Targets
    pauses: frozenset[str]
    clock: str
    calendar_id: int | None
    escalate: bool
    leader_seconds: int


class CounterpartyRequestSla(models.Model):
    """What is promised to those who ask: how soon they hear from us, how soon it is solved."""

    _name = "counterparty.request.sla"
    _inherit = [
        "counterparty.request.sla.recompute.mixin",
        "counterparty.merge.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Service Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Hears of late requests when nobody else can, and when the calendar offers no hours.",
    )

    # for which requests
    category_ids = fields.Many2many(
        "counterparty.request.category",
        "counterparty_request_sla_category_rel",
        "sla_id",
        "category_id",
        string="Categories",
    )
    team_ids = fields.Many2many(
        "counterparty.request.team",
        "counterparty_request_sla_team_rel",
        "sla_id",
        "team_id",
        string="Teams",
        check_company=True,
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Important"), ("2", "High"), ("3", "Urgent")],
        "Priority from",
        default="0",
        required=True,
    )
    type_ids = fields.Many2many(
        "counterparty.type",
        "counterparty_request_sla_type_rel",
        "sla_id",
        "type_id",
        string="Counterparty Types",
    )
    tag_ids = fields.Many2many(
        "counterparty.request.tag",
        "counterparty_request_sla_tag_rel",
        "sla_id",
        "tag_id",
        string="Tags",
        help="For requests that have any of these tags.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "counterparty_request_sla_partner_rel",
        "sla_id",
        "partner_id",
        string="Agreed with",
        domain="[('commercial_partner_id', '=', id)]",
        help="Counterparties that have this in their contract. It comes before all others.",
    )

    # what is promised, in working hours
    clock = fields.Selection(
        [
            (COMPANY, "Working hours of the company"),
            (CALENDAR, "Other working hours"),
            (ALWAYS, "Around the clock"),
        ],
        "Hours Counted",
        default=COMPANY,
        required=True,
        tracking=True,
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        index="btree_not_null",
    )
    first_hours = fields.Float(
        "First Answer within",
        default=8.0,
        tracking=True,
        help="Working hours until somebody answers for the first time. Zero promises nothing.",
    )
    next_hours = fields.Float(
        "Each Later Answer within",
        default=8.0,
        tracking=True,
        help="Working hours from a message of the counterparty to the answer. "
        "Zero promises nothing.",
    )
    resolution_hours = fields.Float(
        "Solution within",
        default=40.0,
        tracking=True,
        help="Working hours until the request is solved. Zero promises nothing.",
    )
    risk_percent = fields.Integer(
        "At Risk from (%)",
        default=75,
        tracking=True,
        help="Part of the promised time after which a request is shown as at risk.",
    )

    # when the clock stands still
    pause_pending = fields.Boolean("Waiting for the counterparty", default=True, tracking=True)
    pause_hold = fields.Boolean("On hold", default=True, tracking=True)
    pause_solved = fields.Boolean(
        "Solved, until reopened",
        default=True,
        tracking=True,
        help="Off: a request that comes back counts the time in which it seemed to be solved.",
    )

    # who hears of it
    escalate = fields.Boolean(
        "Tell When Late",
        default=True,
        tracking=True,
        help="Whoever is assigned hears of a late request, then the leader of the team, "
        "each once until the request is solved.",
    )
    leader_hours = fields.Float(
        "Leader after",
        default=2.0,
        tracking=True,
        help="Working hours after the deadline until the leader hears of it. "
        "Without anybody assigned the leader hears of it at once.",
    )
    _promises_positive = models.Constraint(
        "CHECK (first_hours >= 0 AND next_hours >= 0 AND resolution_hours >= 0"
        " AND leader_hours >= 0)",
        "Nothing can be promised for the past: hours are zero or more.",
    )
    _risk_percent_range = models.Constraint(
        "CHECK (risk_percent > 0 AND risk_percent <= 100)",
        "A request is at risk after 1 to 100 % of the promised time.",
    )

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("clock", "calendar_id", "company_id", "active")
    def _check_hours(self):
        if self.env.context.get("install_mode"):
            # an installation does not fail over hours: they are flagged
            return
        for sla in self.filtered("active"):
            if sla.clock == CALENDAR and not sla.calendar_id:
                raise ValidationError(
                    self.env._("Choose the working hours of “%(sla)s”.", sla=sla.name)
                )
            empty = sla._get_empty_calendar()
            if empty:
                raise ValidationError(
                    self.env._(
                        "“%(calendar)s” has no working hours, so “%(sla)s” could never be kept. "
                        "Enter hours there, choose other ones or count around the clock.",
                        calendar=empty.name,
                        sla=sla.name,
                    )
                )

    def _get_empty_calendar(self):
        """Return the calendar that this service level counts by if it offers no hours."""
        self.ensure_one()
        if self.clock == ALWAYS:
            return self.env["resource.calendar"]
        company = self.company_id or self.env.company
        # the hours of a company are no secret, and any user may work with them
        calendar = (
            self.calendar_id if self.clock == CALENDAR else company.resource_calendar_id
        ).sudo()
        if calendar and calendar._get_counterparty_schedule(company).shifts:
            return calendar.browse()
        return calendar

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        slas = super().create(vals_list)
        slas._recompute_requests(everything=True)
        return slas

    def write(self, vals):
        result = super().write(vals)
        if TERMS & vals.keys():
            self._recompute_requests(everything=True)
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _counterparty_merge(self, source, target):
        """Keep what was agreed with partners that are merged."""
        # what was agreed holds in all companies
        slas = self.sudo().with_context(active_test=False)
        for sla in slas.search([("partner_ids", "in", source.ids)]):
            sla.partner_ids = sla.partner_ids - source + target

    # ------------------------------------------------------------
    # Terms
    # ------------------------------------------------------------

    @api.model
    def _get_terms(self):
        """Return the terms of all service levels by id, archived ones too, first match first."""
        return dict(self._read_terms())

    @api.model
    @tools.ormcache()
    def _read_terms(self):
        # whoever creates a request gets its service level
        slas = self.sudo().search(Domain("active", "in", (True, False)))
        return tuple((sla.id, sla._prepare_terms()) for sla in slas)

    def _prepare_terms(self):
        self.ensure_one()
        pauses = {
            states.PENDING: self.pause_pending,
            states.HOLD: self.pause_hold,
            states.SOLVED: self.pause_solved,
        }
        return Terms(
            promise=Promise(
                self.id,
                self.company_id.id or None,
                frozenset(self.category_ids.ids),
                frozenset(self.team_ids.ids),
                self.priority,
                frozenset(self.partner_ids.commercial_partner_id.ids),
                frozenset(self.type_ids.ids),
                frozenset(self.tag_ids.ids),
            ),
            active=self.active,
            targets=Targets(
                round(self.first_hours * HOUR) or None,
                round(self.next_hours * HOUR) or None,
                round(self.resolution_hours * HOUR) or None,
                self.risk_percent,
            ),
            pauses=frozenset(kind for kind, stops in pauses.items() if stops),
            clock=self.clock,
            calendar_id=self.calendar_id.id or None,
            escalate=self.escalate,
            leader_seconds=round(self.leader_hours * HOUR),
        )
