from urllib.parse import urlencode

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from ..models.counterparty_request_submission import ACTION
from ..tools import web_form
from . import request_form
from .portal_common import MAX_ID, RepresentedPortal
from .statement import XLSX, download, paper, render_html

SHOWN_STATES = ("sent", "silent", "confirmed", "disputed", "cancelled")
WAITING_STATES = ("sent", "silent")
FORMATS = ("pdf", "xlsx", "html")
DONE = ("confirmed", "disputed")
# confirmations before statements; of these what waits, then what was disputed, the rest
ORDER = "kind, state desc, id desc"


class StatementPaperPortal(RepresentedPortal):
    """Statements and confirmations that were issued: list, paper, answer."""

    def _get_statements(self):
        """Return the model of statements past rights: pages ask whom the visitor represents."""
        # sudo: portal users have no rights on the model, what they see is asked by each page
        return request.env["counterparty.statement"].sudo()

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        # asked by the home alone: without a paper there is no card
        values["counterparty_has_statements"] = self._has_statements
        return values

    def _has_statements(self):
        return bool(self._search_statements(count=True))

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "counterparty_statement_count" in counters:
            values["counterparty_statement_count"] = self._search_statements(count=True)
        return values

    def _get_counterparty_waiting(self):
        waiting = super()._get_counterparty_waiting()
        asked = self._search_statements(waiting=True, count=True)
        waiting.append((request.env._("Balances to confirm"), asked, "/my/statements"))
        return waiting

    def _search_statements(self, waiting=False, count=False, **options):
        """Return the papers of those whom the visitor represents, sudoed, or their number."""
        domain = Domain("state", "in", WAITING_STATES if waiting else SHOWN_STATES)
        if waiting:
            domain &= Domain("kind", "=", "confirmation")
        papers = request.env["counterparty.statement"]
        domain &= Domain.OR(
            papers._domain_portal_papers(self._get_partners_of(company), company)
            for company in self._get_our_companies().root_id
        )
        records = self._get_statements()
        return records.search_count(domain) if count else records.search(domain, **options)

    # ------------------------------------------------------------
    # Papers
    # ------------------------------------------------------------

    @route(
        ["/my/statements", "/my/statements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_statements(self, page=1, **_query):
        """List statements and confirmations that were sent, those to be answered first."""
        pages = pager(
            url="/my/statements",
            total=self._search_statements(count=True),
            page=web_form.page_number(page),
            step=self._items_per_page,
        )
        found = self._search_statements(
            limit=self._items_per_page, offset=pages["offset"], order=ORDER
        )
        return self._render(
            "counterparty_crm.portal_statements",
            "counterparty_statement",
            {"statements": found, "pager": pages, "default_url": "/my/statements"},
        )

    # public: _find_statement checks whom the visitor represents, or the link's token
    @route(
        "/my/statements/<int:statement_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_statement(self, statement_id, access_token=None, done=None, **_query):
        """Show a statement as it was issued, and the form to answer it."""
        record = self._find_statement(statement_id, access_token)
        if not record:
            return self._refuse_statement(statement_id, access_token)
        return self._render_statement(record, access_token, done=done if done in DONE else None)

    # public: as above
    @route(
        "/my/statements/<int:statement_id>/<string:kind>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_statement_file(self, statement_id, kind, access_token=None, **_query):
        """Return a statement as PDF, workbook or plain page."""
        record = self._find_statement(statement_id, access_token)
        if not record or kind not in FORMATS:
            return self._refuse_statement(statement_id, access_token)
        if kind in record._get_costly_files():
            # made by the button there: looking at something makes nothing
            return self._redirect_to_statement(record, access_token)
        return self._give_file(record, kind)

    # public: as above
    @route(
        "/my/statements/<int:statement_id>/<string:kind>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    @request_form.limited
    def portal_statement_make(self, statement_id, kind, access_token=None, **_post):
        """Make a file that takes a while, and give it; a paper is made once."""
        record = self._find_statement(statement_id, access_token)
        if not record or kind not in FORMATS:
            return self._refuse_statement(statement_id, access_token)
        if kind in record._get_costly_files():
            user = request.env.user
            who = request.httprequest.remote_addr if user._is_public() else user.id
            request_form.accept({}, ACTION, f"papers {who}")
            if kind == "pdf":
                record._keep_file()
        return self._give_file(record, kind)

    def _give_file(self, record, kind):
        if kind == "html":
            return render_html(record)
        if kind == "xlsx":
            return download(record._get_xlsx(), f"{record.name}.xlsx", XLSX)
        return paper(record)

    # public: as above
    @route(
        "/my/statements/<int:statement_id>/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    @request_form.limited
    def portal_statement_answer(self, statement_id, access_token=None, **post):
        """Confirm balances or object to them."""
        record = self._find_statement(statement_id, access_token)
        answer = post.get("answer")
        if not record or answer not in DONE:
            return self._refuse_statement(statement_id, access_token)
        values, problems = self._read_answer(record, answer, post)
        files, refused = request_form.read_files()
        if problems or refused:
            return self._render_statement(record, access_token, post, problems, refused)
        request_form.accept({}, ACTION, f"answer {record.id}")
        try:
            with request.env.cr.savepoint():
                record._answer(answer == "confirmed", files=files, **values)
        except UserError as error:
            return self._render_statement(record, access_token, post, message=str(error))
        return self._redirect_to_statement(record, access_token, done=answer)

    def _redirect_to_statement(self, record, access_token, **query):
        """Send the visitor to the page of a statement: with the link, if it came by it."""
        if access_token:
            query["access_token"] = access_token
        return request.redirect(f"{record.access_url}?{urlencode(query)}")

    def _read_answer(self, record, answer, post):
        """Return what was filled in, and problems by field."""
        user = request.env.user
        visitor = user.browse().partner_id if user._is_public() else user.partner_id
        name = web_form.clean_line(post.get("name")) or (visitor.name or "")
        note = web_form.clean_text(post.get("note"))
        problems, amounts = {}, {}
        for line in record.balance_ids if answer == "disputed" else ():
            text = web_form.clean_line(post.get(f"amount_{line.id}"))
            told = _read_signed(text)
            if text and told is None:
                problems[f"amount_{line.id}"] = "amount"
            elif text:
                amounts[line.id] = told
        if not name:
            problems["name"] = "missing"
        if answer == "disputed" and not note and not amounts and not problems:
            problems["note"] = "missing"
        values = {
            "name": name,
            "note": note,
            "amounts": amounts,
            "partner": visitor,
            "way": record.with_user(user)._get_answer_way_of_reader(),
            "address": request.httprequest.remote_addr,
        }
        return values, problems

    def _find_statement(self, statement_id, access_token):
        """Return the statement if the visitor may see it, sudoed, else nothing."""
        records = self._get_statements()
        if statement_id > MAX_ID or not (access_token or "").isascii():
            return records.browse()
        record = records.browse(statement_id).exists()
        if not record:
            return records.browse()
        if access_token:
            try:
                self._document_check_access(records._name, statement_id, access_token)
            except (AccessError, MissingError):
                return records.browse()
            return record.with_context(lang=request.env.lang)
        is_mine = (
            not request.env.user._is_public()
            and record.state in SHOWN_STATES
            and record.filtered_domain(self._domain_papers_of(record.company_id))
        )
        return record.with_context(lang=request.env.lang) if is_mine else records.browse()

    def _domain_papers_of(self, company):
        papers = request.env["counterparty.statement"]
        return papers._domain_portal_papers(self._get_statement_partners(company), company)

    def _get_statement_partners(self, company):
        """Return whom the visitor may see statements of, sudoed, if it belongs to our company."""
        partners = request.env["res.partner"]
        if company not in self._get_our_companies().root_id:
            return partners
        return partners._get_counterparty_portal_companies("statement", company)

    def _get_partners_of(self, company):
        """Return whose papers of one of our companies are listed: of whom the visitor acts for."""
        if company == request.env.company.root_id:
            return self._get_represented("statement")
        return self._get_statement_partners(company)

    def _refuse_statement(self, statement_id, access_token):
        """Answer the same for what is foreign, wrong and missing."""
        if request.env.user._is_public() and not access_token:
            return request.redirect(f"/web/login?redirect=/my/statements/{statement_id}")
        return request.redirect("/my")

    def _render_statement(
        self, record, access_token, post=None, problems=None, refused=(), message=None, done=None
    ):
        return self._render(
            "counterparty_crm.portal_statement",
            "counterparty_statement",
            {
                "doc": record,
                "max_lines": 1000,
                "access_token": access_token,
                "can_answer": record._can_answer(),
                "costly": record._get_costly_files(),
                "sent": post or {},
                "problems": problems or {},
                "file_problems": refused,
                "message": message,
                "done": done,
                "object": record,
                "accept": ",".join(f".{name}" for name in sorted(web_form.EXTENSIONS)),
                "visitor": request.env.user._is_public() or request.env.user.name,
            },
            status=422 if problems or refused or message else 200,
        )


def _read_signed(text):
    """Read an amount that may be owed either way; 0 is an amount, too."""
    sign = -1 if text.startswith("-") else 1
    plain = text.lstrip("-").strip()
    if plain and not plain.strip("0.,"):
        return 0.0
    amount = web_form.read_amount(plain) if plain else None
    return None if amount is None else sign * amount
