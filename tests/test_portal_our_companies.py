from odoo import Command
from odoo.tests import tagged

from .common_portal import PortalPageCase

PAGES = ("deliveries", "supplier", "prices", "documents")


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalOurCompanies(PortalPageCase):
    """Whoever deals with several of our companies chooses one on every page of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Our Other Company"})
        cls.stranger = cls.env["res.company"].create({"name": "Not for Alfa"})
        for company in (cls.company, cls.other, cls.stranger):
            company.write({f"counterparty_portal_{page}": True for page in PAGES})

    def _deal_with_both(self):
        self.alfa_login.company_ids |= self.other
        self._sign_in(self.alfa_login)

    def test_who_deals_with_one_company_chooses_nothing(self):
        self._sign_in(self.alfa_login)
        for page in PAGES:
            with self.subTest(page=page):
                html = self._get(f"/my/{page}?company={self.other.id}").text
                self._check_hidden("Our Other Company", html)
                self._check_hidden('name="company"', html)

    def test_every_page_offers_our_companies_that_show_it(self):
        self._deal_with_both()
        for page in PAGES:
            with self.subTest(page=page):
                html = self._get(f"/my/{page}").text
                self._check_shown(f'href="/my/{page}?company={self.other.id}"', html)
                self._check_hidden("Not for Alfa", html)
                self.other[f"counterparty_portal_{page}"] = False
                self._check_hidden("Our Other Company", self._get(f"/my/{page}").text)

    def test_a_page_that_only_another_company_shows_is_found(self):
        self._deal_with_both()
        for page in PAGES:
            self.company[f"counterparty_portal_{page}"] = False
            with self.subTest(page=page):
                self.assertEqual(self._get(f"/my/{page}").status_code, 200)

    def test_deliveries_and_articles_are_those_of_the_company(self):
        papers = self._papers(self.alfa)
        self.env["product.template"].create(
            {
                "name": "Crate",
                "seller_ids": [
                    Command.create(
                        {
                            "partner_id": self.alfa.id,
                            "product_code": "HERE-1",
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        papers["bill"].ref = "BILL-HERE"
        self._deal_with_both()
        urls = {
            "/my/deliveries?filterby=all": papers["delivery"].name,
            "/my/supplier?tab=bills": "BILL-HERE",
            "/my/supplier?tab=articles": "HERE-1",
        }
        for url, mark in urls.items():
            with self.subTest(url=url):
                for company in (self.company, self.stranger):
                    self._check_shown(mark, self._get(f"{url}&company={company.id}").text)
                self._check_hidden(mark, self._get(f"{url}&company={self.other.id}").text)

    def test_documents_of_each_company_are_listed_and_given(self):
        kind = self.env["counterparty.document.kind"].search([("is_personal", "=", False)], limit=1)
        here, there = (
            self.env["counterparty.document"].create(
                {
                    "name": name,
                    "kind_id": kind.id,
                    "partner_id": self.alfa.id,
                    "company_id": company.id,
                    "file": "dGV4dA==",
                    "file_name": "paper.txt",
                    "is_shared": True,
                    "responsible_id": False,
                }
            )
            for name, company in (("Paper here", self.company), ("Paper there", self.other))
        )
        self._sign_in(self.alfa_login)
        self.assertEqual(self._get(f"/my/documents/{there.id}/file").status_code, 404)

        self._deal_with_both()

        page = self._get(f"/my/documents?company={self.other.id}").text
        self._check_shown("Paper there", page)
        self._check_hidden("Paper here", page)
        for document in (here, there):
            self.assertEqual(self._get(f"/my/documents/{document.id}/file").status_code, 200)
