from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common_portal import PortalPageCase
from .common_portal_world import MODULE, PortalWorldCase

FEW, MORE, MANY = 2, 8, 10_000
MANY_PAPERS = 12
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


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalListSpeed(PortalWorldCase):
    """Each list page asks as many queries for a page full of papers as for a few."""

    URLS = (
        "/my/home", "/my/waiting", "/my/balance", "/my/balance/pay?all=1", "/my/statements",
        "/my/statement?date_from=2026-01-01&date_to=2026-12-31", "/my/orders", "/my/invoices",
        "/my/purchase", "/my/deliveries?filterby=all", "/my/deliveries?filterby=all&kind=in",
        "/my/supplier?tab=bills", "/my/supplier?tab=payments", "/my/supplier?tab=articles",
        "/my/requests?filterby=all", "/my/requests/new/help", "/my/documents", "/my/prices",
        "/my/company", "/my/offer", "/my/topics", "/my/topics/data", "/my/expenses",
        "/my/authorizations",
    )  # fmt: skip
    COUNTERS = (
        "counterparty_delivery_count", "counterparty_document_count", "counterparty_overdue_count",
        "counterparty_request_count", "counterparty_statement_count", "counterparty_supplier_count",
        "counterparty_waiting_count",
    )  # fmt: skip

    def test_every_list_asks_no_more_for_many(self):
        self._add(FEW)
        people = ((self.alfa_login, None), (self.dana, self.alfa), (self.dana, "all"))
        few = [self._count_pages(*person) for person in people]

        self._add(MANY_PAPERS)

        for (user, represented), before in zip(people, few, strict=True):
            for url, count in self._count_pages(user, represented).items():
                with self.subTest(user=user.login, represented=str(represented), url=url):
                    self.assertLessEqual(count, before[url] + ALLOWANCE)

    def _count_pages(self, user, represented):
        """Return how many queries each page asks once its caches are warm: ``{url: count}``."""
        self._enter(user)
        if represented:
            chosen = represented if isinstance(represented, str) else str(represented.id)
            self._post("/my/represent", page="/my/home", partner=chosen)
        pages = {url: lambda url=url: self._get(url) for url in self.URLS}
        for counter in self.COUNTERS:
            pages[counter] = lambda counter=counter: self._ask_counter(counter)
        return {name: self._count_queries(ask) for name, ask in pages.items()}

    def _ask_counter(self, counter):
        return self.make_jsonrpc_request("/my/counters", {"counters": [counter]})

    def _count_queries(self, ask):
        ask()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        ask()
        return self.env.cr.sql_log_count - before

    def _add(self, count):
        """Add papers of each kind to Alfa."""
        for number in range(count):
            self._papers(self.alfa)
            self._shared_document(self.alfa)
            helper = self._person(f"Helper {number}", parent_id=self.alfa.id)
            self._authorize_contact(helper)
        self._add_requests(count)
        self._add_supplies(count)
        self.env["counterparty.statement"].union(
            *(
                self.env["counterparty.statement"]._issue(
                    self.alfa, self.company, kind="confirmation", date_to=date(2026, 12, 31)
                )
                for _number in range(count)
            )
        ).action_mark_sent()

    def _authorize_contact(self, helper):
        self.env["counterparty.authorization"].create(
            {
                "representative_id": helper.id,
                "partner_id": self.alfa.id,
                "date_from": "2020-01-01",
                "scope_orders": True,
            }
        )

    def _add_requests(self, count):
        category = self.env.ref(f"{MODULE}.request_category_help")
        for number in range(count):
            person = (self.anna, self.alfa_login)[number % 2].partner_id
            self.env["counterparty.request"].create(
                {"name": f"Q {number}", "partner_id": person.id, "category_id": category.id}
            )

    def _add_supplies(self, count):
        """Add what is sold, what is bought by codes of its own, and what was paid for it."""
        self.env["product.template"].create(
            [
                {
                    "name": f"Crate {number}",
                    "list_price": 10 + number,
                    "sale_ok": True,
                    "seller_ids": [
                        Command.create({"partner_id": self.alfa.id, "product_code": f"C{number}"})
                    ],
                }
                for number in range(count)
            ]
        )
        payments = self.env["account.payment"].create(
            [
                {
                    "partner_id": self.alfa.id,
                    "partner_type": "supplier",
                    "payment_type": "outbound",
                    "amount": 5 + number,
                    "date": "2026-03-05",
                }
                for number in range(count)
            ]
        )
        payments.action_post()
        self.env["mailing.list"].create(
            [{"name": f"Topic {number}", "is_public": True} for number in range(count)]
        )
