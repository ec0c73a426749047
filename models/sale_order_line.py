from odoo import api, fields, models

COST_PROFIT = "counterparty_crm.group_cost_profit"
# what the host shows on orders; whoever sees cost and profit sees it too
SALE_MARGIN = "counterparty_crm.group_sale_margin"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # profit; computed after the insert, as system: before it, with the rights of a seller who may
    # not see the fields, the host could not create the line
    margin = fields.Float(groups=SALE_MARGIN, precompute=False)
    margin_percent = fields.Float(groups=SALE_MARGIN, precompute=False)
    purchase_price = fields.Float(groups=SALE_MARGIN, precompute=False)

    # counterparty: the better of the price list's discount and the client card's
    @api.depends("order_id.counterparty_card_id")
    def _compute_discount(self):
        typed = {line: line.discount for line in self if line._has_typed_price()}
        result = super()._compute_discount()
        for line in self:
            # whoever sells applies the card; its document may not be theirs to open
            discount = line.order_id.sudo().counterparty_card_id.card_discount
            if line in typed and line.order_id.sudo().counterparty_card_id:
                line.discount = typed[line]
            elif discount and line.product_id and not line.display_type and not line.is_downpayment:
                line.discount = max(line.discount, discount)
        return result

    def _has_typed_price(self):
        """Tell whether the price was agreed by hand, as the host tells it."""
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return bool(currency.compare_amounts(self.technical_price_unit, self.price_unit))

    # ------------------------------------------------------------
    # HOLDING: credit of the group when a confirmed order grows
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        order_ids = {vals.get("order_id") for vals in vals_list} - {None}
        before = self.env["sale.order"].browse(order_ids)._get_counterparty_credit_facts()
        lines = super().create(vals_list)
        self.env["sale.order"].concat(*before)._check_counterparty_credit_growth(before)
        return lines

    def write(self, vals):
        before = self.order_id._get_counterparty_credit_facts()
        result = super().write(vals)
        self.env["sale.order"].concat(*before)._check_counterparty_credit_growth(before)
        return result

    # ------------------------------------------------------------
    # PROFIT: campaign of the invoice line
    # ------------------------------------------------------------

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        # orders of several campaigns may share an invoice: each line keeps its own
        if values.get("display_type") == "product":
            for name in self.env["account.move.line"]._get_campaign_fields():
                values.setdefault(name, self.order_id[name].id)
        return values
