from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCrmLeadPipeline(PipelineCase):
    # ------------------------------------------------------------
    # Ready pipeline
    # ------------------------------------------------------------

    def test_ready_pipeline_leads_from_registered_to_contract(self):
        self.assertEqual(
            self.stages.mapped("name"),
            ["Registered", "Contact", "Qualification", "Offer", "Negotiation", "Contract"],
        )
        self.assertEqual(self.stages.mapped("is_won"), [False] * 5 + [True])

    def test_pipeline_is_set_up_once_for_a_company(self):
        before = self.env["crm.team"].search_count([])

        action = self.env["crm.team"].action_set_up_counterparty_pipeline()

        self.assertEqual(self.env["crm.team"].search_count([]), before)
        self.assertIn(("team_id", "=", self.team.id), action["domain"])

    def test_other_pipelines_keep_their_stages(self):
        elsewhere = self.Lead._read_group_stage_ids(self.env["crm.stage"], [])

        self.assertFalse(elsewhere & self.stages)
        shop = self._prospect(team_id=self.env["crm.team"].create({"name": "Shop"}).id)
        self.assertFalse(shop.counterparty_stage_ids & self.stages)
        self.assertTrue(shop.counterparty_stage_ids)

    def test_board_and_form_of_the_pipeline_show_its_stages_alone(self):
        board = self.Lead.with_context(default_team_id=self.team.id)

        stages = board.with_user(self.outsider)._read_group_stage_ids(self.env["crm.stage"], [])

        self.assertEqual(stages, self.stages)
        lead = self._prospect(user_id=self.outsider.id)
        self.assertEqual(lead.with_user(self.outsider).counterparty_stage_ids, self.stages)

    def test_menu_opens_all_opportunities_without_a_pipeline(self):
        self.team.counterparty_is_pipeline = False

        action = self.Lead.with_user(self.seller).action_open_counterparty_pipeline()

        self.assertNotIn("team_id", str(action["domain"]))

    def test_names_speak_the_languages_of_the_database(self):
        self.env["res.lang"]._activate_lang("es_ES")
        team = self.env["crm.team"]._create_counterparty_pipeline()
        last = self.env["crm.stage"].search([("team_ids", "in", team.ids)])[-1]

        self.assertEqual(last.with_context(lang="en_US").name, "Contract")
        self.assertEqual(last.with_context(lang="es_ES").name, "Contrato")

    def test_names_speak_languages_installed_later_unless_renamed(self):
        first, *_others, last = self.stages
        first.with_context(lang="en_US").name = "Met at the fair"

        self.env["res.lang"]._activate_lang("es_ES")
        addon = self.env["ir.module.module"].search([("name", "=", "counterparty_crm")])
        addon._update_translations(["es_ES"])

        spanish = {"lang": "es_ES"}
        self.assertEqual(last.with_context(**spanish).name, "Contrato")
        self.assertEqual(first.with_context(**spanish).name, "Met at the fair")
        self.assertNotEqual(
            self.team.with_context(**spanish).name, self.team.with_context(lang="en_US").name
        )

        last.with_context(**spanish).name = "Firmado"
        addon._update_translations(["es_ES"])

        self.assertEqual(last.with_context(**spanish).name, "Firmado")
        self.assertEqual(last.with_context(lang="en_US").name, "Contract")

    def test_sellers_do_not_set_pipelines_up(self):
        self.team.counterparty_is_pipeline = False

        with self.assertRaises(AccessError):
            self.env["crm.team"].with_user(self.seller).action_set_up_counterparty_pipeline()

    # ------------------------------------------------------------
    # Contract
    # ------------------------------------------------------------

    def test_won_opportunity_becomes_contract_and_customer(self):
        lead = self._prospect(self.ben)
        self._commit()
        self.assertTrue(self._roles(self.foods).is_prospect)

        lead.with_user(self.seller).action_set_won()
        self._commit()

        contract = lead.counterparty_document_ids
        self.assertRecordValues(
            contract,
            [
                {
                    "partner_id": self.foods.id,
                    "kind_id": self.env.ref("counterparty_crm.kind_contract").id,
                    "name": "Cold store",
                    "amount": 1200.0,
                    "responsible_id": self.seller.id,
                    "date_from": fields.Date.today(),
                }
            ],
        )
        self.assertEqual(self._roles(self.foods).state, "active")

    def test_contract_is_written_once(self):
        lead = self._prospect()
        lead.action_set_won()
        contract = lead.counterparty_document_ids

        lead.stage_id = self.stages[2]
        lead.action_set_won()
        contract.active = False
        lead.stage_id = self.stages[2]
        lead.action_set_won()

        documents = self.env["counterparty.document"].with_context(active_test=False)
        self.assertEqual(documents.search([("opportunity_id", "=", lead.id)]), contract)

    def test_won_without_counterparty_waits_for_its_name(self):
        lead = self._prospect(partner_id=False)
        lead.action_set_won()
        self.assertFalse(lead.counterparty_document_ids)

        lead.partner_id = self.late_payer

        self.assertEqual(lead.counterparty_document_ids.partner_id, self.late_payer)

    def test_won_person_becomes_the_counterparty_of_the_contract(self):
        lead = self._prospect(
            partner_id=False, contact_name="Nikola Petkov", email_from="nikola@example.com"
        )

        lead.with_user(self.seller).action_set_won()

        self.assertEqual(lead.counterparty_document_ids.partner_id.name, "Nikola Petkov")
        self.assertEqual(lead.partner_id.is_company, False)

    def test_won_without_a_name_says_that_a_customer_is_missing(self):
        lead = self._prospect(partner_id=False)

        lead.with_user(self.seller).action_set_won()

        self.assertIn("no contract yet", lead.message_ids[0].body)

    def test_won_prospect_becomes_the_counterparty_of_its_contract(self):
        lead = self._prospect(
            partner_id=False,
            partner_name="Vidin Cellars",
            contact_name="Nikola Petkov",
            counterparty_employee_count=45,
        )

        lead.with_user(self.seller).action_set_won()

        company = lead.partner_id.commercial_partner_id
        self.assertEqual((company.name, lead.partner_id.name), ("Vidin Cellars", "Nikola Petkov"))
        self.assertEqual(company.counterparty_employee_count, 45)
        self.assertEqual(lead.counterparty_document_ids.partner_id, company)
        self.assertEqual(len(lead.counterparty_document_ids), 1)

    def test_other_teams_write_no_contract(self):
        lead = self._prospect(team_id=self.env["crm.team"].create({"name": "Shop"}).id)

        lead.action_set_won()

        self.assertFalse(lead.counterparty_document_ids)

    def test_seller_without_our_rights_wins_all_the_same(self):
        lead = self._prospect(user_id=self.outsider.id)

        lead.with_user(self.outsider).action_set_won()

        self.assertEqual(len(lead.counterparty_document_ids), 1)
        with self.assertRaises(AccessError):
            lead.with_user(self.outsider).read(["counterparty_document_ids"])

    def test_contract_opens_from_the_opportunity(self):
        lead = self._prospect()
        lead.action_set_won()

        action = lead.with_user(self.seller).action_open_counterparty_contracts()

        self.assertEqual(action["res_id"], lead.counterparty_document_ids.id)

    # ------------------------------------------------------------
    # Recall
    # ------------------------------------------------------------

    def _lose(self, lead, days):
        reason = self.env["crm.lost.reason"].create({"name": "Too expensive"})
        wizard = self.env["crm.lead.lost"].with_user(self.seller)
        day = days and fields.Date.today() + timedelta(days=days)
        wizard.create(
            {
                "lead_ids": [Command.set(lead.ids)],
                "lost_reason_id": reason.id,
                "counterparty_recall_date": day,
            }
        ).action_lost_reason_apply()

    def test_lost_opportunity_comes_back_on_its_day(self):
        lead = self._prospect()
        self._lose(lead, days=30)
        self.assertEqual((lead.active, lead.won_status), (False, "lost"))
        self._recall()
        self.assertFalse(lead.active)

        lead.counterparty_recall_date = fields.Date.today()
        self._recall()
        self._recall()

        self.assertTrue(lead.active)
        self.assertFalse(lead.counterparty_recall_date)
        activity = lead.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("Too expensive", activity.summary)

    def test_the_day_of_the_recall_begins_where_the_person_lives(self):
        day = fields.Date.today() + timedelta(days=30)
        for zone, night, morning in [
            # east of Greenwich it is tomorrow already, west of it yesterday still
            ("Pacific/Kiritimati", datetime.combine(day, time(14)), time(16)),
            ("America/Los_Angeles", datetime.combine(day, time(3)), time(15)),
        ]:
            with self.subTest(zone=zone):
                self.seller.tz = zone
                before = day - timedelta(days=1) if zone.startswith("Pacific") else day
                lead = self._prospect()
                self._lose(lead, days=30)

                self._recall(at=night - (day - before))
                self.assertFalse(lead.active)

                self._recall(at=datetime.combine(before, morning))
                self.assertTrue(lead.active)
                self.assertEqual(lead.activity_ids.date_deadline, day)

    def test_lost_without_a_day_stays_lost(self):
        lead = self._prospect()
        self._lose(lead, days=0)

        self._recall()

        self.assertFalse(lead.active)

    def test_recall_lies_ahead(self):
        for days in (-1, 0):
            with self.subTest(days=days), self.assertRaises(ValidationError):
                wizard = self.env["crm.lead.lost"].with_user(self.seller)
                day = fields.Date.context_today(wizard) + timedelta(days=days)
                wizard.create(
                    {
                        "lead_ids": [Command.set(self._prospect().ids)],
                        "counterparty_recall_date": day,
                    }
                ).action_lost_reason_apply()

    def test_taken_up_again_needs_no_recall(self):
        lead = self._prospect()
        self._lose(lead, days=30)

        lead.with_user(self.outsider).action_restore()

        self.assertFalse(lead.counterparty_recall_date)

    def test_lead_taken_up_while_the_job_waited_is_not_recalled(self):
        lead = self._prospect()
        self._lose(lead, days=1)
        lead.counterparty_recall_date = fields.Date.today()
        lock = self.registry["crm.lead"].try_lock_for_update

        def lock_late(records, *args, **kwargs):
            records.env.cr.execute(
                "UPDATE crm_lead SET counterparty_recall_date = NULL WHERE id = %s", lead.ids
            )
            return lock(records, *args, **kwargs)

        with patch.object(self.registry["crm.lead"], "try_lock_for_update", lock_late):
            self._recall()

        self.env.invalidate_all()
        self.assertFalse(lead.active)
        self.assertFalse(lead.activity_ids)

    def test_recall_of_a_person_who_left_goes_to_the_leader(self):
        lead = self._prospect()
        self._lose(lead, days=1)
        self.team.user_id = self.manager
        self.seller.active = False
        lead.counterparty_recall_date = fields.Date.today()

        self._recall()

        self.assertEqual(lead.activity_ids.user_id, self.manager)

    def test_recall_without_salesperson_and_leader_goes_to_who_registered_it(self):
        lead = self.Lead.with_user(self.seller).create(
            {"name": "Nobody's", "type": "opportunity", "team_id": self.team.id, "user_id": False}
        )
        lead = lead.with_env(self.env)
        self._lose(lead, days=1)
        self.team.user_id = False
        lead.counterparty_recall_date = fields.Date.today()

        self._recall()

        self.assertEqual(lead.activity_ids.user_id, self.seller)


@tagged("post_install", "-at_install", "counterparty_history")
class TestCrmLeadProspect(PipelineCase):
    def test_facts_of_the_counterparty_show_in_its_opportunity(self):
        industry = self.env["res.partner.industry"].create({"name": "Cold chains"})
        self.foods.write(
            {
                "industry_id": industry.id,
                "counterparty_turnover": 5e6,
                "counterparty_employee_count": 80,
            }
        )

        lead = self._prospect(self.ben)

        self.assertEqual(lead.counterparty_industry_id, industry)
        self.assertEqual(lead.counterparty_turnover, 5e6)
        self.assertEqual(lead.counterparty_employee_count, 80)

    def test_typed_facts_are_told_to_the_counterparty(self):
        lead = self._prospect(self.ben)

        with Form(lead.with_user(self.seller)) as form:
            form.counterparty_employee_count = 25

        self.assertEqual(self.foods.counterparty_employee_count, 25)

    def test_new_customer_takes_the_facts_along(self):
        source = self.env["utm.source"].create({"name": "Fair"})
        lead = self._prospect(
            partner_id=False,
            partner_name="Brand New Ltd",
            counterparty_turnover=1e5,
            source_id=source.id,
        )

        lead._handle_partner_assignment(create_missing=True)

        company = lead.partner_id.commercial_partner_id
        self.assertEqual(company.counterparty_turnover, 1e5)
        self.assertEqual(company.counterparty_source_id, source)

    def test_turnover_is_in_our_currency_unless_another_is_chosen(self):
        with Form(self.foods.with_user(self.seller)) as form:
            form.counterparty_turnover = 1e6

        self.assertEqual(self.foods.counterparty_turnover_currency_id, self.env.company.currency_id)

    def test_contacts_are_created_without_our_rights(self):
        keeper = self._user("kai", "base.group_partner_manager")

        contact = self.env["res.partner"].with_user(keeper).create({"name": "Plain Ltd"})

        self.assertFalse(contact.sudo().counterparty_turnover_currency_id)
        self.assertTrue(contact.copy())
        self.assertTrue(self._prospect().with_user(self.outsider).copy())

    def test_old_opportunity_keeps_what_was_known_then(self):
        lead = self._prospect(self.ben, counterparty_employee_count=25)

        self.foods.counterparty_employee_count = 400

        self.assertEqual(lead.counterparty_employee_count, 25)

    def test_without_a_pipeline_whoever_may_set_it_up_is_told_where(self):
        self.team.counterparty_is_pipeline = False
        leader = self._user("lea", "group_user", "sales_team.group_sale_manager")

        told = self.Lead.with_user(leader).action_open_counterparty_pipeline()
        opened = self.Lead.with_user(self.seller).action_open_counterparty_pipeline()

        self.assertIn("Settings", told["params"]["message"])
        self.assertEqual(told["params"]["next"], "counterparty_crm.crm_lead_action_counterparty")
        self.assertEqual(opened["res_model"], "crm.lead")

    def test_opportunity_teaches_only_what_was_typed_in_it(self):
        self.foods.counterparty_turnover = 1000.0
        lead = self._prospect(self.ben)
        self.assertEqual(lead.counterparty_turnover, 1000.0)

        self.foods.counterparty_turnover = 2000000.0
        lead.counterparty_employee_count = 55

        self.assertEqual(self.foods.counterparty_employee_count, 55)
        self.assertEqual(self.foods.counterparty_turnover, 2000000.0)

    def test_seller_without_our_rights_makes_customers(self):
        self.outsider.group_ids |= self.env.ref("base.group_partner_manager")
        lead = self._prospect(partner_id=False, partner_name="Other Ltd", user_id=self.outsider.id)

        lead.with_user(self.outsider)._handle_partner_assignment(create_missing=True)

        self.assertEqual(lead.partner_id.commercial_partner_id.name, "Other Ltd")
