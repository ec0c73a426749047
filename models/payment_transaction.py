from odoo import api, fields, models
from odoo.fields import Domain

# a payment that somebody has begun and not finished bars another one for so long
BEGUN_MINUTES = 10
# providers where the customer pays later, by wire transfer, have nothing in progress
LATER = ("none", "custom")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # holding
    def _check_amount_and_confirm_order(self):
        """Leave out orders that wait for a credit check: their customers hear of the payment."""
        return (
            super()._check_amount_and_confirm_order().filtered(lambda order: order.state == "sale")
        )

    # portal: one that is in progress bars a second one of the same documents
    @api.model
    def _domain_counterparty_in_progress(self):
        """Return the domain of payments that are in progress."""
        begun = fields.Datetime.subtract(fields.Datetime.now(), minutes=BEGUN_MINUTES)
        return Domain("provider_code", "not in", LATER) & (
            Domain("state", "in", ("pending", "authorized"))
            | Domain([("state", "=", "done"), ("is_post_processed", "=", False)])
            | Domain([("state", "=", "draft"), ("create_date", ">", begun)])
        )

    def _is_counterparty_in_progress(self):
        """Tell whether a payment is in progress."""
        self.ensure_one()
        # whether one is there is told, nothing of it
        return bool(self.sudo().filtered_domain(self._domain_counterparty_in_progress()))

    def _is_counterparty_on_the_way(self):
        """Tell whether a payment is in progress and the payer can do nothing more about it."""
        self.ensure_one()
        return self.sudo().state != "draft" and self._is_counterparty_in_progress()
