from odoo import fields, models

COST_PROFIT = "counterparty_crm.group_cost_profit"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # profit; computed after the insert, as system: before it, with the rights of a seller who may
    # not see the fields, the host could not create the line
    margin = fields.Float(groups=COST_PROFIT, precompute=False)
    margin_percent = fields.Float(groups=COST_PROFIT, precompute=False)
    purchase_price = fields.Float(groups=COST_PROFIT, precompute=False)

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        # orders of several campaigns may share an invoice: each line keeps its own
        if values.get("display_type") == "product":
            for name in self.env["account.move.line"]._get_campaign_fields():
                values.setdefault(name, self.order_id[name].id)
        return values
