from odoo import fields, models


class CounterpartyStatementReplyLine(models.TransientModel):
    """What the counterparty has in its books for one section."""

    _name = "counterparty.statement.reply.line"
    _description = "Amount in an Answer"

    reply_id = fields.Many2one("counterparty.statement.reply", required=True, ondelete="cascade")
    balance_id = fields.Many2one(
        "counterparty.statement.balance", required=True, readonly=True, ondelete="cascade"
    )
    section = fields.Selection(related="balance_id.section")
    currency_id = fields.Many2one(related="balance_id.currency_id")
    amount = fields.Monetary(related="balance_id.amount")
    answered_amount = fields.Monetary("Their Balance")
