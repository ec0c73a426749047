from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CounterpartyCase

STEPS = (
    "action_open_counterparty_derivation",
    "action_open_counterparty_rights",
    "action_open_counterparty_settings",
    "action_open_counterparty_types",
    "action_open_counterparty_without_role",
    "action_open_counterparty_desk",
)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestOnboardingCounterparty(CounterpartyCase):
    """The setup list on the first screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._user("adam", "group_manager", "base.group_system")

    def _setup(self, user=None):
        Onboarding = self.env["onboarding.onboarding"].with_user(user or self.admin)
        return Onboarding.get_counterparty_setup()["steps"]

    def _done(self, user=None):
        return {step["action"]: step["done"] for step in self._setup(user)}

    def _open(self, action, user=None):
        Step = self.env["onboarding.onboarding.step"].with_user(user or self.admin)
        return getattr(Step, action)()

    def test_administrator_sees_the_steps_in_order(self):
        steps = self._setup()

        self.assertEqual([step["action"] for step in steps], list(STEPS))
        self.assertFalse(any(step["done"] for step in steps))
        self.assertTrue(all(step["title"] and step["description"] for step in steps))

    def test_manager_without_the_rights_of_the_host_sees_only_what_opens(self):
        actions = [step["action"] for step in self._setup(self.manager)]

        self.assertEqual(actions, [STEPS[0], *STEPS[3:]])

    def test_a_step_of_an_area_goes_with_the_area(self):
        users = self.env.ref("counterparty_crm.group_user")
        users.implied_ids -= self.env.ref("counterparty_crm.group_area_request")

        self.assertNotIn(STEPS[5], [step["action"] for step in self._setup()])

    def test_others_see_no_steps(self):
        for user in (self.user, self.officer, self.plain, self.portal):
            with self.subTest(user=user.login):
                self.assertEqual(self._setup(user), [])

    def test_every_step_opens_its_screen(self):
        models = {name: self._open(name)["res_model"] for name in STEPS}

        self.assertEqual(
            list(models.values()),
            [
                "counterparty.derivation",
                "counterparty.rights",
                "res.config.settings",
                "counterparty.type",
                "res.partner",
                "counterparty.request.team",
            ],
        )

    def test_step_without_role_opens_the_filtered_list(self):
        action = self._open("action_open_counterparty_without_role")

        self.assertEqual(action["context"], {"search_default_without_role": 1})

    def test_looking_at_the_types_ticks_their_step_only(self):
        self._open("action_open_counterparty_types")

        done = self._done()
        self.assertEqual([name for name in STEPS if done[name]], [STEPS[3]])

    def test_steps_that_need_a_decision_are_not_ticked_by_opening(self):
        self._open("action_open_counterparty_derivation")
        self._open("action_open_counterparty_rights")

        self.assertFalse(any(self._done().values()))

    def test_only_managers_tick_steps(self):
        for user in (self.user, self.plain, self.portal):
            for name in STEPS:
                with self.subTest(user=user.login, step=name):
                    try:
                        self._open(name, user)
                    except AccessError:
                        continue
                    finally:
                        self.env.invalidate_all()
                        self.assertFalse(any(self._done().values()))

    def test_dismissed_list_is_gone_for_all_managers_of_the_company(self):
        self.env["onboarding.onboarding"].with_user(self.manager).dismiss_counterparty_setup()

        self.env.invalidate_all()
        self.assertEqual(self._setup(), [])
        self.assertEqual(self._setup(self.manager), [])

    def test_only_managers_dismiss_the_list(self):
        for user in (self.user, self.officer, self.plain, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["onboarding.onboarding"].with_user(user).dismiss_counterparty_setup()
        self.assertEqual(len(self._setup()), 6)

    def test_list_of_another_company_stays(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        there = self._user(
            "max", "group_manager", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )

        self.env["onboarding.onboarding"].with_user(self.manager).dismiss_counterparty_setup()

        self.assertEqual(len(self._setup(there)), 4)
