from odoo import fields, models
from odoo.exceptions import UserError


class CounterpartyRequestSplit(models.TransientModel):
    """Asks which messages become a request of their own."""

    _name = "counterparty.request.split"
    _description = "Split a Request"

    request_id = fields.Many2one("counterparty.request", required=True, ondelete="cascade")
    name = fields.Char("New Subject", required=True)
    message_ids = fields.Many2many(
        "mail.message",
        "counterparty_request_split_rel",
        "split_id",
        "message_id",
        string="Messages",
        domain="[('model', '=', 'counterparty.request'), ('res_id', '=', request_id),"
        " ('message_type', 'in', ('email', 'comment'))]",
    )

    def action_split(self):
        """Make the new request, and open it."""
        ours = self.message_ids.filtered(
            lambda message: (
                message.model == "counterparty.request" and message.res_id == self.request_id.id
            )
        )
        if not ours:
            raise UserError(self.env._("Choose the messages that ask for something else."))
        return self.request_id._split(ours, self.name)._get_records_action()
