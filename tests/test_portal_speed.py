from odoo.tests import tagged

from .common_portal import PortalPageCase

FEW, MORE, MANY = 2, 8, 10_000
ALLOWANCE = 5
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_name = 'account_move_line' AND column_name != 'id' AND is_generated = 'NEVER'"""


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalSpeed(PortalPageCase):
    """Pages ask as many queries for many papers as for few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {f"counterparty_portal_{page}": True for page in ("balance", "statement", "pay")}
        )

    def _count_queries(self, url):
        """Return how many queries a page asks once its caches are warm."""
        self._get(url)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get(url).status_code, 200, url)
        return self.env.cr.sql_log_count - before

    def test_lists_of_the_host_do_not_ask_more_per_paper(self):
        urls = ("/my/invoices", "/my/orders", "/my/purchase")
        self._authorize(self.anna, self.alfa, "invoices", "orders", "supplier")
        self._sign_in(self.anna)
        for visibility in ("company", "authorization"):
            self.company.counterparty_portal_visibility = visibility
            with self.subTest(visibility=visibility):
                for _paper in range(FEW):
                    self._papers(self.alfa)
                few = {url: self._count_queries(url) for url in urls}
                for _paper in range(MORE):
                    self._papers(self.alfa)
                more = {url: self._count_queries(url) for url in urls}

                for url in urls:
                    # stock itself reads a little more of more papers
                    self.assertLessEqual(
                        more[url], few[url] + ALLOWANCE, f"{visibility} {few} {more}"
                    )

    def test_balance_and_statement_do_not_ask_more_for_ten_thousand_lines(self):
        invoice = self._invoice(self.alfa)
        self._repeat(invoice, 9)
        self._sign_in(self.anna)
        urls = ("/my/balance", "/my/statement?date_from=2026-01-01&date_to=2026-12-31")
        few = {url: self._count_queries(url) for url in urls}

        self._repeat(invoice, MANY - 10)

        for url in urls:
            self.assertAlmostEqual(self._count_queries(url), few[url], delta=ALLOWANCE, msg=url)
        html = self._get(urls[0]).text
        self._check_shown("1,000,000.00", html)
        self.assertEqual(html.count('name="invoice"'), 80)

    def test_authorizations_are_asked_for_once_and_an_end_is_seen_at_once(self):
        self._by_authorization()
        self._invoice(self.beta)
        row = self._authorize(self.anna, self.beta, "statement", "invoices")
        self._sign_in(self.anna)
        self._check_shown("Beta Ltd", self._get("/my/home").text)

        row.date_to = "2020-01-02"

        self._check_hidden("Beta Ltd", self._get("/my/home").text)
        again = self._authorize(self.anna, self.beta, "statement")
        self._check_shown("Beta Ltd", self._get("/my/home").text)
        again.unlink()
        self._check_hidden("Beta Ltd", self._get("/my/home").text)

    def _repeat(self, invoice, times):
        """Post so many items like that of an invoice, past the host."""
        [item, *_more] = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        self.env.flush_all()
        self.env.cr.execute(COLUMNS)
        columns = ", ".join(name for (name,) in self.env.cr.fetchall())
        self.env.cr.execute(
            f"INSERT INTO account_move_line ({columns}) SELECT {columns} FROM account_move_line"
            " CROSS JOIN generate_series(1, %s) WHERE id = %s",
            [times, item.id],
        )
        self.env.invalidate_all()
