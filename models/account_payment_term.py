from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    # without groups: it is a property of public terms, and the credit check reads it for everybody
    counterparty_is_prepaid = fields.Boolean(
        "Paid in Advance",
        help="Orders with these terms are paid before delivery and never stopped "
        "by the credit of a group.",
    )
