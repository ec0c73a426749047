from odoo import api, models
from odoo.tools import SQL

from ..models.counterparty_sale_fact_line import SALE_TYPES
from ..models.sale_order_line import COST_PROFIT

BILLS = ("in_invoice", "in_refund", "in_receipt")


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
            """SELECT -4 * c.id AS id, c.date, c.date AS invoice_date, c.company_id,
                      NULL::int AS move_id, c.commercial_partner_id, c.user_id, c.campaign_id,
                      NULL::int AS medium_id, NULL::int AS source_id, c.amount AS spent,
                      0::numeric AS revenue, NULL::numeric AS advance, 0::numeric AS cost,
                      0::numeric AS profit, NULL::numeric AS unknown
                 FROM counterparty_cost c
                UNION ALL
               SELECT -4 * l.id - 1, l.date, l.date, l.company_id, l.move_id, NULL::int,
                      m.invoice_user_id, l.campaign_id, NULL::int, NULL::int, l.balance,
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                WHERE l.campaign_id IS NOT NULL AND l.display_type = 'product'
                  AND l.parent_state = 'posted'
                  AND m.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                UNION ALL
               SELECT -4 * l.id - 1, l.date, l.date, l.company_id, l.move_id, NULL::int,
                      m.invoice_user_id, m.campaign_id, NULL::int, NULL::int, l.balance,
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM account_move m JOIN account_move_line l ON l.move_id = m.id
                WHERE m.campaign_id IS NOT NULL AND m.state = 'posted'
                  AND m.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                  AND l.campaign_id IS NULL AND l.display_type = 'product'
               %(analytic)s""",
            analytic=self._sql_spent_analytic(),
        )

    @api.model
    def _sql_spent_analytic(self):
        """Select what is booked on the analytic accounts of campaigns, but for sales.

        Not what a vendor bill with a campaign says already. An entry on the accounts of two
        campaigns is spent on the older one.
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
            """UNION ALL (
               SELECT DISTINCT ON (a.id) -4 * a.id - 2, a.date, a.date, a.company_id, l.move_id,
                      NULL::int, a.user_id, c.id, NULL::int, NULL::int, -a.amount,
                      0::numeric, NULL::numeric, 0::numeric, 0::numeric, NULL::numeric
                 FROM (%(legs)s) leg
                 JOIN utm_campaign c ON c.id = leg.campaign_id
                 JOIN account_analytic_line a ON a.id = leg.line_id
                 LEFT JOIN account_account account ON account.id = a.general_account_id
                 LEFT JOIN account_move_line l ON l.id = a.move_line_id
                 LEFT JOIN account_move m ON m.id = l.move_id
                WHERE (m.id IS NULL OR m.move_type NOT IN %(sales)s)
                  AND (account.id IS NULL OR account.account_type NOT LIKE 'income%%')
                  AND (m.id IS NULL OR m.move_type NOT IN %(bills)s
                       OR COALESCE(l.campaign_id, m.campaign_id) IS NULL)
                ORDER BY a.id, c.id)""",
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
