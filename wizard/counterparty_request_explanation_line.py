from odoo import fields, models


class CounterpartyRequestExplanationLine(models.TransientModel):
    """One promise of a request and what became of it."""

    _name = "counterparty.request.explanation.line"
    _description = "Promise of a Request"
    _order = "id"

    explanation_id = fields.Many2one(
        "counterparty.request.explanation", required=True, index=True, ondelete="cascade"
    )
    promise = fields.Selection(
        [("first", "First answer"), ("next", "Later answer"), ("resolution", "Solution")],
        required=True,
    )
    promised_hours = fields.Float("Promised (h)")
    started_at = fields.Datetime("Since")
    used_hours = fields.Float("Used (h)")
    stopped_hours = fields.Float("Stopped (h)")
    deadline = fields.Datetime("Until")
    ended_at = fields.Datetime("Done on")
    outcome = fields.Selection(
        [
            ("running", "In time so far"),
            ("stopped", "Stopped"),
            ("kept", "Kept"),
            ("late", "Late"),
            ("never", "Never given"),
        ],
        required=True,
    )
