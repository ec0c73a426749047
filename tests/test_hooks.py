from unittest.mock import patch

from odoo.tests import tagged

from ..hooks import (
    MARGINS_WERE_VISIBLE,
    narrow_margins_kept,
    post_init_hook,
    pre_init_hook,
    uninstall_hook,
)
from ..models.counterparty_sale_fact_fill import ORDER_COST, SINCE
from .common import CounterpartyCase

MARGIN_GROUP = "counterparty_crm.group_sale_margin"
PROFIT_GROUP = "counterparty_crm.group_cost_profit"


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestHooks(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("sid", "sales_team.group_sale_salesman")
        cls.params = cls.env["ir.config_parameter"]

    def _updated(self, *modules):
        return patch.object(self.env.registry, "updated_modules", list(modules))

    def test_margins_of_before_are_remembered(self):
        margin = self.env["ir.module.module"].search([("name", "=", "sale_margin")])
        cases = [
            ("installed", (), "True"),
            ("installed", ("base", "sale_margin"), "False"),
            ("uninstalled", (), "False"),
        ]
        for state, updated, expected in cases:
            with self.subTest(state=state, updated=updated), self._updated(*updated):
                margin.state = state

                pre_init_hook(self.env)

                self.assertEqual(self.params.get_param(MARGINS_WERE_VISIBLE), expected)

    def test_sellers_who_saw_margins_go_on_seeing_them(self):
        with self._updated():
            pre_init_hook(self.env)

        post_init_hook(self.env)

        self.assertTrue(self.seller.has_group(MARGIN_GROUP))
        self.assertFalse(self.seller.has_group(PROFIT_GROUP))
        self.assertFalse(self.plain.has_group(MARGIN_GROUP))
        self.assertFalse(self.portal.has_group(MARGIN_GROUP))
        self.assertFalse(self.params.get_param(MARGINS_WERE_VISIBLE))

    def test_later_sellers_are_asked_for(self):
        with self._updated():
            pre_init_hook(self.env)
        post_init_hook(self.env)

        later = self._user("lea", "sales_team.group_sale_salesman")

        self.assertFalse(later.has_group(MARGIN_GROUP))

    def test_margins_that_come_with_us_stay_hidden_from_sellers(self):
        with self._updated("sale_margin"):
            pre_init_hook(self.env)

        post_init_hook(self.env)

        self.assertFalse(self.seller.has_group(MARGIN_GROUP))
        self.assertFalse(self.params.get_param(MARGINS_WERE_VISIBLE))

    def test_upgrade_narrows_what_the_installation_gave_to_sellers(self):
        boss = self._user("bob", "sales_team.group_sale_manager")
        keeper = self._user("kim", "account.group_account_readonly", PROFIT_GROUP)
        self.seller.group_ids += self.env.ref(PROFIT_GROUP)
        self.params.set_param(SINCE, "2099-01-01 00:00:00")
        self.params.set_param(ORDER_COST, "True")

        narrowed = narrow_margins_kept(self.env)

        self.assertIn(self.seller, narrowed)
        self.assertTrue(self.seller.has_group(MARGIN_GROUP))
        self.assertFalse(self.seller.has_group(PROFIT_GROUP))
        self.assertTrue(boss.has_group(PROFIT_GROUP))
        self.assertTrue(keeper.has_group(PROFIT_GROUP))

    def test_upgrade_narrows_nobody_who_was_given_the_right_on_purpose(self):
        self.seller.group_ids += self.env.ref(PROFIT_GROUP)
        cases = {"margins came with us": ("2099-01-01 00:00:00", "False")}
        cases["came after the installation"] = ("2001-01-01 00:00:00", "True")
        for why, (since, trusted) in cases.items():
            with self.subTest(why):
                self.params.set_param(SINCE, since)
                self.params.set_param(ORDER_COST, trusted)

                self.assertFalse(narrow_margins_kept(self.env))
                self.assertTrue(self.seller.has_group(PROFIT_GROUP))

    def test_installation_derives_roles_quietly(self):
        self._order(self.freight, confirmed=True)
        self.env.flush_all()
        messages = self.env["mail.message"].search_count([])

        post_init_hook(self.env)

        role = self._roles(self.freight)
        self.assertEqual((role.type_id, role.source), (self.customer, "install"))
        self.assertEqual(self.env["mail.message"].search_count([]), messages)

    def test_uninstallation_leaves_no_parameter_of_ours(self):
        self.params.set_param("counterparty_crm.roles_from_documents", "False")
        self.params.set_param("counterparty_other.key", "kept")

        uninstall_hook(self.env)

        self.assertFalse(self.params.search([("key", "=like", "counterparty_crm.%")]))
        self.assertEqual(self.params.get_param("counterparty_other.key"), "kept")

    def test_uninstallation_leaves_no_row_of_numbers(self):
        self.env.company._create_request_sequences()
        sequence = self.env.company.counterparty_request_sequence_id

        uninstall_hook(self.env)

        self.assertFalse(sequence.exists())
