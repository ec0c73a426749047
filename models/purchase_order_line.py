from odoo import api, fields, models

from ..tools.agreement import best_discount


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    # counterparty: what is ordered and not received; nothing else of the table is read
    _counterparty_unreceived_idx = models.Index("(partner_id) WHERE qty_received < product_qty")

    # counterparty: an agreement of the supplier stands behind the host's discount per article
    def _compute_price_unit_and_date_planned_and_name(self):
        result = super()._compute_price_unit_and_date_planned_and_name()
        # like the host: what was agreed by hand stays
        listed = self.filtered(lambda line: line.technical_price_unit == line.price_unit)
        listed._apply_agreed_discount()
        return result

    @api.model
    def _prepare_purchase_order_line(self, *args, **kwargs):
        values = super()._prepare_purchase_order_line(*args, **kwargs)
        # replenishment says 0 where an article has no discount, which is no decision
        if not values.get("discount"):
            values.pop("discount", None)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # the host computes no discount for lines that other code creates
        lines = super().create(vals_list)
        pairs = zip(lines, vals_list, strict=True)
        computed = self.browse([line.id for line, vals in pairs if "discount" not in vals])
        computed._apply_agreed_discount()
        return lines

    def _apply_agreed_discount(self):
        """Give lines without discount the one that their supplier has agreed, if there is one."""
        Document = self.env["counterparty.document"]
        for order, lines in (
            self.filtered(lambda line: line._takes_agreed_discount()).grouped("order_id").items()
        ):
            day = fields.Date.context_today(self, order.date_order)
            discounts = Document._get_agreed_discounts(order.partner_id, order.company_id, day)
            for line in lines if discounts else ():
                agreed = best_discount(discounts, line._get_category_path(), 0.0)
                if agreed and not line._get_article_discount():
                    line.discount = agreed

    def _takes_agreed_discount(self):
        # a confirmed order and a billed line are history
        taken = self.discount or self.invoice_lines
        is_open = self.order_id.state in ("draft", "sent") and self.order_id.partner_id
        return bool(self.product_id and is_open and not taken)

    def _get_article_discount(self):
        """Return the host's discount for the article; it comes before the agreement's.

        The host's own field for the chosen vendor price would keep a value that depends on more
        than it says, so it is not read here.
        """
        seller = self.product_id._select_seller(
            partner_id=self.partner_id,
            quantity=abs(self.product_qty),
            date=fields.Date.context_today(self, self.order_id.date_order),
            uom_id=self.product_uom_id,
            params=self._get_select_sellers_params(),
        )
        return seller.discount

    def _get_category_path(self):
        """Return ids of the category of the line's article and of those above it."""
        path = self.product_id.categ_id.parent_path or ""
        return [int(key) for key in path.split("/") if key]
