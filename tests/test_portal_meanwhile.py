"""What changes around a visitor while its pages are open: people, companies, money, other tabs."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_portal_world import SCOPES, PortalWorldCase
from .test_portal_matrix import PAGES, _fill

SHOWN = ("invoice", "document", "statement", "amount")


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalMeanwhile(PortalWorldCase):
    """An open session sees what is true now, on every page, and never an error."""

    def _pages(self):
        """Return all that the pages show to whoever is signed in."""
        texts = []
        for rule in PAGES:
            answer = self.url_open(_fill(rule))
            with self.subTest(page=rule):
                self.assertLess(answer.status_code, 404 if rule == "/topics/confirm" else 500)
            texts.append(answer.text)
        return "".join(texts)

    def _check_marks(self, side, text, is_shown):
        for mark in SHOWN:
            with self.subTest(mark=mark):
                self.assertEqual(side.marks[mark] in text, is_shown)

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def test_a_contact_that_moves_to_another_company(self):
        self._enter(self.anna)
        self._check_marks(self.mine, self._pages(), True)

        self.anna.partner_id.parent_id = self.beta

        text = self._pages()
        self._check_marks(self.mine, text, False)
        self._check_marks(self.theirs, text, True)
        for paper in (f"/my/statements/{self.mine.statement.id}",
                      f"/my/documents/{self.mine.document.id}/file"):  # fmt: skip
            self.assertNotEqual(self._get(paper).status_code, 200)

        self._by_authorization()
        text = self._pages()
        self._check_marks(self.mine, text, False)
        self._check_marks(self.theirs, text, False)

    @mute_logger("odoo.http")
    def test_a_login_that_is_archived(self):
        self._enter(self.dana, self.alfa)
        self._check_marks(self.mine, self._pages(), True)

        self.dana.active = False

        self._check_marks(self.mine, self._pages(), False)
        for url in ("/my/home", "/my/balance", f"/my/statements/{self.mine.statement.id}"):
            with self.subTest(url=url):
                answer = self._get(url)
                self.assertLess(answer.status_code, 500)
                self._check_hidden(self.alfa.name, answer.text)

    def test_a_delegate_that_becomes_one_of_ours_twice(self):
        """The same person gets a second authorization; the end of one leaves the other."""
        second = self._authorize(self.dana, self.alfa, "statement")
        self._enter(self.dana, self.alfa)
        self.row._end()
        self._check_shown(self.mine.marks["invoice"], self._get("/my/balance").text)
        self._check_hidden(self.mine.marks["document"], self._get("/my/documents").text)
        second._end()
        self._check_hidden(self.mine.marks["invoice"], self.url_open("/my/balance").text)

    @mute_logger("odoo.http")
    def test_the_represented_company_is_archived_and_comes_back(self):
        self._enter(self.dana, self.alfa)
        (self.alfa.user_ids | self.alfa.child_ids.user_ids).active = False
        papers = (f"/my/statements/{self.mine.statement.id}",
                  f"/my/documents/{self.mine.document.id}/file")  # fmt: skip
        self.alfa.active = False
        self._check_marks(self.mine, self._pages(), False)
        for paper in papers:
            self.assertNotEqual(self._get(paper).status_code, 200)
        self.alfa.active = True
        for paper in papers:
            self.assertEqual(self._get(paper).status_code, 200)
        self._check_marks(self.mine, self._pages(), True)

    # ------------------------------------------------------------
    # Our companies and their money
    # ------------------------------------------------------------

    def test_one_of_our_companies_is_archived(self):
        other = self.env["res.company"].create({"name": "Our Other Company"})
        pages = [name for name in self.company._fields if name.startswith("counterparty_portal_")]
        other.write({name: self.company[name] for name in pages})
        self.alfa_login.company_ids |= other
        row = self._authorize(self.dana, self.alfa, *SCOPES, company_id=other.id)
        self.dana.company_ids |= other
        self._enter(self.alfa_login)
        self._check_shown("Our Other Company", self._get("/my/balance").text)

        other.active = False

        for user in (self.alfa_login, self.dana):
            self._enter(user, self.alfa if user == self.dana else None)
            text = self._pages()
            self._check_marks(self.mine, text, True)
            self._check_hidden("Our Other Company", text)
            page = self._get(f"/my/balance?company={other.id}").text
            self._check_shown(self.mine.marks["invoice"], page)
        self.assertEqual(row.state, "current")
        self.row._end()
        self._check_marks(self.mine, self._pages(), False)

    def test_the_currency_of_a_company_changes(self):
        other = self.env.ref("base.EUR")
        if other == self.company.currency_id:
            other = self.env.ref("base.USD")
        other.active = True
        # where something was posted the host refuses it
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.company.currency_id = other

        fresh = self.env["res.company"].create({"name": "Fresh", "currency_id": other.id})
        pages = [name for name in self.company._fields if name.startswith("counterparty_portal_")]
        fresh.write({name: self.company[name] for name in pages})
        self.alfa_login.company_ids |= fresh
        self._enter(self.alfa_login)
        urls = [f"{url}?company={fresh.id}" for url in PAGES if "<" not in url]
        before = [self._get(url).status_code for url in urls]
        fresh.currency_id = self.company.currency_id
        self.assertEqual([self._get(url).status_code for url in urls], before)

    def test_the_currency_of_papers_is_switched_off(self):
        other = self.env.ref("base.EUR")
        if other == self.company.currency_id:
            other = self.env.ref("base.USD")
        other.active = True
        invoice = self._invoice(self.alfa, price=77.25, post=False)
        invoice.currency_id = other
        invoice.action_post()
        self._enter(self.alfa_login)
        paper = self._post(
            "/my/statement/issue", page="/my/statement", date_from="2026-01-01",
            date_to="2026-12-31",
        ).headers["Location"]  # fmt: skip

        other.active = False

        for url in ("/my/balance", "/my/statement?date_from=2026-01-01&date_to=2026-12-31", paper,
                    f"{paper}/html"):  # fmt: skip
            with self.subTest(url=url):
                page = self._get(url).text
                self._check_shown(invoice.name, page)
                self._check_shown("77.25", page)
        self.assertEqual(self._get(f"{paper}/xlsx").status_code, 200)
        self.assertEqual(self._get("/my/balance/pay?all=1").status_code, 200)

    # ------------------------------------------------------------
    # Days
    # ------------------------------------------------------------

    def test_a_day_that_ends_at_our_company_ends_for_a_visitor_in_the_far_west(self):
        self.company.resource_calendar_id.tz = "Europe/Bucharest"
        self.row.date_to = "2026-05-31"
        self.dana.tz = "Etc/GMT+12"
        for moment, is_shown in (("2026-05-31 20:50:00", True), ("2026-05-31 21:10:00", False)):
            with freeze_time(moment):
                self._enter(self.dana, self.alfa)
                self.opener.cookies["tz"] = "Etc/GMT+12"
                with self.subTest(moment=moment):
                    for url, mark in (("/my/balance", "invoice"), ("/my/documents", "document"),
                                      ("/my/orders", "order"), ("/my/requests", "request"),
                                      ("/my/statements", "statement")):  # fmt: skip
                        shown = self.mine.marks[mark] in self.url_open(url).text
                        self.assertEqual(shown, is_shown, url)

    def test_an_authorization_begins_today_wherever_the_manager_lives(self):
        self.company.resource_calendar_id.tz = "America/New_York"
        self.alfa_login.tz = "Pacific/Kiritimati"
        with freeze_time("2026-05-31 14:00:00"):
            self._enter(self.alfa_login)
            self._post(
                "/my/authorizations/new", page="/my/authorizations", scope="orders",
                person=str(self.anna.partner_id.id), date_to="2026-05-31",
            )  # fmt: skip
            row = self.env["counterparty.authorization"].search(
                [("representative_id", "=", self.anna.partner_id.id)]
            )
            self.assertEqual((str(row.date_from), row.state), ("2026-05-31", "current"))

    # ------------------------------------------------------------
    # Two tabs
    # ------------------------------------------------------------

    def test_a_form_of_another_tab_is_not_sent_for_the_company_chosen_since(self):
        self._authorize(self.dana, self.beta, *SCOPES)
        self._enter(self.dana, self.alfa)
        page = self._get("/my/company").text
        self._check_shown(f'name="counterparty" value="{self.alfa.id}"', page)
        self._post("/my/represent", page="/my/home", partner=str(self.beta.id))
        models = ("counterparty.change", "counterparty.document", "counterparty.request",
                  "res.partner")  # fmt: skip
        before = [self.env[name].search_count([]) for name in models]

        of_alfa = {"counterparty": str(self.alfa.id)}
        file = {"files": ("iso.txt", b"words", "text/plain")}
        for url, values, files in (
            ("/my/company/change", {"name": "Alfa Renamed"}, None),
            ("/my/company/contact", {"contact_name": "Alfred of Alfa"}, None),
            ("/my/company/certificate", {"certificate_name": "ISO of Alfa"}, file),
            ("/my/offer", {"description": "Crates for Alfa"}, None),
        ):
            answer = self._post(url, "/my/company", files, **of_alfa, **values)
            with self.subTest(url=url):
                self.assertEqual(answer.status_code, 422)
                self._check_shown("Meanwhile you have chosen Beta Ltd", answer.text)
                self._check_shown(f'name="counterparty" value="{self.beta.id}"', answer.text)
        self.assertEqual([self.env[name].search_count([]) for name in models], before)

        self._post(
            "/my/company/contact", "/my/company", counterparty=str(self.beta.id),
            contact_name="Berta of Beta",
        )  # fmt: skip
        self.assertIn("Berta of Beta", self.beta.child_ids.mapped("name"))

    def test_a_statement_of_another_tab_is_of_the_company_that_it_shows(self):
        self._authorize(self.dana, self.beta, *SCOPES)
        self._enter(self.dana, self.alfa)
        self._post("/my/represent", page="/my/home", partner=str(self.beta.id))
        statements = self.env["counterparty.statement"]
        known = statements.search([])

        self._post(
            "/my/statement/issue", page="/my/statement", counterparty=str(self.alfa.id),
            date_from="2026-01-01", date_to="2026-12-31",
        )  # fmt: skip
        self.assertEqual((statements.search([]) - known).partner_id, self.alfa)

        for foreign in (str(self.late_payer.id), "x", "99999999999999999999"):
            known = statements.search([])
            answer = self._post(
                "/my/statement/issue", page="/my/statement", counterparty=foreign,
                date_from="2026-01-01", date_to="2026-12-31",
            )  # fmt: skip
            with self.subTest(foreign=foreign):
                self.assertTrue(answer.headers["Location"].endswith("/my"))
                self.assertEqual(statements.search([]), known)
