from odoo import models


class CalendarEvent(models.Model):
    _name = "calendar.event"
    # request: listed first, so that what it does comes after the host's writing
    _inherit = ["counterparty.request.target.mixin", "calendar.event"]

    _counterparty_state_fields = ()
