"""The host's lists, for the counterparty that the visitor has chosen to represent."""

from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import authorization as scopes

PURCHASES = {"rfq_count": ("sent",), "purchase_count": ("purchase", "cancel")}


class ListsPortal(CustomerPortal):
    """Domains of the host's lists.

    The host joins the portals of all modules to one class, the last leaves first: this one stays
    a leaf of its own, so that sales, purchases and accounts come after it.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if self._is_choosing():
            # the host counts all that the visitor may read
            entity = self._domain_represented(scopes.SUPPLIER, "partner_id")
            for name, states in PURCHASES.items():
                if values.get(name):
                    orders = request.env["purchase.order"]
                    values[name] = orders.search_count(entity & Domain("state", "in", states))
        return values

    def _prepare_quotations_domain(self, partner):
        return self._widened(super()._prepare_quotations_domain(partner), scopes.ORDERS, ["sent"])

    def _prepare_orders_domain(self, partner):
        return self._widened(super()._prepare_orders_domain(partner), scopes.ORDERS, ["sale"])

    def _widened(self, domain, scope, states):
        if not self._is_choosing():
            return domain
        entity = self._domain_represented(scope, "partner_id")
        return list(entity & Domain("state", "in", states))

    def _get_invoices_domain(self, m_type=None):
        scope = {"in": scopes.SUPPLIER, "out": scopes.INVOICES}.get(m_type)
        domain = super()._get_invoices_domain(m_type)
        if scope:
            return domain & self._domain_represented(scope, "commercial_partner_id")
        return domain & (
            self._domain_represented(scopes.INVOICES, "commercial_partner_id")
            | self._domain_represented(scopes.PAY, "commercial_partner_id")
            | self._domain_represented(scopes.SUPPLIER, "commercial_partner_id")
        )

    def _get_overdue_invoices_domain(self, partner_id=None):
        domain = super()._get_overdue_invoices_domain(partner_id)
        own = request.env.user.partner_id.commercial_partner_id
        if partner_id or self._get_chosen() in (None, own.id) or not self._is_choosing():
            return domain
        entity = self._domain_represented(scopes.PAY, "commercial_partner_id")
        return [leaf for leaf in domain if leaf[0] != "partner_id"] + list(entity)

    def _render_portal(self, template, page, date_begin, date_end, sortby, filterby, domain, *rest):
        entity = self._domain_represented(scopes.SUPPLIER, "partner_id")
        if not entity.is_true():
            domain = [*domain, *entity]
        return super()._render_portal(
            template, page, date_begin, date_end, sortby, filterby, domain, *rest
        )
