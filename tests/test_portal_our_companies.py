from odoo import Command
from odoo.http import root
from odoo.tests import tagged

from .common_portal import PortalPageCase

PAGES = {
    "deliveries": "/my/deliveries",
    "supplier": "/my/supplier",
    "prices": "/my/prices",
    "documents": "/my/documents",
    "manage": "/my/authorizations",
    "changes": "/my/company",
    "offers": "/my/offer",
}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalOurCompanies(PortalPageCase):
    """Whoever deals with several of our companies chooses one on every page of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Our Other Company"})
        cls.stranger = cls.env["res.company"].create({"name": "Not for Alfa"})
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        for company in (cls.company, cls.other, cls.stranger):
            company.write({f"counterparty_portal_{page}": True for page in PAGES})

    def _deal_with_both(self):
        self.alfa_login.company_ids |= self.other
        self._sign_in(self.alfa_login)

    def test_who_deals_with_one_company_chooses_nothing(self):
        self._sign_in(self.alfa_login)
        for page, url in PAGES.items():
            with self.subTest(page=page):
                html = self._get(f"{url}?company={self.other.id}").text
                self._check_hidden("Our Other Company", html)
                self._check_hidden(f'name="company" value="{self.other.id}"', html)

    def test_every_page_offers_our_companies_that_show_it(self):
        self._deal_with_both()
        for page, url in PAGES.items():
            with self.subTest(page=page):
                html = self._get(url).text
                self._check_shown(f'href="{url}?company={self.other.id}"', html)
                self._check_hidden("Not for Alfa", html)
                self.other[f"counterparty_portal_{page}"] = False
                self._check_hidden("Our Other Company", self._get(url).text)

    def test_a_page_that_only_another_company_shows_is_found(self):
        self._deal_with_both()
        for page, url in PAGES.items():
            self.company[f"counterparty_portal_{page}"] = False
            with self.subTest(page=page):
                self._check_shown(f'href="{url}', self._get("/my/home").text)
                self.assertEqual(self._get(url).status_code, 200)

    def test_who_acts_for_us_is_said_for_each_company(self):
        self._by_authorization()
        self._deal_with_both()
        grant = {"person": str(self.anna.partner_id.id), "scope": ["orders"]}
        answer = self._post(
            "/my/authorizations/new", "/my/security", company=str(self.other.id), **grant
        )

        row = self.env["counterparty.authorization"].search(
            [("representative_id", "=", self.anna.partner_id.id)]
        )
        self.assertEqual(row.company_id, self.other)
        there = f"/my/authorizations?company={self.other.id}"
        self.assertTrue(answer.headers["Location"].endswith(there))
        end = f"/my/authorizations/{row.id}/end"
        self._check_shown(f'action="{end}"', self._get(there).text)
        self._check_hidden(f'action="{end}"', self._get("/my/authorizations").text)

        # from the page of another one of our companies it is not to be ended
        for company, state in ((self.company, "current"), (self.stranger, "current"),
                               (self.other, "ended")):  # fmt: skip
            self._post(end, "/my/security", company=str(company.id))
            self.assertEqual(row.state, state)

    def test_what_is_sent_reaches_the_chosen_company(self):
        self._deal_with_both()
        there = {"company": str(self.other.id)}
        self._post("/my/offer", description="Ten crates", **there)
        self._post("/my/company/change", "/my/company", vat="", name="Alfa Group", **there)
        self._post(
            "/my/company/certificate",
            "/my/company",
            files={"files": ("iso.pdf", b"%PDF-1.4 x", "application/pdf")},
            certificate_name="ISO 9001",
            **there,
        )

        requests = self.env["counterparty.request"].search([("partner_id", "=", self.alfa.id)])
        self.assertEqual(len(requests), 2)
        self.assertEqual(requests.company_id, self.other)
        paper = self.env["counterparty.document"].search([("name", "=", "ISO 9001")])
        self.assertEqual(paper.company_id, self.other)

    def test_an_order_is_ordered_again_where_it_was_ordered(self):
        order = self._papers(self.alfa)["order"]
        self._deal_with_both()
        self.company.counterparty_portal_offers = True

        html = self._get(f"/my/offer?order={order.id}").text

        self._check_shown(f'name="company" value="{self.company.id}"', html)
        self._check_hidden("Our Other Company", html)

    def test_a_choice_outlives_what_the_host_writes_at_the_same_time(self):
        self._authorize(self.anna, self.beta, "orders")
        self._sign_in(self.anna)
        self._get("/my/home")
        begun = root.session_store.get(self.session.sid)
        self._post("/my/represent", page="/my/home", partner=str(self.beta.id))

        # the counters of the home, asked before the choice, are done after it
        root.session_store.save(begun)

        self._check_shown(f'value="{self.beta.id}" selected', self._get("/my/home").text)
        self._sign_in(self.alan)
        self._check_hidden("Beta Ltd", self._get("/my/home").text)

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
