from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyStageRule(PipelineCase):
    def test_entering_a_stage_gives_the_salesperson_an_activity(self):
        self._rule()
        lead = self._prospect()
        self.assertFalse(lead.activity_ids)

        lead.with_user(self.seller).stage_id = self.stages[1]

        activity = lead.activity_ids
        self.assertRecordValues(
            activity,
            [
                {
                    "summary": "Send the company profile",
                    "user_id": self.seller.id,
                    "activity_type_id": self.call.id,
                    "date_deadline": fields.Date.today() + timedelta(days=3),
                }
            ],
        )

    def test_new_opportunity_enters_its_first_stage(self):
        self._rule(stage=0)

        lead = self._prospect()

        self.assertEqual(len(lead.activity_ids), 1)

    def test_lead_follows_when_it_becomes_an_opportunity(self):
        self._rule(stage=0)
        lead = self._prospect(type="lead")
        self.assertFalse(lead.activity_ids)

        # as the host converts leads
        lead.write(
            {
                "type": "opportunity",
                "team_id": self.team.id,
                "stage_id": self.stages[0].id,
            }
        )

        self.assertEqual(len(lead.activity_ids), 1)

    def test_rule_follows_once_for_an_opportunity(self):
        self._rule()
        lead = self._prospect()

        for stage in (1, 0, 1):
            lead.stage_id = self.stages[stage]

        self.assertEqual(len(lead.activity_ids), 1)

    def test_each_opportunity_of_a_batch_follows_for_its_salesperson(self):
        self._rule()
        leads = self._prospect() | self._prospect(user_id=self.outsider.id)

        leads.stage_id = self.stages[1]

        for lead in leads:
            self.assertEqual(lead.activity_ids.user_id, lead.user_id)

    def test_person_of_the_rule_comes_before_the_salesperson(self):
        self._rule(user_id=self.officer.id)
        lead = self._prospect(stage_id=self.stages[1].id)

        self.assertEqual(lead.activity_ids.user_id, self.officer)

    def test_activity_speaks_the_language_of_who_does_it(self):
        self.env["res.lang"]._activate_lang("es_ES")
        rule = self._rule(user_id=self.officer.id)
        rule.with_context(lang="es_ES").summary = "Enviar el perfil"
        self.officer.lang = "es_ES"

        lead = self._prospect()
        lead.with_user(self.seller).stage_id = self.stages[1]

        self.assertEqual(lead.activity_ids.summary, "Enviar el perfil")

    def test_leader_stands_in_for_who_has_left(self):
        self._rule()
        self.team.user_id = self.manager
        lead = self._prospect()
        self.seller.active = False

        lead.stage_id = self.stages[1]

        self.assertEqual(lead.activity_ids.user_id, self.manager)

    def test_request_is_created_for_the_counterparty(self):
        category = self.env.ref("counterparty_crm.request_category_service")
        self._rule(action="request", category_id=category.id, activity_type_id=False)
        lead = self._prospect(self.ben)

        # the seller does not work at the desk
        lead.with_user(self.outsider).stage_id = self.stages[1]

        self.assertRecordValues(
            lead.counterparty_request_ids,
            [
                {
                    "partner_id": self.ben.id,
                    "category_id": category.id,
                    "channel": "generator",
                    "confidentiality": "internal",
                    "name": "Send the company profile: Cold store",
                }
            ],
        )

    def test_request_of_a_rule_without_days_waits_for_its_own_deadline(self):
        category = self.env.ref("counterparty_crm.request_category_service")
        rule = self._rule(action="request", category_id=category.id, activity_type_id=False, days=0)
        at_once, later = self._prospect(), self._prospect()

        at_once.stage_id = self.stages[1]
        rule.days = 3
        later.stage_id = self.stages[1]

        self.assertFalse(at_once.counterparty_request_ids.wanted_date)
        self.assertTrue(later.counterparty_request_ids.wanted_date)

    def test_request_learns_the_customer_who_was_a_mere_name(self):
        category = self.env.ref("counterparty_crm.request_category_service")
        self._rule(action="request", category_id=category.id, activity_type_id=False)
        lead = self._prospect(partner_id=False, partner_name="Vidin Cellars")
        lead.stage_id = self.stages[1]
        self.assertFalse(lead.counterparty_request_ids.partner_id)

        lead.with_user(self.outsider).partner_id = self.ben

        self.assertEqual(lead.counterparty_request_ids.partner_id, self.ben)

    def test_archived_rule_follows_no_more(self):
        rule = self._rule()
        rule.active = False

        lead = self._prospect(stage_id=self.stages[1].id)

        self.assertFalse(lead.activity_ids)

    def test_rule_of_another_company_does_not_follow(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self._rule(company_id=elsewhere.id)

        lead = self._prospect(stage_id=self.stages[1].id)

        self.assertFalse(lead.activity_ids)

    def test_stages_without_rules_cost_no_query(self):
        leads = self._prospect() | self._prospect()
        self.env.flush_all()
        leads._follow_counterparty_rules()

        with self.assertQueryCount(0):
            leads._follow_counterparty_rules()

    def test_new_rule_is_known_at_once(self):
        lead = self._prospect()
        lead._follow_counterparty_rules()
        self._rule()

        lead.stage_id = self.stages[1]

        self.assertTrue(lead.activity_ids)

    def test_incomplete_rules_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "category"):
            self._rule(action="request")
        with self.assertRaisesRegex(ValidationError, "type"):
            self._rule(activity_type_id=False)

    def test_rules_are_the_managers(self):
        rule = self._rule()

        rule.with_user(self.manager).days = 5
        self.assertEqual(rule.with_user(self.user).days, 5)
        with self.assertRaises(AccessError):
            rule.with_user(self.user).days = 6
        with self.assertRaises(AccessError):
            rule.with_user(self.plain).read(["summary"])
