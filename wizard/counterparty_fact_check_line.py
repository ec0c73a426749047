from odoo import fields, models


class CounterpartyFactCheckLine(models.TransientModel):
    """One difference between facts and ledger, with its name."""

    _name = "counterparty.fact.check.line"
    _description = "Difference between Facts and Ledger"

    check_id = fields.Many2one("counterparty.fact.check", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="check_id.currency_id")
    name = fields.Char("Figure")
    ledger = fields.Monetary()
    facts = fields.Monetary("Sale Facts")
    difference = fields.Monetary(compute="_compute_difference")
    note = fields.Char("Why")

    def _compute_difference(self):
        for line in self:
            line.difference = line.facts - line.ledger
