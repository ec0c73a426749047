"""Whom a visitor of the portal represents, and what every page of ours has in common."""

from urllib.parse import urlencode

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..tools import authorization as scopes
from ..tools import web_form
from ..tools.periods import covers
from . import request_form

MAX_ID = web_form.MAX_ID
CHOSEN = "counterparty_represented"
EVERYBODY = "all"


class RepresentedPortal(CustomerPortal):
    """Whom the visitor represents, and pages of ours."""

    # ------------------------------------------------------------
    # Whom the visitor represents
    # ------------------------------------------------------------

    def _get_represented(self, scope, company=None):
        """Return the counterparties to show on a page, sudoed: one, all of them, or none.

        What was chosen is checked anew on each page: an authorization that has ended counts no
        more.

        :param scope: one of ``tools.authorization.SCOPES``
        :param company: one of our companies, the current one when left out
        """
        partners = request.env["res.partner"]
        allowed = partners._get_counterparty_portal_companies(scope, company)
        chosen = self._get_chosen()
        if chosen == EVERYBODY:
            return allowed
        if chosen:
            return allowed.filtered(lambda partner: partner.id == chosen)
        own = request.env.user.partner_id.commercial_partner_id
        return allowed.filtered(lambda partner: partner.id == own.id)

    def _get_represented_now(self, scope):
        """Return of whom is represented those for whom it is so today, sudoed.

        For what has no day: a head's delegate acts for a member while it belongs to the group.
        """
        today = request.env.company._get_portal_day()
        days = request.env["res.partner"]._get_counterparty_portal_days(scope)
        return self._get_represented(scope).filtered(
            lambda partner: any(covers(period, today) for period in days.get(partner.id, []))
        )

    def _get_represented_whole(self, scope, company=None):
        """Return of whom is represented those all of whose days are shown, sudoed.

        A head's delegate, who sees those of a membership, hands on and changes nothing.
        """
        company = company or request.env.company
        partners = self._get_represented(scope, company)
        days = request.env["counterparty.statement"]._get_portal_days(partners, scope, company)
        return partners.filtered(lambda partner: days[partner.id] is None)

    def _get_asker(self):
        """Return the other company in whose name the visitor asks, sudoed; none for itself."""
        represented = self._get_represented_now(scopes.REQUESTS)
        own = request.env.user.partner_id.commercial_partner_id
        is_other = len(represented) == 1 and represented.id != own.id
        return represented if is_other else represented.browse()

    def _get_chosen(self):
        """Return whom the visitor has chosen: an id, ``EVERYBODY``, or None for itself.

        Whoever may be represented no more is chosen no more.

        The host writes the whole session in requests that run side by side, the counters of the
        home for one: a choice that was kept there got lost. A cookie is the browser's own.
        """
        user, _dash, chosen = request.cookies.get(CHOSEN, "").partition("-")
        if user != str(request.env.uid):
            return None
        choices = self._get_choices().ids
        if chosen == EVERYBODY:
            return EVERYBODY if len(choices) > 1 else None
        number = web_form.read_id(chosen)
        return number if number in choices else None

    def _get_choices(self):
        """Return all counterparties that the visitor may represent, the own one first, sudoed."""
        user = request.env.user
        rows = user._get_counterparty_authorizations().filtered(
            lambda row: row.state == "current" and row._is_for(request.env.company)
        )
        own = user.partner_id.commercial_partner_id
        return own | rows.partner_id.filtered("active").sorted("name")

    def _domain_represented(self, scope, path):
        """Return the domain of a list of the host for who is represented; true where unchanged.

        :param path: field of the commercial partner, or of a partner
        """
        if not self._is_choosing():
            return Domain.TRUE
        chosen = self._get_chosen()
        own = request.env.user.partner_id.commercial_partner_id
        partners = self._get_represented(scope)
        if chosen in (None, own.id, EVERYBODY):
            # what is addressed to the visitor itself needs no authorization
            partners |= own
        if path == "commercial_partner_id":
            return Domain(path, "in", partners.ids)
        # sudo: a delegate may not read partners of whom it represents; rules limit the papers
        entities = request.env["res.partner"].sudo()
        contacts = entities.with_context(active_test=False)._search(
            [("commercial_partner_id", "in", partners.ids)]
        )
        return Domain(path, "in", contacts)

    def _is_choosing(self):
        return len(self._get_choices()) > 1

    def _get_nobody_reason(self, partners):
        """Return why a page about one counterparty is about none: its template says it.

        :param partners: those whom it would be about if they were chosen
        """
        chosen = self._get_chosen()
        if chosen == EVERYBODY and partners:
            return "several"
        own = request.env.user.partner_id.commercial_partner_id
        return "own" if chosen in (None, own.id) else "uncovered"

    def _get_other_tab_text(self, post, partner):
        """Return what to tell who sends a form of another tab than it is in by now, else nothing.

        Meanwhile somebody else was chosen: what was written for one company is not sent for
        another.

        :param post: what was sent; the form names for whom it was opened, 0 for the visitor
        :param partner: for whom it would be sent now
        """
        if post.get("counterparty") in (None, str(partner.id or 0)):
            return ""
        return request.env._(
            "Meanwhile you have chosen %(company)s in another window, so nothing was sent. Please"
            " send the form again if it is about %(company)s.",
            company=partner.name or request.env.user.name,
        )

    @route("/my/represent", type="http", auth="user", website=True, methods=["POST"])
    def portal_represent(self, partner=None, **_post):
        """Choose whom to represent from now on."""
        is_choice = partner == EVERYBODY or partner in map(str, self._get_choices().ids)
        answer = request.redirect("/my/home")
        answer.set_cookie(
            CHOSEN,
            f"{request.env.uid}-{partner}" if is_choice else "",
            expires=None,
            httponly=True,
            samesite="Lax",
        )
        return answer

    # ------------------------------------------------------------
    # Which of our companies
    # ------------------------------------------------------------

    def _get_our_companies(self, page=None):
        """Return those of our companies that the visitor deals with and that show a page, sudoed.

        :param page: as for ``_has_portal_page``; None for all
        """
        # sudo: names of the companies that a visitor belongs to stand on their papers
        companies = request.env.user.sudo().company_ids
        if page:
            companies = companies.filtered(lambda company: company._has_portal_page(page))
        return companies.sorted("id")

    def _choose_company(self, value, page):
        """Go on as a visitor of one of our companies; whoever deals with one only never chooses.

        :param value: id as it came
        """
        companies = self._get_our_companies(page)
        asked = companies.filtered(lambda company: str(company.id) == str(value))
        chosen = asked or companies.filtered(lambda one: one == request.env.company)
        chosen = chosen or companies[:1]
        if chosen and chosen.id != request.env.company.id:
            others = [
                company for company in request.env.user.company_ids.ids if company != chosen.id
            ]
            context = {**request.env.context, "allowed_company_ids": [chosen.id, *others]}
            request.update_env(context=context)

    def _get_company_values(self, page, url=None):
        """Return what a page shows of the choice of our companies.

        :param url: of the page, where it is no list
        """
        return {
            "our_company": request.env.company,
            "our_companies": self._get_our_companies(page),
            **({"default_url": url} if url else {}),
        }

    def _redirect_in_company(self, url, **query):
        """Send the visitor to a page of ours, of the same one of our companies."""
        company = request.env.company.id
        return request.redirect(f"{url}?{urlencode({'company': company, **query})}")

    def _domain_our_company(self):
        """Return the domain that leaves out what belongs to our other companies to choose."""
        # sudo: numbers of the companies that a visitor belongs to
        others = request.env.user.sudo().company_ids - request.env.company.sudo()
        return Domain("company_id", "not in", others.ids) if others else Domain.TRUE

    # ------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        choices = self._get_choices()
        values.update(
            counterparty_choices=choices if len(choices) > 1 else None,
            counterparty_chosen=self._get_chosen() or choices[:1].id,
            counterparty_has_page=self._get_our_companies,
            # asked by the home alone: where nothing of ours is open it looks as before
            counterparty_is_awaited=self._is_counterparty_awaited,
        )
        return values

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_waiting_count" in counters:
            waiting = self._get_counterparty_waiting()
            values["counterparty_waiting_count"] = sum(count for _text, count, _url in waiting)
        return values

    def _is_counterparty_awaited(self):
        """Tell whether something can wait: what does is counted after the page, by its script."""
        return request.env["counterparty.request"]._is_portal_open()

    def _get_counterparty_waiting(self):
        """Return what waits for the visitor: ``[(text, count, address)]``; pages add theirs."""
        requests = request.env["counterparty.request"]
        if not requests._is_portal_open() or not requests.has_access("read"):
            return []
        count = requests.search_count(Domain("state", "=", "pending") & self._domain_requests())
        return [(request.env._("Requests that need your answer"), count, "/my/requests")]

    @route("/my/waiting", type="http", auth="user", website=True, readonly=True)
    def portal_waiting(self, **_query):
        """List what waits for the visitor."""
        waiting = [line for line in self._get_counterparty_waiting() if line[1]]
        return self._render(
            "counterparty_crm.portal_waiting", "counterparty_waiting", {"waiting": waiting}
        )

    def _render(self, template, page_name, values, status=200):
        """Render a page of ours: it stays with the reader."""
        return request.render(
            template,
            {**self._prepare_portal_layout_values(), "page_name": page_name, **values},
            headers=request_form.PRIVATE,
            status=status,
        )

    def _get_too_many_values(self):
        return self._prepare_portal_layout_values()

    def _paged(self, records, url, page, domain, order, **url_args):
        """Return the records of a page of a list, and its pager.

        :param records: the model, in the rights that the list is read with
        :param page: number as it came
        """
        pages = pager(
            url=url,
            total=records.search_count(domain),
            page=web_form.page_number(page),
            step=self._items_per_page,
            url_args=url_args,
        )
        found = records.search(
            domain, order=order, limit=self._items_per_page, offset=pages["offset"]
        )
        return found, pages
