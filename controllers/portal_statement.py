from functools import cache, partial

from odoo import fields
from odoo.http import request, route
from odoo.tools import format_date

from odoo.addons.portal.controllers.portal import pager

from ..models.counterparty_request_submission import ACTION
from ..tools import statement, web_form
from ..tools import statement_accounts as rules
from . import request_form
from .portal_paper import FORMATS, StatementPaperPortal

SIDES = (rules.ALL_SIDES, rules.CUSTOMER_SIDE, rules.SUPPLIER_SIDE, rules.EMPLOYEE_SIDE)
STEP = 100


class StatementPortal(StatementPaperPortal):
    """Balance of today and statement of a period."""

    # ------------------------------------------------------------
    # Home
    # ------------------------------------------------------------

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        # asked by the pages that link there
        values.update(
            counterparty_balance_open=lambda: self._has_account_page("balance"),
            counterparty_statement_open=lambda: self._has_account_page("statement"),
        )
        return values

    def _has_account_page(self, page):
        """Tell whether a page of the account would show somebody's: else nothing leads there."""
        return any(
            self._get_represented("statement", company) for company in self._get_our_companies(page)
        )

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        company = request.env.company
        if "counterparty_overdue_count" in counters:
            is_open = company._has_portal_page("balance")
            values["counterparty_overdue_count"] = self._count_overdue() if is_open else 0
        return values

    def _is_counterparty_awaited(self):
        is_open = request.env.company._has_portal_page("balance")
        return super()._is_counterparty_awaited() or is_open or self._has_statements()

    def _get_counterparty_waiting(self):
        waiting = super()._get_counterparty_waiting()
        if request.env.company._has_portal_page("balance"):
            overdue = self._count_overdue()
            if overdue and overdue <= self._count_alerted():
                overdue = 0
            waiting.append((request.env._("Overdue documents"), overdue, "/my/balance"))
        return waiting

    def _count_alerted(self):
        """Return how many overdue invoices the host's own alert on the home tells of."""
        return request.env["account.move"].search_count(self._get_overdue_invoices_domain())

    def _count_overdue(self):
        today = fields.Date.context_today(request.env.user)
        found = request.env["counterparty.statement"]._get_portal_sums(
            self._get_represented("statement"), "statement", request.env.company, today
        )
        return sum(
            one.count
            for sums in found.values()
            for one in sums
            if statement.bucket(one.due, today) > 0
            and one.amount > 0
            and rules.SECTIONS[one.section].side == rules.CUSTOMER_SIDE
        )

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
    def portal_balance(self, page=1, **query):
        """Show what is open, by currency and document."""
        self._choose_company(query.get("company"), "balance")
        company = request.env.company
        partners = self._get_represented("statement")
        if not company._has_portal_page("balance") or not partners:
            return request.redirect("/my")
        records, number = self._get_statements(), web_form.page_number(page)
        today = fields.Date.context_today(request.env.user)
        sums, shown = request.env["counterparty.statement"]._get_portal_page(
            partners, "statement", company, today, number, self._items_per_page
        )
        digits = request.env["counterparty.statement.source"]._get_digits()
        pages = pager(
            url="/my/balance",
            total=sum(one.count for one in sums),
            page=number,
            step=self._items_per_page,
            url_args={"company": company.id},
        )
        shown = [(partners.browse(partner), item) for partner, item in shown]
        return self._render(
            "counterparty_crm.portal_balance",
            "counterparty_balance",
            {
                "balances": statement.balances(sums, today, digits),
                "items": shown,
                "payable": self._get_payable(shown),
                "is_group": len(partners) > 1,
                "our_company": company,
                "our_companies": self._get_our_companies("balance"),
                **self._prepare_figures(records),
                "as_of": fields.Datetime.now(),
                "zone": request_form.get_zone(),
                "today": today,
                "pager": pages,
                "default_url": "/my/balance",
            },
        )

    def _prepare_figures(self, records):
        """Return what the rows of a page are written with; the same is formatted once only."""
        return {
            "records": records,
            "sections": records._get_section_labels(),
            "kinds": records._get_kind_labels(),
            "show_amount": cache(records._format_amount),
            "show_day": cache(partial(format_date, request.env)),
        }

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
        self._choose_company(query.get("company"), "statement")
        partner = self._get_statement_partner(query.get("counterparty"))
        if not partner:
            return request.redirect("/my")
        terms, is_as_asked = self._read_terms(query)
        ledgers = request.env["counterparty.statement"]._get_portal_ledgers(
            partner,
            request.env.company,
            terms["date_from"],
            terms["date_to"],
            side=terms["side"],
            currency=terms["currency"],
        )
        pages = pager(
            url="/my/statement",
            total=statement.page_count(ledgers),
            page=web_form.page_number(page),
            step=STEP,
            url_args={
                **terms,
                "currency": terms["currency"] or "",
                "counterparty": partner.id,
                "company": request.env.company.id,
            },
        )
        values = {
            "partner": partner,
            "choices": self._get_represented("statement"),
            "our_company": request.env.company,
            "our_companies": self._get_our_companies("statement"),
            "is_as_asked": is_as_asked,
            "terms": terms,
            "sides": self._get_sides(),
            "may_ask": self._may_ask_statement(),
            "form_key": request_form.uuid4().hex,
            "first_page": web_form.page_number(page) <= 1,
            "pager": pages,
            "default_url": "/my/statement",
            **self._prepare_ledger_values(partner, terms, ledgers, pages["offset"]),
        }
        return self._render(
            "counterparty_crm.portal_statement_of_account", "counterparty_statement", values
        )

    def _prepare_ledger_values(self, partner, terms, ledgers, offset):
        """Return the figures of one page of a statement, sums are those of all pages."""
        records, company = self._get_statements(), request.env.company
        digits = request.env["counterparty.statement.source"]._get_digits()
        today = fields.Date.context_today(request.env.user)
        opened = request.env["counterparty.statement"]._get_portal_sums(
            partner, "statement", company, today, side=terms["side"], currency=terms["currency"]
        )
        return {
            "ledgers": statement.page(ledgers, offset, STEP),
            "totals": statement.totals(ledgers, digits),
            "ages": statement.ageing(opened.get(partner.id, []), today, digits),
            "currencies": self._get_currencies(ledgers, terms["currency"]),
            **self._prepare_figures(records),
            "buckets": records._get_bucket_labels(),
        }

    @route("/my/statement/issue", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_statement_issue(self, **post):
        """Freeze the statement of a period under a number, and show it."""
        self._choose_company(post.get("company"), "statement")
        partner = self._get_statement_partner(post.get("counterparty"), is_form=True)
        if not partner:
            return request.redirect("/my")
        terms, _is_as_asked = self._read_terms(post)
        request_form.accept({}, ACTION, f"statement {request.env.uid}")
        record = request.env["counterparty.statement"]._issue_for_portal(
            partner, request.env.company, **terms
        )
        kind = post.get("format")
        costly = record._get_costly_files()
        if kind == "pdf" and kind in costly:
            # made here, where it is counted; looking at it makes nothing any more
            record._keep_file()
        elif kind in FORMATS and kind in costly:
            return self._give_file(record, kind)
        if kind in FORMATS:
            return request.redirect(f"/my/statements/{record.id}/{kind}")
        return request.redirect(f"/my/statements/{record.id}")

    @route("/my/statement/send", type="http", auth="user", website=True, methods=["POST"])
    @request_form.limited
    def portal_statement_send(self, **post):
        """Send the request for a statement, which is answered by itself."""
        self._choose_company(post.get("company"), "statement")
        partner = self._get_statement_partner(post.get("counterparty"), is_form=True)
        category = self._get_statement_category()
        if not partner or not category:
            return request.redirect("/my")
        terms, _is_as_asked = self._read_terms(post)
        submission = request_form.accept(post)
        if not submission.request_id:
            submission.request_id = request.env["counterparty.request"]._create_statement_request(
                category, partner, terms
            )
        return request.redirect(f"{submission.request_id.access_url}?done=created")

    def _get_statement_partner(self, value, is_form=False):
        """Return the counterparty of a statement: the one asked for, or the first; else none.

        :param is_form: it is about nobody but the one that it names, whoever was chosen in
            another tab since
        """
        partners = self._get_represented("statement")
        if not request.env.company._has_portal_page("statement"):
            return partners.browse()
        if is_form and value:
            partners = request.env["res.partner"]._get_counterparty_portal_companies("statement")
        asked = partners.filtered(lambda partner: str(partner.id) == str(value))
        return asked or (partners.browse() if is_form and value else partners[:1])

    def _read_terms(self, query):
        """Return the terms of a statement, and whether they are those that were asked for."""
        start, end, is_as_asked = request.env["counterparty.statement"]._get_portal_period(
            query.get("date_from"), query.get("date_to")
        )
        side = query.get("side") if query.get("side") in SIDES else rules.ALL_SIDES
        asked = str(query.get("currency") or "")
        # sudo: names of currencies are no secret, and switched-off ones stand in old items
        known = request.env["res.currency"].sudo()
        currency = int(asked) if asked.isdecimal() and len(asked) < 8 else None
        if currency and not known.browse(currency).exists():
            currency = None
        terms = {"date_from": start, "date_to": end, "side": side, "currency": currency}
        return terms, is_as_asked

    def _get_currencies(self, ledgers, chosen):
        used = {ledger.currency for ledger in ledgers} | ({chosen} if chosen else set())
        # sudo: names of currencies are no secret
        return request.env["res.currency"].sudo().browse(sorted(used)).exists()

    def _get_sides(self):
        field = request.env["counterparty.statement"]._fields["side"]
        return field._description_selection(request.env)

    def _may_ask_statement(self):
        """Tell whether the visitor may send the request that is answered with a statement."""
        return bool(self._get_statement_category())

    def _get_statement_category(self):
        """Return the category of requests for statements; none while requests are closed."""
        # sudo: customers need not be offered the category to use this page
        categories = request.env["counterparty.request.category"].sudo()
        if not request.env["counterparty.request"]._is_portal_open():
            return categories
        return categories.search([("automatic_answer", "=", "statement")], limit=1)
