"""Topics of interest: tick, confirm by mail, withdraw; see and take along what is known."""

from uuid import uuid4

from odoo.http import request, route
from odoo.tools import email_normalize

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.counterparty_request_submission import FOLLOW
from ..tools import web_form
from . import request_form

DONE = ("saved", "mailed")


class TopicsPortal(CustomerPortal):
    """The portal page of topics, and the public one."""

    def _is_topics_open(self):
        return request.env.company._has_portal_page("topics")

    def _read_topics(self):
        """Return the offered topics that were ticked, sudoed."""
        offered = request.env["counterparty.consent"]._get_topics()
        ticked = set(request.httprequest.form.getlist("topic"))
        return offered.filtered(lambda topic: str(topic.id) in ticked)

    # ------------------------------------------------------------
    # Signed in
    # ------------------------------------------------------------

    @route("/my/topics", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_topics(self, done=None, **_query):
        """Show the topics and those that are ticked."""
        self._choose_company(None, "topics")
        if not self._is_topics_open():
            return request.redirect("/my")
        consents = request.env["counterparty.consent"]
        partner = request.env.user.partner_id
        email = email_normalize(partner.email)
        return self._render(
            "counterparty_crm.portal_topics",
            "counterparty_topics",
            {
                "topics": consents._get_topics(),
                "chosen": consents._get_known(email),
                "email": email,
                "text": consents._get_text(),
                "said": consents._search_said(email, limit=50),
                "form_key": uuid4().hex,
                "done": done if done in DONE else None,
            },
        )

    @route("/my/topics", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_topics_save(self, **post):
        """Withdraw at once; give at once for a proved address, else after a mail."""
        self._choose_company(None, "topics")
        partner = request.env.user.partner_id
        email = email_normalize(partner.email)
        if not self._is_topics_open() or not email:
            return request.redirect("/my/topics" if email else "/my")
        if not request_form.accept_once(post):
            return request.redirect("/my/topics")
        consents = request.env["counterparty.consent"]
        topics, before = self._read_topics(), consents._get_known(email)
        if consents._is_proved(email):
            consents._choose(email, topics, "portal", partner.name, partner)
            return request.redirect("/my/topics?done=saved")
        consents._choose(email, topics & before, "portal", partner.name, partner)
        if not topics - before:
            return request.redirect("/my/topics?done=saved")
        consents._ask_by_mail(email, topics - before, "portal", partner)
        return request.redirect("/my/topics?done=mailed")

    @route(
        "/my/topics/data", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_own_data(self, **_query):
        """Give the visitor what is known of it, as a file that programs read."""
        self._choose_company(None, "topics")
        if not self._is_topics_open():
            return request.redirect("/my")
        data = request.env["res.partner"]._get_counterparty_own_data()
        return request.make_json_response(
            data,
            headers={
                **request_form.PRIVATE,
                "Content-Disposition": 'attachment; filename="my-data.json"',
            },
        )

    # ------------------------------------------------------------
    # For everybody
    # ------------------------------------------------------------

    # public: shows public topics only
    @route("/topics", type="http", auth="public", website=True, methods=["GET"])
    def public_topics(self, **_query):
        """Show the topics to everybody."""
        if not self._is_topics_open():
            return request.not_found()
        return self._render_public()

    def _render_public(self, post=None, problems=()):
        consents = request.env["counterparty.consent"]
        return self._render(
            "counterparty_crm.public_topics",
            "topics",
            {
                "topics": consents._get_topics(),
                "text": consents._get_text(),
                "honeypot": request_form.HONEYPOT,
                "sent": post or {},
                "ticked": set(request.httprequest.form.getlist("topic")),
                "problems": problems,
                "form_key": uuid4().hex,
            },
            status=422 if problems else 200,
        )

    # public: answers everybody the same; nothing is received before the mail is confirmed
    @route("/topics", type="http", auth="public", website=True, methods=["POST"])
    @request_form.limited
    def public_topics_send(self, **post):
        """Send the mail that confirms; known and unknown addresses get the same answer."""
        if not self._is_topics_open():
            return request.not_found()
        email = email_normalize(web_form.clean_line(post.get("email")))
        topics = self._read_topics()
        problems = [name for name, value in (("email", email), ("topic", topics)) if not value]
        if problems:
            return self._render_public(post, problems)
        is_person = not post.get(request_form.HONEYPOT)
        if is_person and request_form.accept_once(post, FOLLOW, email):
            request.env["counterparty.consent"]._ask_by_mail(email, topics, "web")
        return self._render("counterparty_crm.public_topics_sent", "topics", {})

    # public: the token proves the address; programs that follow links change nothing
    @route("/topics/confirm", type="http", auth="public", website=True, methods=["GET"])
    def public_topics_ask(self, token=None, **_query):
        """Ask before anything changes."""
        consent = request.env["counterparty.consent"]._find_by_token(token)
        return self._render(
            "counterparty_crm.public_topics_confirm",
            "topics",
            {"consent": consent, "token": token, "is_done": False},
            status=200 if consent else 403,
        )

    # public: the token proves the address
    @route("/topics/confirm", type="http", auth="public", website=True, methods=["POST"])
    def public_topics_confirm(self, token=None, **_post):
        """Give what was asked for."""
        consent = request.env["counterparty.consent"]._find_by_token(token)
        if consent:
            consent._confirm()
        return self._render(
            "counterparty_crm.public_topics_confirm",
            "topics",
            {"consent": consent, "is_done": True},
            status=200 if consent else 403,
        )
