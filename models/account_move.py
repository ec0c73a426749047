from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # holding: draft invoices of a group, which the host's order status takes for invoiced
    _counterparty_draft_idx = models.Index(
        "(partner_id) WHERE state = 'draft' AND move_type = 'out_invoice'"
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        # counterparty: after commit, so that a role can never stop a posting
        sales = posted.filtered(lambda move: move.is_sale_document(include_receipts=True))
        bills = posted.filtered(lambda move: move.is_purchase_document(include_receipts=True))
        Role = self.env["counterparty.role"]
        Role._schedule_derivation(sales.partner_id, "sale")
        Role._schedule_derivation(bills.partner_id, "purchase")
        return posted
