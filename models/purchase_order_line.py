from odoo import api, fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    # counterparty: an agreement of the supplier stands behind the host's discount per article
    def _compute_price_unit_and_date_planned_and_name(self):
        result = super()._compute_price_unit_and_date_planned_and_name()
        self._apply_agreed_discount()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # the host computes no discount for lines that other code creates
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            if "discount" not in vals:
                line._apply_agreed_discount()
        return lines

    def _apply_agreed_discount(self):
        """Give lines without discount the one that their supplier has agreed, if there is one."""
        Document = self.env["counterparty.document"]
        for line in self:
            # the host's discount per article comes first, and a billed line is history
            if not line.product_id or line.discount or line.invoice_lines:
                continue
            if line.selected_seller_id.discount:
                continue
            order = line.order_id
            day = fields.Date.context_today(line, order.date_order)
            agreed = Document._get_agreed_discount(
                order.partner_id, line.product_id, order.company_id, day
            )
            if agreed:
                line.discount = agreed
