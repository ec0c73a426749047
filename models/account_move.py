from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_draft(self):
        # counterparty: the period of a rental is invoiced once, also when a cancelled draft returns
        cancelled = self.filtered(lambda move: move.state == "cancel")
        if cancelled:
            # whoever handles the invoice need not see the rental
            periods = self.env["counterparty.document.period"].sudo()
            periods.search([("move_id", "in", cancelled.ids)])._take_back()
        return super().button_draft()

    def _post(self, soft=True):
        posted = super()._post(soft)
        # counterparty: after commit, so that a role can never stop a posting
        sales = posted.filtered(lambda move: move.is_sale_document(include_receipts=True))
        bills = posted.filtered(lambda move: move.is_purchase_document(include_receipts=True))
        Role = self.env["counterparty.role"]
        Role._schedule_derivation(sales.partner_id, "sale")
        Role._schedule_derivation(bills.partner_id, "purchase")
        return posted
