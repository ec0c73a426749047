from odoo import models


class MailTrackingValue(models.Model):
    _name = "mail.tracking.value"
    # counterparty: listed first, so that its answer counts after the host's; it would tell
    # what was changed
    _inherit = ["counterparty.personal.trace.mixin", "mail.tracking.value"]

    _counterparty_message_field = "mail_message_id"
