from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class CounterpartyDocumentPeriod(models.Model):
    """One invoiced period of a rental; its invoice is deleted together with it or not at all."""

    _name = "counterparty.document.period"
    _description = "Invoiced Period"
    _order = "date_from desc"

    document_id = fields.Many2one(
        "counterparty.document", required=True, index=True, ondelete="cascade", readonly=True
    )
    date_from = fields.Date("Since", required=True, readonly=True)
    date_to = fields.Date("Until", required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade", readonly=True
    )
    is_replaced = fields.Boolean(
        readonly=True, help="Its invoice was cancelled and another one made for the same days."
    )
    move_state = fields.Selection(related="move_id.state", string="State")
    company_id = fields.Many2one(related="document_id.company_id", store=True)

    _period_uniq = models.UniqueIndex(
        "(document_id, date_from) WHERE is_replaced IS NOT TRUE",
        "This period of the rental has been invoiced already.",
    )

    def _is_live(self):
        """Tell whether the period is invoiced: cancelled or credited in full, it is not."""
        self.ensure_one()
        return self.move_id.state != "cancel" and self.move_id.payment_state != "reversed"

    # ------------------------------------------------------------
    # Cancelled invoices that come back
    # ------------------------------------------------------------

    def _take_back(self):
        """Let periods count again whose cancelled invoices become drafts.

        :raises UserError: names the invoice made for the same days in the meantime
        """
        for period in self:
            others = self.search(
                Domain("document_id", "=", period.document_id.id)
                & Domain("id", "!=", period.id)
                & Domain("date_from", "<=", period.date_to)
                & Domain("date_to", ">=", period.date_from)
            )
            live = others.filtered(lambda other: other._is_live())[:1]
            if live:
                raise UserError(
                    self.env._(
                        "%(start)s – %(end)s of “%(document)s” is on %(invoice)s already. "
                        "Cancel that one before you take this one back.",
                        start=format_date(self.env, period.date_from),
                        end=format_date(self.env, period.date_to),
                        document=period.document_id.display_name,
                        invoice=live.move_id.display_name,
                    )
                )
            others.filtered(
                lambda other, start=period.date_from: other.date_from == start
            ).is_replaced = True
            self.env.flush_all()
            period.is_replaced = False
