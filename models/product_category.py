from odoo import models


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "counterparty.sale.fact.reference.mixin"]

    # profit
    _counterparty_fact_columns = ("categ_id",)
    _counterparty_fact_optional = True

    def _get_counterparty_gone(self):
        # the database deletes what is below
        return self.search([("id", "child_of", self.ids)])
