from odoo import fields, models

from ..tools import request_states as states
from .counterparty_request_interval import EXCHANGE

# done, for good or until somebody reopens it
DONE = (states.SOLVED, *states.ENDS)


class CounterpartyRequestLedger(models.AbstractModel):
    """Writes down when the clock of a request stood still, and how long an answer was owed."""

    _name = "counterparty.request.ledger.mixin"
    _description = "Ledger of a Request"

    interval_ids = fields.One2many("counterparty.request.interval", "request_id", "Intervals")

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
