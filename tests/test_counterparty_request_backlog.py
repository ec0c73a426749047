import json
from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common_request_clock import ClockCase, march

MARCH = date(2026, 3, 1)


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestBacklog(ClockCase):
    def _at(self, moment, request, action):
        with freeze_time(moment):
            getattr(request, action)()
            self.env.flush_all()

    def _opened(self, moment, category="help", **values):
        with freeze_time(moment):
            return self._request(category, **values)

    def _groups(self, groupby, now, tz="UTC", **context):
        """Return the open requests of this team by day or another group, as oscar reads them."""
        Backlog = self.env["counterparty.request.backlog"].with_user(self.officer)
        with freeze_time(now):
            groups = Backlog.with_context(tz=tz, **context)._read_group(
                [("team_id", "=", self.team.id), ("day", ">=", MARCH)],
                [groupby],
                ["open_count:avg"],
            )
        return {getattr(key, "day", key): count for key, count in groups}

    def test_a_day_counts_what_was_open_at_its_end(self):
        back = self._opened(march(2, 9))
        self._opened(march(3, 9))
        within_the_day = self._opened(march(4, 9))
        self._at(march(4, 15), within_the_day, "action_solve")
        self._at(march(4, 10), back, "action_wait_for_partner")
        self._at(march(5, 10), back, "action_solve")
        self._at(march(7, 10), back, "action_reopen")
        self._at(march(9, 10), back, "action_close")

        by_day = self._groups("day:day", march(11, 12))

        self.assertEqual(
            {day: count for day, count in by_day.items() if day > 1},
            {2: 1, 3: 2, 4: 2, 5: 1, 6: 1, 7: 2, 8: 2, 9: 1, 10: 1},
        )

    def test_the_day_ends_where_the_reader_is(self):
        self._opened(march(2, 22, 30))

        here = self._groups("day:day", march(5, 12), "Europe/Bucharest")
        there = self._groups("day:day", march(5, 12), "UTC")

        self.assertEqual((here.get(2, 0), here[3]), (0, 1))
        self.assertEqual((there[2], there[3]), (1, 1))

    def test_teams_and_categories_add_up_and_days_are_averaged(self):
        self._opened(march(2, 9))
        self._opened(march(2, 9), "service")
        solved = self._opened(march(2, 9))
        self._at(march(3, 9), solved, "action_solve")

        by_day = self._groups("day:day", march(4, 9))
        by_category = self._groups("category_id", march(4, 9))

        self.assertEqual((by_day[2], by_day[3]), (3, 2))
        days = len(by_day)
        self.assertEqual(
            {category: round(count * days, 6) for category, count in by_category.items()},
            {self.categories["help"]: 3, self.categories["service"]: 2},
        )
        [month] = self._groups("day:month", march(4, 9)).values()
        self.assertEqual(round(month * days, 6), 5)

    def test_what_was_brought_in_as_done_or_merged_does_not_stay_open(self):
        imported, merged = self._opened(march(2, 9)), self._opened(march(2, 9))
        survivor = self._opened(march(2, 9))
        self._at(march(6, 8), imported, "action_close")
        imported.sudo().write({"solved_at": march(4, 9), "closed_at": march(4, 9)})
        merged.merged_into_id = survivor
        self.env.flush_all()

        by_day = self._groups("day:day", march(6, 9))

        self.assertEqual([by_day[day] for day in (2, 3, 4, 5)], [2, 2, 1, 1])

    def test_a_row_opens_what_was_open_then(self):
        solved, waiting = self._opened(march(2, 9)), self._opened(march(2, 9))
        self._opened(march(2, 9), "service")
        self._opened(march(3, 9))
        self._at(march(3, 9), solved, "action_solve")
        with freeze_time(march(5, 9)):
            row = self.env["counterparty.request.backlog"].search(
                [
                    ("team_id", "=", self.team.id),
                    ("category_id", "=", self.categories["help"].id),
                    ("day", "=", date(2026, 3, 2)),
                ]
            )
            action = row.action_open_requests()

        self.assertEqual(row.open_count, 2)
        self.assertEqual(action["views"][0][1], "list")
        # as the browser gets it
        domain = json.loads(json.dumps(action["domain"]))
        self.assertEqual(self.env[action["res_model"]].search(domain), solved + waiting)

    def test_another_company_stays_out(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._opened(march(2, 9), company_id=other.id, team_id=False, partner_id=False)

        with freeze_time(march(4, 9)):
            Backlog = self.env["counterparty.request.backlog"]
            domain = [("company_id", "=", other.id)]
            seen = Backlog.with_user(self.officer).search_count(domain)
            kept = Backlog.sudo().search_count(domain)

        self.assertEqual((seen, kept), (0, 2))
