from odoo import fields, models


class CounterpartyDocumentPeriod(models.Model):
    """One invoiced period of a rental; its invoice is deleted together with it or not at all."""

    _name = "counterparty.document.period"
    _description = "Invoiced Period"
    _order = "date_from desc"

    document_id = fields.Many2one(
        "counterparty.document", required=True, index=True, ondelete="cascade", readonly=True
    )
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade", readonly=True
    )
    move_state = fields.Selection(related="move_id.state", string="State")
    company_id = fields.Many2one(related="document_id.company_id", store=True)

    _period_uniq = models.UniqueIndex(
        "(document_id, date_from)", "This period of the rental has been invoiced already."
    )
