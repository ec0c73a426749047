from odoo import fields, models

# what comes out of a request -> model of the document; the last two exist where installed
TARGET_MODELS = {
    "lead": "crm.lead",
    "opportunity": "crm.lead",
    "quotation": "sale.order",
    "meeting": "calendar.event",
    "replacement": "sale.order",
    "return": "stock.picking",
    "invoice": "account.move",
    "credit_note": "account.move",
    "vendor_bill": "account.move",
    "purchase": "purchase.order",
    "payment": "account.payment",
    "task": "project.task",
    "expense": "hr.expense",
}
# what the host makes them with, which it lets fewer people do
MADE_WITH = {"return": "stock.return.picking", "credit_note": "account.move.reversal"}
# names as at installation; users rename the records
KINDS = [
    ("lead", "Lead"),
    ("opportunity", "Opportunity"),
    ("quotation", "Quotation or Sales Order"),
    ("meeting", "Meeting in the Calendar"),
    ("replacement", "Replacement Order"),
    ("return", "Return"),
    ("invoice", "Customer Invoice"),
    ("credit_note", "Credit Note"),
    ("vendor_bill", "Vendor Bill"),
    ("purchase", "Purchase Order"),
    ("payment", "Payment"),
    ("task", "Task"),
    ("expense", "Expense"),
]


class CounterpartyRequestConversion(models.Model):
    """A kind of document that a request becomes."""

    _name = "counterparty.request.conversion"
    _inherit = ["counterparty.core.mixin"]
    _description = "Conversion of Requests"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(KINDS, "Kind", required=True, copy=False)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    makes_draft = fields.Boolean(
        "Stays a Draft",
        readonly=True,
        help="Nothing is confirmed, posted or sent: only these may be made automatically.",
    )

    _code_uniq = models.UniqueIndex("(code)", "There is already a conversion of this kind.")

    def _filter_available(self):
        """Return the conversions whose documents exist in this database."""
        return self.filtered(lambda kind: TARGET_MODELS[kind.code] in self.env)

    def _filter_allowed(self):
        """Return the conversions whose documents the user may create."""
        return self._filter_available().filtered(
            lambda kind: all(model.has_access("create") for model in kind._get_models())
        )

    def _get_models(self):
        """Return the models that the document is made of and with."""
        self.ensure_one()
        names = (TARGET_MODELS[self.code], MADE_WITH.get(self.code))
        return [self.env[name] for name in names if name]
