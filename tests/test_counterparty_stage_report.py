from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyStageReport(PipelineCase):
    def _age(self, lead, days):
        """Let the opportunity be created days ago."""
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(
            SQL("UPDATE crm_lead SET create_date = %s WHERE id = %s", moment, lead.id)
        )
        lead.invalidate_recordset()

    def _track(self, lead, old, new, days):
        """Track a change of stage that happened days ago, as the host does."""
        message = lead.message_post(body="moved")
        tracked = self.env["mail.tracking.value"].create(
            {
                "mail_message_id": message.id,
                "field_id": self.env["ir.model.fields"]._get("crm.lead", "stage_id").id,
                "old_value_integer": self.stages[old].id,
                "new_value_integer": self.stages[new].id,
            }
        )
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(
            SQL("UPDATE mail_tracking_value SET create_date = %s WHERE id = %s", moment, tracked.id)
        )
        lead.stage_id = self.stages[new]

    def _rows(self, lead, user=None):
        Report = self.env["counterparty.stage.report"].with_user(user or self.env.user)
        rows = Report.search([("lead_id", "=", lead.id)])
        return {row.stage_id: row for row in rows}

    def test_days_are_those_between_the_changes(self):
        lead = self._prospect()
        self._age(lead, 30)
        self._track(lead, 0, 1, days=20)
        self._track(lead, 1, 3, days=5)

        rows = self._rows(lead)

        found = {self.stages.ids.index(stage.id): round(row.days) for stage, row in rows.items()}
        self.assertEqual(found, {0: 10, 1: 15, 3: 5})
        self.assertEqual(
            {self.stages.ids.index(s.id): row.went_on for s, row in rows.items()},
            {0: 100.0, 1: 100.0, 3: 0.0},
        )

    def test_going_back_adds_up_the_stays(self):
        lead = self._prospect()
        self._age(lead, 30)
        self._track(lead, 0, 1, days=20)
        self._track(lead, 1, 0, days=15)
        self._track(lead, 0, 1, days=5)

        rows = self._rows(lead)

        self.assertEqual(round(rows[self.stages[0]].days), 20)
        self.assertEqual(round(rows[self.stages[1]].days), 10)

    def test_untracked_opportunity_counts_in_its_stage_from_the_start(self):
        lead = self._prospect(stage_id=self.stages[2].id)
        self._age(lead, 12)

        [(stage, row)] = self._rows(lead).items()

        self.assertEqual((stage, round(row.days)), (self.stages[2], 12))
        self.assertTrue(row.is_present)

    def test_lost_opportunity_stops_waiting(self):
        lead = self._prospect()
        self._age(lead, 40)
        lead.action_set_lost()
        lead.date_closed = fields.Datetime.now() - timedelta(days=30)
        self.env.flush_all()

        row = self._rows(lead)[self.stages[0]]

        self.assertEqual((round(row.days), row.won_status, row.won), (10, "lost", 0.0))

    def test_won_opportunity_went_on_from_everywhere(self):
        lead = self._prospect()
        self._age(lead, 10)
        self._track(lead, 0, 5, days=2)
        self.env.flush_all()

        rows = self._rows(lead)

        self.assertEqual({row.won for row in rows.values()}, {100.0})
        self.assertEqual({row.went_on for row in rows.values()}, {100.0})

    def test_group_by_stage_is_the_funnel(self):
        for moves in ((), ((0, 1, 3),), ((0, 1, 4), (1, 2, 2))):
            lead = self._prospect(self.tax_office)
            self._age(lead, 10)
            for old, new, days in moves:
                self._track(lead, old, new, days=days)
        self.env.flush_all()

        groups = self.env["counterparty.stage.report"]._read_group(
            [("partner_id", "=", self.tax_office.id)], ["stage_id"], ["__count", "went_on:avg"]
        )

        self.assertEqual(
            [(stage, count, round(share)) for stage, count, share in groups],
            [(self.stages[0], 3, 67), (self.stages[1], 2, 50), (self.stages[2], 1, 0)],
        )

    def test_salespeople_see_the_opportunities_they_may_see(self):
        self.own = self._user("olaf", "group_user", "sales_team.group_sale_salesman")
        foreign = self._prospect()
        mine = self._prospect(user_id=self.own.id)
        self.env.flush_all()

        self.assertFalse(self._rows(foreign, self.own))
        self.assertTrue(self._rows(mine, self.own))
        self.assertTrue(self._rows(foreign, self.seller))
        with self.assertRaises(AccessError):
            self._rows(mine, self.plain)

    def test_moment_of_entering_is_the_first(self):
        lead = self._prospect()
        self._age(lead, 30)
        self._track(lead, 0, 1, days=20)
        self._track(lead, 1, 0, days=10)

        entered = self._rows(lead)[self.stages[0]].entered_at

        self.assertLess(abs(datetime.now() - entered - timedelta(days=30)), timedelta(hours=1))

    def test_history_of_a_merged_older_opportunity_makes_no_negative_stay(self):
        lead, older = self._prospect(), self._prospect(name="Second hall")
        self._age(lead, 5)
        self._age(older, 30)
        self._track(older, 0, 1, days=20)
        # further on, and so the one that stays
        self._track(lead, 0, 3, days=1)

        merged = (lead | older).merge_opportunity()
        self.env.flush_all()

        rows = self._rows(merged)
        self.assertEqual(merged, lead)
        self.assertTrue(all(row.days >= 0 for row in rows.values()))
        self.assertEqual(round(rows[self.stages[1]].days), 19)

    def test_funnel_opens_with_the_ready_pipeline_where_there_is_one(self):
        Report = self.env["counterparty.stage.report"].with_user(self.seller)

        self.assertTrue(Report.action_open_funnel()["context"]["search_default_pipeline"])

        self.team.counterparty_is_pipeline = False
        self.assertNotIn("search_default_pipeline", Report.action_open_funnel()["context"])
