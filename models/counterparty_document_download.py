from odoo import fields, models


class CounterpartyDocumentDownload(models.Model):
    """Somebody has downloaded a document in the portal."""

    _name = "counterparty.document.download"
    _description = "Download of a Document"
    _order = "id desc"
    _rec_name = "document_id"

    document_id = fields.Many2one(
        "counterparty.document", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    company_id = fields.Many2one(related="document_id.company_id")
