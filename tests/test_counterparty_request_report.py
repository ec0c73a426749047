from freezegun import freeze_time

from odoo.tests import tagged

from .common_request_clock import MONDAY, ClockCase, march


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestReport(ClockCase):
    def _figures(self, domain=(), user=None):
        """Return the figures of this team: count, hours, open, late, shares."""
        Report = self.env["counterparty.request.report"].with_user(user or self.officer)
        [figures] = Report._read_group(
            [("team_id", "=", self.team.id), *domain],
            [],
            [
                "__count",
                "first_hours:avg",
                "resolution_hours:avg",
                "open_count:sum",
                "late_count:sum",
                "late_share:avg",
                "reopen_rate:avg",
            ],
        )
        return figures

    def test_averages_leave_out_what_has_not_happened_yet(self):
        with freeze_time(MONDAY):
            answered, solved, _waiting = (
                self._request(user_id=self.user.id) for _number in range(3)
            )
        with freeze_time(march(2, 11)):
            self._write_as(answered, self.user.partner_id)
        with freeze_time(march(2, 15)):
            solved.action_solve()
            self.env.flush_all()
            # what time alone changed is found by the job
            self._check_due()

            self.assertEqual(self._figures(), (3, 2, 5, 2, 2, 2 / 3, 0))

    def test_the_reopen_rate_is_that_of_what_was_solved(self):
        with freeze_time(MONDAY):
            requests = [self._request(user_id=self.user.id) for _number in range(3)]
        with freeze_time(march(2, 10)):
            for request in requests[:2]:
                request.action_solve()
            requests[0].action_reopen()
            self.env.flush_all()

            self.assertEqual(self._figures()[-1], 0.5)

    def test_the_backlog_is_grouped_by_age(self):
        for day in (2, 9, 20):
            with freeze_time(march(day, 9)):
                self._request()
        with freeze_time(march(20, 12)):
            groups = self.env["counterparty.request.report"]._read_group(
                [("team_id", "=", self.team.id), ("is_live", "=", True)], ["age"], ["__count"]
            )

        self.assertEqual(dict(groups), {"01": 1, "30": 2})

    def test_confirmed_orders_of_requests_count_once_without_tax(self):
        request, other = self._request("information"), self._request("information")
        order = self._order(confirmed=True)
        lead = self._lead()
        of_lead = self._order(confirmed=True, opportunity_id=lead.id)
        draft = self._order()
        self.env["counterparty.request.document"].create(
            [
                {"request_id": owner.id, "res_model": record._name, "res_id": record.id}
                for owner, record in (
                    (request, order),
                    (request, lead),
                    (request, of_lead),
                    (request, draft),
                    (other, order),
                )
            ]
        )
        self.env.flush_all()

        rows = self.env["counterparty.request.report"].browse((request + other).ids)

        self.assertEqual(rows.mapped("revenue"), [200, 0])

    def test_who_sees_own_sales_alone_sees_no_revenue(self):
        seller = self._user("sid", "sales_team.group_sale_salesman")
        Report = self.env["counterparty.request.report"]

        self.assertNotIn("revenue", Report.with_user(seller).fields_get())
        self.assertIn("revenue", Report.with_user(self._leader()).fields_get())

    def _leader(self):
        return self._user("sybil", "sales_team.group_sale_salesman_all_leads")

    def test_a_merged_request_is_not_counted_twice(self):
        first, second = self._request(), self._request()
        second.write({"merged_into_id": first.id})
        self.env.flush_all()

        self.assertEqual(self._figures()[0], 1)

    def test_the_row_opens_its_request(self):
        request = self._request()
        self.env.flush_all()

        action = self.env["counterparty.request.report"].browse(request.id).action_open_request()

        self.assertEqual((action["res_model"], action["res_id"]), (request._name, request.id))
