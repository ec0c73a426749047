import datetime

from odoo import api, models
from odoo.tools import SQL

from ..tools import statement
from ..tools import statement_accounts as rules

OWN, COMPANY = "own", "company"
ITEM_DAY, NO_JOINS = SQL("l.date"), SQL("")
KINDS = (
    "CASE m.move_type WHEN 'out_invoice' THEN 'invoice' WHEN 'out_refund' THEN 'credit_note' "
    "WHEN 'out_receipt' THEN 'receipt' WHEN 'in_invoice' THEN 'bill' "
    "WHEN 'in_refund' THEN 'refund' WHEN 'in_receipt' THEN 'receipt' "
    "ELSE CASE WHEN l.payment_id IS NOT NULL OR l.statement_line_id IS NOT NULL "
    "THEN 'payment' ELSE 'entry' END END"
)
# what an item is for, where its name says more than its number
TEXT = "COALESCE(NULLIF(l.name, l.move_name), l.ref, '')"
READ = (
    ["account_id", "amount_currency", "amount_residual", "amount_residual_currency", "balance"]
    + ["company_id", "currency_id", "date", "date_maturity", "move_id", "move_name", "name"]
    + ["parent_state", "partner_id", "payment_id", "reconciled", "ref", "statement_line_id"]
)


class CounterpartyStatementSource(models.AbstractModel):
    """Reads from the host's journal items what statements and balances are made of.

    Callers have checked that the reader may see the figures of the partner: nothing here asks.
    The number of queries does not depend on the number of items.
    """

    _name = "counterparty.statement.source"
    _description = "Journal Items of Statements"

    # ------------------------------------------------------------
    # What is read
    # ------------------------------------------------------------

    @api.model
    def _prepare_scope(self, partners, company, options):
        """Return which items of which accounts count.

        :param partners: commercial partners
        :param company: with its branches
        :param options: ``side``, ``sections`` (codes, empty for all of the side) and ``periods``
            (only items of these days: those in which a member belonged to the reader's group;
            or ``{partner id: days}``, None for all days)
        """
        side, sections = options.get("side") or rules.ALL_SIDES, options.get("sections")
        # which accounts count is a setting, and whoever may see a balance gets all of it
        source = self.env["counterparty.statement.account"].sudo()
        mapping, loose = source._get_sections(company.sudo())
        kept = [name for name in rules.sections_of(side) if not sections or name in sections]
        mapping = {account: name for account, name in mapping.items() if name in kept}
        branches = self.env["res.company"].sudo()
        branches = branches.with_context(active_test=False).search(
            [("id", "child_of", company.root_id.id)]
        )
        self.env["account.move.line"].flush_model(READ)
        self.env["account.move"].flush_model(["move_type"])
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return {
            "accounts": list(mapping) or [0],
            "loose": list(loose & mapping.keys()) or [0],
            "sections": mapping,
            "companies": branches.ids,
            "entities": partners.ids,
            "currency": company.sudo().currency_id.id,
            "days": self._sql_days(options.get("periods")),
            "settled": self._sql_days(options.get("periods"), SQL("r.max_date")),
        }

    @api.model
    def _sql_days(self, periods, day=ITEM_DAY):
        """Return the condition that an item, or its settlement, falls into one of the periods."""
        if periods is None:
            return SQL("TRUE")
        if isinstance(periods, dict):
            return self._sql_days_of(periods, day)
        parts = [
            SQL(
                "%s BETWEEN %s AND %s",
                day,
                period.start or datetime.date.min,
                period.end or datetime.date.max,
            )
            for period in periods
        ]
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")

    @api.model
    def _sql_days_of(self, periods, day):
        """Return the condition that an item falls into one of the periods of its partner."""
        alike = {}
        for partner, days in periods.items():
            alike.setdefault(None if days is None else tuple(days), []).append(partner)
        if alike.keys() == {None}:
            return SQL("TRUE")
        parts = [
            SQL("p.commercial_partner_id = ANY(%s) AND %s", partners, self._sql_days(days, day))
            for days, partners in alike.items()
        ]
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")

    @api.model
    def _sql_items(self, scope, where, joins=NO_JOINS):
        """Return the FROM and WHERE of the items ``l`` in scope, ``p`` their partner."""
        # left: a query that asks nothing of the documents does not read them
        return SQL(
            """FROM account_move_line l
               JOIN res_partner p ON p.id = l.partner_id
               LEFT JOIN account_move m ON m.id = l.move_id
               %(joins)s
              WHERE p.commercial_partner_id = ANY(%(entities)s)
                AND l.account_id = ANY(%(accounts)s)
                AND l.company_id = ANY(%(companies)s)
                AND l.parent_state = 'posted' AND %(days)s AND %(where)s""",
            entities=scope["entities"],
            accounts=scope["accounts"],
            companies=scope["companies"],
            days=scope["days"],
            where=where,
            joins=joins,
        )

    @api.model
    def _sql_amount(self, scope, amounts, own, company):
        """Return an amount in the currency of the item, or in that of the company."""
        if amounts == COMPANY:
            return SQL(company), SQL("%s", scope["currency"])
        return SQL(own), SQL("l.currency_id")

    @api.model
    def _get_digits(self):
        """Return the decimals of every currency by its id."""
        # currencies are no secret, and switched-off ones stand in old items
        currencies = self.env["res.currency"].sudo().with_context(active_test=False)
        return {
            currency.id: currency.decimal_places
            for currency in currencies.search([("rounding", ">", 0)])
        }

    # ------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------

    @api.model
    def _get_ledgers(self, partner, company, start, end, **options):
        """Return the ledgers of one partner in a period.

        :param start: first day
        :param end: last day
        :param options: ``side``, ``sections``, ``currency`` (id), ``amounts`` (own or company)
        """
        scope = self._prepare_scope(partner, company, options)
        openings = self._get_openings(scope, start, options)
        items = self._get_items(scope, start, end, options)
        return statement.ledgers(openings.get(partner.id, {}), items, self._get_digits())

    @api.model
    def _get_openings(self, scope, before, options):
        """Return what stood before a day: ``{partner id: {(section, currency): amount}}``."""
        amount, currency = self._sql_amount(
            scope, options.get("amounts"), "l.amount_currency", "l.balance"
        )
        where = SQL("l.date < %s", before)
        if options.get("currency"):
            where = SQL("%s AND %s = %s", where, currency, options["currency"])
        rows = self.env.execute_query(
            SQL(
                "SELECT p.commercial_partner_id, l.account_id, %s, SUM(%s) %s GROUP BY 1, 2, 3",
                currency,
                amount,
                self._sql_items(scope, where),
            )
        )
        result = {}
        for entity, account, currency_id, total in rows:
            of_entity = result.setdefault(entity, {})
            key = (scope["sections"][account], currency_id)
            of_entity[key] = of_entity.get(key, 0.0) + float(total)
        for entity, key, total in self._get_settled_sums(scope, before, options):
            of_entity = result.setdefault(entity, {})
            of_entity[key] = of_entity.get(key, 0.0) + total
        return result

    @api.model
    def _get_items(self, scope, start, end, options):
        """Return the items of a period in the order of the statement, settlements after them."""
        amount, currency = self._sql_amount(
            scope, options.get("amounts"), "l.amount_currency", "l.balance"
        )
        # an exchange difference moves nothing in the currency of the item
        where = SQL("l.date BETWEEN %s AND %s AND %s != 0", start, end, amount)
        if options.get("currency"):
            where = SQL("%s AND %s = %s", where, currency, options["currency"])
        rows = self.env.execute_query(
            SQL(
                """SELECT l.id, l.account_id, %(currency)s, l.date, %(amount)s, l.move_name,
                          %(kind)s, %(text)s, l.date_maturity, l.move_id
                   %(items)s ORDER BY l.date, l.move_name, l.id""",
                currency=currency,
                amount=amount,
                kind=SQL(KINDS),
                text=SQL(TEXT),
                items=self._sql_items(scope, where),
            )
        )
        sections = scope["sections"]
        items = [
            statement.Item(
                item, sections[account], cur, day, float(value), name or "", kind, text, due, move
            )
            for item, account, cur, day, value, name, kind, text, due, move in rows
        ]
        items += self._get_settled_items(scope, start, end, options)
        return sorted(items, key=lambda item: item.day)
