from odoo import models


class MailMail(models.Model):
    _name = "mail.mail"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # its text, to whoever keeps the outgoing mail
    _inherit = ["counterparty.personal.trace.mixin", "mail.mail"]

    _counterparty_message_field = "mail_message_id"
