from odoo import api, fields, models
from odoo.tools import float_compare

from ..tools.agreement import best_discount

# in values of replenishment: the agreed discount is still to be worked out
TO_WORK_OUT = "counterparty_agreed_discount"


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    # counterparty: what is ordered and not received; nothing else of the table is read
    _counterparty_unreceived_idx = models.Index("(partner_id) WHERE qty_received < product_qty")

    # counterparty: an agreement of the supplier stands behind the host's discount per article
    counterparty_agreed_discount = fields.Float(
        "Discount by Agreement (%)",
        digits="Discount",
        groups="purchase.group_purchase_user",
        help="What an agreement of the supplier gave the line. Another discount on the line was "
        "decided by the buyer and stays.",
    )

    # ------------------------------------------------------------
    # COUNTERPARTY: discounts that a supplier has agreed
    # ------------------------------------------------------------

    def _compute_price_unit_and_date_planned_and_name(self):
        # the host forgets the discount whenever it works out the price
        before = {line: line.discount for line in self if line._get_agreed_discount()}
        result = super()._compute_price_unit_and_date_planned_and_name()
        decided = self.browse()
        for line, discount in before.items():
            if line._is_agreed_discount_kept(discount):
                line.discount = discount
                decided |= line
            elif not line._differs_from_agreed(line.discount):
                line.discount = 0.0  # worked out anew, perhaps of another supplier
        # like the host: what was agreed by hand stays
        listed = self.filtered(lambda line: line.technical_price_unit == line.price_unit)
        (listed - decided)._apply_agreed_discount()
        return result

    def _product_id_change(self):
        # what was decided for one article says nothing of the next
        self._set_agreed_discount(0.0)
        return super()._product_id_change()

    def _get_agreed_discount(self):
        # other code may create lines for users who buy nothing
        return self.sudo().counterparty_agreed_discount

    def _set_agreed_discount(self, percent):
        # other code may create lines for users who buy nothing
        self.sudo().counterparty_agreed_discount = percent

    def _differs_from_agreed(self, discount):
        digits = self.env["decimal.precision"].precision_get("Discount")
        return bool(float_compare(discount, self._get_agreed_discount(), precision_digits=digits))

    def _is_agreed_discount_kept(self, discount):
        """Tell whether the discount of a line with an agreement stays: the buyer's, or history."""
        self.ensure_one()
        is_open = self.order_id.state in ("draft", "sent")
        return not is_open or self._differs_from_agreed(discount)

    @api.model
    def _prepare_purchase_order_line(self, *args, **kwargs):
        values = super()._prepare_purchase_order_line(*args, **kwargs)
        # replenishment says 0 where an article has no discount, which is no decision
        if not values.get("discount"):
            values.pop("discount", None)
            values[TO_WORK_OUT] = None
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # the host computes no discount for lines that other code creates; a price that such code
        # names is the one agreed
        computed = [
            (TO_WORK_OUT in vals and vals[TO_WORK_OUT] is None)
            or not {"discount", "price_unit"} & vals.keys()
            for vals in vals_list
        ]
        lines = super().create(
            [
                {name: vals[name] for name in vals if name != TO_WORK_OUT or vals[name] is not None}
                for vals in vals_list
            ]
        )
        pairs = zip(lines, computed, strict=True)
        self.browse([line.id for line, is_open in pairs if is_open])._apply_agreed_discount()
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
                agreed = best_discount(discounts, line._get_category_path())
                if agreed and not line._get_article_discount():
                    line.discount = agreed
                    line._set_agreed_discount(agreed)

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
