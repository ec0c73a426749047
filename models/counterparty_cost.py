from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .sale_order_line import COST_PROFIT


class CounterpartyCost(models.Model):
    """Money spent on a campaign or on one counterparty that no invoice line carries."""

    _name = "counterparty.cost"
    _description = "Cost of a Campaign or Counterparty"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Description", required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        required=True,
        groups=COST_PROFIT,
        help="What came back is credited by a vendor credit note that names the campaign.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="restrict", check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Counterparty",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Spent on this counterparty: a gift, a training, freight that was not billed.",
    )
    user_id = fields.Many2one("res.users", "By", default=lambda self: self.env.uid)

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)",
        "Money spent is not negative: money that came back is a vendor credit note.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._spend_on_company(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._spend_on_company(vals))

    @api.model
    def _spend_on_company(self, vals):
        """Return the values with the counterparty to which a contact belongs."""
        if not vals.get("commercial_partner_id"):
            return vals
        partner = self.env["res.partner"].browse(vals["commercial_partner_id"])
        return {**vals, "commercial_partner_id": partner.commercial_partner_id.id}

    @api.constrains("campaign_id", "commercial_partner_id")
    def _check_purpose(self):
        for cost in self:
            if not cost.campaign_id and not cost.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Say for which campaign or counterparty “%(name)s” was spent.",
                        name=cost.name,
                    )
                )
