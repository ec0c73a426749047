from datetime import date

from odoo import fields
from odoo.tests import tagged

from .common_portal import PortalPageCase

PAGES = (
    "/my",
    "/my/waiting",
    "/my/balance",
    "/my/invoices",
    "/my/statements",
    "/my/documents",
    "/my/deliveries",
    "/my/requests",
    "/my/supplier",
)
FEW, MORE = 3, 12
# a list of choices that grows
ALLOWANCE = 4


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalMembers(PortalPageCase):
    """A delegate of a group's head with many members, each with an authorization of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("balance", "statement", "documents", "deliveries", "supplier")
        cls.company.write({f"counterparty_portal_{name}": True for name in names})
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        cls.kind = cls.env.ref("counterparty_crm.membership_kind_owned")
        cls.members = cls.env["res.partner"]

    def _add_members(self, count):
        """Create members of Beta, whose delegate is Bela; the first ones with invoices."""
        start = len(self.members)
        for number in range(start, start + count):
            member = self._company(f"Member {number} Ltd")
            day = date(2026, 1, 1 + number)
            self.env["counterparty.membership"].create(
                {
                    "owner_id": self.beta.id,
                    "member_id": member.id,
                    "kind_id": self.kind.id,
                    "equity": 100,
                    "date_from": day,
                }
            )
            scopes = ("statement", "invoices", "orders", "deliveries", "supplier", "documents")
            self._authorize(self.bela, member, *scopes, "requests", head_id=self.beta.id)
            # as many papers in the lists of few members as in those of more
            if number < FEW:
                self._invoice(member, day="2026-03-01", price=10.0 + number)
                self._invoice(member, day="2025-12-31", price=1000.0)
            self.members |= member
        self.env.flush_all()

    def _count_queries(self, url):
        """Return how many queries a page asks once its caches are warm."""
        self._get(url)
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get(url).status_code, 200, url)
        return self.env.cr.sql_log_count - before

    def test_pages_of_all_members_ask_as_many_queries_as_those_of_few(self):
        self._add_members(FEW)
        self._sign_in(self.bela)
        self._post("/my/represent", page="/my/home", partner="all")
        few = {url: self._count_queries(url) for url in PAGES}

        self._add_members(MORE)
        more = {url: self._count_queries(url) for url in PAGES}

        for url in PAGES:
            self.assertLessEqual(more[url], few[url] + ALLOWANCE, f"{url}: {few} {more}")

    def test_balance_of_all_members_is_that_of_their_days(self):
        self._add_members(FEW)

        found = self.env["counterparty.statement"].with_user(self.bela)
        today = fields.Date.today()
        sums = found._get_portal_sums(self.members, "statement", self.company, today)
        _sums, page = found._get_portal_page(self.members, "statement", self.company, today, 1, 2)
        _sums, last = found._get_portal_page(self.members, "statement", self.company, today, 9, 2)

        amounts = [[one.amount for one in sums[member.id]] for member in self.members]
        self.assertEqual(amounts, [[10.0 + number] for number in range(FEW)])
        self.assertEqual(
            [(member, item.amount) for member, item in page + last],
            [(member.id, 10.0 + number) for number, member in enumerate(self.members)],
        )

    def test_rules_ask_about_authorizations_once_however_many_there_are(self):
        self._add_members(FEW)
        user = self.bela
        few = str(user._get_counterparty_portal_grant("account.move")).count("'today'")

        self._add_members(MORE)

        more = str(user._get_counterparty_portal_grant("account.move")).count("'today'")
        self.assertEqual(more, few)

    def test_one_of_many_that_has_ended_is_gone(self):
        self._add_members(FEW)
        moves = self.env["account.move"].with_user(self.bela)
        domain = [("commercial_partner_id", "in", self.members.ids)]
        self.assertEqual(len(moves.search(domain)), FEW)
        rows = self.env["counterparty.authorization"].search(
            [("partner_id", "in", self.members.ids)], order="partner_id"
        )

        # raw: nothing but the dates tells, as on the day after the last one
        self.env.cr.execute(
            "UPDATE counterparty_authorization SET date_to = date_from WHERE id = %s", [rows[0].id]
        )

        self.assertNotIn(self.members[0].id, moves.search(domain).commercial_partner_id.ids)
        self.assertEqual(len(moves.search(domain)), FEW - 1)

    def test_rows_that_open_different_days_are_asked_about_each(self):
        self._add_members(FEW)
        member = self.members[0]
        old = self._invoice(member, day="2025-06-01", price=55.0)
        whole = self._authorize(
            self.bela, member, "invoices", date_from=fields.Date.add(fields.Date.today(), days=3)
        )
        moves = self.env["account.move"].with_user(self.bela)

        self.assertFalse(moves.search([("id", "=", old.id)]))
        whole.date_from = "2020-01-01"
        self.assertTrue(moves.search([("id", "=", old.id)]))
        self.assertEqual(len(moves.search([("commercial_partner_id", "=", member.id)])), 3)
        whole._end()
        self.assertFalse(moves.search([("id", "=", old.id)]))
