from odoo import models


class MailNotification(models.Model):
    _name = "mail.notification"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # the subject of the message, to every colleague
    _inherit = ["counterparty.personal.trace.mixin", "mail.notification"]

    _counterparty_message_field = "mail_message_id"
