from odoo import fields, models

from ..models.sale_order_line import COST_PROFIT


class CounterpartyFactCheckLine(models.TransientModel):
    """One difference between facts and ledger, with its name."""

    _name = "counterparty.fact.check.line"
    _description = "Difference between Facts and Ledger"

    check_id = fields.Many2one("counterparty.fact.check", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="check_id.currency_id")
    name = fields.Char("Figure")
    # of a document that differs; totals have none
    move_id = fields.Many2one("account.move", "Document", ondelete="cascade")
    ledger = fields.Monetary(groups=COST_PROFIT)
    facts = fields.Monetary("Sale Facts", groups=COST_PROFIT)
    difference = fields.Monetary(compute="_compute_difference", groups=COST_PROFIT)
    note = fields.Char("Why")

    def _compute_difference(self):
        for line in self:
            line.difference = line.facts - line.ledger
