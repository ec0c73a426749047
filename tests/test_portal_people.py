from odoo import Command
from odoo.tests import tagged

from .common_portal_people import PortalPeopleCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPeople(PortalPeopleCase):
    """A supplier, an employee and a head's delegate go from the home to their pages."""

    def _open(self, url, home):
        """Return the page that a card of the home leads to."""
        self._check_shown(f'href="{url}"', home)
        answer = self._get(url)
        self.assertEqual(answer.status_code, 200)
        return answer.text

    # ------------------------------------------------------------
    # Supplier
    # ------------------------------------------------------------

    def test_a_supplier_reads_what_it_is_owed_and_when(self):
        papers, foreign = self._papers(self.alfa), self._papers(self.beta)
        papers["bill"].ref, foreign["bill"].ref = "THEIRS-7", "THEIRS-8"
        self._sign_in(self.alfa_login)
        home = self._get("/my/home").text

        page = self._open("/my/supplier", home)
        self._check_shown("THEIRS-7", page)
        self._check_hidden("THEIRS-8", page)

        page = self._open("/my/balance", home)
        self._check_shown(papers["bill"].name, page)
        self._check_shown("What we owe you", page)
        self._check_hidden(foreign["bill"].name, page)

        self._check_shown(papers["purchase"].name, self._get("/my/purchase").text)
        self._open("/my/deliveries", home)
        receipts = self._get("/my/deliveries?kind=in&filterby=all").text
        self._check_shown(papers["receipt"].name, receipts)
        self._check_hidden(foreign["receipt"].name, receipts)

    # ------------------------------------------------------------
    # Employee
    # ------------------------------------------------------------

    def test_an_employee_sees_its_own_advances_and_papers(self):
        emma, eric = self._portal("emma"), self._portal("eric")
        for user in (emma, eric):
            self._role(user.partner_id, self.employee)
        self._advance(emma.partner_id, 311.25)
        self._advance(eric.partner_id, 422.75)
        self._contract(emma.partner_id, "Contract of Emma")
        self._contract(eric.partner_id, "Contract of Eric")
        self._sign_in(emma)
        home = self._get("/my/home").text

        page = self._open("/my/documents", home)
        self._check_shown("Contract of Emma", page)
        self._check_hidden("Contract of Eric", page)

        for url in ("/my/balance", "/my/statement?date_from=2026-01-01&date_to=2026-12-31"):
            page = self._get(url).text
            self._check_shown("311.25", page)
            self._check_hidden("422.75", page)
        self._check_hidden("422.75", self._get(f"/my/balance?counterparty={eric.id}").text)

    def test_an_employee_fills_in_its_own_fields(self):
        emma, eric = self._portal("emma"), self._portal("eric")
        designer = self.env["counterparty.type.designer"].create({"type_id": self.employee.id})
        designer.line_ids = [
            Command.create({"name": "Shirt size", "kind": "char", "is_partner_filled": True})
        ]
        designer.action_save()
        own, foreign = (self._role(user.partner_id, self.employee) for user in (emma, eric))
        self._by_authorization()
        self._sign_in(emma)

        self._check_shown("Shirt size", self._open("/my/company", self._get("/my/home").text))
        for role in (own, foreign):
            self._post(
                "/my/company/fields", page="/my/company", **{f"own_{role.id}_shirt_size": "L"}
            )

        self.assertEqual(own._get_stored_own_values()["shirt_size"], "L")
        self.assertFalse(foreign._get_stored_own_values().get("shirt_size"))

    def test_an_employee_reads_its_own_expense_claims(self):
        if "hr.expense" not in self.env:
            self.skipTest("expenses are not installed")
        emma, eric = self._portal("emma"), self._portal("eric")
        product = self.env["product.product"].create({"name": "Trip", "can_be_expensed": True})
        for user, name, amount in ((emma, "Taxi", 31.25), (eric, "Hotel", 42.75)):
            employee = self.env["hr.employee"].create(
                {"name": user.name, "work_contact_id": user.partner_id.id}
            )
            self.env["hr.expense"].create(
                {
                    "name": name,
                    "employee_id": employee.id,
                    "product_id": product.id,
                    "total_amount_currency": amount,
                }
            )
        self._sign_in(emma)

        page = self._open("/my/expenses", self._get("/my/home").text)
        for shown in ("Taxi", "31.25", "Draft"):
            self._check_shown(shown, page)
        self._check_hidden("Hotel", page)
        self._check_hidden("Hotel", self._get("/my/expenses/page/9?employee_id=1").text)

        self.company.counterparty_portal_expenses = False
        self.assertEqual(self._get("/my/expenses").headers["Location"].rstrip("/")[-3:], "/my")

    def test_nobody_else_finds_expense_claims(self):
        self._sign_in(self.anna)
        self._check_hidden("/my/expenses", self._get("/my/home").text)
        self.assertEqual(self._get("/my/expenses").headers["Location"].rstrip("/")[-3:], "/my")

    # ------------------------------------------------------------
    # Head's delegate
    # ------------------------------------------------------------

    def test_a_heads_delegate_sees_members_for_their_days(self):
        hugo = self._portal("hugo", parent_id=self.holding.id)
        self.env["counterparty.membership"].create(
            {
                "owner_id": self.holding.id,
                "member_id": self.alfa.id,
                "equity": 60,
                "date_from": "2026-02-01",
            }
        )
        before = self._invoice(self.alfa, day="2026-01-15", price=101.25)
        during = self._invoice(self.alfa, day="2026-03-15", price=202.5)
        sister = self._invoice(self.beta, day="2026-03-15", price=303.75)
        row = self._authorize(hugo, self.alfa, "statement", "invoices", head_id=self.holding.id)
        self._sign_in(hugo)

        home = self._get("/my/home").text
        self._check_shown("/my/represent", home)
        self._check_hidden(during.name, self._get("/my/invoices").text)
        self._post("/my/represent", page="/my/home", partner=str(self.alfa.id))

        home = self._get("/my/home").text
        for page in (self._open("/my/balance", home), self._get("/my/invoices").text):
            self._check_shown(during.name, page)
            for hidden in (before, sister):
                self._check_hidden(hidden.name, page)
        # data of the member are for its managers alone
        # and of one that was chosen it is no use to be told to choose
        self._check_shown("does not cover this page", self._get("/my/company").text)
        self._post("/my/represent", page="/my/home", partner="all")
        self._check_shown("Choose one company first.", self._get("/my/company").text)

        row._end()
        for url in ("/my/balance", "/my/invoices"):
            with self.subTest(ended=url):
                self._check_hidden(during.name, self._get(url).text)

    def test_a_member_sees_neither_head_nor_sister(self):
        for member in (self.alfa, self.beta):
            self.env["counterparty.membership"].create(
                {"owner_id": self.holding.id, "member_id": member.id, "equity": 60}
            )
        papers = [self._invoice(partner) for partner in (self.holding, self.beta)]
        self._sign_in(self.alfa_login)

        self._check_hidden("/my/represent", self._get("/my/home").text)
        for partner in (self.holding, self.beta):
            self._post("/my/represent", page="/my/home", partner=str(partner.id))
            for url in ("/my/balance", "/my/invoices", "/my/statement"):
                page = self._get(url).text
                for paper in papers:
                    self._check_hidden(paper.name, page)
