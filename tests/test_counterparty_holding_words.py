from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_counterparty_group_credit import GroupCreditCase

OTHER = "a counterparty of another company"


@tagged("post_install", "-at_install", "counterparty_holding")
class TestHoldingWords(GroupCreditCase):
    """Refusals name what their reader may see, and nothing of a company he is not in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.secret = cls._company("Secret Ltd", company_id=cls.elsewhere.id)
        cls.free = cls._company("Free Ltd")

    def _refusal(self, error, action, *args):
        with self.assertRaises(error) as refused:
            action(*args)
        return str(refused.exception)

    def test_a_second_owner_of_another_company_is_not_named(self):
        self._membership(self.secret, self.free, kind=self.branch)
        Membership = self.env["counterparty.membership"].with_user(self.officer)
        vals = {"owner_id": self.foods.id, "member_id": self.free.id, "kind_id": self.branch.id}

        message = self._refusal(ValidationError, Membership.create, vals)

        self.assertIn(OTHER, message)
        self.assertIn("Free Ltd", message)
        self.assertNotIn("Secret", message)

    def test_those_who_may_see_read_the_name(self):
        self._membership(self.secret, self.free, kind=self.branch)
        self.officer.company_ids = [Command.link(self.elsewhere.id)]
        companies = (self.company | self.elsewhere).ids
        Membership = self.env["counterparty.membership"].with_user(self.officer)
        Membership = Membership.with_context(allowed_company_ids=companies)
        vals = {"owner_id": self.foods.id, "member_id": self.free.id, "kind_id": self.branch.id}

        message = self._refusal(ValidationError, Membership.create, vals)

        self.assertIn("Secret Ltd", message)

    def test_a_rule_of_a_kind_names_no_rows_of_another_company(self):
        self._membership(self.secret, self.secret, kind=self._own_shares())
        kind = self._own_shares().with_user(self.manager)

        message = self._refusal(ValidationError, kind.write, {"allows_self": False})

        self.assertIn(OTHER, message)
        self.assertNotIn("Secret", message)

    def _own_shares(self):
        Kind = self.env["counterparty.membership.kind"]
        return Kind.search([("code", "=", "own_shares")]) or Kind.create(
            {"name": "Own shares", "code": "own_shares", "allows_self": True}
        )

    def test_a_partner_kept_by_another_company_is_not_deleted_nor_made_a_contact(self):
        self._membership(self.secret, self.free, 10)
        free = self.free.with_user(self.manager)
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")

        deleted = self._refusal(UserError, free.unlink)
        moved = self._refusal(
            ValidationError, free.write, {"parent_id": self.foods.id, "is_company": False}
        )

        for message in (deleted, moved):
            self.assertIn(OTHER, message)
            self.assertNotIn("Secret", message)

    def test_a_partner_in_a_group_of_another_company_is_not_deleted(self):
        self.env["counterparty.holding"].create(
            {
                "name": "Secret Group",
                "company_id": self.elsewhere.id,
                "head_id": self.secret.id,
                "include_ids": [Command.link(self.free.id)],
            }
        )
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")

        message = self._refusal(UserError, self.free.with_user(self.manager).unlink)

        self.assertIn("a group of another company", message)
        self.assertNotIn("Secret", message)

    def test_a_merge_names_no_contradiction_of_another_company(self):
        twin = self._company("Free Limited")
        self._membership(self.secret, self.free, 10)
        self._membership(self.secret, twin, 20)
        Membership = self.env["counterparty.membership"].with_user(self.manager)

        message = self._refusal(UserError, Membership._counterparty_merge, twin, self.free)

        self.assertIn(OTHER, message)
        self.assertNotIn("Secret", message)

    def test_a_merge_names_no_group_of_another_company(self):
        twin = self._company("Northwind Twin")
        self.env["counterparty.holding"].create(
            {"name": "Secret Group", "head_id": twin.id, "company_id": self.elsewhere.id}
        )
        Holding = self.env["counterparty.holding"].with_user(self.manager)

        message = self._refusal(UserError, Holding._counterparty_merge, twin, self.holding)

        self.assertIn("a group of another company", message)
        self.assertNotIn("Secret", message)

    def test_a_stopped_order_names_no_head_of_another_company(self):
        self._membership(self.secret, self.free, 100)
        hidden = self.env["counterparty.holding"].create(
            {"name": "Secret Group", "head_id": self.secret.id, "company_id": self.elsewhere.id}
        )
        self.env["counterparty.holding.limit"].create(
            {"holding_id": hidden.id, "company_id": self.company.id, "amount": 10}
        )

        message = self._refusal(UserError, self._sell, self.free, 100)

        self.assertIn(OTHER, message)
        self.assertIn("a group of another company", message)
        self.assertNotIn("Secret", message)
        self.assertIn("90.00", message)
