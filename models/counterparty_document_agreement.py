from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import agreement


class CounterpartyDocumentAgreementMixin(models.AbstractModel):
    """Supplier agreements of the register: discounts by category of articles or by turnover."""

    _name = "counterparty.document.agreement.mixin"
    _description = "Supplier agreements in the register"

    currency_id = fields.Many2one("res.currency")
    discount_ids = fields.One2many(
        "counterparty.document.discount", "document_id", "Discounts", copy=True
    )
    turnover = fields.Monetary(
        compute="_compute_turnover",
        help="Posted bills less credit notes since the agreement began, without taxes.",
    )

    def _compute_turnover(self):
        for document in self:
            document.turnover = document._get_turnover(fields.Date.context_today(self))

    def _get_turnover(self, day):
        """Return what was bought under the agreement up to a day, in its currency."""
        self.ensure_one()
        if self.usage != "agreement" or not self._origin:
            return 0.0
        company = self.company_id or self.env.company
        domain = (
            Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
            & Domain("move_type", "in", ["in_invoice", "in_refund"])
            & Domain("state", "=", "posted")
            & Domain("company_id", "=", company.id)
            & Domain("invoice_date", "<=", day)
        )
        if self.date_from:
            domain &= Domain("invoice_date", ">=", self.date_from)
        # the discount of an order follows from bills that its buyer need not see
        [(bought,)] = (
            self.env["account.move"].sudo()._read_group(domain, [], ["amount_untaxed_signed:sum"])
        )
        return company.currency_id._convert(-(bought or 0.0), self.currency_id, company, day)

    @api.model
    def _get_agreed_discounts(self, partner, company, day):
        """Return the discounts of a supplier's agreements that hold on a day, turnover reached.

        :param partner: the supplier or one of its contacts
        :param company: the buying company
        :return: list of :class:`~tools.agreement.Discount`
        """
        # every buyer gets the agreed price, whoever may open the agreement
        found = self.sudo().search(
            Domain("usage", "=", "agreement")
            & Domain("commercial_partner_id", "=", partner.commercial_partner_id.id)
            & Domain("company_id", "in", [company.id, False])
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
        )
        discounts = []
        for document in found:
            lines = document.discount_ids
            bought = document._get_turnover(day) if any(lines.mapped("turnover")) else 0.0
            discounts += [
                agreement.Discount(line.category_id.id or None, line.percent)
                for line in lines
                if bought >= line.turnover
            ]
        return discounts
