from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..tools import request_states as states
from ..tools.deadlines import Exchange, Facts, Missed, Pause, Targets, evaluate
from ..tools.promises import NOTHING, Demand, first_fitting
from ..tools.working_time import RoundTheClock, WorkingTime
from .counterparty_request_interval import EXCHANGE
from .counterparty_request_ledger import DONE
from .counterparty_request_sla import HOUR
from .counterparty_request_sla_recompute import ALWAYS

ALL_PAUSES = frozenset(states.PAUSES)
# worked out again whenever a fact changes; not readonly, because the host throws away what
# ``create`` has worked out of readonly fields, but see ``write``: nobody else writes them
KEPT = {"store": True, "precompute": True, "readonly": False}
CLOCK_FIELDS = {
    "sla_id", "first_deadline", "next_deadline", "resolution_deadline", "due_at", "check_at",
    "sla_status", "first_hours", "resolution_hours", "first_missed", "next_missed",
    "resolution_missed",
}  # fmt: skip


class CounterpartyRequestClock(models.AbstractModel):
    """The clocks of a request: what is promised, by when, and what was kept.

    All of it is worked out from the facts of the request and its ledger by
    ``tools.deadlines.evaluate``; nothing is counted up, so nothing can be counted wrong.
    """

    _name = "counterparty.request.clock.mixin"
    _description = "Clocks of a Request"

    sla_id = fields.Many2one(
        "counterparty.request.sla",
        "Service Level",
        compute="_compute_sla_id",
        **KEPT,
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    first_deadline = fields.Datetime("First Answer by", compute="_compute_clock", **KEPT)
    next_deadline = fields.Datetime("Next Answer by", compute="_compute_clock", **KEPT)
    resolution_deadline = fields.Datetime("Solution by", compute="_compute_clock", **KEPT)
    due_at = fields.Datetime(
        "Answer by",
        compute="_compute_clock",
        **KEPT,
        help="The earliest of what is promised and not done yet.",
    )
    check_at = fields.Datetime(
        "Looked at Again on",
        compute="_compute_clock",
        **KEPT,
        help="When time alone changes the status.",
    )
    sla_status = fields.Selection(
        [
            ("none", "Nothing promised"),
            ("ok", "In time"),
            ("paused", "Stopped"),
            ("risk", "At risk"),
            ("breached", "Late"),
        ],
        "Deadline",
        compute="_compute_clock",
        **KEPT,
    )
    first_hours = fields.Float(
        "Hours to First Answer",
        compute="_compute_clock",
        **KEPT,
        aggregator=None,
        help="Working hours from the request to the first answer, without the time stopped.",
    )
    resolution_hours = fields.Float(
        "Hours to Solution",
        compute="_compute_clock",
        **KEPT,
        aggregator=None,
        help="Working hours from the request to its solution, without the time stopped.",
    )
    first_missed = fields.Boolean("First Answer Late", compute="_compute_clock", **KEPT)
    next_missed = fields.Boolean("Later Answer Late", compute="_compute_clock", **KEPT)
    resolution_missed = fields.Boolean("Solution Late", compute="_compute_clock", **KEPT)
    breach_cause = fields.Selection(
        [
            ("unassigned", "Nobody had taken it"),
            ("unanswered", "Closed without an answer"),
            ("first", "First answer came late"),
            ("next", "Later answer came late"),
            ("resolution", "Not solved in time"),
            ("reopened", "Came back after it was solved"),
            ("other_party", "Another party was late"),
            ("agreed", "Agreed with the counterparty"),
        ],
        "Why Late",
        compute="_compute_clock",
        **KEPT,
        tracking=True,
        help="Filled when a promise is broken; correct it when the reason was another.",
    )
    clock_label = fields.Char("Answer by (text)", compute="_compute_clock_label")
    has_late = fields.Boolean("Was Late", compute="_compute_has_late", search="_search_has_late")

    _due_idx = models.Index("(due_at) WHERE state IN ('new', 'open')")
    _check_idx = models.Index("(check_at) WHERE state IN ('new', 'open')")

    # ------------------------------------------------------------
    # Service level
    # ------------------------------------------------------------

    @api.depends(
        "category_id",
        "team_id",
        "priority",
        "partner_id",
        "commercial_partner_id",
        "company_id",
        "tag_ids",
    )
    def _compute_sla_id(self):
        terms = self.env["counterparty.request.sla"]._get_terms()
        promises = [entry.promise for entry in terms.values() if entry.active]
        kinds = {}
        if any(promise.kinds for promise in promises):
            kinds = self._get_counterparty_kinds(self.commercial_partner_id)
        by_tag = any(promise.tags for promise in promises)
        for request in self:
            partner_id = request.commercial_partner_id.id
            request.sla_id = first_fitting(
                promises,
                Demand(
                    request.company_id.id or None,
                    request.category_id.id or None,
                    request.team_id.id or None,
                    request.priority or "0",
                    partner_id or None,
                    kinds.get(partner_id, NOTHING),
                    frozenset(request.tag_ids.ids) if by_tag else NOTHING,
                ),
            )

    @api.model
    def _get_counterparty_kinds(self, partners):
        """Return the counterparty types in force by the id of the commercial partner."""
        # also roles the writer of a request may not read decide what was promised
        Role = self.env["counterparty.role"].sudo()
        domain = Role._domain_in_force() & Domain("commercial_partner_id", "in", partners.ids)
        groups = Role._read_group(domain, ["commercial_partner_id"], ["type_id:array_agg"])
        return {partner.id: frozenset(type_ids) for partner, type_ids in groups}

    # ------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------

    @api.depends(
        "sla_id",
        "state",
        "opened_at",
        "first_response_at",
        "awaiting_since",
        "solved_at",
        "closed_at",
        "closed_by",
        "cycle",
        "told_level",
        "told_cycle",
        "interval_ids.kind",
        "interval_ids.started_at",
        "interval_ids.ended_at",
    )
    def _compute_clock(self):
        now = fields.Datetime.now()
        all_terms = self.env["counterparty.request.sla"]._get_terms()
        for (sla, company), requests in self.grouped(
            lambda request: (request.sla_id, request.company_id)
        ).items():
            terms = all_terms.get(sla.id)
            origin = min(requests.mapped("opened_at"), default=now) or now
            calendar = requests._get_calendar(terms, company, origin)
            for request in requests:
                request._set_clock(terms, calendar, now)

    def _set_clock(self, terms, calendar, now):
        """Work the clocks of one request out and keep what they say."""
        clock = evaluate(
            self._get_facts(terms.pauses if terms else ALL_PAUSES, now),
            terms.targets if terms else Targets(),
            calendar,
            now,
            Missed(self.first_missed, self.next_missed, self.resolution_missed),
        )
        telling = self._get_next_telling(clock.due_at, terms, calendar, self._get_told_level())
        for name, value in self._prepare_clock_vals(clock, telling).items():
            self[name] = value
        if any(clock.missed) and not self.breach_cause:
            self.breach_cause = self._get_breach_cause(clock.missed)
        elif not self.breach_cause:
            self.breach_cause = False

    @api.model
    def _prepare_clock_vals(self, clock, telling):
        """Return what is kept of the clocks.

        :param telling: when the next person hears of a late request, None when nobody does
        """
        return {
            "first_deadline": clock.first_deadline,
            "next_deadline": clock.next_deadline,
            "resolution_deadline": clock.resolution_deadline,
            "due_at": clock.due_at,
            "check_at": min(filter(None, (clock.check_at, telling)), default=None),
            "sla_status": clock.status,
            "first_hours": (clock.first_seconds or 0) / HOUR,
            "resolution_hours": (clock.resolution_seconds or 0) / HOUR,
            "first_missed": clock.missed.first,
            "next_missed": clock.missed.following,
            "resolution_missed": clock.missed.resolution,
        }

    def _get_facts(self, pauses, now):
        """Return what happened so far, as the clocks see it.

        :param pauses: kinds of intervals that stop the clock
        """
        self.ensure_one()
        intervals = self.interval_ids
        exchanges = [
            Exchange(interval.started_at, interval.ended_at)
            for interval in intervals
            if interval.kind == EXCHANGE
        ]
        if self.awaiting_since:
            exchanges.append(Exchange(self.awaiting_since, None))
        solved = None
        if self.state in DONE:
            solved = self.solved_at or self.closed_at or now
        return Facts(
            opened=self.opened_at or now,
            answered=self.first_response_at or None,
            solved=solved,
            pauses=tuple(
                Pause(interval.started_at, interval.ended_at or None)
                for interval in intervals
                if interval.kind in pauses
            ),
            exchanges=tuple(exchanges),
            unanswered=self._ended_unanswered(),
        )

    def _get_breach_cause(self, missed):
        """Return why a promise was broken, as far as the facts can tell."""
        if not any(missed):
            return False
        if not self.user_id and self.state not in DONE:
            return "unassigned"
        if self.reopen_count and missed.resolution and not (missed.first or missed.following):
            return "reopened"
        if self._ended_unanswered():
            return "unanswered"
        if missed.first:
            return "first"
        return "next" if missed.following else "resolution"

    def _get_calendar(self, terms, company, origin):
        """Return the working time that a service level counts by.

        Without a service level the hours of the company are counted.

        :param origin: no request is older
        """
        if terms and terms.clock == ALWAYS:
            return RoundTheClock()
        # the hours of a company are no secret to those who write to it
        company = company.sudo()
        calendar = company.resource_calendar_id
        if terms and terms.calendar_id:
            calendar = calendar.browse(terms.calendar_id)
        if not calendar:
            return RoundTheClock()
        return WorkingTime(calendar._get_counterparty_schedule(company), origin)

    def _get_working_time(self, origin):
        """Return the working time that one request is counted by, without error if it has none."""
        self.ensure_one()
        return self._get_calendar(
            self._get_terms(), self.company_id, min(origin, self.opened_at or origin)
        )

    def _get_terms(self):
        """Return what is promised to this request, None when nothing is."""
        self.ensure_one()
        return self.env["counterparty.request.sla"]._get_terms().get(self.sla_id.id)

    def _get_hours_name(self):
        """Return by which hours this request is counted, in words."""
        self.ensure_one()
        terms = self._get_terms()
        # the name of the hours is no secret
        calendar = self.company_id.sudo().resource_calendar_id
        if terms and terms.calendar_id:
            calendar = calendar.browse(terms.calendar_id)
        if not calendar or (terms and terms.clock == ALWAYS):
            return self.env._("Around the clock")
        return f"{calendar.name} ({calendar.tz})"

    def _update_deadlines(self):
        """Work the deadlines out again from the facts, as time passes too."""
        # one method computes all of them
        self.env.add_to_compute(self._fields["first_deadline"], self)

    def _update_service_level(self):
        """Find the service level anew and work the deadlines out by it."""
        self.env.add_to_compute(self._fields["sla_id"], self)
        self._update_deadlines()
        self.flush_recordset()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [_without_clocks(vals) for vals in vals_list]
        self._start_clocks(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        return super().write(_without_clocks(vals))

    # ------------------------------------------------------------
    # Shown
    # ------------------------------------------------------------

    @api.depends("due_at", "sla_status", "state")
    @api.depends_context("lang", "tz")
    def _compute_clock_label(self):
        for request in self:
            request.clock_label = request._get_clock_label()

    def _get_clock_label(self):
        self.ensure_one()
        if self.sla_status in (False, "none"):
            return False
        if self.state in DONE:
            late = self.sla_status == "breached"
            return self.env._("Was late") if late else self.env._("In time")
        if self.sla_status == "paused":
            return self.env._("Clock stopped")
        if not self.due_at:
            return False
        due = self._format_due()
        if self.sla_status == "breached":
            return self.env._("Late since %(moment)s", moment=due)
        return self.env._("Answer by %(moment)s", moment=due)

    def _format_due(self):
        """Return the deadline as people say it, in the zone of the reader."""
        # the host looks at the user's own zone alone, and a job or a link has another reader
        zone = str(self.env.tz)
        return format_datetime(self.env, self.due_at, tz=zone, dt_format="EEE d MMM HH:mm")

    @api.depends("first_missed", "next_missed", "resolution_missed")
    def _compute_has_late(self):
        for request in self:
            request.has_late = (
                request.first_missed or request.next_missed or request.resolution_missed
            )

    def _search_has_late(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        return Domain.OR(
            [(name, "=", True)] for name in ("first_missed", "next_missed", "resolution_missed")
        )

    def action_explain_clock(self):
        """Show how the deadlines were worked out."""
        self.ensure_one()
        explanation = self.env["counterparty.request.explanation"].create({"request_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("How was this computed?"),
            "res_model": explanation._name,
            "res_id": explanation.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


def _without_clocks(vals):
    """Return values without those that only the clocks themselves may give."""
    return {name: value for name, value in vals.items() if name not in CLOCK_FIELDS}
