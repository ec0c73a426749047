from odoo import models


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "counterparty.sale.fact.reference.mixin"]

    # profit
    _counterparty_fact_columns = ("product_id",)
