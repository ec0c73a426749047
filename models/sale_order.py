from odoo import api, fields, models

from .sale_order_line import COST_PROFIT


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "counterparty.role.source.mixin", "counterparty.card.order.mixin"]

    _counterparty_document_family = "sale"

    # profit: the host shows margins to whoever reads the order, portal users included
    margin = fields.Monetary(groups=COST_PROFIT)
    margin_percent = fields.Float(groups=COST_PROFIT)

    # counterparty: the price list of a client card comes before the customer's own
    @api.depends("counterparty_card_id")
    def _compute_pricelist_id(self):
        result = super()._compute_pricelist_id()
        for order in self.filtered(lambda order: order.state == "draft"):
            # whoever sells applies the card; its document may not be theirs to open
            pricelist = order.sudo().counterparty_card_id.card_pricelist_id
            if pricelist:
                order.pricelist_id = pricelist
        return result

    def _get_update_prices_lines(self):
        lines = super()._get_update_prices_lines()
        if not self.env.context.get("counterparty_keep_typed"):
            return lines
        # what was agreed by hand stays; the host's “Update Prices” takes the list's all the same
        return lines.filtered(lambda line: not line._has_typed_price())
