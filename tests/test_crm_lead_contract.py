from odoo.tests import Form, tagged

from .common_pipeline import PipelineCase


@tagged("post_install", "-at_install", "counterparty_history")
class TestCrmLeadContract(PipelineCase):
    def _contracts(self, leads):
        documents = self.env["counterparty.document"].with_context(active_test=False)
        return documents.search([("opportunity_id", "in", leads.ids)])

    def _named(self, **values):
        """Create an opportunity of somebody who is no contact yet."""
        return self._prospect(
            **{
                "partner_id": False,
                "partner_name": "Vidin Cellars",
                "contact_name": "Nikola Petkov",
                "email_from": "nikola@vidin.example.com",
                **values,
            }
        )

    # ------------------------------------------------------------
    # Who signs
    # ------------------------------------------------------------

    def test_second_opportunity_of_a_prospect_makes_no_second_company(self):
        first, second = self._named(), self._named(name="Second hall")
        first.with_user(self.seller).action_set_won()

        second.with_user(self.seller).action_set_won()

        self.assertEqual(second.partner_id, first.partner_id)
        self.assertEqual(
            self._contracts(second).commercial_partner_id,
            self._contracts(first).commercial_partner_id,
        )

    def test_person_that_we_do_not_know_joins_the_company_of_that_name(self):
        company = self._company("Vidin Cellars")

        lead = self._named()
        lead.with_user(self.seller).action_set_won()

        self.assertEqual(lead.partner_id.name, "Nikola Petkov")
        self.assertEqual(lead.partner_id.commercial_partner_id, company)

    def test_of_two_companies_of_one_name_neither_is_taken(self):
        namesakes = self._company("Vidin Cellars") | self._company("Vidin Cellars")

        lead = self._named()
        lead.with_user(self.seller).action_set_won()

        self.assertNotIn(lead.partner_id.commercial_partner_id, namesakes)

    def test_colleague_whose_address_was_typed_signs_nothing(self):
        self.seller.partner_id.email = "nikola@vidin.example.com"

        lead = self._named()
        lead.with_user(self.seller).action_set_won()

        self.assertNotEqual(lead.partner_id, self.seller.partner_id)
        self.assertEqual(lead.partner_id.commercial_partner_id.name, "Vidin Cellars")

    def test_loss_making_opportunity_writes_a_contract_without_amount(self):
        lead = self._prospect(expected_revenue=-50.0)

        lead.action_set_won()

        self.assertEqual(self._contracts(lead).amount, 0.0)

    # ------------------------------------------------------------
    # Won no more
    # ------------------------------------------------------------

    def test_contract_of_a_slip_is_withdrawn_and_the_prospect_is_one_again(self):
        lead = self._prospect(self.ben)
        self._commit()
        lead.with_user(self.seller).stage_id = self.stages[-1]
        self._commit()
        contract = self._contracts(lead)
        self.assertEqual(self._roles(self.foods).state, "active")

        lead.with_user(self.seller).stage_id = self.stages[3]

        self.assertFalse(contract.active)
        self.assertTrue(self._roles(self.foods).is_prospect)
        self.assertFalse(self._roles(self.foods).date_business)
        self.assertIn("withdrawn", lead.message_ids[0].body)

    def test_customer_with_other_business_stays_one(self):
        self._order(self.foods, confirmed=True)
        lead = self._prospect(self.ben)
        lead.action_set_won()
        self._commit()

        lead.stage_id = self.stages[3]

        self.assertEqual(self._roles(self.foods).state, "active")

    def test_contract_that_somebody_worked_on_stays(self):
        lead = self._prospect()
        lead.action_set_won()
        contract = self._contracts(lead)
        contract.file = b"c2lnbmVk"

        lead.stage_id = self.stages[3]

        self.assertTrue(contract.active)
        self.assertIn("stays in the register", lead.message_ids[0].body)

    def test_won_again_brings_the_contract_back_as_the_opportunity_is_now(self):
        lead = self._prospect()
        lead.action_set_won()
        contract = self._contracts(lead)
        lead.stage_id = self.stages[3]
        lead.expected_revenue = 900.0

        lead.with_user(self.seller).action_set_won()

        self.assertEqual(self._contracts(lead), contract)
        self.assertRecordValues(contract, [{"active": True, "amount": 900.0}])

    def test_contract_that_somebody_archived_stays_archived(self):
        lead = self._prospect()
        lead.action_set_won()
        contract = self._contracts(lead)
        contract.active = False
        lead.stage_id = self.stages[3]

        lead.action_set_won()

        self.assertFalse(contract.active)

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def _merge(self, *leads, user=None):
        merging = self.Lead.concat(*leads).with_user(user or self.seller)
        return merging.merge_opportunity().with_env(self.env)

    def test_merged_opportunity_keeps_its_one_contract(self):
        lead, won = self._prospect(), self._prospect(name="Second hall")
        won.action_set_won()
        contract = self._contracts(won)
        won.stage_id = self.stages[3]
        lead.write({"stage_id": self.stages[4].id, "probability": 99})

        merged = self._merge(won, lead)
        merged.action_set_won()

        self.assertEqual(merged, lead)
        self.assertEqual(self._contracts(merged), contract)
        self.assertTrue(contract.active)

    def test_merge_keeps_requests_and_what_came_of_requests(self):
        category = self.env.ref("counterparty_crm.request_category_service")
        self._rule(action="request", category_id=category.id, activity_type_id=False)
        lead, other = self._prospect(), self._prospect(name="Second hall")
        other.stage_id = self.stages[1]
        caused = other.counterparty_request_ids
        asked = self.env["counterparty.request"].create(
            {"name": "An offer, please", "category_id": category.id}
        )
        self.env["counterparty.request.document"].create(
            {"request_id": asked.id, "res_model": "crm.lead", "res_id": other.id}
        )
        lead.probability = 99

        merged = self._merge(lead, other, user=self.outsider)

        self.assertEqual(merged.counterparty_request_ids, caused)
        self.assertEqual(merged.counterparty_request_id, asked)

    def test_rule_that_followed_for_one_of_the_merged_follows_no_more(self):
        self._rule()
        lead, other = self._prospect(), self._prospect(name="Second hall")
        other.stage_id = self.stages[1]
        lead.probability = 99
        self.assertEqual(len(other.activity_ids), 1)

        merged = self._merge(lead, other)
        merged.stage_id = self.stages[1]

        self.assertEqual(len(merged.activity_ids), 1)

    def test_merge_learns_what_is_not_known_of_the_prospect(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        lead = self._named(counterparty_employee_count=45)
        other = self._named(
            counterparty_employee_count=12,
            counterparty_turnover=3e6,
            counterparty_turnover_currency_id=euro.id,
        )
        lead.probability = 99

        merged = self._merge(lead, other)

        self.assertEqual(merged.counterparty_employee_count, 45)
        self.assertEqual(merged.counterparty_turnover, 3e6)
        self.assertEqual(merged.counterparty_turnover_currency_id, euro)

    def test_merge_teaches_the_company_nothing_old(self):
        lead, other = self._prospect(), self._prospect(name="Second hall")
        other.counterparty_turnover = 1000.0
        self.late_payer.counterparty_turnover = 2e6
        lead.probability = 99

        self._merge(lead, other)

        self.assertEqual(self.late_payer.counterparty_turnover, 2e6)

    def test_lost_opportunities_that_were_merged_come_back_on_the_first_day(self):
        lead, other = self._prospect(), self._prospect(name="Second hall")
        (lead | other).action_set_lost()
        lead.counterparty_recall_date = False
        other.counterparty_recall_date = self._day(5)

        merged = self._merge(lead, other)

        self.assertEqual(merged.counterparty_recall_date, self._day(5))


@tagged("post_install", "-at_install", "counterparty_history")
class TestCrmLeadPipelineStages(PipelineCase):
    def test_new_opportunity_of_the_pipeline_begins_in_its_first_stage(self):
        lead = self.Lead.with_user(self.seller).create(
            {"name": "By mail", "type": "opportunity", "team_id": self.team.id}
        )

        self.assertEqual(lead.stage_id, self.stages[0])

    def test_form_of_the_pipeline_proposes_its_first_stage(self):
        with Form(
            self.Lead.with_user(self.seller).with_context(
                default_team_id=self.team.id, default_type="opportunity"
            )
        ) as form:
            form.name = "By hand"

        self.assertEqual(form.record.stage_id, self.stages[0])

    def test_opportunity_handed_to_the_pipeline_enters_it_and_its_rules_follow(self):
        self._rule(stage=0)
        web = self.env["crm.team"].create({"name": "Web"})
        own = self.env["crm.stage"].create({"name": "Web form", "team_ids": [(6, 0, web.ids)]})
        shared = self.env["crm.stage"].search(
            [("team_ids", "=", False), ("is_won", "=", False)], limit=1
        )
        for stage in (own, shared):
            with self.subTest(stage=stage.name):
                lead = self._prospect(team_id=web.id, stage_id=stage.id)

                lead.with_user(self.seller).team_id = self.team

                self.assertEqual(lead.stage_id, self.stages[0])
                self.assertEqual(len(lead.activity_ids), 1)

    def test_won_opportunity_handed_to_the_pipeline_stays_won(self):
        lead = self._prospect(team_id=self.env["crm.team"].create({"name": "Web"}).id)
        lead.stage_id = self.env["crm.stage"].search(
            [("team_ids", "=", False), ("is_won", "=", True)], limit=1
        )

        lead.team_id = self.team

        self.assertEqual((lead.stage_id, lead.won_status), (self.stages[-1], "won"))
        self.assertEqual(len(lead.counterparty_document_ids), 1)

    def test_colleague_takes_over_within_the_pipeline(self):
        shop = self.env["crm.team"].create({"name": "Shop", "user_id": self.outsider.id})
        lead = self._prospect()

        lead.with_user(self.seller).user_id = self.outsider
        self.assertEqual((lead.team_id, lead.stage_id), (self.team, self.stages[0]))

        # with members of its own it is a team like others
        self.team.member_ids = self.seller
        lead.user_id = self.seller
        lead.user_id = self.outsider
        self.assertEqual(lead.team_id, shop)

    def test_colleague_of_another_company_takes_it_out_of_the_pipeline(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user(
            "stan",
            "sales_team.group_sale_salesman_all_leads",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        team = self.team.id

        own = self.Lead.new({"team_id": team, "user_id": self.seller.id})
        foreign = self.Lead.new({"team_id": team, "user_id": stranger.id})

        self.assertTrue(own._is_in_common_pipeline())
        self.assertFalse(foreign._is_in_common_pipeline())
