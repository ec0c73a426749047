from odoo import fields, models

COST_PROFIT = "counterparty_crm.group_cost_profit"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # profit; computed after the insert, as system: before it, with the rights of a seller who may
    # not see the fields, the host could not create the line
    margin = fields.Float(groups=COST_PROFIT, precompute=False)
    margin_percent = fields.Float(groups=COST_PROFIT, precompute=False)
    purchase_price = fields.Float(groups=COST_PROFIT, precompute=False)
