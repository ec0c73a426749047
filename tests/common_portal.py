import re

from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .common import CounterpartyCase


class PortalCase(CounterpartyCase):
    """Three companies with papers, and logins that are contacts, delegates and companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alfa, cls.beta = cls._company("Alfa Ltd"), cls._company("Beta Ltd")
        cls.anna = cls._portal("anna", parent_id=cls.alfa.id)
        cls.alan = cls._portal("alan", parent_id=cls.alfa.id)
        cls.bela = cls._portal("bela", parent_id=cls.beta.id)
        cls.alfa_login = cls._portal("alfa", partner_id=cls.alfa.id)
        cls.company = cls.env.company

    @classmethod
    def _portal(cls, login, partner_id=None, **partner):
        """Create a portal user, of a partner or with a contact of its own."""
        values = {"partner_id": partner_id} if partner_id else {}
        user = new_test_user(
            cls.env, login, groups="base.group_portal", password=f"{login}-{login}", **values
        )
        user.partner_id.write({"email": f"{login}@example.com", **partner})
        return user

    @classmethod
    def _by_authorization(cls):
        cls.company.counterparty_portal_visibility = "authorization"

    @classmethod
    def _authorize(cls, user, partner, *scopes, **values):
        """Authorize a login for a company with scopes by their short names."""
        ticked = {f"scope_{name}": True for name in scopes if name != "requests"}
        if "requests" in scopes:
            ticked["request_scope"] = "all"
        return cls.env["counterparty.authorization"].create(
            {
                "representative_id": user.partner_id.id,
                "partner_id": partner.id,
                "date_from": "2020-01-01",
                "request_scope": "own",
                **ticked,
                **values,
            }
        )

    @classmethod
    def _invoice(cls, partner, kind="out_invoice", day="2026-03-01", price=100.0, post=True):
        invoice = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create({"name": "Advice", "price_unit": price, "tax_ids": []})
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _papers(cls, partner):
        """Create one paper of each kind that portal users read by rules."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": cls.service.id})],
            }
        )
        order.action_confirm()
        purchase = cls.env["purchase.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": cls.service.id, "price_unit": 9.0})],
            }
        )
        purchase.button_confirm()
        invoice, bill = cls._invoice(partner), cls._invoice(partner, "in_invoice")
        kinds = {
            "out": cls._transfer(partner, "outgoing"),
            "in": cls._transfer(partner, "incoming"),
        }
        return {
            "invoice": invoice,
            "invoice line": invoice.invoice_line_ids,
            "bill": bill,
            "order": order,
            "order line": order.order_line,
            "purchase": purchase,
            "purchase line": purchase.order_line,
            "delivery": kinds["out"],
            "receipt": kinds["in"],
        }

    @classmethod
    def _transfer(cls, partner, code):
        kind = cls.env["stock.picking.type"].search(
            [("code", "=", code), ("company_id", "=", cls.env.company.id)], limit=1
        )
        picking = cls.env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": kind.id,
                "location_id": kind.default_location_src_id.id,
                "location_dest_id": kind.default_location_dest_id.id,
            }
        )
        product = cls.env["product.product"].create({"name": "Pallet", "type": "consu"})
        picking.move_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": 2,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        picking.action_confirm()
        return picking

    def _seen(self, user, papers):
        """Return the names of papers that a login reads and finds."""
        seen = set()
        for name, record in papers.items():
            as_user = record.with_user(user)
            found = as_user.search([("id", "in", record.ids)])
            readable = as_user.has_access("read")
            self.assertEqual(bool(found), readable, f"{name}: search and read differ")
            if readable:
                seen.add(name)
        return seen


class PortalPageCase(PortalCase, HttpCase):
    """Pages of the portal, asked as a browser does."""

    def _sign_in(self, user):
        self.authenticate(user.login, f"{user.login}-{user.login}")

    def _get(self, url, **kwargs):
        return self.url_open(url, allow_redirects=False, **kwargs)

    def _post(self, url, page=None, files=None, **values):
        """Send a form as its page does, with the token of the session.

        Where the page shows no form, as somebody does who has kept the token from elsewhere:
        without it the form would be refused for that alone, whatever it asks for.
        """
        for place in (page or url, "/my/security"):
            html = self.url_open(place).text
            if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html):
                break
        self.assertTrue(found or "csrf_token" in values, f"no form on {page or url}")
        if found:
            values.setdefault("csrf_token", found[1])
        answer = self.url_open(url, data=values, files=files, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _check_shown(self, text, page):
        """Check that a page shows a text; the page is too long for a message."""
        self.assertTrue(text in page, f"{text} is not on the page")

    def _check_hidden(self, text, page):
        """Check that a page does not show a text."""
        self.assertFalse(text in page, f"{text} is on the page")
