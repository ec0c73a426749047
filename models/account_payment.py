from odoo import models


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["counterparty.request.target.mixin", "account.payment"]

    # counterparty: the host has no index on the partner; tiles and history ask for it
    _counterparty_partner_idx = models.Index("(partner_id, date DESC, id DESC)")
