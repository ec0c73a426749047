from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.counterparty_holding import HOLDINGS

# a row's number is made of its group's and its fact's, so that it means the same tomorrow
FACT_BITS = 34


class CounterpartyProfitHoldingReport(models.Model):
    """What groups of companies bought and what that brought, with the members of one day.

    A counterparty that belongs to two groups counts in both. The day is that of a condition on
    ``as_of``, else of the context, else today.
    """

    _name = "counterparty.profit.holding.report"
    _description = "Profit of Holdings"
    _inherit = ["counterparty.holding.asked.mixin", "counterparty.profit.report"]
    _auto = False
    _log_access = False
    # rows repeat for each group: what was summed by whole cents is not carried along
    _counterparty_cents = False
    _depends = {
        "counterparty.membership": ["owner_id", "member_id", "kind_id", "date_from", "date_to"],
        "counterparty.holding": ["head_id", "kind_ids"],
        "counterparty.holding.exception": ["partner_id", "choice", "date_from", "date_to"],
    }

    holding_id = fields.Many2one("counterparty.holding", readonly=True)

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        day = self.env["counterparty.holding"]._get_day()
        rows = super()._table_query
        columns = SQL(", ").join(
            SQL("row.%s", SQL.identifier(name))
            for name, field in self._fields.items()
            if field.store and field.column_type and name not in ("id", "holding_id", "as_of")
        )
        return SQL(
            """SELECT (member.holding_id::bigint << %(bits)s) + row.id AS id,
                      member.holding_id, %(day)s::date AS as_of, %(columns)s
                 FROM (%(members)s) member
                 JOIN (%(rows)s) row ON row.commercial_partner_id = member.partner_id""",
            bits=FACT_BITS,
            day=day,
            columns=columns,
            members=self._sql_members(day),
            rows=rows,
        )

    @api.model
    def _sql_fact_id(self, alias):
        half = 1 << FACT_BITS - 1
        return SQL(
            "((%s + %s) %% %s - %s)", SQL.identifier(alias, "id"), half, 1 << FACT_BITS, half
        )

    @api.model
    def _sql_members(self, day):
        """Select the members of the groups of the context, else of all that the user may see."""
        Holding = self.env["counterparty.holding"]
        if not Holding.has_access("read"):
            return SQL("SELECT 0 AS holding_id, 0 AS partner_id WHERE FALSE")
        ids = self.env.context.get(HOLDINGS)
        # the context comes from outside: groups of other companies stay hidden
        holdings = Holding.with_context(active_test=not ids).search(
            Domain("id", "in", ids) if ids else Domain.TRUE
        )
        return holdings._sql_members(day)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Open the invoice that a row comes from, whatever day its group was asked for."""
        self.ensure_one()
        half = 1 << FACT_BITS - 1
        row = (self.id + half) % (1 << FACT_BITS) - half
        return self.env["counterparty.profit.report"].browse(row).action_open_document()
