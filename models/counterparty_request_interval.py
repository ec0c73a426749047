from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools import request_states as states

# the counterparty wrote and waited until somebody answered
EXCHANGE = "exchange"


class CounterpartyRequestInterval(models.Model):
    """A time in the life of a request: the clock stood still, or an answer was owed.

    This ledger is what deadlines are worked out from; only the moves of a request write it.
    """

    _name = "counterparty.request.interval"
    _description = "Interval of a Request"
    _order = "started_at, id"
    _rec_name = "request_id"

    request_id = fields.Many2one(
        "counterparty.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id")
    kind = fields.Selection(
        [
            (states.PENDING, "Waiting for the counterparty"),
            (states.HOLD, "On hold"),
            (states.SOLVED, "Solved"),
            (EXCHANGE, "Answer owed"),
        ],
        required=True,
        readonly=True,
    )
    started_at = fields.Datetime("Since", required=True, readonly=True)
    ended_at = fields.Datetime("Until", readonly=True)
    working_hours = fields.Float(compute="_compute_working_hours")
    description = fields.Char("What Happened", compute="_compute_description")

    _one_open = models.UniqueIndex(
        "(request_id) WHERE ended_at IS NULL",
        "The clock of this request stands still already.",
    )
    _not_backwards = models.Constraint(
        "CHECK (ended_at IS NULL OR ended_at >= started_at)",
        "An interval cannot end before it starts.",
    )

    def _compute_working_hours(self):
        now = fields.Datetime.now()
        for request, intervals in self.grouped("request_id").items():
            calendar = request._get_working_time(min(intervals.mapped("started_at"), default=now))
            for interval in intervals:
                seconds = calendar.between(interval.started_at, interval.ended_at or now)
                interval.working_hours = seconds / 3600

    @api.depends("kind", "started_at", "ended_at")
    @api.depends_context("lang", "tz", "counterparty_for_partner")
    def _compute_description(self):
        for interval in self:
            interval.description = interval._describe()

    def _describe(self):
        """Return the interval as a sentence.

        For customers, with ``counterparty_for_partner`` in the context, it speaks to them.
        """
        self.ensure_one()
        texts = self._get_sentences(bool(self.env.context.get("counterparty_for_partner")))
        closed, running = texts[self.kind]
        closed_at = self.request_id.closed_at
        if self.kind == EXCHANGE and self.ended_at and closed_at and self.ended_at >= closed_at:
            # the end of the request ended the wait, not an answer
            closed = self.env._("message of %(start)s, closed %(end)s without an answer to it")
        moments = {
            "start": self._format_moment(self.started_at),
            "end": self._format_moment(self.ended_at) if self.ended_at else "",
        }
        return (closed if self.ended_at else running) % moments

    def _get_sentences(self, for_partner):
        """Return the sentences of each kind: for intervals that have ended and for running ones."""
        if for_partner:
            waiting = (
                self.env._("stopped %(start)s to %(end)s, waiting for you"),
                self.env._("stopped since %(start)s, waiting for you"),
            )
        else:
            waiting = (
                self.env._("stopped %(start)s to %(end)s, waiting for the counterparty"),
                self.env._("stopped since %(start)s, waiting for the counterparty"),
            )
        return {
            states.PENDING: waiting,
            states.HOLD: (
                self.env._("stopped %(start)s to %(end)s, waiting for somebody else"),
                self.env._("stopped since %(start)s, waiting for somebody else"),
            ),
            states.SOLVED: (
                self.env._("solved %(start)s, reopened %(end)s"),
                self.env._("solved %(start)s"),
            ),
            EXCHANGE: (
                self.env._("message of %(start)s answered %(end)s"),
                self.env._("message of %(start)s not answered yet"),
            ),
        }

    def _format_moment(self, moment):
        """Return a moment as people say it, in the zone of the reader."""
        return format_datetime(self.env, moment, str(self.env.tz), "EEE d MMM HH:mm")
