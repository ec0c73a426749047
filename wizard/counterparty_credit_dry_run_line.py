from odoo import fields, models


class CounterpartyCreditDryRunLine(models.TransientModel):
    """One order that the credit of its group would have stopped."""

    _name = "counterparty.credit.dry.run.line"
    _description = "Order Stopped in a Dry Run"
    _order = "date_order desc, id desc"

    run_id = fields.Many2one("counterparty.credit.dry.run", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    date_order = fields.Datetime(related="order_id.date_order", store=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    holding_id = fields.Many2one("counterparty.holding", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="run_id.company_id.currency_id")
    limit = fields.Monetary(readonly=True)
    exposure = fields.Monetary(readonly=True)
    missing = fields.Monetary("Missing Amount", readonly=True)
