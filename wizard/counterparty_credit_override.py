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

        More than the order comes to is not allowed beforehand.

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
        amount = min(self.amount, order.amount_total)
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
