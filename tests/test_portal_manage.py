import io
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import tagged

from ..controllers import portal_prices
from .common_portal import PortalPageCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalManage(PortalPageCase):
    """Partners authorize their own people, and see their own prices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._by_authorization()
        cls.company.counterparty_portal_manage = True
        cls.company.counterparty_portal_prices = True

    def _rows(self, user):
        return self.env["counterparty.authorization"].search(
            [("representative_id", "=", user.partner_id.id)]
        )

    def _grant(self, user, *granted, **values):
        return self._post(
            "/my/authorizations/new",
            page="/my/security",
            person=str(user.partner_id.id),
            scope=list(granted),
            **values,
        )

    # ------------------------------------------------------------
    # Authorizations
    # ------------------------------------------------------------

    def test_a_company_authorizes_its_people(self):
        self._sign_in(self.alfa_login)

        answer = self._grant(self.anna, "orders", "requests", granted_by_id="1", partner_id="3")

        row = self._rows(self.anna)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual((row.partner_id, row.granted_by_id), (self.alfa, self.alfa_login))
        self.assertTrue(row.scope_orders)
        self.assertEqual(row.request_scope, "all")
        self.assertFalse(row.scope_invoices or row.scope_manage)
        self._check_shown(self.anna.partner_id.name, self._get("/my/authorizations").text)

        self._post(f"/my/authorizations/{row.id}/end", page="/my/security")
        self.assertEqual(row.state, "ended")

    def test_nobody_hands_on_more_than_it_may_do(self):
        self._authorize(self.anna, self.alfa, "manage", "orders")
        self._sign_in(self.anna)

        self._grant(self.alan, "orders", "invoices", "statement")

        row = self._rows(self.alan)
        self.assertTrue(row.scope_orders)
        self.assertFalse(row.scope_invoices or row.scope_statement)
        self.assertEqual(self._grant(self.anna, "invoices").status_code, 422)
        self.assertEqual(self._grant(self.anna, "orders").status_code, 422)
        self.assertEqual(len(self._rows(self.anna)), 1)

    def test_people_of_others_and_of_ours_are_refused(self):
        ours = self._user("omar")
        ours.partner_id.parent_id = self.alfa
        self._sign_in(self.alfa_login)
        page = self._get("/my/authorizations").text
        for user in (self.bela, ours):
            with self.subTest(user=user.login):
                self._check_hidden(f'<option value="{user.partner_id.id}"', page)
                self.assertEqual(self._grant(user, "orders").status_code, 422)
                self.assertFalse(self._rows(user))
        self.assertTrue(ours._is_internal())

    def test_who_does_not_manage_finds_nothing(self):
        row = self._authorize(self.anna, self.alfa, "orders")
        foreign = self._authorize(self.bela, self.beta, "orders", "manage")
        self._sign_in(self.anna)
        self.assertEqual(
            self._get("/my/authorizations").headers["Location"].rstrip("/")[-3:], "/my"
        )
        self._grant(self.alan, "orders")
        self.assertFalse(self._rows(self.alan))
        self._post(f"/my/authorizations/{row.id}/end", page="/my/security")
        self.assertEqual(row.state, "current")
        self._sign_in(self.alfa_login)
        for number in (foreign.id, 0, 2**40):
            self._post(f"/my/authorizations/{number}/end", page="/my/security")
        self.assertEqual(foreign.state, "current")

    def test_the_last_manager_stays(self):
        row = self._authorize(self.bela, self.beta, "manage", "orders")
        self._sign_in(self.bela)

        answer = self._post(f"/my/authorizations/{row.id}/end", page="/my/security")

        self.assertEqual(answer.status_code, 422)
        self.assertEqual(row.state, "current")

    # ------------------------------------------------------------
    # Prices
    # ------------------------------------------------------------

    def test_prices_are_the_customers_own(self):
        self.env.user.group_ids |= self.env.ref("product.group_product_pricelist")
        product = self.env["product.product"].create(
            {"name": "=1+1", "default_code": "STEEL-1", "list_price": 100.0}
        )
        for partner, price in ((self.alfa, 77.77), (self.beta, 55.55)):
            partner.property_product_pricelist = self.env["product.pricelist"].create(
                {
                    "name": partner.name,
                    "item_ids": [
                        Command.create(
                            {
                                "applied_on": "0_product_variant",
                                "product_id": product.id,
                                "compute_price": "fixed",
                                "fixed_price": price,
                            }
                        )
                    ],
                }
            )
        self._sign_in(self.alfa_login)

        page = self._get("/my/prices?search=STEEL-1").text
        self._check_shown("77.77", page)
        self._check_hidden("55.55", page)
        for query in ("page=x", "search=%00%25'", "search=" + "x" * 3000):
            self.assertEqual(self._get(f"/my/prices?{query}").status_code, 200)
        # each file costs seconds: of a button, counted, never of a link
        self.assertEqual(self._get("/my/prices/xlsx").status_code, 405)
        self.env["ir.config_parameter"].set_param("counterparty_crm.request_form_limit", "2")
        files = [self._post("/my/prices/xlsx", page="/my/prices") for _time in range(3)]
        self.assertEqual([file.status_code for file in files], [200, 200, 429])
        rows = self._read_workbook(files[0].content)
        [row] = [row for row in rows if row[0] == "STEEL-1"]
        self.assertEqual(row[3], 77.77)
        self.assertIsInstance(row[1], str)
        self.assertIn("=1+1", row[1])
        self._check_hidden("55.55", str(rows))
        self.env["counterparty.request.submission"].search([]).unlink()
        with patch.object(portal_prices, "MOST_ROWS", 1):
            rows = self._read_workbook(self._post("/my/prices/xlsx", page="/my/prices").content)
        self.assertIn("the first 1 of", rows[-1][0])
        self.assertEqual(len(rows), 4)

    def _read_workbook(self, content):
        """Return the rows of a workbook; a formula would be read as one."""
        sheet = load_workbook(io.BytesIO(content)).active
        self.assertNotIn("f", {cell.data_type for row in sheet.iter_rows() for cell in row})
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    def test_nothing_shows_while_it_is_switched_off(self):
        self.company.counterparty_portal_manage = False
        self.company.counterparty_portal_prices = False
        self._sign_in(self.alfa_login)
        home = self._get("/my/home").text
        for url in ("/my/authorizations", "/my/prices"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url).headers["Location"].rstrip("/")[-3:], "/my")
                self._check_hidden(f'"{url}"', home)
        file = self._post("/my/prices/xlsx", page="/my/security")
        self.assertEqual(file.headers["Location"].rstrip("/")[-3:], "/my")
