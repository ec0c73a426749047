from odoo import fields, models

from .sale_order_line import SALE_MARGIN


class SaleReport(models.Model):
    _inherit = "sale.report"

    # profit
    margin = fields.Float(groups=SALE_MARGIN)
