from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.sale_order_line import COST_PROFIT
from ..tools import attribution

REPORT = "counterparty.profit.report"


class CounterpartyAttributionComparison(models.TransientModel):
    """Asks what campaigns would have earned, had another model shared the sales.

    Nothing is stored: sales stay with whom the posting gave them to. Only what interactions
    earned, or nobody, is shared anew, by the interactions that are known today.
    """

    _name = "counterparty.attribution.comparison"
    _description = "Comparison of Attribution Models"

    date_from = fields.Date(
        "Since",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1, month=1),
    )
    date_to = fields.Date("Until", required=True, default=fields.Date.context_today)
    measure = fields.Selection(
        [("revenue", "Net Revenue"), ("profit", "Gross Profit")],
        string="Compare",
        required=True,
        default="revenue",
    )
    include_internal = fields.Boolean("Between Own Companies Too")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id, readonly=True
    )
    line_ids = fields.One2many("counterparty.attribution.comparison.line", "comparison_id")
    can_see_profit = fields.Boolean(compute="_compute_can_see_profit")

    @api.depends_context("uid")
    def _compute_can_see_profit(self):
        self.can_see_profit = self.env.user.has_group(COST_PROFIT)

    def action_compare(self):
        """Open what each campaign has, and would have by each model.

        :raises AccessError: for those who may not see the sales, or their profit
        :raises UserError: when the period ends before it starts
        """
        self.ensure_one()
        self._check_question()
        self.line_ids = [
            Command.clear(),
            *(Command.create(vals) for vals in self._prepare_lines()),
        ]
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "counterparty_crm.counterparty_attribution_comparison_line_action"
            ),
            "domain": [("comparison_id", "=", self.id)],
        }

    def _check_question(self):
        if not self.env[REPORT].has_access("read"):
            raise AccessError(
                self.env._("What campaigns earned is for those who may see sales or invoices.")
            )
        if self.measure == "profit" and not self.env.user.has_group(COST_PROFIT):
            raise AccessError(self.env._("Profit is for those who see cost and profit."))
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it starts: change its dates."))

    def _prepare_lines(self):
        """Return one line for each campaign that earned anything by any model."""
        rows = self.env.execute_query(self._sql_comparison())
        by_campaign = {}
        for campaign_id, model, amount in rows:
            by_campaign.setdefault(campaign_id, {})[model] = amount or 0
        return [
            {"campaign_id": campaign_id, **amounts}
            for campaign_id, amounts in by_campaign.items()
            if any(amounts.values())
        ]

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    def _sql_comparison(self):
        """Select campaign, model (or ``posted``) and what it earns, in the reader's currency."""
        facts = self.env["counterparty.sale.fact"]
        facts._flush_sources()
        domain = Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
        if not self.include_internal:
            domain &= Domain("is_internal", "=", False)
        return SQL(
            """WITH row AS MATERIALIZED (%(rows)s),
                    line AS MATERIALIZED (%(lines)s),
                    asked AS MATERIALIZED (%(asked)s),
                    touch AS MATERIALIZED (%(touches)s),
                    share AS (%(shares)s)
               SELECT f.campaign_id, f.model, SUM(f.amount * %(factor)s)
                 FROM (SELECT company_id, invoice_date, campaign_id, 'posted' AS model, amount
                         FROM row
                        UNION ALL
                       SELECT row.company_id, row.invoice_date, row.campaign_id, each.model,
                              row.amount
                         FROM row CROSS JOIN unnest(%(models)s) AS each(model)
                        WHERE NOT row.is_open
                        UNION ALL
                       SELECT company_id, invoice_date, campaign_id, model, amount FROM share) f
                 %(rate)s
                GROUP BY f.campaign_id, f.model""",
            rows=self._sql_rows(facts._search(domain)),
            lines=self._sql_lines(),
            asked=self._sql_asked(),
            touches=self._sql_touches(),
            shares=self._sql_shares(),
            models=list(attribution.MODELS),
            rate=self.env[REPORT]._sql_rate_join(),
            factor=SQL("rate.rate") if self.env[REPORT]._converts() else SQL("1"),
        )

    def _sql_rows(self, facts):
        """Select what each fact brought, and whether its sale is open to other models.

        What reverses a line goes the way of that line. Sales that a document or a manager gave to
        a campaign stay, and so does what was credited beyond the original.
        """
        return SQL(
            """SELECT COALESCE(l.reversed_line_id, l.id) AS line_id, fact.company_id,
                      fact.invoice_date, fact.campaign_id, fact.%(measure)s AS amount,
                      fact.campaign_basis IS DISTINCT FROM 'excess' AND NOT EXISTS (
                          SELECT FROM account_move_line origin
                            JOIN counterparty_sale_fact given
                              ON given.move_id = origin.move_id AND given.line_id = origin.id
                           WHERE origin.id = COALESCE(l.reversed_line_id, l.id)
                             AND (given.campaign_basis = 'manual'
                                  OR given.campaign_id IS NOT NULL AND given.campaign_basis
                                     NOT IN ('interaction', 'mirror', 'excess'))) AS is_open
                 FROM counterparty_sale_fact fact
                 JOIN account_move_line l ON l.id = fact.line_id
                WHERE fact.id IN (%(facts)s)""",
            measure=SQL.identifier(self.measure),
            facts=facts.subselect("id"),
        )

    def _sql_lines(self):
        """Select the open sales, each with its credits, as their invoice date found them."""
        return SQL(
            """SELECT row.line_id, row.company_id, MIN(row.invoice_date) AS invoice_date,
                      SUM(row.amount) AS amount, m.commercial_partner_id,
                      COALESCE(m.invoice_date, m.date) AS sold_on,
                      COALESCE(NULLIF(cur.rounding, 0), 0.01) AS coin,
                      NULLIF(SPLIT_PART(c.parent_path, '/', 1), '')::int AS root_id,
                      c.counterparty_half_life::numeric AS half_life
                 FROM row
                 JOIN account_move_line l ON l.id = row.line_id
                 JOIN account_move m ON m.id = l.move_id
                 JOIN res_company c ON c.id = row.company_id
                 JOIN res_currency cur ON cur.id = c.currency_id
                WHERE row.is_open
                GROUP BY row.line_id, row.company_id, m.commercial_partner_id, m.invoice_date,
                         m.date, cur.rounding, c.parent_path, c.counterparty_half_life
               HAVING SUM(row.amount) <> 0"""
        )

    def _sql_asked(self):
        """Select each customer and day once: the sales of a day share the same interactions."""
        return SQL(
            """SELECT DISTINCT line.commercial_partner_id, line.company_id, line.root_id,
                      line.sold_on AS invoice_date, line.half_life, NULL::int AS given_campaign
                 FROM line
                WHERE EXISTS (SELECT FROM counterparty_interaction i
                               WHERE i.commercial_partner_id = line.commercial_partner_id
                                 AND i.campaign_id IS NOT NULL)"""
        )

    def _sql_touches(self):
        return SQL(
            """SELECT line.commercial_partner_id, line.company_id, line.invoice_date, line.model,
                      found.campaign_id, SUM(found.weight) AS weight, MIN(found.rank) AS rank
                 FROM (SELECT asked.*, each.model
                         FROM asked CROSS JOIN unnest(%s) AS each(model)) line
                CROSS JOIN LATERAL (%s) found
                GROUP BY line.commercial_partner_id, line.company_id, line.invoice_date,
                         line.model, found.campaign_id""",
            list(attribution.MODELS),
            self.env["counterparty.sale.fact"]._sql_touches(SQL("line.model")),
        )

    def _sql_shares(self):
        """Split each open sale by the weights to the coin, as ``tools/attribution.split`` does."""
        return SQL(
            """SELECT company_id, invoice_date, campaign_id, model,
                      SIGN(amount) * coin
                          * (whole + (place <= coins - SUM(whole) OVER by_line)::int) AS amount
                 FROM (SELECT exact.*, FLOOR(part) AS whole,
                              ROW_NUMBER() OVER (PARTITION BY line_id, model
                                  ORDER BY FLOOR(part) - part, rank) AS place
                         FROM (SELECT line.line_id, line.company_id, line.invoice_date,
                                      line.amount, line.coin, each.model, touch.campaign_id,
                                      COALESCE(touch.rank, 1) AS rank,
                                      ROUND(ABS(line.amount) / line.coin) AS coins,
                                      ROUND(ROUND(ABS(line.amount) / line.coin)
                                          * COALESCE(touch.weight / SUM(touch.weight)
                                              OVER (PARTITION BY line.line_id, each.model), 1),
                                          6) AS part
                                 FROM line CROSS JOIN unnest(%s) AS each(model)
                                 LEFT JOIN touch
                                   ON touch.commercial_partner_id = line.commercial_partner_id
                                  AND touch.company_id = line.company_id
                                  AND touch.invoice_date = line.sold_on
                                  AND touch.model = each.model) exact) placed
               WINDOW by_line AS (PARTITION BY line_id, model)""",
            list(attribution.MODELS),
        )
