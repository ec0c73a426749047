from odoo import api, models
from odoo.tools import SQL

from ..tools import settlement, statement
from .counterparty_statement_source import COMPANY

CONVERTED, ELSEWHERE = "converted", "elsewhere"


class CounterpartyStatementSettlement(models.AbstractModel):
    """Reads what settlements take out of the ledgers of statements.

    With it a ledger closes with what is open, whatever currency its items were settled in. The day
    of a settlement is that of its later item, as in the host's ageing: it does not depend on when
    somebody matched the two.
    """

    _inherit = "counterparty.statement.source"

    @api.model
    def _get_settled_sums(self, scope, before, options):
        """Return what settlements took out before a day: ``[(partner id, key, amount)]``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT entity, account_id, currency, sign, other_entity, other_currency,
                          is_booked, SUM(amount), SUM(other_amount)
                     FROM (%s) leg GROUP BY 1, 2, 3, 4, 5, 6, 7""",
                self._sql_legs(scope, options, SQL("r.max_date < %s", before)),
            )
        )
        return [
            (entity, (scope["sections"][account], currency), value)
            for entity, account, currency, *pair in rows
            if (value := _amount_of(entity, currency, *pair))
        ]

    @api.model
    def _get_settled_items(self, scope, start, end, options):
        """Return what settlements of a period took out, as items in the order of the statement."""
        rows = self.env.execute_query(
            SQL(
                """SELECT entity, account_id, currency, sign, other_entity, other_currency,
                          is_booked, amount, other_amount, day, name, move, other_name, other_code
                     FROM (%s) leg ORDER BY day, name, move, id, sign""",
                self._sql_legs(scope, options, SQL("r.max_date BETWEEN %s AND %s", start, end)),
            )
        )
        result = []
        for entity, account, currency, *pair, day, name, move, other_name, other_code in rows:
            value = _amount_of(entity, currency, *pair)
            kind = CONVERTED if pair[1] == entity else ELSEWHERE
            # papers of others, and of days that the reader may not see, are not named
            is_told = kind == CONVERTED and options.get("periods") is None
            text = f"{other_name or ''} ({other_code})".strip() if is_told else ""
            if value:
                key = (scope["sections"][account], currency)
                item = statement.Item(0, *key, day, value, name or "", kind, text, None, move)
                result.append(item)
        return result

    @api.model
    def _sql_legs(self, scope, options, where):
        """Return the settlements of items in scope with items that may stand in another ledger."""
        return SQL(
            "%s UNION ALL %s",
            self._sql_legs_of(scope, options, where, "debit", "credit"),
            self._sql_legs_of(scope, options, where, "credit", "debit"),
        )

    @api.model
    def _sql_legs_of(self, scope, options, where, this, that):
        """Return the settlements seen from the debit or the credit item ``l``, ``o`` the other."""
        sides = (this, that)
        if options.get("amounts") == COMPANY:
            amounts = [SQL("r.amount"), SQL("r.amount")]
            currencies = [SQL("%s", scope["currency"])] * 2
            differ = SQL("FALSE")
        else:
            amounts = [SQL("r.%s", SQL.identifier(f"{side}_amount_currency")) for side in sides]
            currencies = [SQL("l.currency_id"), SQL("o.currency_id")]
            differ = SQL(
                """l.currency_id != o.currency_id
                   OR r.debit_amount_currency != r.credit_amount_currency"""
            )
        # what has no settlements one by one shows one rest of all
        only = SQL("%s AND l.account_id != ALL(%s)", scope["settled"], scope["loose"])
        if options.get("currency"):
            only = SQL("%s AND %s = %s", only, currencies[0], options["currency"])
        return SQL(
            """SELECT p.commercial_partner_id AS entity, l.account_id, %(currency)s AS currency,
                      %(sign)s AS sign, q.commercial_partner_id AS other_entity,
                      %(other_currency)s AS other_currency, o.parent_state = 'posted' AS is_booked,
                      %(amount)s AS amount, %(other_amount)s AS other_amount,
                      r.max_date AS day, l.move_name AS name, l.move_id AS move, r.id,
                      o.move_name AS other_name, k.name AS other_code
               %(items)s""",
            currency=currencies[0],
            other_currency=currencies[1],
            sign=-1 if this == "debit" else 1,
            amount=amounts[0],
            other_amount=amounts[1],
            items=self._sql_items(
                scope,
                SQL(
                    """%s AND %s AND (%s OR o.parent_state != 'posted'
                       OR l.partner_id IS DISTINCT FROM o.partner_id)""",
                    where,
                    only,
                    differ,
                ),
                joins=self._sql_other(this, that),
            ),
        )

    @api.model
    def _sql_other(self, this, that):
        """Join the settlements ``r`` of an item, and the items ``o`` on their other side.

        Of each item by itself: without statistics of new items the server would walk through all
        settlements once for each, minutes instead of 0.2 s.
        """
        return SQL(
            """JOIN LATERAL (SELECT * FROM account_partial_reconcile r
                              WHERE r.%s = l.id OFFSET 0) r ON TRUE
               JOIN LATERAL (SELECT * FROM account_move_line o
                              WHERE o.id = r.%s OFFSET 0) o ON TRUE
               LEFT JOIN res_partner q ON q.id = o.partner_id
               LEFT JOIN res_currency k ON k.id = o.currency_id""",
            SQL.identifier(f"{this}_move_id"),
            SQL.identifier(f"{that}_move_id"),
        )


def _amount_of(entity, currency, sign, other_entity, other_currency, is_booked, amount, other):
    """Return what a row of settlements takes out of the ledger of its own item."""
    ledger = (other_entity, other_currency) if is_booked else None
    value = settlement.leg(
        settlement.Side((entity, currency), amount), settlement.Side(ledger, other)
    )
    return sign * float(value)
