from uuid import uuid4

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import consteq, email_normalize

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.counterparty_request_portal import RATINGS
from ..models.counterparty_request_submission import ACTION
from ..tools import authorization as scopes
from ..tools import request_states as states
from ..tools import web_form
from . import request_form

STEPS = ("close", "reopen", "follow_up", "rate")
FILTERS = {
    "open": Domain("state", "in", (*states.LIVE, states.SOLVED)),
    "done": Domain("state", "in", states.ENDS),
    "all": Domain.TRUE,
}
SORTINGS = {"date": "opened_at desc, id desc", "number": "number", "name": "name, id"}
DONE = ("created", "closed", "reopened", "rated")


class RequestPortal(CustomerPortal):
    """Requests in the portal: list, new, and one request by login or personal link."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        values["counterparty_request_open"] = request.env["counterparty.request"]._is_portal_open()
        return values

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_request_count" in counters:
            requests = request.env["counterparty.request"]
            is_open = requests._is_portal_open() and requests.has_access("read")
            values["counterparty_request_count"] = (
                requests.search_count(self._domain_requests()) if is_open else 0
            )
        return values

    def _domain_requests(self):
        """Return the domain of the requests of whom the visitor acts for.

        Staff who look in the portal see there what concerns themselves, as customers do.
        """
        if not request.env.user.share:
            return Domain("partner_id", "child_of", request.env.user.partner_id.id)
        entity = self._domain_represented(scopes.REQUESTS, "commercial_partner_id")
        if entity.is_true():
            return entity
        # sudo: visitors do not read whose request it is; rules limit which of these they find
        return Domain("id", "in", request.env["counterparty.request"].sudo()._search(entity))

    # ------------------------------------------------------------
    # List and new
    # ------------------------------------------------------------

    @route(
        ["/my/requests", "/my/requests/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_requests(self, page=1, sortby=None, filterby=None, search=None, **_query):
        """Show the requests that the visitor may see."""
        requests = request.env["counterparty.request"]
        if not requests._is_portal_open() or not requests.has_access("read"):
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        sortby = sortby if sortby in SORTINGS else "date"
        filterby = filterby if filterby in FILTERS else "open"
        search = web_form.clean_line(search)
        domain = FILTERS[filterby] & self._domain_requests()
        if search:
            domain &= Domain("number", "ilike", search) | Domain("name", "ilike", search)
        count = requests.search_count(domain)
        pages = pager(
            url="/my/requests",
            total=count,
            page=web_form.page_number(page),
            step=self._items_per_page,
            url_args={"sortby": sortby, "filterby": filterby, "search": search},
        )
        found = requests.search(
            domain, order=SORTINGS[sortby], limit=self._items_per_page, offset=pages["offset"]
        )
        values.update(
            # sudo: the page shows of the requests found above what its template names
            counterparty_requests=found.sudo(),
            page_name="counterparty_request",
            default_url="/my/requests",
            pager=pages,
            sortby=sortby,
            filterby=filterby,
            search=search,
            filters=list(FILTERS),
        )
        return request.render(
            "counterparty_crm.portal_my_requests", values, headers=request_form.PRIVATE
        )

    @route("/my/requests/new", type="http", auth="user", website=True, readonly=True)
    def portal_request_choice(self, **_query):
        """Ask what a new request is about."""
        if not self._may_ask():
            return request.redirect("/my")
        return request_form.render_choice("/my/requests/new", self._prepare_new_values())

    @route(
        "/my/requests/new/<string:code>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_request_form(self, code, **_query):
        """Show the form of a category."""
        category = request_form.get_category(code) if self._may_ask() else None
        if not category:
            return request.redirect("/my/requests/new" if self._may_ask() else "/my")
        return request_form.render_form(
            category, request.httprequest.path, self._prepare_new_values()
        )

    @route(
        "/my/requests/new/<string:code>", type="http", auth="user", website=True, methods=["POST"]
    )
    @request_form.limited
    def portal_request_create(self, code, **post):
        """Create a request and show its number."""
        category = request_form.get_category(code) if self._may_ask() else None
        if not category:
            return request.redirect("/my")
        values = self._prepare_new_values()
        answers, problems = request_form.read_form(post, category)
        files, refused = request_form.read_files()
        if problems or refused:
            return request_form.render_form(
                category, request.httprequest.path, values, post, problems, refused
            )
        submission = request_form.accept(post)
        if not submission.request_id:
            asker = self._get_asker()
            submission.request_id = request.env["counterparty.request"]._create_from_form(
                category, answers, files, extra={"partner_id": asker.id} if asker else None
            )
        return request.redirect(f"{submission.request_id.access_url}?done=created")

    def _may_ask(self):
        """Tell whether the signed-in visitor finds the form: customers, and staff who look."""
        return request.env["counterparty.request"]._is_portal_open()

    def _prepare_new_values(self):
        asker = self._get_asker() or request.env.user.partner_id.commercial_partner_id
        return {
            **self._prepare_portal_layout_values(),
            "asker_name": asker.name if self._is_choosing() else None,
            "page_name": "counterparty_request",
            "is_new_request": True,
        }

    # ------------------------------------------------------------
    # One request
    # ------------------------------------------------------------

    # public: _find_request checks rights or token
    @route(
        "/my/requests/<int:request_id>", type="http", auth="public", website=True, methods=["GET"]
    )
    def portal_request(self, request_id, access_token=None, done=None, **_query):
        """Show one request and its messages."""
        record = self._find_request(request_id, access_token)
        if not record:
            return self._refuse(request_id, access_token)
        if record.merged_into_id:
            survivor = record._follow_merged()
            # the link of one person is no key to what others wrote
            is_open = survivor._is_shown() and survivor._is_participant(
                email_normalize(record.partner_email)
            )
            url = is_open and self._get_survivor_url(record, survivor, access_token)
            if url:
                return request.redirect(url)
        values = self._prepare_request_values(record, access_token)
        values["done"] = done if done in DONE else None
        return request.render(
            "counterparty_crm.portal_request", values, headers=request_form.PRIVATE
        )

    # public: _find_request checks rights or token
    @route(
        "/my/requests/<int:request_id>/<string:step>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_request_confirm(self, request_id, step, access_token=None, **_query):
        """Ask before anything changes: links are followed by programs, too."""
        record = self._find_request(request_id, access_token)
        if not record or step not in STEPS:
            return self._refuse(request_id, access_token)
        return self._render_step(record, step, access_token)

    # public: _find_request checks rights or token
    @route(
        "/my/requests/<int:request_id>/<string:step>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    @request_form.limited
    def portal_request_step(self, request_id, step, access_token=None, **post):
        """Close, reopen, go on with or rate a request."""
        record = self._find_request(request_id, access_token)
        if not record or step not in STEPS:
            return self._refuse(request_id, access_token)
        text = web_form.clean_text(post.get("text"))
        rating = post.get("rating")
        is_answered = {
            "close": True,
            "reopen": bool(text),
            "follow_up": bool(text),
            "rate": rating in map(str, RATINGS),
        }[step]
        if not is_answered or not record._get_partner_actions()[step]:
            return self._render_step(record, step, access_token, post, not is_answered)
        submission = request_form.accept(post, ACTION, f"request {record.id}")
        if submission.request_id:
            return request.redirect(self._get_link(submission.request_id, access_token))
        try:
            with request.env.cr.savepoint():
                target = self._take_step(record, step, text, rating)
        except UserError as error:
            return self._render_step(record, step, access_token, post, message=str(error))
        submission.request_id = target
        done = {"close": "closed", "reopen": "reopened", "rate": "rated", "follow_up": "created"}
        return request.redirect(self._get_link(target, access_token, done[step]))

    def _take_step(self, record, step, text, rating):
        """Do what was confirmed; return the request to show then."""
        partner = self._get_visitor()
        if step == "follow_up":
            return record._follow_up_by_partner(text)
        if step == "close":
            record._close_by_partner(partner)
        elif step == "reopen":
            record._reopen_by_partner(text, partner)
        else:
            record._rate_by_partner(int(rating), text, partner)
        return record

    def _get_visitor(self):
        """Return who has signed in, nobody for the holder of a link."""
        user = request.env.user
        return None if user._is_public() else user.partner_id

    def _find_request(self, request_id, access_token):
        """Return the request if the visitor may see it, else nothing."""
        requests = request.env["counterparty.request"]
        if request_id > web_form.MAX_ID or not (access_token or "").isascii():
            return requests
        try:
            record = self._document_check_access(requests._name, request_id, access_token)
        except (AccessError, MissingError):
            return requests
        lang = request.env.lang
        return record.with_context(lang=lang) if record._is_shown() else requests

    def _refuse(self, request_id, access_token):
        """Answer the same for what is foreign, wrong and missing."""
        if request.env.user._is_public() and not access_token:
            return request.redirect(f"/web/login?redirect=/my/requests/{request_id}")
        return request.redirect("/my")

    def _get_survivor_url(self, record, survivor, access_token):
        """Return where a merged request leads on: by a link for who has one, else by rights.

        Nothing is written by looking: merging has made the key.
        """
        key = record.access_token
        if access_token and key and consteq(key, access_token):
            return survivor.get_portal_url() if survivor.access_token else None
        return survivor.access_url if survivor.with_env(request.env).has_access("read") else None

    def _get_link(self, record, access_token, done=None):
        if access_token:
            return record.get_portal_url(query_string=f"&done={done}" if done else None)
        return f"{record.access_url}?done={done}" if done else record.access_url

    def _prepare_request_values(self, record, access_token):
        values = self._get_page_view_values(
            record,
            access_token,
            {
                **self._prepare_portal_layout_values(),
                "page_name": "counterparty_request",
                "counterparty_request": record,
            },
            "my_counterparty_requests_history",
            False,
        )
        zone = request_form.get_zone()
        values.update(
            actions=record._get_partner_actions(),
            disable_composer=not record._can_take_reply(),
            pauses=record.with_context(tz=zone)._get_partner_pauses(),
            zone=zone,
        )
        return values

    def _render_step(self, record, step, access_token, post=None, is_missing=False, message=None):
        values = self._prepare_request_values(record, access_token)
        values.update(
            step=step,
            form_key=web_form.clean_line((post or {}).get("form_key"), 64) or uuid4().hex,
            sent=post or {},
            ratings=RATINGS,
            is_missing=is_missing,
            message=message,
        )
        return request.render(
            "counterparty_crm.portal_request_step",
            values,
            headers=request_form.PRIVATE,
            status=422 if is_missing or message else 200,
        )
