from datetime import datetime, timedelta

from odoo import Command

from .common_request import RequestCase

MONDAY = datetime(2026, 3, 2, 9, 0)


def march(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute)


class ClockCase(RequestCase):
    """A desk from nine to six with an hour of lunch, in UTC, that promises 4, 2 and 16 hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["counterparty.request.sla"].search([]).active = False
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Desk hours",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": period,
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": end,
                                "day_period": period,
                            }
                        )
                        for day in range(5)
                        for period, start, end in (
                            ("morning", 9, 13),
                            ("lunch", 13, 14),
                            ("afternoon", 14, 18),
                        )
                    ),
                ],
            }
        )
        cls.env["resource.calendar.leaves"].search([("resource_id", "=", False)]).unlink()
        cls.sla = cls._sla("Desk")

    @classmethod
    def _sla(cls, name, **values):
        return cls.env["counterparty.request.sla"].create(
            {
                "name": name,
                "clock": "calendar",
                "calendar_id": cls.calendar.id,
                "first_hours": 4,
                "next_hours": 2,
                "resolution_hours": 16,
                "user_id": cls.manager.id,
                **values,
            }
        )

    def _holiday(self, day, **values):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": day,
                "date_to": day + timedelta(days=1),
                **values,
            }
        )

    def _recompute(self):
        """Run the background job as often as it needs."""
        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_request_recompute").method_direct_trigger()
        self.env.invalidate_all()

    def _check_due(self):
        with self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_request_due").method_direct_trigger()
        self.env.invalidate_all()
