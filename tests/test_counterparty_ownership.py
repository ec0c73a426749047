from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCounterpartyOwnership(HoldingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analyst = cls._user(
            "anna", "group_officer", "group_area_ownership", "base.group_partner_manager"
        )

    def _page(self, partner, **values):
        page = self.env["counterparty.ownership"].with_user(self.analyst)
        return page.create({"partner_id": partner.id, **values})

    def _lines(self, page, direction):
        lines = page.line_ids.filtered(lambda line: line.direction == direction)
        return {line.partner_id.name: (line.share_text, line.is_control) for line in lines}

    def test_shares_and_control_downwards(self):
        self._membership(self.foods, self.late_payer, 30)
        self._membership(self.freight, self.late_payer, 30)

        lines = self._lines(self._page(self.holding), "below")

        self.assertEqual(
            lines,
            {
                "Northwind Foods": ("100.00 %", True),
                "Northwind Freight": ("60.00 %", True),
                "Slowpay Ltd": ("48.00 %", True),
            },
        )

    def test_shares_and_control_upwards(self):
        self._membership(self.foods, self.late_payer, 50)

        page = self._page(self.late_payer)

        self.assertEqual(
            self._lines(page, "above"),
            {"Northwind Foods": ("50.00 %", False), "Northwind Group": ("50.00 %", False)},
        )
        self.assertEqual(page.ultimate_text, "nobody has a majority")

    def test_the_rule_of_sanctions_takes_the_half(self):
        self._membership(self.foods, self.late_payer, 50)

        page = self._page(self.late_payer, rule="enough")

        self.assertEqual(page.ultimate_text, "Northwind Group")

    def test_settings_give_the_rule(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("counterparty_crm.control_threshold", "30")
        parameters.set_param("counterparty_crm.control_rule", "enough")

        page = self._page(self.late_payer)

        self.assertEqual((page.threshold, page.rule), (30.0, "enough"))

    def test_a_threshold_that_nobody_can_pass_or_miss_is_refused(self):
        for threshold in (0, -1, 500):
            with self.subTest(threshold=threshold):
                with self.assertRaises(ValidationError):
                    self.env["res.config.settings"].create(
                        {"counterparty_control_threshold": threshold}
                    )
                with self.assertRaises(ValidationError):
                    self._page(self.late_payer, threshold=threshold)
                self.env["ir.config_parameter"].set_param(
                    "counterparty_crm.control_threshold", str(threshold)
                )
                self.assertEqual(self.group._get_control_rule()[0], 0.5)
        self.assertTrue(
            self.env["res.config.settings"].create({"counterparty_control_threshold": 100})
        )

    def test_a_mutual_block_is_named_and_nobody_picked(self):
        self._membership(self.late_payer, self.first_bank, 60)
        self._membership(self.first_bank, self.late_payer, 60)
        self._membership(self.first_bank, self.ada, 100)

        text = self._page(self.ada).ultimate_text

        self.assertIn("First Bank, Slowpay Ltd", text)
        self.assertIn("mutual block", text)

    def test_ranges_are_shown_as_ranges(self):
        self._membership(
            self.foods, self.late_payer, share_basis="range", equity_min=60, equity_max=75
        )

        lines = self._lines(self._page(self.holding), "below")

        self.assertEqual(lines["Slowpay Ltd"][0], "60.00–75.00 %")

    def test_a_share_nobody_knows_lies_between_nothing_and_what_is_left(self):
        self._membership(self.freight, self.late_payer, 30)
        self._membership(self.foods, self.late_payer, share_basis="unknown")

        above = self._lines(self._page(self.late_payer), "above")

        self.assertEqual(above["Northwind Foods"], ("0.00–70.00 %", False))

    def test_votes_have_a_range_of_their_own(self):
        self._membership(
            self.foods,
            self.late_payer,
            10,
            has_voting=True,
            voting_basis="range",
            voting_min=45,
            voting_max=60,
        )
        self._membership(
            self.freight,
            self.first_bank,
            has_voting=True,
            voting_basis="range",
            voting_min=51,
            voting_max=60,
        )

        lines = self._page(self.holding).line_ids
        control = {line.partner_id.name: (line.is_control, line.may_control) for line in lines}

        self.assertEqual(control["Slowpay Ltd"], (False, True))
        self.assertEqual(control["First Bank"], (True, False))
        (above,) = self._page(self.late_payer).line_ids.filtered(
            lambda line: line.partner_id == self.foods
        )
        self.assertEqual((above.is_control, above.may_control), (False, True))

    def test_reported_memberships_are_shown_apart(self):
        self._membership(self.foods, self.late_payer, 100)
        self._membership(self.freight, self.late_payer, 100, status="reported")
        self._membership(self.ada, self.freight, 40, status="reported")

        page = self._page(self.late_payer)

        self.assertEqual(page.ultimate_text, "Northwind Group")
        above = self._lines(page, "above")
        self.assertEqual(above["Northwind Foods"][1], True)
        text, is_control = above["Northwind Freight"]
        self.assertEqual(
            text, "0.00 % (with reported ones: no number: owners together have more than 100 %)"
        )
        self.assertFalse(is_control)
        self.assertEqual(
            self._lines(self._page(self.freight), "above")["Ada Vale"],
            ("0.00 % (with reported ones: 40.00 %)", False),
        )

    def test_a_reported_controller_is_named_apart(self):
        self._membership(self.ada, self.holding, 60, status="reported")

        text = self._page(self.holding).ultimate_text

        self.assertEqual(text, "nobody has a majority (with reported ones: Ada Vale)")

    def test_reported_rows_of_two_kinds_make_no_nonsense(self):
        """Ten percent of a loop that reports 180 % of one of its members."""
        joint = self.env.ref("counterparty_crm.membership_kind_joint")
        self._membership(self.ada, self.late_payer, 10)
        self._membership(self.late_payer, self.first_bank, 90)
        self._membership(self.first_bank, self.late_payer, 90)
        self._membership(self.first_bank, self.late_payer, 90, kind=joint, status="reported")

        lines = self._lines(self._page(self.ada), "below")

        # 0.1 / (1 - 0.81)
        self.assertEqual(lines["Slowpay Ltd"][0].split(" (")[0], "52.63 %")
        self.assertIn("no number", lines["Slowpay Ltd"][0])

    def test_what_is_left_out_of_a_long_page_is_told(self):
        owners = self.env["res.partner"].create(
            [{"name": f"Owner {n}", "is_company": True} for n in range(102)]
        )
        for owner in owners:
            self._membership(owner, self.late_payer, 0.5)

        page = self._page(self.late_payer)

        self.assertEqual(len(page.line_ids), 100)
        self.assertIn("102", page.more_text)

    def test_a_closed_loop_has_no_number(self):
        self._membership(self.late_payer, self.first_bank, 100)
        self._membership(self.first_bank, self.late_payer, 100)

        lines = self._lines(self._page(self.late_payer), "below")

        self.assertEqual(lines["First Bank"][0], "closed loop that owns itself")

    def test_the_part_of_unknown_owners_is_told(self):
        self.assertEqual(self._page(self.freight).others_text, "40.00 %")
        self.assertEqual(self._page(self.foods).others_text, "0.00 %")

    def test_owners_of_another_company_count_and_stay_unnamed(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        secret = self._company("Secret Ltd", company_id=other.id)
        self._membership(secret, self.late_payer, 80)
        self._membership(self.late_payer, self.first_bank, 80)

        page = self._page(self.first_bank)

        self.assertEqual(self._lines(page, "above"), {"Slowpay Ltd": ("80.00 %", True)})
        self.assertEqual(page.ultimate_text, "somebody of another company")

    def test_the_page_follows_its_day(self):
        page = self._page(self.holding)
        self.assertEqual(len(page.line_ids), 2)

        with Form(page) as form:
            form.day = "2020-06-01"
        page.action_show()

        self.assertEqual(page.line_ids.partner_id, self.foods)

    def test_the_member_list_has_the_columns(self):
        rows = self.env["counterparty.holding.member"].with_user(self.analyst)
        rows = rows.with_context(counterparty_holding_ids=self.group.ids).search([])

        shown = {row.partner_id.name: (row.total_share, row.is_controlled) for row in rows}

        self.assertEqual(shown["Northwind Freight"], ("60.00 %", True))
        self.assertEqual(shown["Northwind Group"], (False, False))

    def test_without_the_switch_nobody_sees_it(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.ownership"].with_user(self.manager).create(
                {"partner_id": self.holding.id}
            )
        fields = self.env["counterparty.holding.member"].with_user(self.manager).fields_get()
        self.assertNotIn("total_share", fields)

    def test_the_switch_does_not_open_it_to_everybody(self):
        clerk = self._user("carl")
        self.env["res.config.settings"].create({"group_counterparty_ownership": True}).execute()
        self.env.invalidate_all()

        group = "counterparty_crm.group_area_ownership"
        self.assertTrue(self.officer.has_group(group))
        for user in (clerk, self.user):
            with self.subTest(user=user.name):
                self.assertFalse(user.has_group(group))
                with self.assertRaises(AccessError):
                    self.env["counterparty.ownership"].with_user(user).create(
                        {"partner_id": self.foods.id}
                    )

    def test_the_partner_opens_its_page(self):
        action = self.ben.with_user(self.analyst).action_open_counterparty_ownership()

        page = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(page.partner_id, self.foods)
