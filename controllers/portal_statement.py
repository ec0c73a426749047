from odoo import fields
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from ..models.counterparty_request_submission import ACTION, PORTAL, TooManySubmissionsError
from ..tools import statement, web_form
from ..tools import statement_accounts as rules
from . import request_form
from .portal_common import MAX_ID, RepresentedPortal
from .statement import XLSX, download, paper, render_html

SIDES = (rules.ALL_SIDES, rules.CUSTOMER_SIDE, rules.SUPPLIER_SIDE, rules.EMPLOYEE_SIDE)
SHOWN_STATES = ("sent", "silent", "confirmed", "disputed", "cancelled")
WAITING_STATES = ("sent", "silent")
STEP = 100
FORMATS = ("pdf", "xlsx", "html")
DONE = ("confirmed", "disputed")


class StatementPortal(RepresentedPortal):
    """Balance, statement, and the papers that wait for an answer."""

    # ------------------------------------------------------------
    # Home
    # ------------------------------------------------------------

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        company = request.env.company
        values.update(
            counterparty_balance_open=company._has_portal_page("balance"),
            counterparty_statement_open=company._has_portal_page("statement"),
        )
        return values

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        company = request.env.company
        if "counterparty_overdue_count" in counters:
            is_open = company._has_portal_page("balance")
            values["counterparty_overdue_count"] = self._count_overdue() if is_open else 0
        if "counterparty_statement_count" in counters:
            values["counterparty_statement_count"] = self._search_statements(count=True)
        return values

    def _get_counterparty_waiting(self):
        waiting = super()._get_counterparty_waiting()
        asked = self._search_statements(waiting=True, count=True)
        waiting.append((request.env._("Balances to confirm"), asked, "/my/statements"))
        if request.env.company._has_portal_page("balance"):
            overdue = self._count_overdue()
            waiting.append((request.env._("Overdue documents"), overdue, "/my/balance"))
        return waiting

    def _count_overdue(self):
        today = fields.Date.context_today(request.env.user)
        found = request.env["counterparty.statement"]._get_portal_open(
            self._get_represented("statement"), "statement", request.env.company
        )
        balances = [item for items in found.values() for item in items]
        return sum(
            statement.bucket(item.due, today) > 0
            and item.amount > 0
            and rules.SECTIONS[item.section].side == rules.CUSTOMER_SIDE
            for item in balances
        )

    def _search_statements(self, waiting=False, count=False, **options):
        """Return the papers of those whom the visitor represents, sudoed, or their number."""
        partners = self._get_represented("statement")
        domain = [
            ("partner_id", "in", partners.ids),
            ("company_id", "=", request.env.company.root_id.id),
            ("state", "in", WAITING_STATES if waiting else SHOWN_STATES),
        ]
        if waiting:
            domain.append(("kind", "=", "confirmation"))
        # portal users have no rights on the model: what they see is asked above
        records = request.env["counterparty.statement"].sudo()
        return records.search_count(domain) if count else records.search(domain, **options)

    # ------------------------------------------------------------
    # Balance
    # ------------------------------------------------------------

    @route(
        ["/my/balance", "/my/balance/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_balance(self, page=1, message=None, **_query):
        """Show what is open, by currency and document."""
        company = request.env.company
        partners = self._get_represented("statement")
        if not company._has_portal_page("balance") or not partners:
            return request.redirect("/my")
        records = request.env["counterparty.statement"].sudo()
        found = records.with_user(request.env.user)._get_portal_open(partners, "statement", company)
        items = [(partner, item) for partner in partners for item in found.get(partner.id, [])]
        today = fields.Date.context_today(request.env.user)
        digits = request.env["counterparty.statement.source"]._get_digits()
        pages = pager(
            url="/my/balance", total=len(items), page=min(page, MAX_ID), step=self._items_per_page
        )
        shown = items[pages["offset"] : pages["offset"] + self._items_per_page]
        return self._render(
            "counterparty_crm.portal_balance",
            "counterparty_balance",
            {
                "balances": statement.balances((one for _who, one in items), today, digits),
                "items": shown,
                "payable": self._get_payable(shown),
                "is_group": len(partners) > 1,
                "records": records,
                "sections": records._get_section_labels(),
                "kinds": records._get_kind_labels(),
                "as_of": fields.Datetime.now(),
                "zone": request_form.get_zone(),
                "today": today,
                "pager": pages,
                "default_url": "/my/balance",
            },
        )

    def _get_payable(self, items):
        """Return which documents of a page may be ticked: ``{move id: may be paid}``."""
        return {}

    # ------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------

    @route(
        ["/my/statement", "/my/statement/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_statement_of_account(self, page=1, **query):
        """Show a period: opening, every line with the balance after it, closing."""
        partner = self._get_statement_partner(query.get("counterparty"))
        if not partner:
            return request.redirect("/my")
        terms, is_as_asked = self._read_terms(query)
        records = request.env["counterparty.statement"]
        company = request.env.company
        ledgers = records._get_portal_ledgers(
            partner,
            company,
            terms["date_from"],
            terms["date_to"],
            side=terms["side"],
            currency=terms["currency"],
        )
        digits = request.env["counterparty.statement.source"]._get_digits()
        url_args = {
            "date_from": terms["date_from"],
            "date_to": terms["date_to"],
            "side": terms["side"],
            "currency": terms["currency"] or "",
            "counterparty": partner.id,
        }
        pages = pager(
            url="/my/statement",
            total=statement.page_count(ledgers),
            page=min(page, MAX_ID),
            step=STEP,
            url_args=url_args,
        )
        sudo_records = records.sudo()
        opened = records._get_portal_open(partner, "statement", company, side=terms["side"])
        today = fields.Date.context_today(request.env.user)
        return self._render(
            "counterparty_crm.portal_statement_of_account",
            "counterparty_statement",
            {
                "partner": partner,
                "choices": self._get_represented("statement"),
                "ledgers": statement.page(ledgers, pages["offset"], STEP),
                "totals": statement.totals(ledgers, digits),
                "ages": statement.ageing(opened.get(partner.id, []), today, digits),
                "currencies": self._get_currencies(ledgers, terms["currency"]),
                "records": sudo_records,
                "sections": sudo_records._get_section_labels(),
                "kinds": sudo_records._get_kind_labels(),
                "buckets": sudo_records._get_bucket_labels(),
                "is_as_asked": is_as_asked,
                "terms": terms,
                "sides": self._get_sides(),
                "may_ask": self._may_ask_statement(),
                "form_key": request_form.uuid4().hex,
                "first_page": page <= 1,
                "pager": pages,
                "default_url": "/my/statement",
            },
        )

    @route("/my/statement/issue", type="http", auth="user", website=True, methods=["POST"])
    def portal_statement_issue(self, **post):
        """Freeze the statement of a period under a number, and show it."""
        partner = self._get_statement_partner(post.get("counterparty"))
        if not partner:
            return request.redirect("/my")
        terms, _is_as_asked = self._read_terms(post)
        try:
            request_form.accept(ACTION, {}, f"statement {request.env.uid}")
        except TooManySubmissionsError:
            return request_form.render_too_many(self._prepare_portal_layout_values())
        record = request.env["counterparty.statement"]._issue_for_portal(
            partner, request.env.company, **terms
        )
        kind = post.get("format")
        if kind in FORMATS:
            return request.redirect(f"/my/statements/{record.id}/{kind}")
        return request.redirect(f"/my/statements/{record.id}")

    @route("/my/statement/send", type="http", auth="user", website=True, methods=["POST"])
    def portal_statement_send(self, **post):
        """Send the request for a statement, which is answered by itself."""
        partner = self._get_statement_partner(post.get("counterparty"))
        category = self._get_statement_category()
        if not partner or not category:
            return request.redirect("/my")
        terms, _is_as_asked = self._read_terms(post)
        try:
            submission = request_form.accept(PORTAL, post, f"user {request.env.uid}")
        except TooManySubmissionsError:
            return request_form.render_too_many(self._prepare_portal_layout_values())
        if not submission.request_id:
            submission.request_id = request.env["counterparty.request"]._create_statement_request(
                category, partner, terms
            )
        return request.redirect(f"{submission.request_id.access_url}?done=created")

    def _get_statement_partner(self, value):
        """Return the counterparty of a statement: the one asked for, or the first; else none."""
        partners = self._get_represented("statement")
        if not request.env.company._has_portal_page("statement"):
            return partners.browse()
        asked = partners.filtered(lambda partner: str(partner.id) == str(value))
        return asked or partners[:1]

    def _read_terms(self, query):
        """Return the terms of a statement, and whether they are those that were asked for."""
        start, end, is_as_asked = request.env["counterparty.statement"]._get_portal_period(
            query.get("date_from"), query.get("date_to")
        )
        side = query.get("side") if query.get("side") in SIDES else rules.ALL_SIDES
        asked = str(query.get("currency") or "")
        currency = int(asked) if asked.isdecimal() and len(asked) < 8 else None
        terms = {"date_from": start, "date_to": end, "side": side, "currency": currency}
        return terms, is_as_asked

    def _get_currencies(self, ledgers, chosen):
        used = {ledger.currency for ledger in ledgers} | ({chosen} if chosen else set())
        # names of currencies are no secret
        return request.env["res.currency"].sudo().browse(sorted(used)).exists()

    def _get_sides(self):
        field = request.env["counterparty.statement"]._fields["side"]
        return field._description_selection(request.env)

    def _may_ask_statement(self):
        """Tell whether the visitor may send the request that is answered with a statement."""
        return bool(self._get_statement_category())

    def _get_statement_category(self):
        """Return the category of requests for statements; none while requests are closed."""
        # customers need not be offered the category to use this page
        categories = request.env["counterparty.request.category"].sudo()
        if not request.env["counterparty.request"]._is_portal_open():
            return categories
        return categories.search([("automatic_answer", "=", "statement")], limit=1)

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
            page=min(page, MAX_ID),
            step=self._items_per_page,
        )
        found = self._search_statements(limit=self._items_per_page, offset=pages["offset"])
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
        if kind == "xlsx":
            return download(record._get_xlsx(), f"{record.name}.xlsx", XLSX)
        return paper(record) if kind == "pdf" else render_html(record)

    # public: as above
    @route(
        "/my/statements/<int:statement_id>/answer",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
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
        try:
            request_form.accept(ACTION, {}, f"answer {record.id}")
        except TooManySubmissionsError:
            return request_form.render_too_many(self._prepare_portal_layout_values())
        try:
            with request.env.cr.savepoint():
                record._answer(answer == "confirmed", files=files, **values)
        except UserError as error:
            return self._render_statement(record, access_token, post, message=str(error))
        query = f"&done={answer}"
        if access_token:
            return request.redirect(record.get_portal_url(query_string=query))
        return request.redirect(f"{record.access_url}?done={answer}")

    def _read_answer(self, record, answer, post):
        """Return what was filled in, and problems by field."""
        user = request.env.user
        visitor = user.browse().partner_id if user._is_public() else user.partner_id
        name = web_form.clean_line(post.get("name")) or (visitor.name or "")
        note = web_form.clean_text(post.get("note"))
        problems, amounts = {}, {}
        for line in record.balance_ids if answer == "disputed" else ():
            text = web_form.clean_line(post.get(f"amount_{line.id}"), 40)
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
        # portal users have no rights on the model: what they may see is checked here
        records = request.env["counterparty.statement"].sudo()
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
            and record.partner_id in self._get_statement_partners(record.company_id)
        )
        return record.with_context(lang=request.env.lang) if is_mine else records.browse()

    def _get_statement_partners(self, company):
        """Return whom the visitor may see statements of, sudoed, if it belongs to our company."""
        partners = request.env["res.partner"]
        if company not in request.env.user.company_ids.root_id:
            return partners
        return partners._get_counterparty_portal_companies("statement", company)

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
