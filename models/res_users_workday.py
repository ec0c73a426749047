from datetime import datetime, time, timedelta

import pytz

from odoo import models

from ..tools.reminders import MORNING
from ..tools.workdays import FARTHEST, next_working_day


class CounterpartyWorkdayUserMixin(models.AbstractModel):
    """When a user is at work, by the working schedule of the user or of the company."""

    _name = "counterparty.workday.user.mixin"
    _description = "Working Days of a User"

    def _get_counterparty_zone(self):
        """Return the name of the time zone in which somebody lives: the own, or the company's."""
        self.ensure_one()
        # where colleagues live says nothing but when to leave them alone
        user = self.sudo()
        company = user.company_id
        return (
            user.tz
            or user._get_counterparty_resource().calendar_id.tz
            or company.resource_calendar_id.tz
            or company.partner_id.tz
            or "UTC"
        )

    def _get_counterparty_now(self):
        """Return the time of day where somebody lives."""
        return datetime.now(pytz.timezone(self._get_counterparty_zone()))

    def _get_counterparty_days(self):
        """Return ``{user id: day}``: what day it is where each of the users lives."""
        return {user.id: user._get_counterparty_now().date() for user in self}

    def _has_counterparty_morning(self, day):
        """Tell whether a day has come where somebody lives, and with it the morning."""
        now = self._get_counterparty_now()
        return now.date() >= day and now.hour >= MORNING

    def _get_counterparty_resource(self):
        """Return what says when somebody works in the own company, empty when nothing does."""
        return self.resource_ids.filtered(lambda found: found.company_id == self.company_id)[:1]

    def _get_counterparty_working_day(self, day):
        """Return the day itself or the next one on which the user is at work."""
        self.ensure_one()
        days = self._get_counterparty_working_days(day, day + timedelta(days=FARTHEST))
        return next_working_day(day, days.__contains__)

    def _get_counterparty_working_days(self, start, end):
        """Return the days from start to end, both included, on which the user is at work.

        A user without any schedule works every day.
        """
        self.ensure_one()
        # the schedule of a colleague says nothing but when to leave that person alone
        user = self.sudo()
        resource = user._get_counterparty_resource()
        calendar = resource.calendar_id or user.company_id.resource_calendar_id
        if not calendar:
            return {start + timedelta(days=number) for number in range((end - start).days + 1)}
        # Monday is Monday where the schedule is read, and where the user lives: whoever works from
        # elsewhere by the schedule of the company has its days, not its hours
        zone = pytz.timezone(resource.tz or calendar.tz or self._get_counterparty_zone())
        first = zone.localize(datetime.combine(start, time.min))
        last = zone.localize(datetime.combine(end, time.max))
        intervals = calendar._work_intervals_batch(first, last, resources=resource)
        found = intervals[resource.id or False]
        return {begin.astimezone(zone).date() for begin, _end, _meta in found}
