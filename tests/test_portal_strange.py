"""Pages of the portal where data and settings are strange, or change under an open session."""

from odoo import Command
from odoo.tests import tagged

from .common_portal_world import PortalWorldCase
from .test_portal_matrix import PAGES, _fill

NAME = '\u202e\u05d0\u05d1 "><svg onload=alert(1)>=cmd|1 \U0001f600'


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalStrange(PortalWorldCase):
    """Whatever is written in records and preferences, pages answer and show their own."""

    def _check_pages(self, shown=()):
        for rule in PAGES:
            answer = self._get(_fill(rule))
            with self.subTest(page=rule):
                # a link without its token is refused
                self.assertLess(answer.status_code, 404 if rule == "/topics/confirm" else 400)
                # a file for programs is no page
                if "json" not in answer.headers["Content-Type"]:
                    self._check_hidden("<svg onload", answer.text)
        balance = self._get("/my/balance").text
        for mark in shown:
            self._check_shown(mark, balance)

    def test_zones_at_the_ends_of_the_world(self):
        self._enter(self.alfa_login)
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12", False):
            self.alfa_login.partner_id.tz = zone
            with self.subTest(zone=zone):
                self._check_pages([self.mine.marks["invoice"]])
        for cookie in ("Mars/Phobos", "../../etc/passwd", "%00"):
            self.opener.cookies["tz"] = cookie
            with self.subTest(cookie=cookie):
                self.assertEqual(self._get("/my/requests/new/help").status_code, 200)

    def test_names_that_deceive(self):
        self.alfa.name = NAME
        self.mine.request.name = NAME
        self.mine.document.name = NAME
        self.service.name = NAME
        invoice = self._invoice(self.alfa)
        invoice.invoice_line_ids.name = NAME
        self._enter(self.alfa_login)
        self._check_pages([invoice.name])
        paper = self._post(
            "/my/statement/issue", page="/my/statement", date_from="2026-01-01",
            date_to="2026-12-31",
        ).headers["Location"]  # fmt: skip
        for kind in ("", "/html", "/xlsx"):
            answer = self._get(f"{paper}{kind}")
            with self.subTest(kind=kind):
                self.assertEqual(answer.status_code, 200)
                self._check_hidden("<svg onload", answer.text)

    def test_amounts_of_nothing_and_below_in_two_currencies(self):
        other = self.env.ref("base.EUR")
        if other == self.company.currency_id:
            other = self.env.ref("base.USD")
        other.active = True
        documents = self.env["account.move"]
        for kind, price, currency in (
            ("out_invoice", 0.0, other),
            ("out_invoice", 120.0, other),
            ("out_refund", 33.0, other),
            ("in_refund", 7.0, other),
            ("out_refund", 1200.0, self.company.currency_id),
        ):
            document = self._invoice(self.alfa, kind, price=price, post=False)
            document.currency_id = currency
            document.action_post()
            documents |= document
        self._enter(self.alfa_login)
        self._check_pages([documents[1].name, documents[2].name])

    def test_a_company_that_is_merged_under_an_open_session(self):
        survivor = self._company("Survivor Ltd")
        everybody = (self.anna, self.alfa_login, self.dana)
        for user in everybody:
            self._enter(user, self.alfa if user == self.dana else None)
            self._check_shown(self.mine.marks["invoice"], self._get("/my/balance").text)
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((survivor | self.alfa).ids)],
                "dst_partner_id": survivor.id,
            }
        )
        wizard.action_merge()
        self.env.flush_all()
        self.assertFalse(self.alfa.exists())
        self.assertEqual(self._get("/my/home").status_code, 200, "the session of the last")
        for user in everybody:
            self._enter(user, survivor if user == self.dana else None)
            with self.subTest(user=user.login):
                self._check_pages([self.mine.marks["invoice"]])

    def test_a_person_of_two_companies_chooses(self):
        self._authorize(self.anna, self.beta, "statement", "orders")
        self.company.counterparty_portal_visibility = "authorization"
        self._authorize(self.anna, self.alfa, "statement")
        self._enter(self.anna)
        for company, mine, theirs in (
            (self.alfa, self.mine, self.theirs),
            (self.beta, self.theirs, self.mine),
        ):
            self._post("/my/represent", page="/my/home", partner=str(company.id))
            page = self._get("/my/balance").text
            with self.subTest(company=company.name):
                self._check_shown(mine.marks["invoice"], page)
                self._check_hidden(theirs.marks["invoice"], page)
