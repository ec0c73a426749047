import random
from collections import Counter
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..models.counterparty_timeline_legs import KINDS
from .common import MODULE
from .common_profit import ProfitCase

SEED = 20261122
OF_EACH = 5
FIRST = datetime(2025, 1, 7, 9, 30)
# each kind in the words of the list that a user would open: model and domain
LISTS = {
    "quotation": ("sale.order", [("state", "in", ["draft", "sent", "cancel"])]),
    "order": ("sale.order", [("state", "=", "sale")]),
    "lead": ("crm.lead", [("active", "in", [True, False])]),
    "purchase": ("purchase.order", []),
    "delivery": ("stock.picking", [("picking_type_id.code", "=", "outgoing")]),
    "receipt": ("stock.picking", [("picking_type_id.code", "=", "incoming")]),
    "transfer": ("stock.picking", [("picking_type_id.code", "=", "internal")]),
    "invoice": ("account.move", [("move_type", "in", ["out_invoice", "out_receipt"])]),
    "credit_note": ("account.move", [("move_type", "in", ["out_refund", "in_refund"])]),
    "bill": ("account.move", [("move_type", "in", ["in_invoice", "in_receipt"])]),
    "payment_in": ("account.payment", [("payment_type", "=", "inbound")]),
    "payment_out": ("account.payment", [("payment_type", "=", "outbound")]),
    "request": ("counterparty.request", []),
    "document": ("counterparty.document", []),
    "interaction": ("counterparty.interaction", [("origin", "=", "manual")]),
    "meeting": ("calendar.event", []),
    "activity": ("mail.activity", [("active", "in", [True, False])]),
    "message": ("mail.message", []),
}
# documents about which something is planned
ABOUT = (
    "crm.lead",
    "sale.order",
    "purchase.order",
    "stock.picking",
    "account.move",
    "counterparty.document",
    "counterparty.request",
)
BANK = {"payment_in": ">", "payment_out": "<"}
OWN = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"
TRADE = ("purchase.group_purchase_user", "stock.group_stock_user")
LEDGER = "account.group_account_invoice"


@tagged("post_install", "-at_install", "counterparty_history")
class TestCounterpartyTimelineEquality(ProfitCase):
    """Each kind of the timeline beside the list that the same person would open.

    The documents are drawn: of two companies, several people, the company and its contacts, at any
    time of two years, in every state.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        both = cls.company | cls.other_company
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write({"company_ids": [Command.set(both.ids)], "company_id": cls.company.id})
        cls.env = cls.env(user=cls.admin, context={**cls.env.context, "mail_notrack": True})
        cls.people = {
            "own_seller": cls._person("sven", OWN),
            "seller": cls._person("sara", ALL),
            "accountant": cls._person("anna", LEDGER),
            "buyer": cls._person("bob", *TRADE),
            "officer": cls._person("olga", ALL, *TRADE, LEDGER, f"{MODULE}.group_officer"),
            "elsewhere": cls._person("elsa", ALL, *TRADE, LEDGER, company=cls.other_company),
            "both": cls._person("bea", ALL, *TRADE, LEDGER, companies=both),
        }
        cls.family = cls.customer | cls.contact
        cls.family |= cls.env["res.partner"].create(
            {"name": "Cora Dunn", "parent_id": cls.customer.id}
        )
        cls.random = random.Random(SEED)  # noqa: S311 - drawn again the same
        for company in both:
            cls._draw_documents(company)
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _person(cls, login, *groups, company=None, companies=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=",".join(["base.group_user", f"{MODULE}.group_user", *groups]),
            company_id=company.id,
            company_ids=[Command.set((companies or company).ids)],
            tz="Europe/Sofia",
        )

    # ------------------------------------------------------------
    # What is drawn
    # ------------------------------------------------------------

    @classmethod
    def _draw_documents(cls, company):
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        for _number in range(OF_EACH):
            cls._draw_sales()
            cls._draw_purchases(company)
            cls._draw_money()
            cls._draw_own(company)
            cls._draw_contacts()

    @classmethod
    def _draw_whom(cls):
        return cls.env["res.partner"].browse(cls.random.choice(cls.family.ids))

    @classmethod
    def _draw_who(cls):
        users = [cls.people[name] for name in ("own_seller", "seller", "officer", "elsewhere")]
        here = [user for user in users if cls.env.company in user.sudo().company_ids]
        return cls.random.choice([*here, cls.admin])

    @classmethod
    def _draw_moment(cls):
        return FIRST + timedelta(minutes=cls.random.randrange(2 * 365 * 24 * 60))

    @classmethod
    def _draw_sales(cls):
        line = {"name": "Advice", "product_id": cls.service.id, "price_unit": 100.0}
        orders = cls.env["sale.order"]
        for state in ("draft", "sent", "sale", "cancel"):
            order = orders.create(
                {
                    "partner_id": cls._draw_whom().id,
                    "user_id": cls._draw_who().id,
                    "order_line": [Command.create({**line, "tax_ids": [Command.clear()]})],
                }
            )
            order.write({"state": state, "date_order": cls._draw_moment()})
            orders |= order
            order.message_post(
                body="When will it come?",
                message_type="email",
                author_id=cls._draw_whom().id,
            )
            order.message_post(
                body="Soon.", message_type="comment", partner_ids=cls._draw_whom().ids
            )
            order.message_post(
                body="Confirmed.",
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
                partner_ids=cls._draw_whom().ids,
            )
        lead = cls.env["crm.lead"].create(
            {
                "name": "Shelves",
                "partner_id": cls._draw_whom().id,
                "user_id": cls._draw_who().id,
                "team_id": False,
                "company_id": cls.env.company.id,
            }
        )
        lead.active = cls.random.random() < 0.7

    @classmethod
    def _draw_purchases(cls, company):
        cls.env["purchase.order"].create(
            {"partner_id": cls._draw_whom().id, "date_order": cls._draw_moment()}
        )
        for code in ("outgoing", "incoming", "internal"):
            kind = (
                cls.env["stock.picking.type"]
                .with_context(active_test=False)
                .search([("code", "=", code), ("company_id", "=", company.id)], limit=1)
            )
            cls.env["stock.picking"].create(
                {
                    "partner_id": cls._draw_whom().id,
                    "picking_type_id": kind.id,
                    "scheduled_date": cls._draw_moment(),
                }
            )

    @classmethod
    def _draw_money(cls):
        kinds = ("out_invoice", "out_refund", "in_invoice", "in_refund", "out_receipt")
        for kind in (*kinds, "in_receipt", "entry"):
            day = cls._draw_moment().date()
            cls.env["account.move"].create(
                {
                    "move_type": kind,
                    "partner_id": cls._draw_whom().id,
                    "date": day,
                    "invoice_date": day if cls.random.random() < 0.8 else False,
                }
            )
        for kind in ("inbound", "outbound"):
            cls.env["account.payment"].create(
                {
                    "partner_id": cls._draw_whom().id,
                    "amount": 10.0,
                    "payment_type": kind,
                    "date": cls._draw_moment().date(),
                }
            )
        cls._draw_bank()

    @classmethod
    def _draw_bank(cls):
        """Let the bank tell of money in and out; what nobody has booked yet is nobody's."""
        company = cls.env.company
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        partner = cls.family[0].with_company(company)
        accounts = (
            partner.property_account_receivable_id,
            partner.property_account_payable_id,
            company.account_journal_suspense_account_id or journal.suspense_account_id,
        )
        # as a file of the bank brings them
        cls.env["account.bank.statement.line"].sudo().create(
            [
                {
                    "journal_id": journal.id,
                    "payment_ref": "By wire",
                    "partner_id": cls._draw_whom().id,
                    "amount": amount,
                    "date": cls._draw_moment().date(),
                    "counterpart_account_id": account.id,
                }
                for account in accounts
                for amount in (70.0, -30.0)
            ]
        )

    @classmethod
    def _draw_own(cls, company):
        cls.env["counterparty.request"].create(
            {
                "name": "Broken shelf",
                "partner_id": cls._draw_whom().id,
                "company_id": company.id,
                "user_id": cls.random.choice([cls._draw_who().id, False]),
            }
        )
        # personal ones are those of the HR department, and of nobody here
        Kind = cls.env["counterparty.document.kind"]
        kinds = cls.env.ref(f"{MODULE}.kind_contract")
        kinds |= Kind.search([("is_personal", "=", True)], limit=1)
        cls.env["counterparty.document"].sudo().create(
            [
                {
                    "name": "Paper",
                    "partner_id": cls._draw_whom().id,
                    "company_id": company.id,
                    "kind_id": kind.id,
                    "responsible_id": False,
                    "date_issue": cls._draw_moment().date(),
                }
                for kind in kinds
            ]
        )

    @classmethod
    def _draw_contacts(cls):
        cls.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": min(cls._draw_moment(), datetime(2026, 2, 1)),
                    "partner_id": cls._draw_whom().id,
                    "company_id": cls.random.choice([cls.env.company.id, None]),
                    "kind": "call",
                    "note": "They want racks",
                    "origin": origin,
                }
                for origin in ("manual", "event")
            ]
        )
        start = cls._draw_moment()
        cls.env["calendar.event"].sudo().create(
            {
                "name": "Prices",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": cls._draw_who().id,
                "privacy": cls.random.choice(["public", "private", "confidential"]),
                "partner_ids": [Command.set((cls._draw_whom() | cls._draw_whom()).ids)],
            }
        )
        plan = cls._draw_whom().activity_schedule(
            "mail.mail_activity_data_call",
            user_id=cls._draw_who().id,
            date_deadline=cls._draw_moment().date(),
        )
        if cls.random.random() < 0.5:
            plan._action_done()
        cls._draw_plans()
        cls._draw_whom().message_post(body="They move in May.", message_type="comment")
        # by one of the family, to another, under a third: found in three ways, shown once
        cls._draw_whom().message_post(
            body="We move in May.",
            message_type="email",
            author_id=cls._draw_whom().id,
            partner_ids=cls._draw_whom().ids,
        )

    @classmethod
    def _draw_plans(cls):
        """Plan something about a document of each model, and finish some of it.

        A call is counted as a contact, a to-do is not.
        """
        for model in ABOUT:
            everything = cls.env[model].with_context(active_test=False)
            documents = everything.search(
                [("partner_id", "in", cls.family.ids), ("company_id", "=", cls.env.company.id)]
            )
            for kind in ("call", "todo"):
                plan = cls.random.choice(documents).activity_schedule(
                    f"mail.mail_activity_data_{kind}",
                    user_id=cls._draw_who().id,
                    date_deadline=cls._draw_moment().date(),
                )
                if cls.random.random() < 0.5:
                    plan._action_done()

    # ------------------------------------------------------------
    # Beside the lists
    # ------------------------------------------------------------

    def _list(self, kind, user, companies):
        """Return ids of what the user's own list of a kind holds about the family."""
        model, domain = LISTS[kind]
        records = self.env(user=user, context={"allowed_company_ids": companies.ids})[model]
        if not records.has_access("read"):
            return set()
        ids = self.family.ids
        whose = {
            "meeting": [("partner_ids", "in", ids)],
            "activity": self._domain_about(ids),
            "message": self._domain_said(ids),
        }
        found = records.search([*domain, *whose.get(kind, [("partner_id", "in", ids)])])
        listed = {(model, record.id) for record in found}
        if kind == "activity":
            listed |= self._list_done(records.env, ids)
        if kind in BANK:
            listed |= self._list_bank(records.env, kind)
        return listed

    def _list_bank(self, env, kind):
        """Return the entries of what the bank tells of, as the list of its lines has it."""
        lines = env["account.bank.statement.line"].search(
            [
                ("partner_id", "in", self.family.ids),
                ("amount", BANK[kind], 0),
                (
                    "move_id.line_ids.account_id.account_type",
                    "in",
                    ["asset_receivable", "liability_payable"],
                ),
            ]
        )
        return {("account.move", line.move_id.id) for line in lines}

    def _list_done(self, env, ids):
        """Return what was done about documents, as the list of interactions has it."""
        done = env["counterparty.interaction"].search(
            [
                ("res_model", "=", "mail.activity"),
                ("origin", "!=", "manual"),
                ("partner_id", "in", ids),
            ]
        )
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        return {
            (contact._name, contact.id)
            for contact in done
            if activities.browse(contact.res_id).res_model != "res.partner"
        }

    def _domain_said(self, ids):
        """Return the domain of what people wrote to each other, and programs to the family."""
        people = Domain("message_type", "in", ["comment", "email", "email_outgoing"])
        people &= (
            Domain("author_id", "in", ids)
            | Domain("partner_ids", "in", ids)
            | Domain("model", "=", "res.partner") & Domain("res_id", "in", ids)
        )
        programs = Domain("message_type", "in", ["notification", "auto_comment"])
        programs &= Domain("subtype_id.internal", "=", False) & Domain("partner_ids", "in", ids)
        return people | programs

    def _domain_about(self, ids):
        """Return the domain of activities of the family and of its documents.

        What was counted as a contact stands in the list of interactions.
        """
        domain = Domain("res_model", "=", "res.partner") & Domain("res_id", "in", ids)
        domain = Domain("res_model", "=", "res.partner") & Domain("res_id", "in", ids)
        contacts = self.env["counterparty.interaction"].sudo()
        counted = contacts.search([("res_model", "=", "mail.activity")]).mapped("res_id")
        for model in ABOUT:
            everything = self.env[model].sudo().with_context(active_test=False)
            found = everything.search([("partner_id", "in", ids)]).ids
            about = Domain("res_model", "=", model) & Domain("res_id", "in", found)
            domain |= about & Domain("id", "not in", counted)
        return domain

    def _shown(self, kind, user, companies):
        """Return ids of the rows of a kind, page by page."""
        Timeline = self.env(user=user, context={"allowed_company_ids": companies.ids})[
            "counterparty.timeline"
        ]
        keys, cursor, legs = [], None, Timeline._get_legs()
        while cursor is not False:
            page = Timeline.get_page(self.customer.id, {"kinds": [kind]}, cursor, 7)
            self.assertLessEqual({row["kind"] for row in page["rows"]}, {kind})
            for row in page["rows"]:
                place, _dash, number = row["key"].partition("-")
                keys.append((legs[int(place)].model, int(number)))
            cursor = page["next"]
        self.assertEqual(len(keys), len(set(keys)), "each record once")
        return set(keys)

    def test_each_kind_shows_everybody_what_the_own_list_shows(self):
        self.assertEqual(LISTS.keys(), KINDS.keys())
        one, other, both = self.company, self.other_company, self.company | self.other_company
        seen = Counter()
        for name, companies in [
            ("admin", one),
            ("admin", other),
            ("admin", both),
            ("own_seller", one),
            ("seller", one),
            ("accountant", one),
            ("buyer", one),
            ("officer", one),
            ("elsewhere", other),
            ("both", other),
            ("both", both),
        ]:
            user = self.people.get(name, self.admin)
            for kind in LISTS:
                with self.subTest(user=name, companies=companies.mapped("name"), kind=kind):
                    shown = self._shown(kind, user, companies)

                    self.assertEqual(shown, self._list(kind, user, companies))
                    seen[name, companies, kind] = len(shown)
        self._check_that_it_proves_something(seen, one, other, both)

    def _check_that_it_proves_something(self, seen, one, other, both):
        for kind in LISTS:
            # every kind was drawn, and more of it stands in both companies than in one
            self.assertGreaterEqual(seen["admin", both, kind], OF_EACH, kind)
        self.assertLess(seen["own_seller", one, "order"], seen["seller", one, "order"])
        self.assertLess(seen["seller", one, "order"], seen["admin", both, "order"])
        self.assertEqual(seen["seller", one, "payment_in"], 0)
        self.assertGreater(seen["accountant", one, "payment_in"], 0)
        self.assertEqual(seen["buyer", one, "lead"], 0)
        self.assertGreater(seen["buyer", one, "receipt"], 0)
        self.assertGreater(seen["elsewhere", other, "invoice"], 0)

    def test_portal_users_see_nothing_of_it(self):
        portal = new_test_user(self.env, "porter", groups="base.group_portal")
        portal.partner_id.parent_id = self.customer
        Timeline = self.env(user=portal)["counterparty.timeline"]

        for kind in LISTS:
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                Timeline.get_page(self.customer.id, {"kinds": [kind]})
        for method in ("action_open_page", "action_print"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(Timeline, method)(self.customer.id)
        with self.assertRaises(AccessError):
            self.env(user=portal)["counterparty.facts"].get_facts(self.customer.id)
