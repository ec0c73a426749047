from base64 import b64decode

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.counterparty_statement_answer import MAIL, PAPER


class CounterpartyStatementReply(models.TransientModel):
    """Staff records what came back on signed paper, by mail or phone."""

    _name = "counterparty.statement.reply"
    _description = "Answer to a Statement"

    statement_id = fields.Many2one("counterparty.statement", required=True, ondelete="cascade")
    answer = fields.Selection(
        [("confirmed", "They agree"), ("disputed", "They object")],
        required=True,
        default="confirmed",
    )
    way = fields.Selection(
        [(PAPER, "On signed paper"), (MAIL, "By mail or phone")], required=True, default=PAPER
    )
    signed_by = fields.Char(required=True, help="Name and position under the signature.")
    note = fields.Text(help="What they object to, in their words.")
    paper = fields.Binary("Signed Paper")
    paper_name = fields.Char()
    line_ids = fields.One2many(
        "counterparty.statement.reply.line",
        "reply_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("statement_id")
    def _compute_line_ids(self):
        for reply in self:
            reply.line_ids = [
                Command.clear(),
                *(
                    Command.create({"balance_id": line.id, "answered_amount": line.amount})
                    for line in reply.statement_id.balance_ids
                ),
            ]

    def action_record(self):
        """Keep the answer with the statement.

        :raises UserError: when the statement takes no answer any more, an objection says nothing,
            or they agree with other amounts
        """
        self.ensure_one()
        raw = self.with_context(bin_size=False).paper
        # what changed is an objection in numbers
        told = self.line_ids.filtered(lambda line: line.answered_amount != line.balance_id.amount)
        if told and self.answer == "confirmed":
            raise UserError(
                self.env._(
                    "They cannot agree with other amounts than ours: say that they object, or take"
                    " our amounts."
                )
            )
        self.statement_id._answer(
            self.answer == "confirmed",
            name=self.signed_by,
            note=self.note,
            way=self.way,
            files=[(self.paper_name or self.statement_id.name, b64decode(raw))] if raw else [],
            amounts={line.balance_id.id: line.answered_amount for line in told},
        )
        return {"type": "ir.actions.act_window_close"}
