from odoo import models


class MailMessageTranslation(models.Model):
    _name = "mail.message.translation"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # the text in another language
    _inherit = ["counterparty.personal.trace.mixin", "mail.message.translation"]

    _counterparty_message_field = "message_id"
