from odoo import models


class UtmSource(models.Model):
    _name = "utm.source"
    _inherit = ["utm.source", "counterparty.sale.dimension.mixin"]

    # profit
    _counterparty_fact_field = "source_id"
