from odoo import models, tools
from odoo.fields import Domain

from ..tools.working_time import Schedule, Shift, Span

HOURS = {"tz", "two_weeks_calendar", "flexible_hours", "schedule_type", "attendance_ids"}


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    # ------------------------------------------------------------
    # REQUEST: hours that deadlines are counted by
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            # which day it is at a company is kept
            self.env.registry.clear_cache()
        if HOURS & vals.keys():
            self.env["counterparty.request.sla"]._recompute_for_calendars(self)
        return result

    def _get_counterparty_schedule(self, company):
        """Return what is worked, by this calendar and the holidays of a company.

        Kept in the registry's cache until hours or holidays change.
        """
        self.ensure_one()
        return self._read_counterparty_schedule(company.id)

    @tools.ormcache("self.id", "company_id")
    def _read_counterparty_schedule(self, company_id):
        # opening hours and holidays are no secret, and anybody may write to a desk
        calendar = self.sudo()
        shifts = [
            Shift(
                int(line.dayofweek),
                round(line.hour_from * 60),
                round(line.hour_to * 60),
                int(line.week_type) if calendar.two_weeks_calendar and line.week_type else None,
            )
            # who works when they like has no opening hours
            for line in ([] if calendar.flexible_hours else calendar.attendance_ids)
            if line._is_work_period()
        ]
        return Schedule(tuple(shifts), calendar.tz or "UTC", calendar._get_holidays(company_id))

    def _get_holidays(self, company_id):
        """Return the times in which nobody works: of the calendar, and of the whole company."""
        whole = Domain("calendar_id", "=", False) & Domain("company_id", "in", [company_id, False])
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & (Domain("calendar_id", "=", self.id) | whole),
            ["date_from", "date_to"],
        )
        return tuple(Span(leave.date_from, leave.date_to) for leave in leaves)
