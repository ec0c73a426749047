from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty


class CounterpartyRequestAsk(models.TransientModel):
    """A question to whoever has to act on a request."""

    _name = "counterparty.request.ask"
    _description = "Ask the Acting Party"

    request_id = fields.Many2one("counterparty.request", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="request_id.responsible_partner_id", string="To")
    email = fields.Char(related="partner_id.email", string="E-mail")
    body = fields.Html("Question", sanitize_style=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    def action_send(self):
        """Send the question; the request waits for the answer."""
        if is_html_empty(self.body):
            raise UserError(self.env._("Write what you want to know."))
        self.request_id._ask_acting(self.body, self.attachment_ids)
        return {"type": "ir.actions.act_window_close"}
