from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_portal import PortalCase

ALL_PAPERS = {
    "invoice",
    "invoice line",
    "bill",
    "order",
    "order line",
    "purchase",
    "purchase line",
    "delivery",
    "receipt",
}
HOST = ALL_PAPERS - {"delivery", "receipt"}
OPENED = {
    "invoices": {"invoice", "invoice line"},
    "pay": {"invoice", "invoice line"},
    "orders": {"order", "order line"},
    "deliveries": {"delivery"},
    "supplier": {"bill", "purchase", "purchase line", "receipt"},
    "statement": set(),
    "documents": set(),
    "manage": set(),
}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyAuthorization(PortalCase):
    """What portal users read by record rules, in both kinds of companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = cls._papers(cls.alfa)
        cls.foreign = cls._papers(cls.beta)

    # ------------------------------------------------------------
    # Whole company
    # ------------------------------------------------------------

    def test_by_default_everybody_sees_what_the_host_shows(self):
        self.assertEqual(self._seen(self.anna, self.papers), HOST)
        self.assertEqual(self._seen(self.anna, self.foreign), set())
        self.assertEqual(self._seen(self.alfa_login, self.papers), ALL_PAPERS)
        self.assertEqual(self._seen(self.portal, self.papers), set())

    def test_an_authorization_adds_what_it_says(self):
        for scope, opened in OPENED.items():
            with self.subTest(scope=scope):
                row = self._authorize(self.bela, self.alfa, scope)
                self.assertEqual(self._seen(self.bela, self.papers), opened)
                row.unlink()
                self.assertEqual(self._seen(self.bela, self.papers), set())
        self.assertEqual(self._seen(self.bela, self.foreign), HOST)

    def test_drafts_stay_ours(self):
        self._authorize(self.bela, self.alfa, "invoices", "orders", "supplier")
        drafts = {
            "invoice": self._invoice(self.alfa, post=False),
            "order": self.env["sale.order"].create({"partner_id": self.alfa.id}),
            "purchase": self.env["purchase.order"].create({"partner_id": self.alfa.id}),
        }

        self.assertEqual(self._seen(self.bela, drafts), set())

    # ------------------------------------------------------------
    # By authorization
    # ------------------------------------------------------------

    def test_without_authorization_a_contact_sees_its_own(self):
        self._by_authorization()
        own = {"invoice": self._invoice(self.anna.partner_id)}

        self.assertEqual(self._seen(self.anna, self.papers), set())
        self.assertEqual(self._seen(self.anna, own), {"invoice"})
        self.assertEqual(self._seen(self.alan, own), set())

    def test_a_login_that_is_the_company_sees_it_all(self):
        self._by_authorization()

        self.assertEqual(self._seen(self.alfa_login, self.papers), ALL_PAPERS)
        self.assertEqual(self._seen(self.alfa_login, self.foreign), set())

    def test_a_person_without_company_sees_all_of_itself(self):
        self._by_authorization()
        single = self._portal("single")

        self.assertEqual(self._seen(single, self._papers(single.partner_id)), ALL_PAPERS)

    def test_each_scope_opens_its_papers_only(self):
        self._by_authorization()
        for scope, opened in OPENED.items():
            with self.subTest(scope=scope):
                row = self._authorize(self.anna, self.alfa, scope)
                self.assertEqual(self._seen(self.anna, self.papers), opened)
                row.unlink()

    def test_other_companies_of_ours_are_not_opened(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self._authorize(self.bela, self.alfa, "invoices", company_id=elsewhere.id)

        self.assertEqual(self._seen(self.bela, self.papers), set())

    def test_a_branch_is_as_open_as_its_company(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertNotIn(branch, self.company._get_portal_by_authorization())
        self._by_authorization()
        partners = self.env["res.partner"].with_user(self.anna)
        for company in (self.company, branch):
            with self.subTest(company=company.name):
                self.assertIn(company, self.company._get_portal_by_authorization())
                self.assertFalse(partners._is_counterparty_portal_own("statement", company))
        row = self._authorize(
            self.anna, self.alfa, "statement", "invoices", company_id=self.company.id
        )
        self.assertEqual(
            partners._get_counterparty_portal_companies("statement", branch).ids, self.alfa.ids
        )
        # what is booked in the branch stands on the same statement
        invoice = self._invoice(self.alfa)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id = %s", [branch.id, invoice.id]
        )
        self.env.invalidate_all()
        self.anna.company_ids |= branch
        self.assertEqual(self._seen(self.anna, {"invoice": invoice}), {"invoice"})
        row._end()
        self.assertEqual(self._seen(self.anna, {"invoice": invoice}), set())
        elsewhere = self._authorize(self.anna, self.alfa, "invoices", company_id=branch.id)
        self.assertFalse(elsewhere._is_for(self.company))

    def test_employees_have_the_same_rules_as_before(self):
        self._by_authorization()
        models = ("account.move", "sale.order", "purchase.order", "stock.picking")
        limit = self.user._get_counterparty_portal_limit
        for model in models:
            with self.subTest(model=model):
                self.assertEqual(limit(model), [(1, "=", 1)])

    # ------------------------------------------------------------
    # From one day to another
    # ------------------------------------------------------------

    def test_it_opens_on_its_first_day_and_closes_after_its_last(self):
        self._by_authorization()
        self._authorize(
            self.anna, self.alfa, "invoices", date_from="2026-05-02", date_to="2026-05-31"
        )
        invoice = {"invoice": self.papers["invoice"]}
        for day, seen in [
            ("2026-05-01", set()),
            ("2026-05-02", {"invoice"}),
            ("2026-05-31", {"invoice"}),
            ("2026-06-01", set()),
        ]:
            # the rule is not evaluated again: midnight passes in the same worker
            with self.subTest(day=day), freeze_time(f"{day} 12:00:00"):
                # what a transaction has read, the next one reads again
                self.env.invalidate_all()
                self.assertEqual(self._seen(self.anna, invoice), seen)

    def test_its_days_are_those_of_our_company_wherever_the_visitor_lives(self):
        """Whoever says that it lives far in the west has not a day more."""
        self._by_authorization()
        self.company.resource_calendar_id.tz = "Europe/Bucharest"
        rows = self._authorize(
            self.anna, self.alfa, "invoices", date_from="2026-05-02", date_to="2026-05-31"
        )
        rows |= rows.copy({"company_id": self.company.id})
        invoice = {"invoice": self.papers["invoice"]}
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Bucharest", False):
            self.anna.tz = zone
            for moment, state in [
                ("2026-05-01 20:59:00", "future"),
                ("2026-05-01 21:01:00", "current"),
                ("2026-05-31 20:59:00", "current"),
                ("2026-05-31 21:01:00", "ended"),
            ]:
                with self.subTest(zone=zone, moment=moment), freeze_time(moment):
                    self.env.invalidate_all()
                    seen = {"invoice"} if state == "current" else set()
                    self.assertEqual(self._seen(self.anna, invoice), seen)
                    as_visitor = rows.with_user(self.anna).sudo()
                    self.assertEqual(set(as_visitor.mapped("state")), {state})
                    partners = self.env["res.partner"].with_user(self.anna)
                    open_for = partners._get_counterparty_portal_companies("invoices")
                    self.assertEqual(bool(open_for), state == "current")
                    found = rows.search([("id", "in", rows.ids), ("state", "=", state)])
                    self.assertEqual(found, rows)

    def test_each_of_our_companies_has_its_own_day(self):
        east = self.env["res.company"].create({"name": "East"})
        east.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "East", "tz": "Pacific/Auckland"}
        )
        self.company.resource_calendar_id.tz = "America/New_York"
        here, there = (
            self._authorize(self.anna, self.alfa, "invoices", date_to="2026-05-31", company_id=one)
            for one in (self.company.id, east.id)
        )
        both = self._authorize(self.anna, self.alfa, "invoices", date_to="2026-05-31")

        with freeze_time("2026-05-31 14:00:00"):
            rows = here | there | both
            rows.invalidate_recordset(["state"])
            self.assertEqual(rows.mapped("state"), ["current", "ended", "current"])
            ended = rows.search([("id", "in", rows.ids), ("state", "=", "ended")])
            self.assertEqual(ended, there)
            self.assertEqual(both.with_company(east).state, "ended")
            east.resource_calendar_id.tz = "Europe/Sofia"
            there.invalidate_recordset(["state"])
            self.assertEqual(there.state, "current")

    def test_ended_it_is_gone_at_once(self):
        self._by_authorization()
        row = self._authorize(self.anna, self.alfa, "invoices", "orders")
        self.assertTrue(self._seen(self.anna, self.papers))

        self.env["counterparty.authorization.end"].with_user(self.officer).create(
            {"authorization_ids": row.ids}
        ).action_end()

        self.assertEqual(self._seen(self.anna, self.papers), set())
        self.assertEqual((row.state, row.ended_by_id), ("ended", self.officer))
        with self.assertRaises(AccessError):
            self.papers["invoice"].with_user(self.anna).read(["amount_total"])
        self.assertFalse(self.env["account.move"].with_user(self.anna).search_count([]))

    def test_ending_renews_links_only_where_asked(self):
        row = self._authorize(self.bela, self.alfa, "invoices")
        invoice, foreign = self.papers["invoice"], self.foreign["invoice"]
        before = invoice._portal_ensure_token(), foreign._portal_ensure_token()
        end = self.env["counterparty.authorization.end"]

        end.create({"authorization_ids": row.ids, "renew_links": False}).action_end()
        self.assertEqual(invoice.access_token, before[0])
        row = self._authorize(self.bela, self.alfa, "invoices")
        end.create({"authorization_ids": row.ids}).action_end()

        self.assertNotEqual(invoice._portal_ensure_token(), before[0])
        self.assertEqual(foreign.access_token, before[1])

    # ------------------------------------------------------------
    # Group of a head
    # ------------------------------------------------------------

    def _member(self, owner, member, **values):
        return self.env["counterparty.membership"].create(
            {"owner_id": owner.id, "member_id": member.id, "equity": 60, **values}
        )

    def test_a_head_sees_the_days_of_the_membership(self):
        self._member(self.beta, self.alfa, date_from="2026-02-01", date_to="2026-06-30")
        self._authorize(self.bela, self.alfa, "invoices", head_id=self.beta.id)
        papers = {
            day: self._invoice(self.alfa, day=day)
            for day in ("2026-01-31", "2026-02-01", "2026-06-30", "2026-07-01")
        }

        self.assertEqual(self._seen(self.bela, papers), {"2026-02-01", "2026-06-30"})

    def test_a_membership_through_others_counts_on_common_days(self):
        self._member(self.holding, self.foods, date_from="2026-01-01")
        self._member(self.foods, self.alfa, date_from="2025-01-01", date_to="2026-03-31")
        row = self._authorize(self.bela, self.alfa, "invoices", head_id=self.holding.id)

        self.assertEqual(row._get_periods(), [(date(2026, 1, 1), date(2026, 3, 31))])

    def test_a_change_of_the_membership_counts_at_once(self):
        membership = self._member(self.beta, self.alfa, date_from="2020-01-01")
        self._authorize(self.bela, self.alfa, "invoices", head_id=self.beta.id)
        invoice = {"invoice": self.papers["invoice"]}
        self.assertTrue(self._seen(self.bela, invoice))

        membership.date_to = "2026-02-28"

        self.assertFalse(self._seen(self.bela, invoice))

    def test_members_see_neither_head_nor_sisters(self):
        self._member(self.holding, self.alfa)
        self._member(self.holding, self.beta)
        self.alfa.parent_id = self.holding
        head_papers = {"invoice": self._invoice(self.holding)}
        for mode in ("company", "authorization"):
            self.company.counterparty_portal_visibility = mode
            with self.subTest(mode=mode):
                self.assertEqual(self._seen(self.anna, head_papers), set())
                self.assertEqual(self._seen(self.anna, self.foreign), set())

    def test_a_member_below_its_head_is_not_the_heads_own(self):
        self.alfa.parent_id = self.holding
        delegate = self._portal("hugo", partner_id=self.holding.id)
        self._by_authorization()

        self.assertEqual(self._seen(delegate, self.papers), set())

    def test_who_was_never_in_the_group_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "never belonged"):
            self._authorize(self.bela, self.alfa, "invoices", head_id=self.beta.id)

    # ------------------------------------------------------------
    # People who move
    # ------------------------------------------------------------

    def test_a_contact_that_moves_sees_nothing_old(self):
        for mode in ("company", "authorization"):
            self.company.counterparty_portal_visibility = mode
            mover = self._portal(f"mover-{mode}", parent_id=self.alfa.id)
            self._authorize(mover, self.alfa, "invoices", date_to="2020-02-01")
            self._seen(mover, self.papers)

            mover.partner_id.parent_id = self.beta

            with self.subTest(mode=mode):
                self.assertEqual(self._seen(mover, self.papers), set())

    def test_merged_companies_keep_their_authorizations(self):
        row = self._authorize(self.portal, self.alfa, "invoices")
        self.assertTrue(self._seen(self.portal, {"invoice": self.papers["invoice"]}))
        self.alfa_login.partner_id = self._person("Elsewhere")

        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.alfa | self.late_payer).ids, self.late_payer
        )
        self.env.invalidate_all()

        self.assertEqual(row.partner_id, self.late_payer)
        self.assertTrue(self._seen(self.portal, {"invoice": self.papers["invoice"]}))

    # ------------------------------------------------------------
    # What may be entered
    # ------------------------------------------------------------

    def test_what_makes_no_sense_is_refused_with_the_reason(self):
        cases = [
            ("contact", (self.bela, self.anna.partner_id, "orders"), {}),
            ("own companies", (self.bela, self.company.partner_id, "orders"), {}),
            ("opens nothing", (self.bela, self.alfa), {"request_scope": "none"}),
            ("works for us", (self.user, self.alfa, "orders"), {}),
            ("not in a group", (self.bela, self.alfa, "orders"), {"head_id": self.alfa.id}),
            ("period_valid", (self.bela, self.alfa, "orders"), {"date_to": "2019-12-31"}),
        ]
        for text, arguments, values in cases:
            with (
                self.subTest(text=text),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(Exception, text),
            ):
                self._authorize(*arguments, **values)
                self.env.flush_all()

    def test_only_officers_give_and_end(self):
        with self.assertRaises(AccessError):
            self.env["counterparty.authorization"].with_user(self.user).create(
                {"representative_id": self.bela.partner_id.id, "partner_id": self.alfa.id}
            )
        with self.assertRaises(AccessError):
            self.env["counterparty.authorization"].with_user(self.anna).search([])

    # ------------------------------------------------------------
    # Whom a login represents
    # ------------------------------------------------------------

    def _companies(self, user, scope):
        partners = self.env["res.partner"].with_user(user)
        return partners._get_counterparty_portal_companies(scope, self.company).ids

    def test_pages_ask_one_helper(self):
        self.assertEqual(self._companies(self.anna, "statement"), self.alfa.ids)
        self.assertEqual(self._companies(self.anna, "manage"), [])
        self.assertEqual(self._companies(self.alfa_login, "manage"), self.alfa.ids)
        self._by_authorization()
        self.assertEqual(self._companies(self.anna, "statement"), [])
        self.assertEqual(self._companies(self.alfa_login, "statement"), self.alfa.ids)
        self._authorize(self.anna, self.beta, "statement")
        self._authorize(self.anna, self.alfa, "statement")
        self.assertEqual(self._companies(self.anna, "statement"), (self.alfa | self.beta).ids)
        self.assertEqual(self._companies(self.anna, "orders"), [])
        public = self.env.ref("base.public_user")
        self.assertEqual(self._companies(public, "statement"), [])

    def test_days_of_pages_are_those_of_the_rules(self):
        self._member(self.beta, self.alfa, date_from="2026-02-01", date_to="2026-06-30")
        self._authorize(self.bela, self.alfa, "statement", head_id=self.beta.id)
        alfa = self.alfa.with_user(self.bela)

        self.assertEqual(
            alfa._get_counterparty_portal_periods("statement", self.company),
            [(date(2026, 2, 1), date(2026, 6, 30))],
        )
        self.assertEqual(alfa._get_counterparty_portal_periods("orders", self.company), [])
        beta = self.beta.with_user(self.bela)
        self.assertEqual(
            beta._get_counterparty_portal_periods("statement", self.company), [(None, None)]
        )
