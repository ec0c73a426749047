from odoo import fields, models

from .sale_order_line import COST_PROFIT


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "counterparty.role.source.mixin", "counterparty.holding.group.mixin"]

    _counterparty_document_family = "sale"

    # holding: what is ordered and not invoiced, read at every check of a group's credit
    _counterparty_open_idx = models.Index(
        "(partner_id) WHERE state = 'sale' AND invoice_status != 'invoiced'"
    )

    # profit: the host shows margins to whoever reads the order, portal users included
    margin = fields.Monetary(groups=COST_PROFIT)
    margin_percent = fields.Float(groups=COST_PROFIT)
