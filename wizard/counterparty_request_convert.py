from odoo import api, fields, models


class CounterpartyRequestConvertWizard(models.TransientModel):
    """Asks which document a request becomes, and shows those it became already."""

    _name = "counterparty.request.convert"
    _description = "Convert a Request"

    request_id = fields.Many2one("counterparty.request", required=True, ondelete="cascade")
    conversion_ids = fields.Many2many(related="request_id.conversion_ids", string="Offered")
    conversion_id = fields.Many2one(
        "counterparty.request.conversion",
        "Becomes",
        required=True,
        compute="_compute_conversion_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', conversion_ids)]",
    )
    existing = fields.Char("Made Already", compute="_compute_existing")

    @api.depends("request_id")
    def _compute_conversion_id(self):
        for wizard in self:
            wizard.conversion_id = wizard.request_id.conversion_ids[:1]

    @api.depends("conversion_id", "request_id")
    def _compute_existing(self):
        for wizard in self:
            links = wizard.request_id._find_converted(wizard.conversion_id)
            wizard.existing = ", ".join(filter(None, links.mapped("document_name"))) or False

    def action_convert(self):
        """Make the document, or open the one that was made."""
        self.request_id.check_access("write")
        return self.request_id._convert(self.conversion_id)._get_records_action()

    def action_convert_another(self):
        """Make one more document of the kind."""
        self.request_id.check_access("write")
        document = self.request_id._convert(self.conversion_id, another=True)
        return document._get_records_action()
