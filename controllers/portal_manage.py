"""Partners authorize their own people, within what they may do themselves."""

from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.counterparty_authorization import SCOPE_FIELDS
from ..tools import authorization as scopes
from ..tools import web_form
from . import request_form


class ManagePortal(CustomerPortal):
    """The page of authorizations."""

    def _get_managed(self):
        """Return the company whose authorizations the visitor manages, sudoed."""
        managed = self._get_represented_whole(scopes.MANAGE)
        return managed if len(managed) == 1 and managed.is_company else managed.browse()

    def _search_managed(self, company, *domain):
        """Return authorizations of a company, sudoed; those of its group's head are not its own."""
        # sudo: only those of the company that the visitor manages are found
        rows = request.env["counterparty.authorization"].sudo()
        return rows.search([("partner_id", "=", company.id), ("head_id", "=", False), *domain])

    def _is_manage_open(self):
        return request.env.company._has_portal_page("manage")

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        values["counterparty_manage_open"] = self._is_manage_open() and bool(self._get_managed())
        return values

    @route(
        "/my/authorizations", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_authorizations(self, **_query):
        """List the authorizations of the company and the form for a new one."""
        if not self._is_manage_open() or not self._get_managed():
            return request.redirect("/my")
        return self._render_authorizations()

    def _render_authorizations(self, message=None, post=None):
        company = self._get_managed()
        authorizations = request.env["counterparty.authorization"]
        rows = self._search_managed(company, ("state", "in", ("current", "future")))
        labels = {
            scope: authorizations._fields[name]._description_string(request.env)
            for scope, name in SCOPE_FIELDS.items()
        }
        return self._render(
            "counterparty_crm.portal_authorizations",
            "counterparty_manage",
            {
                "company": company,
                "rows": rows,
                "people": authorizations._get_people(company),
                "grantable": [
                    (scope, labels[scope])
                    for scope in authorizations._get_grantable_scopes(company)
                ],
                "message": message,
                "sent": post or {},
                "form_key": uuid4().hex,
            },
            status=422 if message else 200,
        )

    @route("/my/authorizations/new", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_authorization_create(self, **post):
        """Authorize a contact of the company."""
        company = self._get_managed() if self._is_manage_open() else None
        if not company:
            return request.redirect("/my")
        number = web_form.clean_line(post.get("person"))
        people = request.env["counterparty.authorization"]._get_people(company)
        person = people.filtered(lambda contact: str(contact.id) == number)
        date_to = web_form.read_day(post.get("date_to"))
        if post.get("date_to") and (not date_to or date_to < fields.Date.today()):
            return self._render_authorizations(
                request.env._("The last day is today or later."), post
            )
        if not request_form.accept_once(post):
            return request.redirect("/my/authorizations")
        wanted = request.httprequest.form.getlist("scope")
        try:
            with request.env.cr.savepoint():
                request.env["counterparty.authorization"]._grant_by_partner(
                    company, person, wanted, date_to
                )
        except (UserError, ValidationError) as error:
            return self._render_authorizations(str(error), post)
        return request.redirect("/my/authorizations")

    @route(
        "/my/authorizations/<int:authorization_id>/end",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_authorization_end(self, authorization_id, **_post):
        """End an authorization of the company at once."""
        company = self._get_managed() if self._is_manage_open() else None
        if not company:
            return request.redirect("/my")
        row = self._search_managed(company, ("id", "=", min(authorization_id, web_form.MAX_ID)))
        try:
            if row:
                row._end_by_partner(company)
        except UserError as error:
            return self._render_authorizations(str(error))
        return request.redirect("/my/authorizations")
