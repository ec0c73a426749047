from odoo import fields, models

COST_PROFIT = "counterparty_crm.group_cost_profit"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # profit
    margin = fields.Float(groups=COST_PROFIT)
    margin_percent = fields.Float(groups=COST_PROFIT)
    purchase_price = fields.Float(groups=COST_PROFIT)
