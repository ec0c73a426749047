from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo.tests import Form, tagged

from ..tools.banner import BannerLine
from .common import CounterpartyCase

THE_THREE_BUTTONS = {
    "action_open_counterparty_requests",
    "action_open_counterparty_group",
    "action_open_counterparty_profit",
}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestResPartnerCounterparty(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._user("kim", "group_user", "base.group_partner_manager")
        cls.clerk = cls._user("cleo", "base.group_partner_manager")

    # ------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------

    def test_without_role_all_sections_show(self):
        codes = self.env["counterparty.section"].search([]).mapped("code")

        self.assertEqual(self.freight.counterparty_sections, f",{','.join(codes)},")

    def test_sections_are_those_of_the_roles_of_today(self):
        self._role(self.first_bank, self.bank)
        self._role(self.first_bank, self.head, date_to="2026-03-14")

        sections = self.first_bank.counterparty_sections

        self.assertEqual(
            sections, ",contacts,addresses,banks,events,files,contracts,financial,payments,"
        )

    def test_sections_of_several_roles_add_up_in_order(self):
        self._role(self.freight, self.head)
        self._role(self.freight, self.bank)

        codes = self.freight.counterparty_sections.strip(",").split(",")

        everything = self.env["counterparty.section"]._get_all_codes()
        self.assertIn("holding", codes)
        self.assertIn("payments", codes)
        self.assertEqual(codes, [code for code in everything if code in codes])

    def test_sections_are_a_string_in_every_case(self):
        bare = self.env["counterparty.type"].create({"name": "Bare", "code": "bare"})
        self._role(self.late_payer, bare)
        Partner = self.env["res.partner"]
        cases = [
            ("new", Partner.new({"name": "New"}), self.user),
            ("new contact", Partner.new({"parent_id": self.foods.id}), self.user),
            ("new of a plain employee", Partner.with_user(self.plain).new({}), self.plain),
            ("type without sections", self.late_payer, self.user),
            ("contact", self.ben, self.plain),
            ("own", self.plain.partner_id, self.plain),
            ("portal", self.portal.partner_id, self.portal),
        ]
        for name, partner, user in cases:
            with self.subTest(case=name):
                sections = partner.with_user(user).counterparty_sections
                self.assertIsInstance(sections, str)
                self.assertTrue(sections.startswith(",") and sections.endswith(","))

    def test_users_without_our_rights_read_sections_but_no_roles(self):
        self._role(self.first_bank, self.bank)

        partner = self.first_bank.with_user(self.plain)

        self.assertIn(",payments,", partner.counterparty_sections)
        self.assertNotIn("counterparty_open_role_ids", partner.fields_get())

    # ------------------------------------------------------------
    # Chips
    # ------------------------------------------------------------

    def test_chips_are_the_roles_of_today_in_the_order_of_types(self):
        bank = self._role(self.freight, self.bank)
        customer = self._role(self.freight, is_prospect=True)
        self._role(self.freight, self.supplier, date_to="2026-03-14")
        self._role(self.freight, self.head, date_from="2026-03-16")

        partner = self.freight.with_user(self.user)

        self.assertEqual(partner.counterparty_open_role_ids.ids, [customer.id, bank.id])
        self.assertEqual(partner.counterparty_type_ids, self.customer | self.bank)
        self.assertTrue(partner.counterparty_several_roles)

    def test_contact_shows_the_chips_of_its_company_and_its_own(self):
        customer = self._role(self.foods)
        employee = self._role(self.ben, self.employee)

        chips = self.ben.with_user(self.user).counterparty_open_role_ids

        self.assertEqual(chips, customer | employee)
        self.assertEqual(self.foods.counterparty_open_role_ids, customer)

    def test_member_company_does_not_show_the_chips_of_its_parent(self):
        self._role(self.holding, self.head)

        self.foods.parent_id = self.holding

        self.assertFalse(self.foods.counterparty_open_role_ids)

    def test_chips_follow_a_change_at_once(self):
        role = self._role(self.freight)
        self.assertEqual(self.freight.counterparty_type_ids, self.customer)
        self.assertEqual(self.cora.counterparty_type_ids, self.customer)

        role.date_to = "2026-03-14"

        self.assertFalse(self.freight.counterparty_type_ids)
        self.assertFalse(self.cora.counterparty_type_ids)

    def test_add_role_opens_the_dialog_for_this_counterparty(self):
        action = self.freight.with_user(self.user).action_add_counterparty_role()

        view = self.env.ref("counterparty_crm.counterparty_role_view_form_dialog")
        with Form(
            self.env["counterparty.role"].with_user(self.user).with_context(**action["context"]),
            view=view,
        ) as form:
            form.type_id = self.bank

        self.assertEqual(action["target"], "new")
        self.assertEqual(form.record.partner_id, self.freight)

    # ------------------------------------------------------------
    # Form
    # ------------------------------------------------------------

    def test_everybody_who_may_creates_and_saves_a_partner(self):
        admin = self.env.ref("base.user_admin")
        for user in (admin, self.keeper, self.clerk):
            with self.subTest(user=user.login):
                form = Form(self.env["res.partner"].with_user(user))
                form.name = f"Made by {user.login}"
                partner = form.save()
                with Form(partner) as form:
                    form.phone = "+40 21 000"

                self.assertEqual(partner.phone, "+40 21 000")

    def test_plain_employee_opens_the_form(self):
        form = Form(self.freight.with_user(self.plain))

        self.assertEqual(form.name, "Northwind Freight")

    def test_form_with_roles_is_saved_and_keeps_them(self):
        role = self._role(self.freight)

        with Form(self.freight.with_user(self.keeper)) as form:
            form.name = "Northwind Cargo"

        self.assertEqual(self.freight.name, "Northwind Cargo")
        self.assertEqual(self.freight.counterparty_role_ids, role)

    def test_role_added_in_the_tab_is_saved_with_the_partner(self):
        with (
            Form(self.env["res.partner"].with_user(self.keeper)) as form,
            form.counterparty_role_ids.new() as role,
        ):
            form.name = "Fresh Fish"
            role.type_id = self.customer
            role.is_prospect = True

        role = form.record.counterparty_role_ids
        self.assertEqual((role.type_id, role.state), (self.customer, "prospect"))

    def test_role_added_in_the_tab_of_a_contact_goes_to_its_company(self):
        with (
            Form(self.ben.with_user(self.keeper)) as form,
            form.counterparty_role_ids.new() as role,
        ):
            role.type_id = self.customer

        self.assertEqual(self._roles(self.foods).type_id, self.customer)
        self.assertFalse(self._roles(self.ben))

    def test_everybody_saves_their_own_preferences(self):
        view = self.env.ref("base.view_users_form_simple_modif")
        for user in (self.plain, self.user):
            with self.subTest(user=user.login):
                with Form(user.with_user(user), view=view) as form:
                    form.signature = "<p>Regards</p>"

                self.assertIn("Regards", user.signature)

    def test_three_buttons_are_the_most_we_add(self):
        arch, _view = self.env["res.partner"]._get_view(view_type="form")

        buttons = arch.xpath("//div[@name='button_box']//button[@name]")

        names = {button.get("name") for button in buttons}
        ours = {name for name in names if "counterparty" in name}
        self.assertGreater(len(names), 3)
        self.assertLessEqual(ours, THE_THREE_BUTTONS)

    def test_form_of_a_plain_employee_shows_nothing_of_ours(self):
        arch = self.env["res.partner"].with_user(self.plain).get_view(view_type="form")["arch"]

        self.assertNotIn("counterparty", arch)

    def test_form_of_a_user_shows_chips_banner_and_tab(self):
        arch = self.env["res.partner"].with_user(self.user).get_view(view_type="form")["arch"]
        form = etree.fromstring(arch)

        self.assertTrue(form.xpath("//field[@name='counterparty_open_role_ids']"))
        self.assertTrue(form.xpath("//page[@name='counterparty_relationship']"))
        self.assertEqual(len(form.xpath("//field[@name='counterparty_banner']")), 3)

    # ------------------------------------------------------------
    # Banner
    # ------------------------------------------------------------

    def test_nothing_to_say_shows_no_banner(self):
        self._role(self.freight)

        self.assertFalse(self.freight.counterparty_banner)
        self.assertFalse(self.freight.counterparty_banner_level)

    def test_banner_tells_that_the_last_role_ended(self):
        self._role(self.freight, self.supplier, date_to="2025-01-31")
        self._role(self.freight, date_to="2026-02-28")

        self.assertEqual(
            self.freight.with_user(self.user).counterparty_banner,
            "No role since 02/28/2026: Customer (Former).",
        )

    def test_banner_is_silent_about_the_past_while_a_role_goes_on(self):
        self._role(self.freight, self.supplier, date_to="2025-01-31")
        self._role(self.freight)

        self.assertFalse(self.freight.counterparty_banner)

    def test_banner_asks_to_check_a_doubtful_role_until_settled(self):
        role = self._role(self.freight, doubt="long_ago", source="install")
        self.assertIn("No document for three years", self.freight.counterparty_banner)
        self.assertEqual(self.freight.counterparty_banner_level, "info")

        role.action_settle_doubt()

        self.assertFalse(self.freight.counterparty_banner)

    def test_contact_shows_the_banner_of_its_company(self):
        self._role(self.foods, doubt="archived")

        self.assertIn("Archived contact", self.ben.counterparty_banner)

    def test_most_important_line_of_all_areas_shows(self):
        Partner = self.env.registry["res.partner"]
        own_lines = Partner._counterparty_banner
        self._role(self.freight, doubt="long_ago")
        area_lines = [BannerLine("warning", 50, "Contract ends"), BannerLine("danger", 90, "Over")]

        def lines(partner):
            return own_lines(partner) + area_lines

        with patch.object(Partner, "_counterparty_banner", lines):
            self.freight.invalidate_recordset()

            self.assertEqual(self.freight.counterparty_banner, "Over")
            self.assertEqual(self.freight.counterparty_banner_level, "danger")
