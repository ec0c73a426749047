from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import request_states as states
from ..tools.deadlines import Targets
from ..tools.promises import Promise

JOB = "counterparty_crm.ir_cron_request_recompute"
CHUNK = 500
HOUR = 3600
COMPANY, CALENDAR, ALWAYS = "company", "calendar", "always"
# what decides which requests a service level is for, and what it promises them
TERMS = {
    "active", "sequence", "company_id", "category_ids", "team_ids", "priority", "type_ids",
    "partner_ids", "clock", "calendar_id", "first_hours", "next_hours", "resolution_hours",
    "risk_percent", "pause_pending", "pause_hold", "pause_solved", "escalate", "leader_hours",
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
    _inherit = ["counterparty.merge.mixin", "mail.thread", "mail.activity.mixin"]
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
    without_hours = fields.Boolean(
        "No Working Hours",
        readonly=True,
        copy=False,
        help="The calendar offers no hours any more: all hours are counted until it does.",
    )

    # open requests that are still to be worked out again, those after an id
    recompute_scope = fields.Selection(
        [("own", "Requests with this service level"), ("all", "All requests")],
        readonly=True,
        copy=False,
    )
    recompute_after_id = fields.Integer(readonly=True, copy=False)

    _promises_positive = models.Constraint(
        "CHECK (first_hours >= 0 AND next_hours >= 0 AND resolution_hours >= 0"
        " AND leader_hours >= 0)",
        "Nothing can be promised for the past: hours are zero or more.",
    )
    _risk_percent_range = models.Constraint(
        "CHECK (risk_percent > 0 AND risk_percent <= 100)",
        "A request is at risk after 1 to 100 % of the promised time.",
    )
    _recompute_idx = models.Index("(id) WHERE recompute_scope IS NOT NULL")

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
        slas = self.sudo().with_context(active_test=False).search([])
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

    # ------------------------------------------------------------
    # Recompute
    # ------------------------------------------------------------

    def _recompute_requests(self, everything=False):
        """Have the open requests worked out again in the background.

        :param everything: also those that have another service level so far
        """
        self.env.registry.clear_cache()
        if not self:
            return
        # calendars are kept by people who need not know of service levels
        slas = self.sudo().with_context(active_test=False)
        for sla in slas:
            scope = "all" if everything else sla.recompute_scope or "own"
            sla.write({"recompute_scope": scope, "recompute_after_id": 0})
        slas._note_missing_hours()
        job = self.env.ref(JOB, raise_if_not_found=False)
        if job:
            job.sudo()._trigger()

    @api.model
    def _recompute_for_calendars(self, calendars):
        """Have requests worked out again whose hours are counted by these calendars."""
        # also of companies the user is not in just now
        slas = self.sudo().with_context(active_test=False)
        companies = (
            self.env["res.company"].sudo().search([("resource_calendar_id", "in", calendars.ids)])
        )
        counted = Domain("clock", "=", CALENDAR) & Domain("calendar_id", "in", calendars.ids)
        if companies:
            counted |= Domain("clock", "=", COMPANY) & Domain(
                "company_id", "in", [False, *companies.ids]
            )
        slas.search(counted)._recompute_requests()

    def _note_missing_hours(self):
        """Flag service levels whose calendar has lost its hours, and tell their responsible."""
        for sla in self.filtered("active"):
            empty = sla._get_empty_calendar()
            if bool(empty) == sla.without_hours:
                continue
            sla.without_hours = bool(empty)
            if empty:
                sla.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=(sla.user_id or self.env.user).id,
                    summary=self.env._("%(calendar)s has no working hours", calendar=empty.name),
                    note=self.env._("All hours of the day are counted until it has some again."),
                )

    @api.model
    def _update_requests_of(self, partners):
        """Find the service level of open requests anew after the roles of partners changed."""
        if not partners or not any(terms.promise.kinds for terms in self._get_terms().values()):
            return
        # roles are kept by people who need not see the requests
        self.env["counterparty.request"].sudo().search(
            Domain("state", "in", states.LIVE) & Domain("commercial_partner_id", "in", partners.ids)
        )._update_service_level()

    @api.model
    def _update_for_roles_of_today(self):
        """Take account of roles that begin today or ended yesterday: nobody writes them."""
        begun = Domain("date_from", "=", "today") | Domain("date_to", "=", "today -1d")
        # the job works for all companies
        roles = self.env["counterparty.role"].sudo().search(begun)
        self._update_requests_of(roles.commercial_partner_id)

    @api.model
    def _cron_recompute(self):
        """Work out open requests again whose service level or calendar has changed."""
        self._update_for_roles_of_today()
        slas = self.sudo().with_context(active_test=False)
        waiting = slas.search([("recompute_scope", "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for sla in waiting:
            while sla._recompute_chunk():
                if not self.env["ir.cron"]._commit_progress():
                    return
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _recompute_chunk(self):
        """Work the next open requests out again.

        :return: whether there may be more of them
        """
        self.ensure_one()
        Request = self.env["counterparty.request"].sudo()
        domain = Domain("state", "in", states.LIVE) & Domain("id", ">", self.recompute_after_id)
        if self.recompute_scope == "own":
            domain &= Domain("sla_id", "=", self.id)
        elif self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        requests = Request.search(domain, order="id", limit=CHUNK)
        if not requests:
            self.write({"recompute_scope": False, "recompute_after_id": 0})
            return False
        requests._update_service_level()
        self.recompute_after_id = requests[-1].id
        return True
