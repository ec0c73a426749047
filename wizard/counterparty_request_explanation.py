from odoo import api, fields, models

from ..models.counterparty_request_sla import HOUR
from ..tools.deadlines import Account, explain


class CounterpartyRequestExplanation(models.TransientModel):
    """How the deadlines of a request were worked out: what was promised, what ran, what stopped."""

    _name = "counterparty.request.explanation"
    _description = "How Was This Computed?"

    request_id = fields.Many2one("counterparty.request", required=True, ondelete="cascade")
    sla_id = fields.Many2one(related="request_id.sla_id")
    hours_name = fields.Char("Hours Counted", compute="_compute_hours_name")
    without_hours = fields.Boolean(related="sla_id.without_hours")
    line_ids = fields.One2many(
        "counterparty.request.explanation.line",
        "explanation_id",
        compute="_compute_line_ids",
        store=True,
    )
    interval_ids = fields.One2many(related="request_id.interval_ids")

    @api.depends("request_id")
    def _compute_hours_name(self):
        for explanation in self:
            explanation.hours_name = explanation.request_id._get_hours_name()

    @api.depends("request_id")
    def _compute_line_ids(self):
        for explanation in self:
            values = [
                explanation._prepare_line_vals(account) for account in explanation._get_accounts()
            ]
            explanation.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(line) for line in values),
            ]

    def _get_accounts(self):
        self.ensure_one()
        request, now = self.request_id, fields.Datetime.now()
        terms = request._get_terms()
        if not terms:
            return []
        calendar = request._get_working_time(request.opened_at)
        return explain(request._get_facts(terms.pauses, now), terms.targets, calendar, now)

    def _prepare_line_vals(self, account: Account):
        return {
            "promise": account.name,
            "promised_hours": account.target / HOUR,
            "started_at": account.start,
            "ended_at": account.end,
            "used_hours": account.used / HOUR,
            "stopped_hours": account.stopped / HOUR,
            "deadline": account.deadline,
            "outcome": self._get_outcome(account),
        }

    def _get_outcome(self, account: Account):
        if account.name == "first" and self.request_id._ended_unanswered():
            return "never"
        if account.deadline is None:
            return "stopped"
        if (account.end or fields.Datetime.now()) > account.deadline:
            return "late"
        return "kept" if account.end else "running"
