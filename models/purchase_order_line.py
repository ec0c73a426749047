from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    # counterparty: an agreement of the supplier stands behind the host's discount per article
    def _compute_price_unit_and_date_planned_and_name(self):
        result = super()._compute_price_unit_and_date_planned_and_name()
        for line in self:
            if line.product_id and not line.discount and not line.invoice_lines:
                line._apply_agreed_discount()
        return result

    def _apply_agreed_discount(self):
        """Give the line the discount that its supplier has agreed, if there is one."""
        order = self.order_id
        day = fields.Date.context_today(self, order.date_order)
        agreed = self.env["counterparty.document"]._get_agreed_discount(
            order.partner_id, self.product_id, order.company_id, day
        )
        if agreed:
            self.discount = agreed
