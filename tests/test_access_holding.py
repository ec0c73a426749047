from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_counterparty_group_credit import GroupCreditCase

NOBODY, READ, ALL = "", "r", "rwcu"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install", "counterparty_holding")
class TestAccessHolding(GroupCreditCase):
    """Who may see and change what of a group, in the own company and in another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("acca", "group_user", "account.group_account_invoice")
        cls.auditor = cls._user("audrey", "account.group_account_readonly")
        cls.part = cls.env["counterparty.holding.reserve"].create(
            {"limit_id": cls.limit.id, "partner_id": cls.foods.id, "amount": 10}
        )
        cls._invoice(cls.foods, 100)
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env.flush_all()

    def _people(self):
        return {
            "plain": self.plain,
            "portal": self.portal,
            "user": self.user,
            "officer": self.officer,
            "manager": self.manager,
            "seller": self.seller,
            "decider": self.decider,
            "accountant": self.accountant,
            "auditor": self.auditor,
        }

    def _members(self, *_args):
        Member = self.env["counterparty.holding.member"]
        return Member.with_context(counterparty_holding_ids=self.group.ids).search([])

    def _query(self, model):
        Model = self.env[model].with_context(counterparty_holding_ids=self.group.ids)
        return Model.search([])

    def test_everybody_has_the_rights_of_his_work(self):
        nobody = dict.fromkeys(self._people(), NOBODY)
        readers = {**nobody, "user": READ, "accountant": READ}
        # a seller of all documents is an officer
        officers = ("officer", "manager", "seller", "decider")
        books = {**nobody, "accountant": READ, "auditor": READ}
        cases = [
            (self.to_freight, {**readers, **dict.fromkeys(officers, ALL)}),
            (self.group, {**readers, **dict.fromkeys(officers, "rwc"), "manager": ALL}),
            (self.owned, {**readers, **dict.fromkeys(officers, READ), "manager": "rwc"}),
            (self.limit, {**nobody, **dict.fromkeys(officers, READ), "manager": ALL}),
            (self.part, {**nobody, **dict.fromkeys(officers, READ), "manager": ALL}),
            (self._members(), {**readers, **dict.fromkeys(officers, READ)}),
            (self._query("counterparty.holding.figure"), books),
            (self._query("counterparty.holding.sale"), books),
        ]
        for records, rights in cases:
            for name, user in self._people().items():
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=records._name, user=name, operation=operation):
                        model = self.env[records._name].with_user(user)
                        expected = letter in rights[name]
                        if records == self.owned and operation == "unlink":
                            continue  # the core stays whoever asks
                        self.assertIs(model.has_access(operation), expected)
                        if operation == "read":
                            self.assertIs(records.with_user(user).has_access("read"), expected)

    def test_nobody_of_another_company_sees_what_belongs_to_one(self):
        stranger = self.elsewhere
        for user in self._people().values():
            if user not in (self.portal, self.auditor):
                user.write({"company_ids": [Command.set(stranger.ids)], "company_id": stranger.id})
        self.freight.company_id = self.company
        own = self.env["counterparty.holding"].create(
            {"name": "Ours alone", "head_id": self.late_payer.id, "company_id": self.company.id}
        )
        self.env.flush_all()

        cases = [
            (self.to_freight, self.officer),
            (own, self.manager),
            (self.limit, self.manager),
            (self.part, self.manager),
        ]
        for record, user in cases:
            with self.subTest(model=record._name):
                theirs = record.with_user(user).with_company(stranger)
                self.assertFalse(theirs.search([("id", "=", record.id)]))
                for operation in OPERATIONS.values():
                    if operation != "create":
                        self.assertFalse(theirs.has_access(operation))
        for model in ("counterparty.holding.figure", "counterparty.holding.sale"):
            with self.subTest(model=model):
                self.assertFalse(self._query(model).with_user(self.accountant).search([]))
        self.assertNotIn(self.freight, self._members().with_user(self.user).search([]).partner_id)

    def test_whoever_is_in_both_companies_sees_both(self):
        other_limit = self.env["counterparty.holding.limit"].create(
            {"holding_id": self.group.id, "company_id": self.elsewhere.id, "amount": 7}
        )
        self.manager.company_ids = [Command.link(self.elsewhere.id)]

        Limit = self.env["counterparty.holding.limit"].with_user(self.manager)
        both = Limit.with_context(allowed_company_ids=(self.company | self.elsewhere).ids)

        found = [("holding_id", "=", self.group.id)]
        self.assertEqual(both.search(found), self.limit | other_limit)
        self.assertEqual(Limit.with_company(self.company).search(found), self.limit)

    def test_the_limit_of_one_company_does_not_bind_another(self):
        self.elsewhere.counterparty_credit_mode = "block"
        self.seller.write({"company_ids": [Command.link(self.elsewhere.id)]})
        order = self._amount_order(self.foods, 9999, company_id=self.elsewhere.id)

        order.with_user(self.seller).with_company(self.elsewhere).action_confirm()

        self.assertEqual(order.state, "sale")
        self.assertEqual(self.limit.exposure, 100)

    def test_wizards_are_for_those_who_may_do_what_they_do(self):
        order = self._amount_order(self.foods, 5000)
        cases = {
            "counterparty.membership.change": (
                {"membership_ids": self.to_freight.ids},
                {"officer", "manager", "seller", "decider"},
            ),
            "counterparty.credit.dry.run": ({}, {"manager"}),
            "counterparty.credit.override": ({"order_id": order.id, "reason": "x"}, {"decider"}),
            "counterparty.membership.import": (
                {},
                {"user", "officer", "manager", "seller", "decider", "accountant"},
            ),
        }
        for model, (values, allowed) in cases.items():
            for name, user in self._people().items():
                with self.subTest(model=model, user=name):
                    wizard = self.env[model].with_user(user)
                    if name in allowed:
                        self.assertTrue(wizard.create(values))
                    else:
                        with self.assertRaises(AccessError):
                            wizard.create(values)

    def test_an_import_is_for_officers_and_an_export_shows_what_one_may_see(self):
        self.freight.company_id = self.elsewhere
        wizard = self.env["counterparty.membership.import"].with_user(self.user).create({})

        rows = list(wizard._get_export_rows())
        with self.assertRaises(AccessError):
            wizard.action_import()

        self.assertIn("Northwind Foods", [row[1] for row in rows])
        self.assertNotIn("Northwind Freight", [row[1] for row in rows])

    def test_only_an_officer_adds_companies_on_the_form(self):
        cases = {self.user: 0, self.accountant: 0, self.officer: 2, self.manager: 2}
        for user, buttons in cases.items():
            with self.subTest(user=user.name):
                view = (
                    self.env["res.partner"]
                    .with_user(user)
                    .get_view(self.env.ref("base.view_partner_form").id, "form")
                )
                self.assertEqual(view["arch"].count("action_add_counterparty_"), buttons + 1)
