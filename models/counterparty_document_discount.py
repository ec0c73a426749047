from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang


class CounterpartyDocumentDiscount(models.Model):
    """One discount of a supplier agreement: for a category, from a turnover, or both."""

    _name = "counterparty.document.discount"
    _description = "Agreed Discount"
    _order = "category_id, turnover, id"

    document_id = fields.Many2one(
        "counterparty.document", required=True, index=True, ondelete="cascade"
    )
    category_id = fields.Many2one(
        "product.category", ondelete="restrict", help="With all below it. Empty: all articles."
    )
    turnover = fields.Monetary("From Turnover", help="Purchases since the agreement began.")
    currency_id = fields.Many2one(related="document_id.currency_id")
    percent = fields.Float("Discount (%)", digits="Discount", required=True)

    _percent_valid = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)", "An agreed discount lies between 0 and 100 %."
    )
    _turnover_positive = models.Constraint(
        "CHECK (turnover >= 0)", "The turnover of an agreed discount cannot be negative."
    )

    @api.constrains("document_id")
    def _check_document_usage(self):
        for line in self:
            # a document that the user may not see is refused like any other
            if line.sudo().document_id.usage != "agreement":
                raise ValidationError(
                    self.env._("Agreed discounts belong to a supplier agreement.")
                )

    def _get_label(self):
        """Return the discount in words: what it is for, how much, from which turnover."""
        self.ensure_one()
        values = {
            "document": self.document_id.display_name,
            "category": self.category_id.display_name or self.env._("all articles"),
            "percent": formatLang(self.env, self.percent, dp="Discount"),
        }
        if not self.turnover:
            return self.env._("%(document)s: %(percent)s %% on %(category)s", **values)
        turnover = formatLang(self.env, self.turnover, currency_obj=self.currency_id)
        return self.env._(
            "%(document)s: %(percent)s %% on %(category)s from %(turnover)s",
            turnover=turnover,
            **values,
        )
