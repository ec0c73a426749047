from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CounterpartyDocumentCustomsMixin(models.AbstractModel):
    """Customs declarations of the register, with the goods, bills and payments they are about.

    The counterparty of a declaration is the supplier of the goods; the office sees it too.
    """

    _name = "counterparty.document.customs.mixin"
    _description = "Customs declarations in the register"

    currency_id = fields.Many2one("res.currency")
    number = fields.Char()
    office_id = fields.Many2one(
        "res.partner",
        "Customs Office",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_company', '=', True)]",
    )
    procedure = fields.Char(help="Code of the customs procedure: 40 00, 42 00, 51 00.")
    customs_value = fields.Monetary()
    duty_amount = fields.Monetary("Duty")
    vat_amount = fields.Monetary("VAT")
    picking_ids = fields.Many2many(
        "stock.picking", string="Receipts", check_company=True, copy=False
    )
    bill_ids = fields.Many2many(
        "account.move",
        string="Bills",
        copy=False,
        check_company=True,
        domain="[('move_type', 'in', ('in_invoice', 'in_refund', 'entry'))]",
    )
    payment_ids = fields.Many2many(
        "account.payment", string="Payments", check_company=True, copy=False
    )

    _customs_number_uniq = models.UniqueIndex(
        "(number) WHERE usage = 'customs'", "There is already a customs declaration with this MRN."
    )
    _customs_amounts_positive = models.Constraint(
        "CHECK (customs_value >= 0 AND duty_amount >= 0 AND vat_amount >= 0)",
        "Customs value, duty and VAT cannot be negative.",
    )

    @api.constrains("kind_id", "number", "office_id", "partner_id")
    def _check_customs_office(self):
        for document in self.filtered(lambda document: document.usage == "customs"):
            if not (document.number and document.office_id):
                raise ValidationError(
                    self.env._(
                        "The customs declaration of %(partner)s needs its MRN and the office.",
                        partner=document.partner_id.display_name,
                    )
                )
            if document.office_id == document.partner_id:
                raise ValidationError(
                    self.env._(
                        "The supplier of the goods and the customs office of “%(document)s” "
                        "cannot be the same.",
                        document=document.display_name,
                    )
                )
