from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import statement
from .counterparty_statement_source import COMPANY, KINDS, TEXT

# the rests of accounts that nobody settles have neither day nor number
ORDER = "due NULLS LAST, day, move_name, id, account_id, currency"


class CounterpartyStatementOpen(models.AbstractModel):
    """Reads what is open: item by item, a page of the items, or added up.

    Whoever needs figures only gets them added up: as many rows as there are sections, currencies
    and ages, however many items are open.
    """

    _inherit = "counterparty.statement.source"

    # ------------------------------------------------------------
    # Items
    # ------------------------------------------------------------

    @api.model
    def _get_open_items(self, partners, company, day=None, **options):
        """Return what is open of each partner: ``{partner id: [open item]}``.

        :param day: as it stood at the end of this day; without, as it stands now
        :param options: as for the ledgers
        """
        scope = self._prepare_scope(partners, company, options)
        items = self._sql_open_items(scope, self._prepare_open(scope, options, day))
        query = SQL("%s ORDER BY %s", items, SQL(ORDER))
        result = {}
        for entity, item in self._read_open(scope, query):
            result.setdefault(entity, []).append(item)
        return result

    @api.model
    def _get_open_page(self, partners, company, offset, limit, **options):
        """Return the open items of one page, partner by partner: ``[(partner id, open item)]``.

        :param offset: items of the pages before
        :param limit: items of a page
        :param options: as for the ledgers; ``prepared`` is a scope that was prepared before
        """
        scope = options.get("prepared") or self._prepare_scope(partners, company, options)
        query = SQL(
            """SELECT * FROM (%s) item
                ORDER BY array_position(%s::int[], entity), %s
               OFFSET %s LIMIT %s""",
            self._sql_open_items(scope, self._prepare_open(scope, options)),
            partners.ids,
            SQL(ORDER),
            offset,
            limit,
        )
        return self._read_open(scope, query)

    @api.model
    def _read_open(self, scope, query):
        return [
            (
                entity,
                statement.Open(
                    scope["sections"][account],
                    currency,
                    day,
                    due,
                    float(rest),
                    name or "",
                    kind,
                    float(total),
                    item,
                    move,
                    text=text,
                ),
            )
            for entity, account, currency, day, due, rest, name, kind, total, item, move, text in (
                self.env.execute_query(query)
            )
        ]

    # ------------------------------------------------------------
    # Added up
    # ------------------------------------------------------------

    @api.model
    def _get_open_sums(self, partners, company, today, **options):
        """Return what is open now, added up by age: ``{partner id: [open sum]}``.

        :param today: the day that ages are counted from
        :param options: as for the ledgers; ``prepared`` is a scope that was prepared before
        """
        scope = options.get("prepared") or self._prepare_scope(partners, company, options)
        parts = self._prepare_open(scope, options)
        query = SQL(
            """SELECT entity, account_id, currency, MIN(due), SUM(rest), SUM(count)
                 FROM (%(items)s UNION ALL %(loose)s) item
                GROUP BY entity, account_id, currency, rest > 0,
                         width_bucket(%(today)s - due, %(ages)s)""",
            items=SQL(
                """SELECT p.commercial_partner_id AS entity, l.account_id,
                          %(currency)s AS currency, COALESCE(l.date_maturity, l.date) AS due,
                          %(rest)s AS rest, 1 AS count %(items)s""",
                currency=parts["currency"],
                rest=parts["rest"],
                items=self._sql_items(scope, parts["where"]),
            ),
            loose=SQL(
                "SELECT %s, l.account_id, %s, NULL::date, SUM(%s), 1 %s",
                SQL("p.commercial_partner_id"),
                parts["currency"],
                parts["total"],
                self._sql_loose(scope, parts),
            ),
            today=today,
            # an item stands in the bucket whose last day it has not passed
            ages=[last + 1 for last in statement.BUCKETS],
        )
        result = {}
        for entity, account, currency, due, rest, count in self.env.execute_query(query):
            found = statement.Open(
                scope["sections"][account], currency, None, due, float(rest), count=int(count)
            )
            result.setdefault(entity, []).append(found)
        return result

    @api.model
    def _get_balances(self, partners, company, **options):
        """Return where partners stand now: ``{partner id: {currency id: balance}}``."""
        today, digits = fields.Date.context_today(self), self._get_digits()
        return {
            entity: statement.balances(sums, today, digits)
            for entity, sums in self._get_open_sums(partners, company, today, **options).items()
        }

    # ------------------------------------------------------------
    # SQL
    # ------------------------------------------------------------

    @api.model
    def _prepare_open(self, scope, options, day=None):
        """Return the parts of a query of open items: of now, or of the end of a day."""
        own = options.get("amounts") != COMPANY
        total, currency = self._sql_amount(
            scope, options.get("amounts"), "l.amount_currency", "l.balance"
        )
        if day:
            rest = SQL("%s %s", total, self._sql_settled(own, day))
            until = SQL("l.date <= %s", day)
            where = SQL("%s AND %s != 0", until, rest)
        else:
            # the index of open items is all it reads
            rest = SQL("l.amount_residual_currency" if own else "l.amount_residual")
            until = SQL("TRUE")
            where = SQL("l.reconciled IS NOT TRUE AND %s != 0", rest)
        only = SQL("TRUE")
        if options.get("currency"):
            only = SQL("%s = %s", currency, options["currency"])
        return {
            "rest": rest,
            "total": total,
            "currency": currency,
            "where": SQL("%s AND l.account_id != ALL(%s) AND %s", where, scope["loose"], only),
            "loose": SQL("l.account_id = ANY(%s) AND %s AND %s", scope["loose"], until, only),
        }

    @api.model
    def _sql_settled(self, own, day):
        """Return what was settled of an item by the end of a day, with the sign it takes."""
        return SQL(
            """- COALESCE((SELECT SUM(%(debit)s) FROM account_partial_reconcile r
                    WHERE r.debit_move_id = l.id AND r.max_date <= %(day)s), 0)
               + COALESCE((SELECT SUM(%(credit)s) FROM account_partial_reconcile r
                    WHERE r.credit_move_id = l.id AND r.max_date <= %(day)s), 0)""",
            debit=SQL("r.debit_amount_currency" if own else "r.amount"),
            credit=SQL("r.credit_amount_currency" if own else "r.amount"),
            day=day,
        )

    @api.model
    def _sql_open_items(self, scope, parts):
        """Return open items one by one, and one rest of each account without settlements."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS entity, l.account_id, %(currency)s AS currency,
                   l.date AS day, COALESCE(l.date_maturity, l.date) AS due, %(rest)s AS rest,
                   l.move_name, %(kind)s AS kind, %(total)s AS total, l.id, l.move_id,
                   %(text)s AS text
            %(items)s
            UNION ALL
            SELECT p.commercial_partner_id, l.account_id, %(currency)s, NULL, NULL, SUM(%(total)s),
                   '', 'balance', SUM(%(total)s), 0, 0, ''
            %(loose)s
            """,
            currency=parts["currency"],
            total=parts["total"],
            rest=parts["rest"],
            kind=SQL(KINDS),
            text=SQL(TEXT),
            items=self._sql_items(scope, parts["where"]),
            loose=self._sql_loose(scope, parts),
        )

    @api.model
    def _sql_loose(self, scope, parts):
        """Return the FROM and GROUP BY of accounts whose items nobody settles one by one."""
        return SQL(
            "%s GROUP BY 1, 2, 3 HAVING SUM(%s) != 0",
            self._sql_items(scope, parts["loose"]),
            parts["total"],
        )
