"""What programs could read, write and call past the pages."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.res_company_portal import PAGES
from .common_portal import PortalPageCase

MODULE = "counterparty_crm"
# fields of ours that portal users read by program, and why each is no secret
READABLE = (
    # which pages there are, which every visitor sees
    "res.company.counterparty_portal_",
    # sections of a form, no data of anybody
    "res.partner.counterparty_sections",
    "res.users.counterparty_sections",
    # a payment term that the customer agreed to
    "account.payment.term.counterparty_is_prepaid",
    # the host's, which we guard by a group of ours
    "account.move.access_token",
    "purchase.order.access_token",
    "sale.order.access_token",
)
# GET pages of the portal area, with ids of others where they take one
GETS = (
    "/my/home",
    "/my/waiting",
    "/my/deliveries",
    "/my/supplier",
    "/my/offer",
    "/my/company",
    "/my/expenses",
    "/my/topics",
    "/my/topics/data",
    "/my/prices",
    "/my/documents",
    "/my/authorizations",
    "/my/requests",
    "/topics",
    "/topics/confirm",
)
VALUES = (
    "x",
    "-1",
    "99999999999999999999",
    "%00",
    "'%20OR%201=1--",
    "%F0%9F%98%80",
    "<svg%20onload=alert(1)>",
    "2026-02-31",
    "x" * 2000,
)
NAMES = ("page", "search", "sortby", "filterby", "kind", "tab", "order", "done", "token", "lang_")


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalLeaks(PortalPageCase):
    """By program and by nonsense a visitor gets no more than by its pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(f"{MODULE}.request_portal", "True")
        for page in PAGES:
            cls.company[f"counterparty_portal_{page}"] = True
        cls.papers = cls._papers(cls.alfa)
        cls.foreign = cls._papers(cls.beta)

    # ------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------

    def test_our_fields_are_no_ones_to_read_without_a_reason(self):
        found = set()
        for name, cls in self.env.registry.items():
            model = self.env[name].with_user(self.anna)
            if cls._abstract or name.startswith("counterparty.") or not model.has_access("read"):
                continue
            found |= {
                f"{name}.{field.name}"
                for field in model._fields.values()
                if MODULE in field._modules and model._has_field_access(field, "read")
            }

        self.assertEqual({field for field in found if not field.startswith(READABLE)}, set())

    def test_margins_stay_ours(self):
        for name, fields in (
            ("order", ("margin", "margin_percent")),
            ("order line", ("margin", "margin_percent", "purchase_price")),
        ):
            record = self.papers[name].with_user(self.anna)
            for field in fields:
                with self.subTest(field=field):
                    with self.assertRaises(AccessError):
                        record.read([field])
                    with self.assertRaises(AccessError):
                        record.search([(field, ">", 0)])
                    with self.assertRaises(AccessError):
                        record.search([], order=f"{field} desc")

    def test_what_goods_cost_stays_ours(self):
        """The host posts the cost of goods into the invoice, and shows its lines to customers."""
        category = self.env["product.category"].create(
            {
                "name": "Valued",
                "property_valuation": "real_time",
                "property_cost_method": "average",
            }
        )
        product = self.env["product.product"].create(
            {"name": "Valued", "is_storable": True, "standard_price": 31.23, "list_price": 50,
             "categ_id": category.id}
        )  # fmt: skip
        self.company.anglo_saxon_accounting = True
        order = self.env["sale.order"].create(
            {
                "partner_id": self.alfa.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.button_validate()
        invoice = order._create_invoices()
        invoice.action_post()
        cost = invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertIn(31.23, cost.mapped("balance"))
        self._authorize(self.bela, self.alfa, "invoices")

        for visibility in ("company", "authorization"):
            self.company.counterparty_portal_visibility = visibility
            for user in (self.alfa_login, self.bela):
                lines = self.env["account.move.line"].with_user(user)
                domain = [("move_id", "=", invoice.id)]
                with self.subTest(visibility=visibility, user=user.login):
                    self.env.invalidate_all()
                    self.assertEqual(lines.search(domain), invoice.line_ids - cost)
                    self.assertFalse(lines.search_count([*domain, ("balance", "=", 31.23)]))
                    self.assertNotIn(("cogs",), lines._read_group(domain, ["display_type"]))
                    self.assertFalse(cost.with_user(user)._filtered_access("read"))
                    with self.assertRaises(AccessError):
                        cost.with_user(user).read(["balance"])

    def test_our_models_are_closed(self):
        for name, cls in self.env.registry.items():
            if not name.startswith("counterparty.") or cls._abstract:
                continue
            if name == "counterparty.request":
                continue
            for user in (self.anna, self.env.ref("base.public_user")):
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=name, user=user.login, operation=operation):
                        model = self.env[name].with_user(user)
                        self.assertFalse(model.has_access(operation))

    # ------------------------------------------------------------
    # By program: methods of ours are called in test_access_methods, all of them
    # ------------------------------------------------------------

    def test_counts_groups_and_names_follow_the_rules(self):
        self._by_authorization()
        for name in ("invoice", "order", "purchase", "delivery"):
            record = self.foreign[name].with_user(self.anna)
            with self.subTest(paper=name):
                domain = [("id", "=", record.id)]
                self.assertFalse(record.search_count(domain))
                self.assertFalse(record.name_search(record.sudo().name, operator="="))
                groups = record.formatted_read_group(domain, ["partner_id"], ["__count"])
                self.assertFalse(groups)

    # ------------------------------------------------------------
    # Nonsense
    # ------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_no_page_breaks_on_what_it_does_not_know(self):
        self._sign_in(self.alfa_login)
        for url in GETS:
            for position, value in enumerate(VALUES):
                query = "&".join(f"{name}={value}" for name in NAMES)
                with self.subTest(url=url, value=position):
                    answer = self._get(f"{url}?{query}")
                    self.assertLess(answer.status_code, 500)
                    self._check_hidden("<svg onload", answer.text)

    def test_nothing_changes_when_pages_are_read(self):
        self._authorize(self.bela, self.alfa, "orders", "supplier", "manage")
        self._sign_in(self.bela)
        tables = ("counterparty.authorization", "counterparty.change", "counterparty.consent",
                  "counterparty.request", "counterparty.document", "mail.message", "mail.mail",
                  "res.partner", "mailing.contact")  # fmt: skip
        before = [self.env[name].sudo().search_count([]) for name in tables]

        for url in GETS:
            self._get(url)

        self.assertEqual([self.env[name].sudo().search_count([]) for name in tables], before)

    @mute_logger("odoo.http")
    def test_every_form_needs_its_token(self):
        self._sign_in(self.anna)
        for url in (
            "/my/represent", "/my/offer", "/my/company/change", "/my/company/contact",
            "/my/company/certificate", "/my/company/fields", "/my/topics", "/topics",
            "/topics/confirm",
            "/my/authorizations/new", "/my/authorizations/1/end",
        ):  # fmt: skip
            with self.subTest(url=url):
                self.assertEqual(self.url_open(url, data={"x": "1"}).status_code, 400)

    def test_what_visitors_write_is_text(self):
        evil = '"><svg onload=alert(1)>{{ object.env.cr }}<t t-out="1"/>'
        self._sign_in(self.anna)
        self._post("/my/company/contact", page="/my/company", contact_name=evil)
        self._post("/my/company/change", page="/my/company", name=evil)
        self._post("/my/offer", product=evil, quantity="1", description=evil)

        self._post("/my/requests/new/help", name=evil[:200], description=evil)

        asked, offer = self.env["counterparty.request"].search([], order="id desc", limit=2)
        for page in (self._get("/my/company").text, self._get(offer.access_url).text,
                     self._get(asked.access_url).text):  # fmt: skip
            self._check_hidden("<svg onload", page)
        self._check_shown("{{ object.env.cr }}", self._get(asked.access_url).text)
        self.assertIn("{{ object.env.cr }}", asked.name)
        for request in (asked, offer):
            self._check_hidden("<svg", request.description)
            self._check_shown("{{ object.env.cr }}", request.description)

    def test_what_visitors_write_is_text_in_mails_and_on_paper(self):
        """Nobody's words are markup or a template, whoever is written to about them."""
        evil = '"><svg onload=alert(1)>{{ object.env.cr }}'
        self.alfa.name = evil
        request = self.env["counterparty.request"].create(
            {
                "name": evil,
                "partner_id": self.alfa.id,
                "category_id": self.env.ref(f"{MODULE}.request_category_help").id,
                "description": evil,
            }
        )
        statement = self.env["counterparty.statement"]._issue(
            self.alfa, self.company, kind="confirmation", date_to=date(2026, 12, 31)
        )
        statement.action_mark_sent()
        statement._answer(False, name=evil, note=evil)
        shown = [statement._get_html().decode()]
        for record in (request, statement):
            shown += [message.body for message in record.message_ids]
            templates = self.env["mail.template"].search([("model", "=", record._name)])
            self.assertTrue(templates)
            for template in templates:
                for field in ("subject", "body_html"):
                    [text] = template._render_field(field, record.ids).values()
                    self.assertNotIn("odoo.sql_db", text)
                    shown += [text] if field == "body_html" else []
            record.message_post(
                body=record.display_name, partner_ids=self.anna.partner_id.ids,
                subtype_xmlid="mail.mt_comment",
            )  # fmt: skip
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.anna.partner_id.ids)])
        self.assertTrue(mails)
        shown += mails.mapped("body_html")
        for text in shown:
            self._check_hidden("<svg", text)
            self._check_hidden("odoo.sql_db", text)
        self._check_shown("{{ object.env.cr }}", shown[0])
