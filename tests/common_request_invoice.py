from odoo import Command

from .common_request import RequestCase


class RequestInvoiceCase(RequestCase):
    """Requests about invoices of the late payer."""

    def _invoice(self, partner=None, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.late_payer).id,
                "invoice_line_ids": [
                    Command.create({"name": "Advice", "price_unit": 100.0, "tax_ids": False})
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _pay(self, invoice, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = wizard.create({"amount": amount} if amount else {})
        payment.action_create_payments()
