from odoo import fields
from odoo.tests import tagged

from .common_portal import PortalPageCase

PAGES = (
    "/my/deliveries",
    "/my/supplier",
    "/my/offer",
)
NONSENSE = (
    "page=x",
    "kind=x",
    "kind=%00",
    "filterby=x&search=%00%25'",
    "tab=__class__",
    "tab=",
    "order=abc",
    "order=-1",
    "order=99999999999999999999",
    "search=" + "x" * 3000,
)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPages(PortalPageCase):
    """Deliveries, supplier pages and offers, for those they are for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        for page in ("deliveries", "supplier", "offers"):
            cls.company[f"counterparty_portal_{page}"] = True
        cls.papers = cls._papers(cls.alfa)
        cls.foreign = cls._papers(cls.beta)

    def test_pages_are_off_until_they_are_switched_on(self):
        for page in ("deliveries", "supplier", "offers"):
            self.company[f"counterparty_portal_{page}"] = False
        self._sign_in(self.alfa_login)
        home = self._get("/my/home").text
        for url in PAGES:
            with self.subTest(url=url):
                self.assertEqual(self._get(url).headers["Location"].rstrip("/")[-3:], "/my")
                self._check_hidden(f'"{url}"', home)

    def test_strangers_sign_in_first(self):
        for url in PAGES:
            with self.subTest(url=url):
                self.assertIn("/web/login", self._get(url).headers["Location"])

    def test_every_page_takes_any_parameters(self):
        self._sign_in(self.alfa_login)
        for url in PAGES:
            for query in NONSENSE:
                with self.subTest(url=url, query=query[:30]):
                    self.assertEqual(self._get(f"{url}?{query}").status_code, 200)
        for url in ("/my/deliveries", "/my/supplier"):
            for page in ("0", "2", "99999999999999999999"):
                with self.subTest(url=url, page=page):
                    self.assertEqual(self._get(f"{url}/page/{page}").status_code, 200)

    def test_pages_stay_with_their_reader(self):
        self._sign_in(self.alfa_login)
        for url in PAGES:
            with self.subTest(url=url):
                headers = self._get(url).headers
                self.assertIn("no-store", headers["Cache-Control"])
                self.assertEqual(headers["X-Frame-Options"], "SAMEORIGIN")

    def test_deliveries_are_those_of_the_company(self):
        self._sign_in(self.alfa_login)

        page = self._get("/my/deliveries").text
        self._check_shown(self.papers["delivery"].name, page)
        self._check_hidden(self.papers["receipt"].name, page)
        self._check_hidden(self.foreign["delivery"].name, page)
        receipts = self._get("/my/deliveries?kind=in&filterby=all").text
        self._check_shown(self.papers["receipt"].name, receipts)
        self._check_hidden(self.foreign["receipt"].name, receipts)

    def test_a_supplier_sees_what_it_is_owed(self):
        self.papers["bill"].ref = "THEIRS-7"
        self._sign_in(self.alfa_login)

        page = self._get("/my/supplier").text
        self._check_shown("THEIRS-7", page)
        self._check_shown("100.00", page)
        self._check_hidden(self.foreign["bill"].name, page)

    def test_a_list_has_one_pager(self):
        self._sign_in(self.alfa_login)

        self.assertEqual(self._get("/my/supplier").text.count("o_portal_pager"), 1)

    def test_a_bill_that_is_held_back_is_owed_too(self):
        self.papers["bill"].action_toggle_block_payment()
        self.assertEqual(self.papers["bill"].payment_state, "blocked")
        self._sign_in(self.alfa_login)

        self._check_shown(self.papers["bill"].name, self._get("/my/supplier").text)

    def _pay_bill(self, **values):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.papers["bill"].ids)
            .create(values)
        )
        return wizard._create_payments()

    def test_the_rest_of_a_bill_is_expected_when_it_is_due(self):
        self.papers["bill"].invoice_date_due = "2026-12-31"
        self._sign_in(self.alfa_login)
        self._check_hidden("On its way", self._get("/my/supplier").text)

        self._pay_bill(payment_date="2026-11-20", amount=40)

        page = self._get("/my/supplier").text
        for shown in ("12/31/2026", "60.00", "On its way", "40.00"):
            self._check_shown(shown, page)
        self._check_hidden("11/20/2026", page)

    def test_a_bill_whose_payment_is_under_way_tells_its_day(self):
        payment = self._pay_bill(payment_date=fields.Date.today())
        self.assertEqual(payment.state, "in_process")
        self._sign_in(self.alfa_login)

        page = self._get("/my/supplier").text
        for shown in (self.papers["bill"].name, "On its way", payment.date.strftime("%m/%d/%Y")):
            self._check_shown(shown, page)

        payment.date = "2026-01-05"
        self._check_hidden(self.papers["bill"].name, self._get("/my/supplier").text)

    def test_a_supplier_sees_payments_and_its_codes(self):
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.papers["bill"].ids)
            .create({})
            ._create_payments()
        )
        for partner, code in ((self.alfa, "ALFA-1"), (self.beta, "BETA-1")):
            self.env["product.supplierinfo"].create(
                {
                    "partner_id": partner.id,
                    "product_tmpl_id": self.service.product_tmpl_id.id,
                    "product_code": code,
                }
            )
        self._sign_in(self.alfa_login)

        self._check_shown(payment.name, self._get("/my/supplier?tab=payments").text)
        page = self._get("/my/supplier?tab=articles").text
        self._check_shown("ALFA-1", page)
        self._check_hidden("BETA-1", page)
        self._sign_in(self.bela)
        self._check_hidden(payment.name, self._get("/my/supplier?tab=payments").text)

    def test_a_delegate_sees_pages_of_its_scopes(self):
        row = self._authorize(self.bela, self.alfa, "supplier", "deliveries")
        self._by_authorization()
        self._sign_in(self.bela)
        self._post("/my/represent", page="/my/home", partner=str(self.alfa.id))

        self._check_shown(self.papers["delivery"].name, self._get("/my/deliveries").text)
        self._check_shown(self.papers["bill"].name, self._get("/my/supplier").text)

        row._end()
        self._check_hidden(self.papers["delivery"].name, self._get("/my/deliveries").text)
        self._check_hidden(self.papers["bill"].name, self._get("/my/supplier").text)

    # ------------------------------------------------------------
    # Offers
    # ------------------------------------------------------------

    def _last(self):
        return self.env["counterparty.request"].search([], order="id desc", limit=1)

    def test_an_offer_is_a_request_that_becomes_a_quotation(self):
        self._sign_in(self.anna)

        answer = self._post(
            "/my/offer",
            product=["Advice", "Something else"],
            quantity=["3", "1,5"],
            description="Before summer",
            partner_id=str(self.beta.id),
            state="closed",
            user_id=str(self.user.id),
        )

        request = self._last()
        self.assertEqual(answer.status_code, 303)
        self.assertIn(str(request.id), answer.headers["Location"])
        self.assertEqual(request.partner_id, self.anna.partner_id)
        self.assertEqual((request.state, request.category_id.code), ("new", "information"))
        self.assertFalse(request.user_id)
        self.assertEqual(request.line_ids.mapped("quantity"), [3.0, 1.5])
        self.assertEqual(request.line_ids.product_id, self.service)
        order = request._convert_to_quotation()
        self.assertEqual(order.partner_id, self.anna.partner_id)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [3.0, 0.0])
        self.assertIn("Something else", order.order_line[1].name)

    def test_the_same_form_is_one_offer(self):
        self._sign_in(self.anna)
        values = {"product": "Advice", "quantity": "1", "form_key": "once"}
        first = self._post("/my/offer", **values)
        number = self._last()

        second = self._post("/my/offer", **values)

        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(self._last(), number)

    def test_nonsense_is_refused_with_the_reason(self):
        self._sign_in(self.anna)
        before = self._last()
        for quantity in ("-1", "1e309", "NaN", "many", "9999999999"):
            with self.subTest(quantity=quantity):
                answer = self._post("/my/offer", product="Advice", quantity=quantity)
                self.assertEqual(answer.status_code, 422)
                self._check_shown("in digits", answer.text)
        answer = self._post("/my/offer", product=" ", quantity="1", description="\x00 ")
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._last(), before)

    def test_products_are_offered_of_orders_that_the_visitor_sees(self):
        self.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        self.papers["order"].order_line.product_id.name = "Secret Sauce"
        self._sign_in(self.anna)
        self._check_shown("Secret Sauce", self._get("/my/offer").text)

        self._by_authorization()
        self._check_hidden("Secret Sauce", self._get("/my/offer").text)
        self._authorize(self.anna, self.alfa, "orders")
        self._check_shown("Secret Sauce", self._get("/my/offer").text)

    def test_an_order_can_be_ordered_again(self):
        order, foreign = self.papers["order"], self.foreign["order"]
        order.order_line.product_uom_qty = 7
        foreign.order_line.product_uom_qty = 9
        self._sign_in(self.anna)
        self._check_shown(f"/my/offer?order={order.id}", self._get(f"/my/orders/{order.id}").text)

        page = self._get(f"/my/offer?order={order.id}").text
        self._check_shown('value="7"', page)
        # above the page it is no purchase order of the host
        self._check_hidden("Purchase Orders", page)
        self._check_hidden('value="9"', self._get(f"/my/offer?order={foreign.id}").text)
        self._post("/my/offer", order=str(order.id), product="Advice", quantity="7")

        self.assertEqual(self._last().subject_ref, order)

    def test_a_delegate_asks_for_the_company_it_represents(self):
        self._authorize(self.bela, self.alfa, "requests")
        self._sign_in(self.bela)
        self._post("/my/represent", page="/my/home", partner=str(self.alfa.id))

        answer = self._post("/my/offer", product="Advice", quantity="2")

        self.assertEqual(self._last().partner_id, self.alfa)
        self.assertEqual(self._get(answer.headers["Location"]).status_code, 200)
