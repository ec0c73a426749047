from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import statement
from ..tools.authorization import ALWAYS
from ..tools.day_input import YEARS, read_day
from .counterparty_statement_content import STATEMENT
from .counterparty_statement_send import KEEP_CRON

REUSED_HOURS = 1


class CounterpartyStatementPortal(models.AbstractModel):
    """What a counterparty sees in the portal: balances now, statements of a period, papers.

    Pages have asked whom the visitor represents; figures are read as system.
    """

    _name = "counterparty.statement.portal.mixin"
    _description = "Statements in the Portal"

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", token=None, **kwargs):
        # visitors answer by the form of the page, which shows no conversation
        if self.env.user.share:
            return self.browse()
        return super()._get_thread_with_access(thread_id, mode=mode, token=token, **kwargs)

    @api.model
    def _get_portal_periods(self, partner, scope, company):
        """Return the days that the visitor may see of a counterparty; None for all."""
        return self._get_portal_days(partner, scope, company)[partner.id]

    @api.model
    def _get_portal_days(self, partners, scope, company):
        """Return the days that the visitor may see: ``{partner id: periods}``; None for all."""
        shown = self.env["res.partner"]._get_counterparty_portal_days(scope, company)
        days = {partner.id: shown.get(partner.id, []) for partner in partners}
        return {
            partner: None if ALWAYS in periods else periods for partner, periods in days.items()
        }

    @api.model
    def _get_portal_sums(self, partners, scope, company, today, **options):
        """Return what is open and the visitor may see, added up: ``{partner id: [open sum]}``."""
        # checked by the page: these are counterparties that the visitor represents
        source = self.env["counterparty.statement.source"].sudo()
        if not partners:
            return {}
        days = self._get_portal_days(partners, scope, company)
        return source._get_open_sums(partners, company, today, periods=days, **options)

    @api.model
    def _get_portal_page(self, partners, scope, company, today, number, size):
        """Return what is open and the visitor may see: added up, and item by item on one page.

        :param number: of the page; of more than there are the last one
        :param size: items of a page
        :return: ``[open sum]``, ``[(partner id, open item)]``
        """
        # checked by the page: these are counterparties that the visitor represents
        source = self.env["counterparty.statement.source"].sudo()
        options = {"periods": self._get_portal_days(partners, scope, company)}
        options["prepared"] = source._prepare_scope(partners, company, options)
        found = source._get_open_sums(partners, company, today, **options)
        sums = [one for of_partner in found.values() for one in of_partner]
        last = max(sum(one.count for one in sums) - 1, 0) // size
        offset = min(max(number - 1, 0), last) * size
        return sums, source._get_open_page(partners, company, offset, size, **options)

    @api.model
    def _get_portal_ledgers(self, partner, company, start, end, **options):
        """Return the ledgers of a period that the visitor may see."""
        periods = self._get_portal_periods(partner, "statement", company)
        # checked by the page: this is a counterparty that the visitor represents
        source = self.env["counterparty.statement.source"].sudo()
        return source._get_ledgers(partner, company, start, end, periods=periods, **options)

    @api.model
    def _domain_portal_papers(self, partners, company):
        """Return the domain of frozen papers of partners that the visitor may see.

        Whoever sees some days only gets what was issued to itself for these: a paper of the
        whole tells of other days, and is not its to sign.

        :param partners: counterparties that the visitor represents
        """
        days = self._get_portal_days(partners, STATEMENT, company)
        whole = partners.filtered(lambda partner: days[partner.id] is None)
        some = [
            ("partner_id", "in", (partners - whole).ids),
            ("is_partial", "=", True),
            ("create_uid", "=", self.env.uid),
        ]
        return Domain("company_id", "=", company.id) & (
            (Domain("partner_id", "in", whole.ids) & Domain("is_partial", "=", False))
            | Domain(some)
        )

    @api.model
    def _issue_for_portal(self, partner, company, **terms):
        """Freeze the statement that the visitor looks at; the same one is not frozen twice.

        :return: the statement, sudoed
        """
        terms = {"kind": STATEMENT, "with_zero": True, **terms}
        terms["periods"] = self._get_portal_periods(partner, "statement", company)
        values = {"state": "sent", "sent_at": fields.Datetime.now(), "user_id": False}
        # checked by the page: this is a counterparty that the visitor represents
        issuer = self.sudo()
        issued = issuer._issue(partner, company, values=values, **terms)
        for old in issuer.search(self._domain_same(issued), order="id desc", limit=5):
            if issuer._get_figures_of(old) == issuer._get_figures_of(issued):
                issued._unlink_copy()
                return old
        issuer._trigger(KEEP_CRON)
        return issued

    @api.model
    def _domain_same(self, issued):
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=REUSED_HOURS)
        return [
            ("id", "!=", issued.id),
            ("partner_id", "=", issued.partner_id.id),
            ("company_id", "=", issued.company_id.id),
            ("kind", "=", issued.kind),
            ("side", "=", issued.side),
            ("date_from", "=", issued.date_from),
            ("date_to", "=", issued.date_to),
            ("is_partial", "=", issued.is_partial),
            ("create_uid", "=", self.env.uid),
            ("issued_at", ">=", since),
        ]

    @api.model
    def _get_figures_of(self, record):
        """Return what a statement says, without its own number and moment."""
        content = record._get_content()
        own = ("number", "issued_at", "issued_on")
        return {name: content[name] for name in content if name not in own}

    def _unlink_copy(self):
        """Forget a statement that says what another one says, and that nobody has seen."""
        # what becomes of it is written by this alone
        self.sudo().write({"state": "draft", "sent_at": False})
        self.unlink()

    @api.model
    def _get_portal_period(self, date_from, date_to):
        """Return the period to show of what a browser sent, and whether it is what was asked."""
        today = fields.Date.context_today(self)
        start, end = (read_day(day, *YEARS) for day in (date_from, date_to))
        is_read = (start or not date_from) and (end or not date_to)
        start, end, is_possible = statement.clean_period(start, end, today)
        return start, end, bool(is_read and is_possible)
