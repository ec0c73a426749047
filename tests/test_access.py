from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CounterpartyCase

NOBODY, READ, ALL = "", "r", "rwcu"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
# customers read their own requests, and nothing else of ours
PORTAL = {"counterparty.request": READ}
# model -> rights of user, officer, manager; plain employees have none
RIGHTS = {
    "counterparty.type": (READ, READ, ALL),
    "counterparty.section": (READ, READ, ALL),
    "counterparty.role": (ALL, ALL, ALL),
    "counterparty.requirement": (READ, READ, "rw"),
    "counterparty.type.designer": (NOBODY, NOBODY, ALL),
    "counterparty.type.designer.line": (NOBODY, NOBODY, ALL),
    "counterparty.document.kind": (READ, READ, ALL),
    "counterparty.document": ("rwc", ALL, ALL),
    "counterparty.document.discount": (ALL, ALL, ALL),
    "counterparty.document.period": (READ, READ, READ),
    "counterparty.stage.rule": (READ, READ, ALL),
    "counterparty.stage.report": (NOBODY, NOBODY, NOBODY),
    "counterparty.contact.effect": (NOBODY, NOBODY, ALL),
    "counterparty.contact.effect.line": (NOBODY, NOBODY, ALL),
    "counterparty.handover": (NOBODY, NOBODY, ALL),
    "counterparty.handover.line": (NOBODY, NOBODY, READ),
    "counterparty.derivation": (NOBODY, NOBODY, ALL),
    "counterparty.derivation.line": (NOBODY, NOBODY, ALL),
    # rows are those of the user's own orders
    "counterparty.trade.open": (READ, READ, READ),
    "counterparty.trade.product": (READ, READ, READ),
    # holding; credit overrides and the ownership page have groups of their own
    "counterparty.membership.kind": (READ, READ, ALL),
    "counterparty.membership": (READ, ALL, ALL),
    "counterparty.membership.change": (NOBODY, ALL, ALL),
    "counterparty.membership.import": (ALL, ALL, ALL),
    "counterparty.holding": (READ, "rwc", ALL),
    "counterparty.holding.day": (ALL, ALL, ALL),
    "counterparty.holding.exception": (READ, ALL, ALL),
    "counterparty.holding.member": (READ, READ, READ),
    "counterparty.holding.figure": (NOBODY, NOBODY, NOBODY),
    "counterparty.holding.sale": (NOBODY, NOBODY, NOBODY),
    "counterparty.holding.limit": (NOBODY, READ, ALL),
    "counterparty.holding.reserve": (NOBODY, READ, ALL),
    "counterparty.credit.override": (NOBODY, NOBODY, NOBODY),
    "counterparty.credit.dry.run": (NOBODY, NOBODY, ALL),
    "counterparty.credit.dry.run.line": (NOBODY, NOBODY, ALL),
    "counterparty.ownership": (NOBODY, NOBODY, NOBODY),
    "counterparty.ownership.line": (NOBODY, NOBODY, NOBODY),
    "counterparty.rights": (NOBODY, NOBODY, NOBODY),
    "counterparty.rights.line": (NOBODY, NOBODY, NOBODY),
    # request
    "counterparty.request": ("rwc", "rwc", ALL),
    "counterparty.request.submission": (NOBODY, NOBODY, READ),
    "counterparty.request.category": (READ, READ, ALL),
    "counterparty.request.conversion": (READ, READ, "rw"),
    "counterparty.request.document": (READ, READ, READ),
    "counterparty.request.convert": (ALL, ALL, ALL),
    "counterparty.request.answer": (ALL, ALL, ALL),
    "counterparty.request.merge": (ALL, ALL, ALL),
    "counterparty.request.ask": (ALL, ALL, ALL),
    "counterparty.request.find": (ALL, ALL, ALL),
    "counterparty.request.takeover": (NOBODY, NOBODY, ALL),
    "counterparty.request.phone": (ALL, ALL, ALL),
    "counterparty.request.split": (ALL, ALL, ALL),
    "counterparty.published.answer": (READ, ALL, ALL),
    "counterparty.request.team": (READ, READ, ALL),
    "counterparty.request.member": (READ, READ, ALL),
    "counterparty.request.tag": (READ, ALL, ALL),
    "counterparty.request.sla": (READ, READ, ALL),
    "counterparty.request.interval": (READ, READ, READ),
    "counterparty.request.report": (READ, READ, READ),
    "counterparty.request.backlog": (READ, READ, READ),
    "counterparty.request.explanation": (ALL, ALL, ALL),
    "counterparty.request.explanation.line": (ALL, ALL, ALL),
    # campaign
    "counterparty.inbox": (READ, READ, READ),
    "counterparty.acknowledgement": (READ, READ, READ),
    "counterparty.mailbox.setup": (NOBODY, NOBODY, ALL),
    "counterparty.interaction": ("rw", "rw", "rw"),
    "counterparty.reminder": (NOBODY, NOBODY, READ),
    "counterparty.plan.report": (READ, READ, READ),
    "counterparty.interaction.log": (ALL, ALL, ALL),
    # figures are for sales and accounts: see test_counterparty_profit_report
    "counterparty.sale.fact": (NOBODY, NOBODY, NOBODY),
    "counterparty.sale.fact.kept": (NOBODY, NOBODY, NOBODY),
    "counterparty.profit.report": (NOBODY, NOBODY, NOBODY),
    "counterparty.campaign.report": (NOBODY, NOBODY, NOBODY),
    "counterparty.profit.holding.report": (NOBODY, NOBODY, NOBODY),
    "counterparty.sale.correction": (NOBODY, READ, READ),
    "counterparty.cost": (NOBODY, NOBODY, ALL),
    "counterparty.campaign.correction": (NOBODY, NOBODY, ALL),
    "counterparty.attribution.comparison": (NOBODY, NOBODY, ALL),
    "counterparty.attribution.comparison.line": (NOBODY, NOBODY, ALL),
    "counterparty.fact.check": (NOBODY, NOBODY, ALL),
    "counterparty.fact.check.line": (NOBODY, NOBODY, ALL),
    "counterparty.unit.cost.import": (NOBODY, NOBODY, ALL),
    # statements are for accounts: see test_counterparty_statement
    "counterparty.statement": (NOBODY, NOBODY, NOBODY),
    "counterparty.statement.balance": (NOBODY, NOBODY, NOBODY),
    "counterparty.statement.run": (NOBODY, NOBODY, NOBODY),
    "counterparty.statement.reply": (NOBODY, NOBODY, NOBODY),
    "counterparty.statement.reply.line": (NOBODY, NOBODY, NOBODY),
    "counterparty.statement.account": (NOBODY, NOBODY, ALL),
    # portal
    "counterparty.authorization": (READ, "rwc", ALL),
    "counterparty.authorization.end": (NOBODY, ALL, ALL),
    "counterparty.change": (READ, READ, READ),
    "counterparty.consent": (READ, READ, READ),
    "counterparty.preview": (NOBODY, NOBODY, READ),
    "counterparty.document.download": (READ, READ, READ),
    "counterparty.request.line": (ALL, ALL, ALL),
    "counterparty.visibility": (NOBODY, NOBODY, ALL),
    "counterparty.visibility.line": (NOBODY, NOBODY, ALL),
}


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestAccess(CounterpartyCase):
    def test_every_model_has_the_rights_of_its_users(self):
        for model, rights in RIGHTS.items():
            people = zip((self.user, self.officer, self.manager), rights, strict=True)
            outside = [(self.plain, NOBODY), (self.portal, PORTAL.get(model, NOBODY))]
            for user, allowed in [*people, *outside]:
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, user=user.login, operation=operation):
                        has_access = self.env[model].with_user(user).has_access(operation)
                        self.assertIs(has_access, letter in allowed)

    def test_no_model_is_forgotten(self):
        ours = {
            name
            for name, cls in self.env.registry.items()
            if name.startswith("counterparty.") and not cls._abstract
        }

        self.assertEqual(ours, set(RIGHTS))

    def test_rights_are_given_by_administrators_of_users(self):
        keeper = self._user("kara", "base.group_erp_manager")

        for model in ("counterparty.rights", "counterparty.rights.line"):
            with self.subTest(model=model):
                self.assertTrue(self.env[model].with_user(keeper).has_access("create"))

    # ------------------------------------------------------------
    # Roles: own, nobody's, another's
    # ------------------------------------------------------------

    def _three_roles(self):
        return {
            "own": self._role(self.freight, responsible_id=self.user.id),
            "nobody's": self._role(self.foods),
            "another's": self._role(self.late_payer, responsible_id=self.officer.id),
        }

    def test_users_change_own_and_unassigned_roles_and_read_all(self):
        for whose, role in self._three_roles().items():
            mine = role.with_user(self.user)
            for operation in ("write", "unlink"):
                with self.subTest(role=whose, operation=operation):
                    self.assertIs(mine.has_access(operation), whose != "another's")
            self.assertTrue(mine.has_access("read"))

    def test_user_who_changes_the_role_of_another_is_refused(self):
        role = self._three_roles()["another's"].with_user(self.user)

        with self.assertRaises(AccessError):
            role.note = "Mine now"
        with self.assertRaises(AccessError):
            role.responsible_id = self.user
        with self.assertRaises(AccessError):
            role.action_end()

    def test_officers_and_managers_change_all_roles(self):
        for whose, role in self._three_roles().items():
            for user in (self.officer, self.manager):
                with self.subTest(role=whose, user=user.login):
                    role.with_user(user).note = user.login
                    self.assertEqual(role.note, user.login)

    def test_user_creates_roles_for_own_and_unassigned_counterparties(self):
        Role = self.env["counterparty.role"].with_user(self.user)
        self.freight.user_id = self.user
        self.late_payer.user_id = self.officer

        own = Role.create({"partner_id": self.freight.id, "type_id": self.customer.id})
        free = Role.create({"partner_id": self.foods.id, "type_id": self.customer.id})

        self.assertEqual((own.responsible_id, free.responsible_id.ids), (self.user, []))
        with self.assertRaises(AccessError):
            Role.create({"partner_id": self.late_payer.id, "type_id": self.customer.id})

    def test_plain_employees_and_portal_users_read_no_roles(self):
        role = self._role(self.portal.partner_id)

        for user in (self.plain, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                role.with_user(user).read(["type_id"])

    # ------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------

    def _role_elsewhere(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        return self._role(self._company("Far Away", company_id=other.id)), other

    def test_roles_of_another_company_are_invisible_to_all(self):
        role, _other = self._role_elsewhere()

        for user in (self.user, self.officer, self.manager):
            with self.subTest(user=user.login):
                self.assertFalse(role.with_user(user).search([("id", "=", role.id)]))
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(role.with_user(user).has_access(operation))

    def test_roles_of_another_company_show_to_those_who_are_in_it(self):
        role, other = self._role_elsewhere()

        self.officer.company_ids = [Command.link(other.id)]

        there = role.with_user(self.officer).with_company(other)
        self.assertEqual(there.search([("id", "=", role.id)]), role)

    def test_hand_overs_of_another_company_are_invisible(self):
        _role, other = self._role_elsewhere()
        handover = self.env["counterparty.handover"].create(
            {"from_user_id": self.user.id, "to_user_id": self.officer.id, "company_id": other.id}
        )
        line = self.env["counterparty.handover.line"].create(
            {"handover_id": handover.id, "model": "res.partner", "field": "user_id", "res_id": 1}
        )

        for record in (handover, line):
            with self.subTest(model=record._name):
                self.assertFalse(record.with_user(self.manager).has_access("read"))

    # ------------------------------------------------------------
    # Who gets what at installation
    # ------------------------------------------------------------

    def test_groups_of_the_host_bring_ours(self):
        cases = [
            ("sales_team.group_sale_salesman", {"group_user"}),
            ("sales_team.group_sale_salesman_all_leads", {"group_user", "group_officer"}),
            (
                "sales_team.group_sale_manager",
                {"group_user", "group_officer", "group_manager", "group_cost_profit"},
            ),
            (
                "account.group_account_manager",
                {"group_user", "group_officer", "group_manager", "group_cost_profit"},
            ),
            ("account.group_account_user", set()),
            ("purchase.group_purchase_manager", set()),
            ("base.group_user", set()),
        ]
        levels = ("group_user", "group_officer", "group_manager")
        extras = ("group_cost_profit", "group_personal_documents", "group_credit_override")
        for number, (group, expected) in enumerate(cases):
            with self.subTest(group=group):
                someone = self._user(f"someone{number}", group)
                names = {n for n in levels + extras if someone.has_group(f"counterparty_crm.{n}")}
                self.assertEqual(names, expected)

    def test_personal_documents_and_group_credit_are_given_to_nobody(self):
        for name in ("group_personal_documents", "group_credit_override"):
            with self.subTest(group=name):
                group = self.env.ref(f"counterparty_crm.{name}")
                self.assertFalse(group.with_context(active_test=False).all_user_ids)
