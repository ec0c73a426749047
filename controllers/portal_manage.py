"""Partners authorize their own people, within what they may do themselves."""

from uuid import uuid4

from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.counterparty_authorization import SCOPE_FIELDS
from ..tools import authorization as scopes
from ..tools import web_form
from ..tools.day_input import read_day
from . import request_form


class ManagePortal(CustomerPortal):
    """The page of authorizations."""

    def _get_managed(self, company=None):
        """Return the company whose authorizations the visitor manages, sudoed.

        :param company: one of ours, the current one when left out
        """
        managed = self._get_represented_whole(scopes.MANAGE, company)
        return managed if len(managed) == 1 and managed.is_company else managed.browse()

    def _search_managed(self, company, *domain):
        """Return authorizations of a company, sudoed; those of its group's head are not its own."""
        # sudo: only those of the company that the visitor manages are found
        rows = request.env["counterparty.authorization"].sudo()
        here = ("company_id", "in", (False, request.env.company.id))
        return rows.search(
            [("partner_id", "=", company.id), ("head_id", "=", False), here, *domain]
        )

    def _choose_managed(self, chosen):
        """Go on in one of our companies; return whose authorizations are managed there, sudoed.

        :param chosen: id of our company as it came
        """
        self._choose_company(chosen, "manage")
        managed = self._get_managed()
        return managed if request.env.company._has_portal_page("manage") else managed.browse()

    def _is_managing(self):
        """Tell whether the visitor manages authorizations in one of our companies."""
        return any(self._get_managed(company) for company in self._get_our_companies("manage"))

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        # asked by the home alone
        values["counterparty_manage_open"] = self._is_managing
        return values

    @route(
        "/my/authorizations", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_authorizations(self, **query):
        """List the authorizations of the company and the form for a new one."""
        if not self._choose_managed(query.get("company")):
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
                **self._get_company_values("manage", "/my/authorizations"),
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
        company = self._choose_managed(post.get("company"))
        if not company:
            return request.redirect("/my")
        number = web_form.clean_line(post.get("person"))
        people = request.env["counterparty.authorization"]._get_people(company)
        person = people.filtered(lambda contact: str(contact.id) == number)
        date_to = read_day(post.get("date_to"))
        if post.get("date_to") and (not date_to or date_to < request.env.company._get_portal_day()):
            return self._render_authorizations(
                request.env._("The last day is today or later."), post
            )
        if not request_form.accept_once(post):
            return self._redirect_in_company("/my/authorizations")
        wanted = request.httprequest.form.getlist("scope")
        try:
            with request.env.cr.savepoint():
                request.env["counterparty.authorization"]._grant_by_partner(
                    company, person, wanted, date_to
                )
        except (UserError, ValidationError) as error:
            return self._render_authorizations(str(error), post)
        return self._redirect_in_company("/my/authorizations")

    @route(
        "/my/authorizations/<int:authorization_id>/end",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_authorization_end(self, authorization_id, **post):
        """End an authorization of the company at once."""
        company = self._choose_managed(post.get("company"))
        if not company:
            return request.redirect("/my")
        row = self._search_managed(company, ("id", "=", min(authorization_id, web_form.MAX_ID)))
        try:
            if row:
                row._end_by_partner(company)
        except UserError as error:
            return self._render_authorizations(str(error))
        return self._redirect_in_company("/my/authorizations")
