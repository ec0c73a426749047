"""Managers look at the portal as a contact sees it: nothing can be changed, each look is logged."""

from psycopg2.errors import ReadOnlySqlTransaction

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import web_form
from . import request_form

MANAGER = "counterparty_crm.group_manager"
# page -> the method that shows it
PAGES = {
    "home": "home",
    "balance": "portal_balance",
    "statement": "portal_statement_of_account",
    "requests": "portal_my_requests",
}
COUNTERS = "portal_counters"
# context key: how much waits for whom the manager looks as
WAITING = "counterparty_preview_waiting"
SAFE = {
    **request_form.PRIVATE,
    "Content-Security-Policy": "script-src 'none'; form-action 'none'; frame-ancestors 'self'",
}


class PreviewPortal(CustomerPortal):
    """The portal through the eyes of a contact."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        for name in ("counterparty_preview", WAITING):
            values[name] = request.env.context.get(name)
        return values

    @route(
        "/counterparty/preview/<int:partner_id>/<string:page>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        save_session=False,
    )
    def portal_preview(self, partner_id, page, **_query):
        """Show a page as a contact, in its rights and on a transaction that cannot write."""
        show = getattr(self, PAGES.get(page, ""), None)
        partner = request.env["res.partner"].browse(min(partner_id, web_form.MAX_ID))
        allowed = request.env.user.has_group(MANAGER) and show
        login = request.env["counterparty.preview"]._find_login(partner) if allowed else None
        if not login:
            return request.not_found()
        request.env["counterparty.preview"]._log(partner, page)
        request.env.flush_all()
        try:
            return self._show_as(login, show)
        except ReadOnlySqlTransaction:
            return request.make_response(
                request.env._("This page changes something when it is opened: no preview."),
                headers=list(SAFE.items()),
            )

    def _show_as(self, login, show):
        """Render a page in the rights of a login; all that it would write is undone."""
        manager = request.env.uid
        savepoint = request.env.cr.savepoint()
        try:
            request.env.cr.execute("SET TRANSACTION READ ONLY")
            request.update_env(user=login.id)
            request.update_context(
                counterparty_preview=login.name, lang=login.lang, tz=login.tz,
                allowed_company_ids=login.company_id.ids,
            )  # fmt: skip
            request.env.invalidate_all(flush=False)
            if show.__name__ == "home":
                self._count_for_preview()
            response = show()
            response.flatten()
        finally:
            request.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            request.update_env(user=manager)
        response.headers.update(SAFE)
        return response

    def _count_for_preview(self):
        """Count for the cards of the home page: its script would count for the manager."""
        names = (
            "invoice_count", "bill_count", "quotation_count", "order_count", "rfq_count",
            "purchase_count", "counterparty_delivery_count", "counterparty_supplier_count",
            "counterparty_document_count", "counterparty_waiting_count",
        )  # fmt: skip
        counted = self._prepare_home_portal_values(list(names))
        request.update_context(**{WAITING: counted.get("counterparty_waiting_count")})
        # kept for this page only: the session of the manager is not saved
        request.session[COUNTERS] = {name: bool(counted.get(name)) for name in names}
