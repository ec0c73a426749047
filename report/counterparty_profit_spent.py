from odoo import api, models
from odoo.tools import SQL

from ..models.counterparty_sale_fact_line import SALE_TYPES
from ..models.sale_order_line import COST_PROFIT

BILLS = ("in_invoice", "in_refund", "in_receipt")

# the number of a row is that of its source times so many, and which source it is
SOURCES = 8
COST, BILL, ENTRY = 0, 1, 2
# an entry stands on an account of each plan: beyond, shares have one number between them
ENTRY_SHARES = SOURCES - ENTRY


def find_source(row_id):
    """Return model and id of what the row of money spent was read from."""
    source, kind = divmod(-row_id, SOURCES)
    return {COST: "counterparty.cost", BILL: "account.move.line"}.get(
        kind, "account.analytic.line"
    ), source


class CounterpartyProfitSpent(models.AbstractModel):
    """Money spent on campaigns and counterparties, wherever it was written down."""

    _name = "counterparty.profit.spent.mixin"
    _description = "Profit Report: money spent"

    @api.model
    def _find_spent(self):
        """Return the statement of what was spent, or ``None`` when nothing ever was."""
        # a row without any figure would only tell that something was spent
        if self.env.context.get("counterparty_facts_only") or not self.env.user.has_group(
            COST_PROFIT
        ):
            return None
        spent = self._sql_spent()
        [[found]] = self.env.execute_query(SQL("SELECT EXISTS (SELECT FROM (%s) spent)", spent))
        return spent if found else None

    @api.model
    def _sql_spent(self):
        """Select what was spent: entries of our own, lines of vendor bills, analytic entries.

        A line of a bill without a campaign has that of its bill.
        """
        return SQL(
            """SELECT -%(sources)s::bigint * c.id AS id, c.date, c.date AS invoice_date,
                      c.company_id, NULL::int AS move_id, c.commercial_partner_id, c.user_id,
                      c.campaign_id, NULL::int AS medium_id, NULL::int AS source_id,
                      c.amount AS spent, 0::numeric AS revenue, NULL::numeric AS advance,
                      0::numeric AS cost, 0::numeric AS profit, NULL::numeric AS unknown
                 FROM counterparty_cost c
                UNION ALL
               SELECT -%(sources)s::bigint * l.id - 1, l.date, l.date, l.company_id, l.move_id,
                      NULL::int, m.invoice_user_id, l.campaign_id, NULL::int, NULL::int, l.balance,
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                WHERE l.campaign_id IS NOT NULL AND l.display_type = 'product'
                  AND l.parent_state = 'posted'
                  AND m.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                UNION ALL
               SELECT -%(sources)s::bigint * l.id - 1, l.date, l.date, l.company_id, l.move_id,
                      NULL::int, m.invoice_user_id, m.campaign_id, NULL::int, NULL::int, l.balance,
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM account_move m JOIN account_move_line l ON l.move_id = m.id
                WHERE m.campaign_id IS NOT NULL AND m.state = 'posted'
                  AND m.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                  AND l.campaign_id IS NULL AND l.display_type = 'product'
               %(analytic)s""",
            sources=SOURCES,
            analytic=self._sql_spent_analytic(),
        )

    @api.model
    def _sql_spent_analytic(self):
        """Select what is booked on the analytic accounts of campaigns, but for sales.

        Not what a vendor bill with a campaign says already.
        """
        # what is no secret of the accounts: reports add them up for whoever sees costs
        campaigns = self.env["utm.campaign"].sudo().with_context(active_test=False)
        accounts = campaigns.search(
            [("counterparty_analytic_account_id", "!=", False)]
        ).counterparty_analytic_account_id
        columns = sorted({plan._column_name() for plan in accounts.plan_id})
        if not columns:
            return SQL("")
        self.env["account.analytic.line"].flush_model()
        return SQL(
            """UNION ALL
               SELECT -%(sources)s::bigint * line_id - %(entry)s - LEAST(number, %(shares)s) + 1,
                      date, date, company_id, move_id, NULL::int, user_id, campaign_id, NULL::int,
                      NULL::int,
                      COALESCE(SIGN(total) * coin * (FLOOR(exact) + (place <=
                          coins - SUM(FLOOR(exact)) OVER (PARTITION BY pot))::int), amount),
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM (SELECT leg.*,
                              ROW_NUMBER() OVER (PARTITION BY line_id ORDER BY campaign_id)
                                  AS number,
                              ROW_NUMBER() OVER (PARTITION BY pot
                                  ORDER BY FLOOR(exact) - exact, campaign_id, line_id) AS place
                         FROM (%(exact)s) leg) share""",
            sources=SOURCES,
            entry=ENTRY,
            shares=ENTRY_SHARES,
            exact=self._sql_analytic_exact(columns),
        )

    @api.model
    def _sql_analytic_exact(self, columns):
        """Compute each campaign's part of each analytic entry in coins.

        An entry on the accounts of several campaigns is shared evenly by them. A journal item is
        spent once: when more than all of it is distributed, by what each got of it.
        """
        return SQL(
            """SELECT whole.*, ROUND(coins * amount / NULLIF(total, 0), 6) AS exact
                 FROM (SELECT part.*,
                              ROUND(LEAST(ABS(total), COALESCE(ABS(balance), ABS(total))) / coin)
                                  AS coins
                         FROM (SELECT leg.*, SUM(amount) OVER (PARTITION BY pot) AS total
                                 FROM (%s) leg) part) whole""",
            self._sql_analytic_legs(columns),
        )

    @api.model
    def _sql_analytic_legs(self, columns):
        """Select entry and campaign of what is booked on the accounts of campaigns."""
        return SQL(
            """SELECT a.id AS line_id, a.date, a.company_id, a.user_id, l.move_id, l.balance,
                      leg.campaign_id, COALESCE(l.id, -a.id) AS pot,
                      COALESCE(NULLIF(currency.rounding, 0), 0.01) AS coin,
                      -a.amount / COUNT(*) OVER (PARTITION BY a.id) AS amount
                 FROM (%(legs)s) leg
                 JOIN account_analytic_line a ON a.id = leg.line_id
                 JOIN res_company c ON c.id = a.company_id
                 JOIN res_currency currency ON currency.id = c.currency_id
                 LEFT JOIN account_account account ON account.id = a.general_account_id
                 LEFT JOIN account_move_line l ON l.id = a.move_line_id
                 LEFT JOIN account_move m ON m.id = l.move_id
                WHERE (m.id IS NULL OR m.move_type NOT IN %(sales)s)
                  AND (account.id IS NULL OR account.account_type NOT LIKE 'income%%')
                  AND (m.id IS NULL OR m.move_type NOT IN %(bills)s
                       OR COALESCE(l.campaign_id, m.campaign_id) IS NULL)""",
            legs=SQL(" UNION ALL ").join(
                SQL(
                    """SELECT campaign.id AS campaign_id, entry.id AS line_id
                         FROM utm_campaign campaign
                         JOIN account_analytic_line entry
                           ON entry.%s = campaign.counterparty_analytic_account_id""",
                    SQL.identifier(column),
                )
                for column in columns
            ),
            sales=SALE_TYPES,
            bills=BILLS,
        )
