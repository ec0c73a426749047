from contextlib import suppress

from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_portal import PortalPageCase

LISTS = {
    "/my/invoices": "invoice",
    "/my/orders": "order",
    "/my/purchase": "purchase",
}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalAccess(PortalPageCase):
    """The host's pages, chatter, files and links for delegates, before and after the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = cls._papers(cls.alfa)
        cls.foreign = cls._papers(cls.beta)

    def _delegate(self, *scopes, **values):
        """Authorize bela of Beta for Alfa and sign in."""
        row = self._authorize(
            self.bela, self.alfa, *(scopes or ("invoices", "orders", "supplier")), **values
        )
        self._sign_in(self.bela)
        return row

    def _represent(self, partner):
        value = partner if isinstance(partner, str) else str(partner.id)
        return self._post("/my/represent", page="/my/home", partner=value)

    # ------------------------------------------------------------
    # Whom a delegate represents
    # ------------------------------------------------------------

    def test_lists_show_who_is_represented(self):
        self._delegate()
        for partner, shown, hidden in [
            (self.alfa, self.papers, self.foreign),
            (self.beta, self.foreign, self.papers),
        ]:
            self._represent(partner)
            for url, name in LISTS.items():
                with self.subTest(url=url, partner=partner.name):
                    page = self._get(url).text
                    self._check_shown(shown[name].name, page)
                    self._check_hidden(hidden[name].name, page)
        self._represent("all")
        for url, name in LISTS.items():
            with self.subTest(url=url):
                page = self._get(url).text
                self._check_shown(self.papers[name].name, page)
                self._check_shown(self.foreign[name].name, page)

    def test_counters_count_for_who_is_represented(self):
        self._delegate()
        for partner, expected in ((self.alfa, 1), (self.beta, 1), ("all", 2)):
            self._represent(partner)
            with self.subTest(partner=str(partner)):
                counters = self.make_jsonrpc_request(
                    "/my/counters", {"counters": ["purchase_count", "rfq_count"]}
                )
                self.assertEqual(counters, {"purchase_count": expected, "rfq_count": 0})

    def test_nobody_is_asked_who_has_no_choice(self):
        self._sign_in(self.anna)
        self._check_hidden("/my/represent", self._get("/my/home").text)
        self._delegate()
        self._check_shown("/my/represent", self._get("/my/home").text)

    def test_foreign_choices_count_for_nothing(self):
        self._delegate()
        for value in (str(self.late_payer.id), "0", "-1", "x", str(10**20), ""):
            with self.subTest(value=value):
                self.assertEqual(self._represent(value).status_code, 303)
                self._check_shown(self.foreign["order"].name, self._get("/my/orders").text)

    def test_an_ended_authorization_is_gone_in_an_open_session(self):
        row = self._delegate()
        self._represent(self.alfa)
        for url, name in LISTS.items():
            self._check_shown(self.papers[name].name, self._get(url).text)

        row._end()

        for url, name in LISTS.items():
            with self.subTest(url=url):
                self._check_hidden(self.papers[name].name, self._get(url).text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["invoice_count", "order_count", "purchase_count"]}
        )
        self.assertEqual(counters["order_count"], 1)
        page = self._get(f"/my/orders/{self.papers['order'].id}")
        self.assertEqual(page.headers["Location"].rstrip("/")[-3:], "/my")

    # ------------------------------------------------------------
    # Chatter and files
    # ------------------------------------------------------------

    def _chatter(self, record):
        answer = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": record._name, "thread_id": record.id, "fetch_params": {}},
        )
        return str(answer)

    def test_chatter_and_files_follow_the_authorization(self):
        order = self.papers["order"]
        file = self.env["ir.attachment"].create(
            {
                "name": "offer.txt",
                "raw": b"secret words",
                "res_model": order._name,
                "res_id": order.id,
            }
        )
        order.message_post(
            body="Said to customers", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        order.message_post(body="Said inside", message_type="comment", subtype_xmlid="mail.mt_note")
        row = self._delegate("orders")
        said = self._chatter(order)
        self.assertIn("Said to customers", said)
        self.assertNotIn("Said inside", said)
        token = file.generate_access_token()[0]
        self.assertEqual(self._get(f"/web/content/{file.id}").status_code, 404)
        link = f"/web/content/{file.id}?access_token={token}"
        self.assertEqual(self._get(link).status_code, 200)

        row._end()
        row._renew_links()

        # refused altogether, or empty
        with mute_logger("odoo.http"), suppress(JsonRpcException):
            self.assertNotIn("Said to customers", self._chatter(order))
        self.assertEqual(self._get(link).status_code, 404)

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def test_links_cannot_be_read_by_program_where_authorizations_count(self):
        invoice = self.papers["invoice"]
        invoice._portal_ensure_token()
        as_anna = invoice.with_user(self.anna)
        self.assertTrue(as_anna.read(["access_token"]))
        self._by_authorization()
        self._authorize(self.anna, self.alfa, "invoices")

        with self.assertRaises(AccessError):
            as_anna.read(["access_token"])
        with self.assertRaises(AccessError):
            as_anna.search([("access_token", "=like", "a%")])
        self._sign_in(self.anna)
        self._check_shown(invoice.name, self._get("/my/invoices").text)
        self.assertEqual(self._get(f"/my/invoices/{invoice.id}").status_code, 200)

    def test_links_open_again_with_the_last_company_that_goes_by_authorizations(self):
        self.papers["invoice"]._portal_ensure_token()
        as_anna = self.papers["invoice"].with_user(self.anna)
        second = self.env["res.company"].create(
            {"name": "Second", "counterparty_portal_visibility": "authorization"}
        )

        with self.assertRaises(AccessError):
            as_anna.read(["access_token"])
        second.counterparty_portal_visibility = "company"
        self.assertTrue(as_anna.read(["access_token"]))
        second.counterparty_portal_visibility = "authorization"
        second.active = False
        self.assertTrue(as_anna.read(["access_token"]))
        second.active = True
        with self.assertRaises(AccessError):
            as_anna.read(["access_token"])

    def test_links_are_closed_without_a_trace_on_visitors(self):
        partner = self.anna.partner_id
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2020-01-01' WHERE id = %s", [partner.id]
        )
        self.env.invalidate_all()

        self._by_authorization()
        self.env.flush_all()

        self.assertEqual(partner.write_date.year, 2020)
        self.assertTrue(partner.partner_share and self.anna.share)

    def test_visitors_cannot_read_which_campaign_earned_their_invoice(self):
        line = self.papers["invoice"].invoice_line_ids[:1]

        self.assertTrue(line.with_user(self.anna).read(["name"]))
        for name in ("campaign_id", "medium_id", "source_id", "reversed_line_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                line.with_user(self.anna).read([name])

    def test_reading_a_field_asks_nothing_of_ours(self):
        for model in ("account.move", "account.move.line", "sale.order", "stock.picking"):
            asked = type(self.env[model])._has_field_access

            self.assertTrue(asked.__module__.startswith("odoo.orm"), model)

    def test_mailed_links_keep_working(self):
        order = self.papers["order"]
        link = order.get_portal_url()
        self._by_authorization()
        self.authenticate(None, None)

        self._check_shown(order.name, self._get(link).text)
        for wrong in ("", "x", order.access_token[:-1], self.foreign["order"].access_token or "y"):
            with self.subTest(token=wrong):
                page = self._get(f"/my/orders/{order.id}?access_token={wrong}")
                self._check_hidden(order.name, page.text)

    # ------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_a_form_without_its_token_is_refused(self):
        self._delegate()

        answer = self.url_open("/my/represent", data={"partner": str(self.alfa.id)})

        self.assertEqual(answer.status_code, 400)

    def test_home_tells_what_waits(self):
        self._delegate()
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["counterparty_waiting_count"]}
        )
        self.assertEqual(counters["counterparty_waiting_count"], 0)
        self._check_shown("Nothing waits for you", self._get("/my/waiting").text)
