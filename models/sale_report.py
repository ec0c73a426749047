from odoo import fields, models

from .sale_order_line import COST_PROFIT


class SaleReport(models.Model):
    _inherit = "sale.report"

    # profit
    margin = fields.Float(groups=COST_PROFIT)
