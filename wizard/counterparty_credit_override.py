from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CounterpartyCreditOverride(models.TransientModel):
    """Lets one order exceed the credit of its group, up to an amount and with a reason."""

    _name = "counterparty.credit.override"
    _description = "Exceed Group Credit"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="order_id.currency_id")
    state = fields.Selection(related="order_id.state")
    amount = fields.Monetary(
        "Allowed up to",
        required=True,
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        help="Taxes included. The order needs a new permission if it grows beyond.",
    )
    warning = fields.Char(compute="_compute_warning")
    reason = fields.Text(required=True)

    @api.depends("order_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.order_id.amount_total

    def _compute_warning(self):
        Credit = self.env["counterparty.group.credit"]
        for wizard in self:
            verdict = Credit._peek(wizard.order_id)
            wizard.warning = verdict and Credit._describe(wizard.order_id, verdict)

    def action_apply(self):
        """Keep permission and reason in the chatter, then confirm the order.

        A quotation is allowed for what it comes to, a confirmed order for what it may grow to.

        :raises AccessError: for those who may not exceed group credit
        :raises UserError: without a reason
        """
        self.ensure_one()
        if not self.env.user.has_group("counterparty_crm.group_credit_override"):
            raise AccessError(self.env._("You may not exceed the credit of a group."))
        order = self.order_id
        order.check_access("write")
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Enter the reason why the group's credit is exceeded."))
        amount = self._get_allowed_amount()
        body = self.env._(
            "Allowed over group credit up to %(amount)s. Reason: %(reason)s. %(warning)s",
            amount=self.currency_id.format(amount),
            reason=reason,
            warning=self.warning or "",
        )
        order._allow_counterparty_credit(amount)
        order.message_post(body=body, subtype_xmlid="mail.mt_note")
        if order.state in ("draft", "sent"):
            order.action_confirm()
        return {"type": "ir.actions.act_window_close"}

    def _get_allowed_amount(self):
        """Return up to what amount the order is allowed.

        :raises UserError: when a confirmed order comes to that much already
        """
        order = self.order_id
        if order.state != "sale":
            return min(self.amount, order.amount_total)
        if self.currency_id.compare_amounts(self.amount, order.amount_total) <= 0:
            raise UserError(
                self.env._(
                    "%(order)s is confirmed with %(amount)s. Enter the amount, taxes included, "
                    "that it may grow to.",
                    order=order.name,
                    amount=self.currency_id.format(order.amount_total),
                )
            )
        return self.amount
