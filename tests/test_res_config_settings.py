from lxml import etree

from odoo.tests import Form, tagged

from ..models.counterparty_document_reminder import REMINDER_CRON
from ..models.counterparty_sale_fact_check import FACT_CRON
from ..models.res_config_settings import DESK_JOBS
from .common import CounterpartyCase

AREAS = {
    "group_counterparty_history": ("group_area_history", "counterparty_menu_history"),
    "group_counterparty_holding": ("group_area_holding", "counterparty_menu_holding"),
    "group_counterparty_campaign": ("group_area_campaign", "counterparty_menu_campaign"),
    "group_counterparty_profit": ("group_area_profit", "counterparty_profit_menu_report"),
}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestResConfigSettings(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._user(
            "adam", "base.group_system", "group_manager", "mass_mailing.group_mass_mailing_user"
        )

    def _set(self, **values):
        with Form(self.env["res.config.settings"].with_user(self.admin)) as form:
            for name, value in values.items():
                form[name] = value
        form.record.execute()
        self.env.invalidate_all()

    def _settings(self):
        return Form(self.env["res.config.settings"].with_user(self.admin))

    def _menus(self, user):
        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        return self.env["ir.ui.menu"].browse(visible)

    def test_everything_is_on_after_installation(self):
        settings = self._settings()

        self.assertTrue(settings.counterparty_roles_from_documents)
        for name in AREAS:
            with self.subTest(switch=name):
                self.assertTrue(settings[name])

    def test_area_switched_off_hides_its_menu_and_keeps_its_data(self):
        role = self._role(self.holding, self.head)
        for switch, (group, menu) in AREAS.items():
            with self.subTest(switch=switch):
                menu = self.env.ref(f"counterparty_crm.{menu}")
                self.assertIn(menu, self._menus(self.admin))

                self._set(**{switch: False})

                self.assertNotIn(menu, self._menus(self.admin))
                self.assertFalse(self.user.has_group(f"counterparty_crm.{group}"))
                self.assertFalse(self._settings()[switch])
        self.assertTrue(role.exists())

    def test_a_branch_sets_the_credit_of_its_company(self):
        company = self.env.company
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": company.id})
        self.admin.company_ids |= branch
        settings = self.env["res.config.settings"].with_user(self.admin).with_company(branch)

        with Form(settings) as form:
            self.assertEqual(form.counterparty_credit_mode, "off")
            form.counterparty_credit_mode = "warn"
        form.record.execute()

        self.assertEqual(company.counterparty_credit_mode, "warn")

    def test_profit_switched_off_leaves_the_forms_and_lets_the_check_rest(self):
        job = self.env.ref(FACT_CRON)
        self.admin.group_ids |= self.env.ref("counterparty_crm.group_cost_profit")
        campaign = self.env["utm.campaign"].with_user(self.admin).create({"title": "Spring"})
        self.assertIn("counterparty_profit_12m", self._partner_form_fields())
        self.assertTrue(campaign.counterparty_profit_on)

        self._set(group_counterparty_profit=False)

        self.assertNotIn("counterparty_profit_12m", self._partner_form_fields())
        self.assertFalse(campaign.counterparty_profit_on)
        self.assertFalse(job.active)

        self._set(group_counterparty_profit=True)

        self.assertTrue(job.active)

    def _partner_form_fields(self):
        views = self.env["res.partner"].with_user(self.admin).get_views([(False, "form")])
        return set(etree.fromstring(views["views"]["form"]["arch"]).xpath("//field/@name"))

    def test_jobs_of_the_desk_rest_with_it(self):
        jobs = self.env["ir.cron"].union(*(self.env.ref(name) for name in DESK_JOBS))
        self.assertEqual(jobs.mapped("active"), [True] * len(DESK_JOBS))

        self._set(group_counterparty_request=False)
        self.assertFalse(any(jobs.mapped("active")))

        self._set(group_counterparty_request=True)
        self.assertTrue(all(jobs.mapped("active")))

    def test_what_tells_of_campaigns_goes_with_them(self):
        self.admin.group_ids |= self.env.ref("sales_team.group_sale_salesman")
        report = self.env.ref("counterparty_crm.counterparty_campaign_report_menu").id
        self.assertIn(report, self.env["ir.ui.menu"].with_user(self.admin).load_menus(False))

        self._set(group_counterparty_campaign=False)

        self.assertNotIn(report, self.env["ir.ui.menu"].with_user(self.admin).load_menus(False))

    def test_holdings_switched_off_take_their_tile_along(self):
        partner = self.holding.with_user(self.user)
        self._role(self.holding, self.head)
        self.assertIn("holding", [tile["code"] for tile in partner.get_counterparty_tiles()])

        self._set(group_counterparty_holding=False)

        self.assertNotIn("holding", [tile["code"] for tile in partner.get_counterparty_tiles()])

    def test_area_switched_on_again_shows_its_menu(self):
        menu = self.env.ref("counterparty_crm.counterparty_menu_holding")
        self._set(group_counterparty_holding=False)

        self._set(group_counterparty_holding=True)

        self.assertIn(menu, self._menus(self.user))

    def test_roles_from_documents_are_switched_off_and_on(self):
        self._set(counterparty_roles_from_documents=False)

        self.assertFalse(self._settings().counterparty_roles_from_documents)
        self._order(self.freight)
        self._commit()
        self.assertFalse(self._roles(self.freight))

        self._set(counterparty_roles_from_documents=True)

        self.assertTrue(self._settings().counterparty_roles_from_documents)
        self._order(self.foods)
        self._commit()
        self.assertTrue(self._roles(self.foods))

    def test_other_settings_leave_the_switches_alone(self):
        self._set(counterparty_roles_from_documents=False, group_counterparty_holding=False)

        self._set(group_counterparty_campaign=False)

        settings = self._settings()
        self.assertFalse(settings.counterparty_roles_from_documents)
        self.assertFalse(settings.group_counterparty_holding)

    def test_settings_open_and_save_when_a_job_was_deleted(self):
        self.env.ref(REMINDER_CRON).unlink()

        self._set(group_counterparty_campaign=False)

        self.assertFalse(self._settings().counterparty_document_reminders)

    def test_menus_are_for_their_users(self):
        root = self.env.ref("counterparty_crm.counterparty_menu_root")
        configuration = self.env.ref("counterparty_crm.counterparty_menu_configuration")
        cases = [
            (self.plain, False, False),
            (self.profit_user, False, False),
            (self.user, True, False),
            (self.officer, True, False),
            (self.manager, True, True),
        ]
        for user, sees_app, sees_configuration in cases:
            with self.subTest(user=user.login):
                menus = self._menus(user)
                self.assertIs(root in menus, sees_app)
                self.assertIs(configuration in menus, sees_configuration)
