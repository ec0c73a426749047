from odoo import api, fields, models

from ..tools import request_states as states
from .counterparty_request_interval import EXCHANGE
from .counterparty_request_state import PARTNER

# done, for good or until somebody reopens it
DONE = (states.SOLVED, *states.ENDS)
# a request that came this way was written by the counterparty, who waits to be answered
WRITTEN = ("email", "form", "portal")


class CounterpartyRequestLedger(models.AbstractModel):
    """Writes down when the clock of a request stood still, and how long an answer was owed."""

    _name = "counterparty.request.ledger.mixin"
    _description = "Ledger of a Request"

    interval_ids = fields.One2many("counterparty.request.interval", "request_id", "Intervals")
    is_unanswered = fields.Boolean(
        "Never Answered",
        compute="_compute_is_unanswered",
        help="Somebody wrote this to us and has not heard from a person yet.",
    )

    @api.depends("state", "channel", "first_response_at", "category_id.tell_solution")
    def _compute_is_unanswered(self):
        for request in self:
            request.is_unanswered = request.state in states.LIVE and request._is_owed_an_answer()

    def _is_owed_an_answer(self):
        """Tell whether somebody wrote this and has not heard from a person, nor will be told."""
        self.ensure_one()
        return (
            self.channel in WRITTEN
            and not self.first_response_at
            and not self.category_id.tell_solution
        )

    def _ended_unanswered(self):
        """Tell whether we closed what somebody wrote to us, and they never heard from us.

        Whoever closes it themselves needs no answer; what was put away or merged was no request;
        the word that it is solved, where the category sends one, is an answer.
        """
        self.ensure_one()
        return (
            self.state == states.CLOSED
            and self.closed_by != PARTNER
            and not self.merged_into_id
            and self._is_owed_an_answer()
        )

    def write(self, vals):
        if "awaiting_since" in vals and not vals["awaiting_since"]:
            self._record_exchanges()
        return super().write(vals)

    def _record_exchanges(self):
        """Keep in the ledger how long the counterparty waited for the answer given now."""
        now = fields.Datetime.now()
        # the ledger is written by what happens, never by people
        self.env["counterparty.request.interval"].sudo().create(
            [
                {
                    "request_id": request.id,
                    "kind": EXCHANGE,
                    "started_at": request.awaiting_since,
                    "ended_at": max(now, request.awaiting_since),
                }
                for request in self
                if request.awaiting_since
            ]
        )

    def _record_interval(self, resting):
        """Close the running pause of the ledger and begin the one of the new state.

        :param resting: those whose clock stood still until now
        """
        now = fields.Datetime.now()
        # the ledger is written by what happens, never by people
        Interval = self.env["counterparty.request.interval"].sudo()
        running = Interval.browse()
        if resting:
            running = Interval.search([("request_id", "in", resting.ids), ("ended_at", "=", False)])
        by_request = {interval.request_id.id: interval for interval in running}
        ended, values = Interval.browse(), []
        for request in self:
            kind = states.SOLVED if request.state in DONE else request.state
            interval = by_request.get(request.id, Interval)
            if interval.kind == kind:
                continue
            ended |= interval
            if kind in states.PAUSES:
                values.append({"request_id": request.id, "kind": kind, "started_at": now})
        for interval in ended:
            interval.ended_at = max(now, interval.started_at)
        # first close, then open: the index allows one that runs
        ended.flush_recordset()
        Interval.create(values)
