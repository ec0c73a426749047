from odoo import models


class MailMessage(models.Model):
    _name = "mail.message"
    # counterparty: listed first, so that its answer counts after the host's
    _inherit = ["counterparty.personal.trace.mixin", "mail.message"]
