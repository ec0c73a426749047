from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyRights(CounterpartyCase):
    """Presets of rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._user("kara", "base.group_erp_manager")
        cls.admin = cls._user("adam", "base.group_erp_manager", "group_manager")

    def _apply(self, giver=None, **presets):
        wizard = self.env["counterparty.rights"].with_user(giver or self.keeper).create({})
        for line in wizard.line_ids:
            line.preset = presets.get(line.user_id.login, "keep")
        wizard.action_apply()
        self.env.invalidate_all()

    def _groups(self, user):
        names = (
            "group_user",
            "group_officer",
            "group_manager",
            "group_cost_profit",
            "group_personal_documents",
            "group_credit_override",
        )
        return {name for name in names if user.has_group(f"counterparty_crm.{name}")}

    def test_presets_give_their_rights(self):
        sue, abe, max_ = self._user("sue"), self._user("abe"), self._user("max")

        self._apply(sue="sales", abe="accounts", max="management")

        self.assertEqual(self._groups(sue), {"group_user"})
        self.assertEqual(self._groups(abe), {"group_user", "group_officer", "group_cost_profit"})
        self.assertEqual(
            self._groups(max_),
            {
                "group_user",
                "group_officer",
                "group_manager",
                "group_cost_profit",
                "group_credit_override",
            },
        )

    def test_preset_never_takes_a_right_away(self):
        before = self._groups(self.manager)
        self.manager.group_ids |= self.env.ref("counterparty_crm.group_personal_documents")

        self._apply(mona="sales")

        self.assertEqual(self._groups(self.manager), before | {"group_personal_documents"})

    def test_users_without_a_preset_stay_as_they_are(self):
        explicit = self.plain.group_ids

        self._apply(una="accounts")

        self.assertEqual(self.plain.group_ids, explicit)
        self.assertIn("group_officer", self._groups(self.user))

    def test_internal_users_are_listed_with_their_present_rights(self):
        form = Form(self.env["counterparty.rights"].with_user(self.keeper))

        lines = {line["user_id"]: line["present"] for line in form.line_ids._records}

        self.assertEqual(lines[self.officer.id], "Officer")
        self.assertEqual(lines[self.profit_user.id], "Sees cost and profit")
        self.assertFalse(lines[self.plain.id])
        self.assertNotIn(self.portal.id, lines)

    def test_given_rights_tick_the_step(self):
        self._apply(self.admin)

        setup = self.env["onboarding.onboarding"].with_user(self.admin).get_counterparty_setup()
        done = {step["action"]: step["done"] for step in setup["steps"]}
        self.assertTrue(done["action_open_counterparty_rights"])

    def test_managers_of_counterparties_give_no_rights(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.rights"].with_user(self.manager).create({})
