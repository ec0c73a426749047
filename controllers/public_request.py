from werkzeug.exceptions import NotFound

from odoo.http import Controller, request, route
from odoo.tools import email_normalize

from ..models.counterparty_request_submission import FOLLOW, FORM
from ..tools import web_form
from . import request_form
from .request_form import limited

# the beginning says what it is about
ANSWER_TEXT = 500
LAYOUT = {"no_breadcrumbs": True, "page_name": "request"}


class PublicRequest(Controller):
    """Requests of strangers, and the way back to one's own request without a login."""

    # public: the form for strangers; shows no record but the offered categories
    @route("/request", type="http", auth="public", website=True, readonly=True)
    def request_choice(self, **_query):
        """Ask what a new request is about."""
        self._check_open()
        return request_form.render_choice("/request/new", LAYOUT)

    # public: as above
    @route(
        "/request/new/<string:code>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def request_form(self, code, **_query):
        """Show the form of a category."""
        self._check_open()
        category = request_form.get_category(code)
        if not category:
            return request.redirect("/request")
        return request_form.render_form(category, request.httprequest.path, LAYOUT)

    # public: creates a request within the limits of a stranger, and tells nothing but its number
    @route("/request/new/<string:code>", type="http", auth="public", website=True, methods=["POST"])
    @limited
    def request_create(self, code, **post):
        """Create a request and show its number."""
        self._check_open()
        category = request_form.get_category(code)
        if not category:
            return request.redirect("/request")
        answers, problems = request_form.read_form(post, category)
        files, refused = request_form.read_files()
        if problems or refused:
            return request_form.render_form(
                category, request.httprequest.path, LAYOUT, post, problems, refused
            )
        if post.get(request_form.HONEYPOT):
            # what fills it in learns nothing from the answer
            return self._render_thanks("")
        user = request.env.user
        address = email_normalize(answers["partner_email"]) or f"user {user.id}"
        submission = request_form.accept(post, FORM, address)
        if not submission.request_id:
            submission.request_id = request.env["counterparty.request"]._create_from_form(
                category, answers, files
            )
        return self._render_thanks(submission.request_id.number)

    # public: shows published answers alone, to whoever sees one of the forms
    @route("/request/answers", type="jsonrpc", auth="public", website=True, readonly=True)
    def request_answers(self, category=None, text=None, **_query):
        """Return published answers that fit what a visitor is writing, as they are shown."""
        requests = request.env["counterparty.request"]
        is_customer = not request.env.user._is_public() and requests._is_portal_open()
        if not (is_customer or requests._is_form_open()):
            return ""
        record = request_form.get_category(category)
        words = web_form.clean_line(str(text or ""), ANSWER_TEXT)
        if not record or not words:
            return ""
        answers = request.env["counterparty.published.answer"]
        found = answers._offer(words, record, request.env.company)
        if not found:
            return ""
        return request.env["ir.qweb"]._render(
            "counterparty_crm.request_published_answers", {"answers": found}
        )

    # public: shows an empty form
    @route(
        "/request/follow", type="http", auth="public", website=True, methods=["GET"], readonly=True
    )
    def request_follow(self, **_query):
        """Ask for number and e-mail of a request."""
        self._check_open()
        return request.render("counterparty_crm.request_follow", {**LAYOUT, "sent": {}})

    # public: answers the same whatever was sent; the link goes to the address on file only
    @route("/request/follow", type="http", auth="public", website=True, methods=["POST"])
    @limited
    def request_follow_send(self, **post):
        """Have the personal link sent, if there is such a request."""
        self._check_open()
        number = web_form.clean_line(post.get("number"), 40).upper()
        email = email_normalize(web_form.clean_line(post.get("email")))
        if not number or not email:
            return request.render(
                "counterparty_crm.request_follow",
                {**LAYOUT, "sent": post, "is_missing": True},
                status=422,
            )
        request_form.accept({}, FOLLOW, email)._ask_for_link(number, email)
        return request.render("counterparty_crm.request_follow_sent", {**LAYOUT, "email": email})

    def _get_too_many_values(self):
        return LAYOUT

    def _check_open(self):
        if not request.env["counterparty.request"]._is_form_open():
            raise NotFound

    def _render_thanks(self, number):
        return request.render(
            "counterparty_crm.request_thanks",
            {**LAYOUT, "number": number},
            headers=request_form.PRIVATE,
        )
