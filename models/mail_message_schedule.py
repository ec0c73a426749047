from odoo import models


class MailMessageSchedule(models.Model):
    _name = "mail.message.schedule"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # the subject of what is still to be sent
    _inherit = ["counterparty.personal.trace.mixin", "mail.message.schedule"]

    _counterparty_message_field = "mail_message_id"
