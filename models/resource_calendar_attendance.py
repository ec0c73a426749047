from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    # request: deadlines follow the hours that are worked

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["counterparty.request.sla"]._recompute_for_calendars(lines.calendar_id)
        return lines

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        calendars |= self.calendar_id
        self.env["counterparty.request.sla"]._recompute_for_calendars(calendars)
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        self.env["counterparty.request.sla"]._recompute_for_calendars(calendars)
        return result
