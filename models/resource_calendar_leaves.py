from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    # request: deadlines follow the holidays

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._recompute_counterparty_deadlines()
        return leaves

    def write(self, vals):
        # both the days that are free no more and those that are free now
        before = self._get_counterparty_calendars()
        result = super().write(vals)
        self._recompute_counterparty_deadlines(before)
        return result

    def unlink(self):
        before = self._get_counterparty_calendars()
        result = super().unlink()
        self.browse()._recompute_counterparty_deadlines(before)
        return result

    def _get_counterparty_calendars(self):
        """Return the calendars that these leaves close; none for the leave of one person."""
        shared = self.filtered(lambda leave: not leave.resource_id)
        calendars = shared.calendar_id
        companies = shared.filtered(lambda leave: not leave.calendar_id).company_id
        if companies:
            # a holiday of the company holds for whatever hours are worked there
            every = self.env["resource.calendar"].sudo().with_context(active_test=False)
            calendars |= every.search([("company_id", "in", [False, *companies.ids])])
        return calendars

    def _recompute_counterparty_deadlines(self, before=None):
        """Have open requests worked out again by the calendars of these leaves.

        :param before: calendars that these leaves closed until now
        """
        calendars = self._get_counterparty_calendars()
        calendars |= before or calendars.browse()
        if calendars:
            self.env["counterparty.request.sla"]._recompute_for_calendars(calendars)
