"""The ready pipeline, with a seller of ours and one without our rights."""

from datetime import datetime, time

from freezegun import freeze_time

from odoo import fields

from .common import CounterpartyCase


class PipelineCase(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Lead = cls.env["crm.lead"]
        cls.team = cls.env["crm.team"]._create_counterparty_pipeline()
        cls.stages = cls.env["crm.stage"].search([("team_ids", "in", cls.team.ids)])
        cls.seller = cls._user(
            "sven",
            "group_user",
            "sales_team.group_sale_salesman_all_leads",
            "base.group_partner_manager",
        )
        cls.outsider = cls._user("otto", "sales_team.group_sale_salesman_all_leads")
        # an administrator may take our rights from salespeople
        for giver in ("group_sale_salesman", "group_sale_salesman_all_leads"):
            group = cls.env.ref(f"sales_team.{giver}")
            group.implied_ids -= group.implied_ids.filtered(
                lambda implied: implied.get_external_id()[implied.id].startswith("counterparty_crm")
            )
        cls.call = cls.env.ref("mail.mail_activity_data_call")

    def _prospect(self, partner=None, **values):
        """Create an opportunity in the first stage of the pipeline, of the seller."""
        return self.Lead.create(
            {
                "name": "Cold store",
                "type": "opportunity",
                "partner_id": (partner or self.late_payer).id,
                "team_id": self.team.id,
                "stage_id": self.stages[0].id,
                "user_id": self.seller.id,
                "expected_revenue": 1200.0,
                **values,
            }
        )

    def _rule(self, stage=1, **values):
        return self.env["counterparty.stage.rule"].create(
            {
                "stage_id": self.stages[stage].id,
                "summary": "Send the company profile",
                "activity_type_id": self.call.id,
                "days": 3,
                **values,
            }
        )

    def _recall(self, at=None):
        """Run the job that brings lost opportunities back, at noon if nothing is said."""
        at = at or datetime.combine(fields.Date.today(), time(12))
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_lead_recall").method_direct_trigger()
