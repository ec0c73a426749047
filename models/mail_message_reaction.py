from odoo import models


class MailMessageReaction(models.Model):
    _name = "mail.message.reaction"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # the subject of the message
    _inherit = ["counterparty.personal.trace.mixin", "mail.message.reaction"]

    _counterparty_message_field = "message_id"
