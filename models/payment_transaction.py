from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # holding
    def _check_amount_and_confirm_order(self):
        """Leave out orders that wait for a credit check: their customers hear of the payment."""
        return (
            super()._check_amount_and_confirm_order().filtered(lambda order: order.state == "sale")
        )
