"""Deliveries, and what suppliers want to know: lists that the host does not have."""

from odoo import fields
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.res_users_portal import INCOMING
from ..tools import authorization as scopes
from ..tools import web_form

DELIVERIES = {
    "out": Domain("picking_type_code", "=", "outgoing") | Domain("sale_id", "!=", False),
    "in": Domain("picking_type_code", "=", "incoming") & Domain("sale_id", "=", False),
}
MOVING = Domain("state", "not in", ("draft", "cancel"))
STATES = {
    "open": MOVING & Domain("state", "!=", "done"),
    "done": Domain("state", "=", "done"),
    "all": MOVING,
}
# also what we hold back is owed
UNPAID = Domain("state", "=", "posted") & Domain(
    "payment_state", "in", ("not_paid", "partial", "blocked")
)
TABS = ("bills", "payments", "articles")
# who matches no bank statements leaves payments on their way for ever
DAYS_UNDER_WAY = 30


class PagesPortal(CustomerPortal):
    """Lists of deliveries and of the supplier side."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_delivery_count" in counters:
            domain = STATES["open"] & self._domain_deliveries("out")
            values["counterparty_delivery_count"] = (
                request.env["stock.picking"].search_count(domain)
                if self._has_page("deliveries")
                else 0
            )
        if "counterparty_supplier_count" in counters:
            values["counterparty_supplier_count"] = (
                request.env["account.move"].search_count(self._domain_bills())
                if self._has_page("supplier")
                else 0
            )
        return values

    def _has_page(self, page):
        return bool(self._get_our_companies(page))

    # ------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------

    def _domain_deliveries(self, kind):
        scope = scopes.SUPPLIER if kind == "in" else scopes.DELIVERIES
        partner = self._domain_represented(scope, "partner_id")
        # an order of one may be delivered to another
        return DELIVERIES[kind] & (partner | self._domain_represented(scope, "sale_id.partner_id"))

    @route(
        ["/my/deliveries", "/my/deliveries/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_deliveries(self, page=1, kind=None, filterby=None, search=None, **query):
        """List deliveries or receipts with their state, by the visitor's own rights."""
        self._choose_company(query.get("company"), "deliveries")
        pickings = request.env["stock.picking"]
        if not self._has_page("deliveries") or not pickings.has_access("read"):
            return request.redirect("/my")
        kind = kind if kind in DELIVERIES else "out"
        filterby = filterby if filterby in STATES else "open"
        search = web_form.clean_line(search)
        domain = STATES[filterby] & self._domain_deliveries(kind) & self._domain_our_company()
        if search:
            domain &= Domain("name", "ilike", search) | Domain("origin", "ilike", search)
        found, pages = self._paged(
            pickings,
            "/my/deliveries",
            page,
            domain,
            "scheduled_date desc, id desc",
            kind=kind,
            filterby=filterby,
            search=search,
            company=request.env.company.id,
        )
        return self._render(
            "counterparty_crm.portal_deliveries",
            "counterparty_deliveries",
            {
                **self._get_company_values("deliveries"),
                "default_url": "/my/deliveries",
                # sudo: the page shows of the transfers found above what its template names
                "pickings": found.sudo(),
                "pager": pages,
                "kind": kind,
                "filterby": filterby,
                "search": search,
            },
        )

    # ------------------------------------------------------------
    # Supplier side
    # ------------------------------------------------------------

    def _domain_bills(self, states=UNPAID):
        entity = self._domain_represented(scopes.SUPPLIER, "commercial_partner_id")
        return states & Domain("move_type", "in", INCOMING) & entity

    def _domain_under_way(self):
        """Return the domain of bills that are paid, by a payment that the bank has not told of."""
        since = fields.Date.subtract(self._today(), days=DAYS_UNDER_WAY)
        # portal users have no rights on payments; those of the bills that they see decide
        return Domain("payment_state", "in", ("paid", "in_payment")) & Domain(
            "matched_payment_ids",
            "any!",
            Domain("state", "=", "in_process") & Domain("date", ">=", since),
        )

    @route(
        ["/my/supplier", "/my/supplier/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_supplier(self, page=1, tab=None, **query):
        """Show what we owe, what we have paid, and the supplier's own article codes."""
        self._choose_company(query.get("company"), "supplier")
        if not self._has_page("supplier"):
            return request.redirect("/my")
        tab = tab if tab in TABS else "bills"
        read = getattr(self, f"_read_supplier_{tab}")
        records, pages, values = read(page)
        return self._render(
            "counterparty_crm.portal_supplier",
            "counterparty_supplier",
            {
                **self._get_company_values("supplier"),
                "default_url": "/my/supplier",
                "tab": tab,
                "records": records,
                "pager": pages,
                **values,
            },
        )

    def _paged_supplier(self, records, page, domain, order, tab):
        company = request.env.company.id
        return self._paged(records, "/my/supplier", page, domain, order, tab=tab, company=company)

    def _read_supplier_bills(self, page):
        bills = request.env["account.move"]
        domain = self._domain_bills(UNPAID) & self._domain_our_company()
        listed = self._domain_bills(UNPAID | self._domain_under_way()) & self._domain_our_company()
        found, pages = self._paged_supplier(bills, page, listed, "invoice_date_due, id", "bills")
        totals = bills._read_group(domain, ["currency_id", "move_type"], ["amount_residual:sum"])
        owed = {}
        for currency, kind, amount in totals:
            sign = -1 if kind == "in_refund" else 1
            owed[currency] = owed.get(currency, 0.0) + sign * amount
        # sudo: amounts and payments of the bills found above
        shown = found.sudo()
        values = {"owed": owed, "expected": self._get_expected(shown), "today": self._today()}
        return shown, pages, values

    def _get_expected(self, bills):
        """Return when each bill is expected to be paid: ``{bill id: (state, day, under way)}``.

        Wholly paid, the day of the payment; else the day on which the rest is due, and what of the
        bill is on its way already.
        """
        expected = {}
        for bill in bills:
            payments = bill.matched_payment_ids.filtered(
                lambda payment: payment.state == "in_process"
            )
            due = bill.invoice_date_due
            paid = sum(payments.filtered("move_id").mapped("amount"))
            # what is not booked yet is still in the open amount
            if payments and (not bill.amount_residual or not payments.move_id):
                expected[bill.id] = ("under_way", max(payments.mapped("date")), 0.0)
            elif due and due < self._today():
                expected[bill.id] = ("overdue", due, paid)
            else:
                expected[bill.id] = ("due", due, paid)
        return expected

    def _today(self):
        return fields.Date.context_today(request.env.user)

    def _domain_supplier(self, partner, day=None):
        """Return the domain of what is read as system, for who is represented."""
        company = request.env.company
        domain = request.env["res.partner"]._domain_counterparty_portal(
            scopes.SUPPLIER, partner, day, company
        )
        represented = self._get_represented(scopes.SUPPLIER)
        return domain & Domain(partner, "in", represented.ids)

    def _read_supplier_payments(self, page):
        # sudo: portal users have no rights on payments; the domain names whom they represent
        payments = request.env["account.payment"].sudo()
        domain = (
            self._domain_supplier("partner_id.commercial_partner_id", "date")
            & Domain("partner_type", "=", "supplier")
            & Domain("payment_type", "=", "outbound")
            & Domain("state", "in", ("in_process", "paid"))
            & Domain("company_id", "=", request.env.company.id)
        )
        found, pages = self._paged_supplier(
            payments, page, domain, "date desc, id desc", "payments"
        )
        return found, pages, {}

    def _read_supplier_articles(self, page):
        # sudo: portal users have no rights on price lists of suppliers; the domain names theirs
        infos = request.env["product.supplierinfo"].sudo()
        domain = self._domain_supplier("partner_id.commercial_partner_id") & Domain(
            "company_id", "in", (False, request.env.company.id)
        )
        found, pages = self._paged_supplier(
            infos, page, domain, "product_code, product_name, id", "articles"
        )
        return found, pages, {}
