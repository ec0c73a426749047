"""Two counterparties with everything that pages of the portal show, and who asks for it."""

import base64
from datetime import date
from typing import NamedTuple

from odoo.tests import new_test_user

from ..models.res_company_portal import PAGES
from .common_portal import PortalPageCase

MODULE = "counterparty_crm"
SCOPES = (
    "statement", "invoices", "pay", "orders", "requests", "deliveries", "supplier", "documents",
    "manage",
)  # fmt: skip
MISSING = 99_999_999


class Side(NamedTuple):
    """A counterparty and its papers; ``marks`` name them and stand on no page of others."""

    partner: object
    papers: dict
    request: object
    statement: object
    document: object
    authorization: object
    marks: dict


class PortalWorldCase(PortalPageCase):
    """Every page is switched on; Alfa is asked for, Beta is the stranger beside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        settings = cls.env["ir.config_parameter"]
        settings.set_param(f"{MODULE}.request_portal", "True")
        settings.set_param(f"{MODULE}.request_form", "True")
        # crawlers of tests ask more than people do
        settings.set_param(f"{MODULE}.request_form_limit", "10000")
        pages = (*PAGES, "balance", "statement", "pay")
        cls.company.write({f"counterparty_portal_{page}": True for page in pages})
        delta = cls._company("Delta Ltd")
        cls.dana = cls._portal("dana", parent_id=delta.id)
        cls.ella = cls._portal("ella", parent_id=delta.id)
        cls.plain_user = new_test_user(
            cls.env, "plain", groups="base.group_user", password="plain-plain"
        )
        cls.mine = cls._side(cls.alfa, cls.anna, 731.37)
        cls.theirs = cls._side(cls.beta, cls.bela, 954.82)
        cls.row = cls._authorize(cls.dana, cls.alfa, *SCOPES)
        cls.env.flush_all()

    @classmethod
    def _side(cls, partner, person, price):
        papers = cls._papers(partner)
        papers["open"] = cls._invoice(partner, price=price)
        papers["bill"].ref = f"BILL-{partner.name}"
        request = cls.env["counterparty.request"].create(
            {
                "name": f"Question of {partner.name}",
                "partner_id": person.partner_id.id,
                "category_id": cls.env.ref(f"{MODULE}.request_category_help").id,
            }
        )
        document = cls._shared_document(partner)
        statement = cls.env["counterparty.statement"]._issue(
            partner, cls.company, kind="confirmation", date_to=date(2026, 12, 31)
        )
        statement.action_mark_sent()
        helper = cls._person(f"Helper of {partner.name}", parent_id=partner.id)
        authorization = cls.env["counterparty.authorization"].create(
            {
                "representative_id": helper.id,
                "partner_id": partner.id,
                "date_from": "2020-01-01",
                "scope_orders": True,
            }
        )
        marks = {
            "invoice": papers["open"].name,
            "order": papers["order"].name,
            "purchase": papers["purchase"].name,
            "delivery": papers["delivery"].name,
            "bill": papers["bill"].ref,
            "request": request.name,
            "document": document.name,
            "statement": statement.name,
            "authorization": helper.name,
            "amount": str(price),
        }
        return Side(partner, papers, request, statement, document, authorization, marks)

    @classmethod
    def _shared_document(cls, partner):
        kind = cls.env["counterparty.document.kind"].search([("code", "=", "certificate")])
        kind = kind[:1] or kind.search([("is_personal", "=", False)], limit=1)
        return cls.env["counterparty.document"].create(
            {
                "name": f"Paper of {partner.name}",
                "kind_id": kind.id,
                "partner_id": partner.id,
                "file": base64.b64encode(b"words"),
                "file_name": "paper.txt",
                "is_shared": True,
                "responsible_id": False,
            }
        )

    # ------------------------------------------------------------
    # Who asks
    # ------------------------------------------------------------

    def _enter(self, user, represented=None):
        """Sign in, or go out; a delegate chooses whom to represent."""
        if not user:
            self.authenticate(None, None)
            return
        self._sign_in(user)
        if represented:
            self._post("/my/represent", page="/my/home", partner=str(represented.id))

    # ------------------------------------------------------------
    # Routes
    # ------------------------------------------------------------

    @classmethod
    def _get_routes(cls):
        """Return the routes that our code answers: ``{address: (methods, type, auth)}``."""
        routes = {}
        for rule in cls.env["ir.http"].routing_map().iter_rules():
            endpoint = rule.endpoint
            method = getattr(endpoint, "func", endpoint)
            if f".{MODULE}." in getattr(method, "__module__", ""):
                routing = endpoint.routing
                methods = set(routing["methods"] or ("GET", "POST")) - {"OPTIONS", "HEAD"}
                known = routes.get(rule.rule, (set(), None, None))[0]
                routes[rule.rule] = (known | methods, routing["type"], routing["auth"])
        return routes
