from odoo import models


class UtmMedium(models.Model):
    _name = "utm.medium"
    _inherit = ["utm.medium", "counterparty.sale.dimension.mixin"]

    # profit
    _counterparty_fact_field = "medium_id"
