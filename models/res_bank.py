from odoo import fields, models


class ResBank(models.Model):
    _inherit = "res.bank"

    # counterparty: who reads a bank may know which contact it is
    partner_id = fields.Many2one(
        "res.partner",
        string="Counterparty",
        index="btree_not_null",
        domain="[('is_company', '=', True)]",
        help="The bank as a counterparty: its contacts, contracts and documents.",
    )
