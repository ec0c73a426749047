from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # counterparty: the host has no index on the partner; tiles and history ask for it
    _counterparty_partner_idx = models.Index("(partner_id, date DESC, id DESC)")
