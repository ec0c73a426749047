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

    # holding: of what is delivered and was never ordered the host keeps no amount with taxes
    counterparty_delivered_total = fields.Monetary(
        "Delivered without Order",
        compute="_compute_counterparty_delivered_total",
        store=True,
        precompute=False,
        groups="base.group_no_one",
        help="Taxes included, of a line without ordered quantity: it counts as owed by the group.",
    )

    # counterparty: what is ordered and not delivered; nothing else of the table is read
    _counterparty_undelivered_idx = models.Index(
        "(order_partner_id) WHERE state = 'sale' AND qty_delivered < product_uom_qty"
    )

    # counterparty: the better of the price list's discount and the client card's; a card entered
    # later prices the lines itself and leaves alone what was agreed by hand
    def _compute_discount(self):
        result = super()._compute_discount()
        for line in self:
            # whoever sells applies the card; its document may not be theirs to open
            card = line.order_id.sudo().counterparty_card_id
            discount = card._filter_cards_in_force().card_discount
            if discount and line.product_id and not line.display_type and not line.is_downpayment:
                line.discount = max(line.discount, discount)
        return result

    def _compute_pricelist_item_id(self):
        result = super()._compute_pricelist_item_id()
        for order, lines in self.grouped("order_id").items():
            own = order._get_list_without_ended_card()
            for line in lines.filtered("pricelist_item_id") if own is not None else ():
                line.pricelist_item_id = (
                    own._get_product_rule(product=line.product_id, **line._get_pricelist_kwargs())
                    if own
                    else False
                )
        return result

    def _get_list_discount(self):
        """Return the discount of the order's price list in percent, as the host computes it."""
        self.ensure_one()
        enabled = self.env["product.pricelist.item"]._is_discount_feature_enabled()
        if not (self.order_id.pricelist_id and enabled and self.pricelist_item_id._show_discount()):
            return 0.0
        line = self.with_company(self.company_id)
        base = line._get_pricelist_price_before_discount()
        discount = (base - line._get_pricelist_price()) / base * 100 if base else 0.0
        return discount if discount * base > 0 else 0.0

    def _has_typed_price(self):
        """Tell whether the price was agreed by hand, as the host tells it."""
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return bool(currency.compare_amounts(self.technical_price_unit, self.price_unit))

    # ------------------------------------------------------------
    # HOLDING: credit of the group when a confirmed order grows
    # ------------------------------------------------------------

    @api.depends("product_uom_qty", "qty_delivered", "price_unit", "discount", "tax_ids")
    def _compute_counterparty_delivered_total(self):
        for line in self:
            line.counterparty_delivered_total = line._get_counterparty_delivered_total()

    def _get_counterparty_delivered_total(self):
        """Return what a delivery beyond an empty order is worth, taxes included, as the host."""
        self.ensure_one()
        if self.product_uom_qty or not self.qty_delivered or self.display_type:
            return 0.0
        Tax = self.env["account.tax"]
        company = self.company_id or self.env.company
        base_line = self._prepare_base_line_for_taxes_computation(quantity=self.qty_delivered)
        Tax._add_tax_details_in_base_line(base_line, company)
        Tax._round_base_lines_tax_details([base_line], company)
        return base_line["tax_details"]["total_included_currency"]

    @api.model_create_multi
    def create(self, vals_list):
        order_ids = {vals.get("order_id") for vals in vals_list} - {None}
        before = self.env["sale.order"].browse(order_ids)._get_counterparty_credit_facts()
        lines = super().create(vals_list)
        self.env["sale.order"].concat(*before)._check_counterparty_credit_growth(before)
        return lines

    def write(self, vals):
        before = self.order_id._get_counterparty_credit_facts()
        delivered = self._get_counterparty_delivered() if "qty_delivered" in vals else {}
        result = super().write(vals)
        self.env["sale.order"].concat(*before)._check_counterparty_credit_growth(before)
        self._tell_counterparty_delivered(delivered)
        return result

    def _get_counterparty_delivered(self):
        """Return ``{line: delivered quantity}`` of orders that group credit may bind."""
        Credit = self.env["counterparty.group.credit"]
        return {
            line: line.qty_delivered
            for line in self
            if line.order_id.state == "sale" and Credit._get_mode(line.order_id.company_id) != "off"
        }

    def _tell_counterparty_delivered(self, before):
        """Tell the credit group of deliveries beyond the order that exceed a group's credit.

        Goods that are gone cannot be refused: nothing stops the delivery.

        :param before: ``{line: delivered quantity}``
        """
        grown = (
            self.browse()
            .concat(*before)
            .filtered(lambda line: line.qty_delivered > max(before[line], line.product_uom_qty))
        )
        if grown:
            # whoever delivers may not read the order
            grown.sudo().order_id._tell_counterparty_credit_delivered()

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
