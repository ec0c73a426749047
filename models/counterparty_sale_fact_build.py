from odoo import api, models
from odoo.tools import SQL

from ..tools import reversal, sale_cost
from .counterparty_sale_fact_line import SALE_TYPES, sql_ids

# revenue, advance, cost, profit, unknown; of a cost correction, the amount is revenue that had no
# cost so far
MEASURES = {
    "posting": SQL(
        """CASE WHEN is_advance THEN 0 ELSE amount END,
           CASE WHEN is_advance THEN amount END,
           cost,
           CASE WHEN is_advance OR is_unknown THEN 0 ELSE amount - cost END,
           CASE WHEN is_unknown THEN amount END"""
    ),
    "cost": SQL("0, NULL, cost, amount - cost, NULLIF(-amount, 0)"),
}


class CounterpartySaleFactBuild(models.AbstractModel):
    """The statements that write sale facts: one for invoices, one for what reverses them."""

    _name = "counterparty.sale.fact.build"
    _description = "Sale Facts: how they are written"
    _inherit = [
        "counterparty.sale.fact.line",
        "counterparty.sale.fact.cost",
        "counterparty.sale.fact.campaign",
        "counterparty.sale.fact.mirror",
    ]

    @api.model
    def _insert_facts(self, moves, live=True):
        """Write the facts of posted documents that have none yet.

        :param live: posted right now. Otherwise the documents are older: their cost of today is
            an estimate where the posting left no trace, see :meth:`_get_estimate_limit`.
        """
        self._flush_sources()
        self.env.cr.execute(self._sql_written(moves, live))
        rest = self.env.execute_query(self._sql_unwritten(moves))
        if rest:
            self.env.cr.execute(self._sql_plain(moves, [row[0] for row in rest], live))
        self.invalidate_model()

    @api.model
    def _sql_written(self, moves, live, again=None):
        """Return statements that write all but few lines, in one round trip to the database.

        Left are lines whose shares must be worked out, and what reverses a line without facts of
        its own: a sale like any other.

        :param again: documents that were posted before: something is kept of their lines
        """
        origins = self._get_origins(moves, live)
        # sold and credited at once
        sold = set(origins.values()) - origins.keys()
        if live:
            sold &= set(moves.line_ids.ids)
        again = bool(again) or not live
        return SQL("; ").join(
            [
                self._sql_chosen(moves, list(origins), again)
                if live
                else self._sql_quick(moves, list(origins), live),
                *([self._sql_plain(moves, sorted(sold), live)] if sold else []),
                *(self._sql_mirrors(moves, wave) for wave in reversal.waves(origins)),
            ]
        )

    # ------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------

    @api.model
    def _sql_chosen(self, moves, later, again):
        """Write the lines with the short statement where nothing comes from an order or request.

        The server plans a block's statement when it comes to it: planning the long one takes as
        long as running it, 1 % of the posting of a hundred invoices.
        """
        return SQL(
            """DO $counterparty$ BEGIN
               IF EXISTS (SELECT FROM account_move_line l
                            JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = l.id
                           WHERE l.move_id = ANY(%(moves)s))
                  OR EXISTS (SELECT FROM counterparty_request WHERE campaign_id IS NOT NULL)
               THEN %(long)s;
               ELSE %(short)s;
               END IF; END $counterparty$""",
            moves=sql_ids(moves.ids),
            long=self._sql_quick(moves, later, live=True, again=again),
            short=self._sql_quick(moves, later, live=True, again=again, derived=False),
        )

    @api.model
    def _sql_quick(self, moves, later, live, again=True, derived=True):
        """Write the lines that one campaign or nobody earned: nothing is to be split.

        :param later: lines that reverse others
        :param again: whether something may be kept of the lines
        :param derived: whether any may come from an order or request
        """
        # a subquery of its own, so that nothing is worked out twice; a CTE would go to the disk
        return SQL(
            """%(target)s
               SELECT 'posting', NULL::int, line_id, move_id, company_id, date, invoice_date,
                      commercial_partner_id, partner_id, product_id, categ_id, user_id, team_id,
                      is_internal, is_provisional, given_campaign, given_medium, given_source,
                      given_basis, cost_basis, quantity, %(measures)s
                 FROM (%(line)s OFFSET 0) line
                WHERE %(is_simple)s
                ORDER BY commercial_partner_id, line_id""",
            target=self._sql_target(),
            line=self._sql_line(
                moves,
                SQL("l.id <> ALL(%s)", sql_ids(later)),
                live,
                again,
                derived,
            ),
            measures=MEASURES["posting"],
            is_simple=self._sql_is_simple(again),
        )

    @api.model
    def _sql_plain(self, moves, line_ids, live):
        """Write lines with all that may share in them."""
        return SQL(
            """%(target)s
               WITH line AS MATERIALIZED (%(line)s), share AS (%(share)s)
               %(rows)s""",
            target=self._sql_target(),
            line=self._sql_line(moves, SQL("l.id = ANY(%s)", sql_ids(line_ids)), live),
            share=self._sql_share(),
            rows=self._sql_rows(),
        )

    @api.model
    def _sql_unwritten(self, moves):
        """Select the lines that have no facts yet."""
        # as a scalar: an anti-join reads the facts of all the documents again for each line
        return SQL(
            """SELECT l.id FROM account_move m
                 JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
                WHERE m.id = ANY(%(moves)s) AND l.move_id = ANY(%(moves)s)
                  AND m.state = 'posted' AND m.move_type = ANY(%(types)s)
                  AND NOT COALESCE((SELECT TRUE FROM counterparty_sale_fact f
                       WHERE f.move_id = l.move_id AND f.line_id = l.id AND f.kind = 'posting'
                       LIMIT 1), FALSE)""",
            moves=sql_ids(moves.ids),
            types=list(SALE_TYPES),
        )

    @api.model
    def _sql_line(self, moves, where, live, again=True, derived=True):
        """Select the lines to write with their cost, and the campaign that was given to them.

        :param again: whether something may be kept of the lines
        :param derived: whether any may come from an order or request
        """
        return SQL(
            """SELECT base.*, cost.cost_basis,
                      CASE WHEN cost.cost_basis IN ('missing', 'service', 'advance') THEN 0
                           ELSE ROUND(cost.value / base.coin) * base.coin END AS cost,
                      cost.cost_basis = 'advance' AS is_advance,
                      cost.cost_basis IN ('missing', 'service') AS is_unknown,
                      base.is_storable AND base.order_line_id IS NOT NULL
                          AND cost.cost_basis = ANY(%(provisional)s) AS is_provisional,
                      chain.basis AS given_basis, chain.campaign_id AS given_campaign,
                      chain.medium_id AS given_medium, chain.source_id AS given_source
                 FROM (%(base)s) base
                 LEFT JOIN LATERAL (%(chain)s) chain ON TRUE
                CROSS JOIN LATERAL (%(cost)s) cost""",
            base=self._sql_base(
                moves,
                SQL("%s AND %s", where, self._sql_is_new(moves)),
                ordered=derived,
            ),
            chain=self._sql_chain(derived),
            cost=self._sql_cost(moves, live, again, derived),
            provisional=list(sale_cost.PROVISIONAL),
        )

    @api.model
    def _sql_is_simple(self, again):
        """Tell that nothing but the campaign given to it can have earned a ``line``.

        Asked broadly: whatever interaction with a campaign may be in a window makes a line one
        that must be worked out, unless it is kept that none had earned it.
        """
        Kept = self.env["counterparty.sale.fact.kept"]
        unearned = SQL(
            """NOT EXISTS (
                   SELECT FROM counterparty_interaction i
                    WHERE i.commercial_partner_id = line.commercial_partner_id
                      AND i.campaign_id IS NOT NULL
                      AND i.date < line.invoice_date + 1
                      AND i.date >= line.invoice_date - (
                          SELECT COALESCE(MAX(counterparty_window_days), 0) FROM utm_campaign))"""
        )
        if again:
            unearned = SQL(
                """CASE WHEN NOT %(any)s THEN %(unearned)s
                        ELSE COALESCE((SELECT BOOL_AND(kept.campaign_basis
                                                       IS DISTINCT FROM 'interaction')
                                         FROM counterparty_sale_fact_kept kept
                                        WHERE %(same)s), %(unearned)s) END""",
                any=Kept._sql_is_any(),
                same=Kept._sql_is_same(),
                unearned=unearned,
            )
        return SQL("(line.given_campaign IS NOT NULL OR %s)", unearned)

    # ------------------------------------------------------------
    # Rows: amounts split by shares to the coin
    # ------------------------------------------------------------

    @api.model
    def _sql_target(self):
        return SQL(
            """INSERT INTO counterparty_sale_fact (
                   kind, correction_id, line_id, move_id, company_id, date, invoice_date,
                   commercial_partner_id, partner_id, product_id, categ_id, user_id, team_id,
                   is_internal, is_provisional, campaign_id, medium_id, source_id,
                   campaign_basis, cost_basis, quantity, revenue, advance, cost, profit, unknown)"""
        )

    @api.model
    def _sql_rows(self, kind="posting", correction=None):
        """Split the amounts of each line by its shares, as ``tools/attribution.split`` does."""
        return SQL(
            """SELECT %(kind)s, %(correction)s::int, ABS(line_id), move_id, company_id, date,
                      invoice_date, commercial_partner_id, partner_id, product_id, categ_id,
                      user_id, team_id, is_internal, is_provisional, campaign_id, medium_id,
                      source_id, basis, cost_basis, quantity, %(measures)s
                 FROM (SELECT line_id, move_id, company_id, date, invoice_date,
                              commercial_partner_id, partner_id, product_id, categ_id, user_id,
                              team_id, is_internal, is_provisional, cost_basis, is_advance,
                              is_unknown, campaign_id, medium_id, source_id, basis, rank,
                              quantity * quantity_part AS quantity,
                              SIGN(amount) * coin * (revenue_whole +
                                  (revenue_place <= revenue_coins - revenue_sum)::int) AS amount,
                              SIGN(cost) * coin * (cost_whole +
                                  (cost_place <= cost_coins - cost_sum)::int) AS cost
                         FROM (%(parts)s) part) done
                ORDER BY commercial_partner_id, ABS(line_id), rank""",
            kind=kind,
            correction=correction.id if correction else None,
            measures=MEASURES[kind],
            parts=self._sql_parts(),
        )

    @api.model
    def _sql_parts(self):
        """Place the remainders: whole coins of each share, and who gets those left over."""
        return SQL(
            """SELECT whole.*,
                      SUM(revenue_whole) OVER by_line AS revenue_sum,
                      SUM(cost_whole) OVER by_line AS cost_sum,
                      ROW_NUMBER() OVER (PARTITION BY line_id
                          ORDER BY revenue_whole - revenue_exact, rank) AS revenue_place,
                      ROW_NUMBER() OVER (PARTITION BY line_id
                          ORDER BY cost_whole - cost_exact, rank) AS cost_place
                 FROM (SELECT exact.*, FLOOR(revenue_exact) AS revenue_whole,
                              FLOOR(cost_exact) AS cost_whole
                         FROM (%(exact)s) exact) whole
               WINDOW by_line AS (PARTITION BY line_id)""",
            exact=self._sql_exact(),
        )

    @api.model
    def _sql_exact(self):
        """Compute the exact part of each share in coins, rounded so that equal weights tie."""
        return SQL(
            """SELECT share.*,
                      ROUND(ABS(amount) / coin) AS revenue_coins,
                      ROUND(ABS(cost) / coin) AS cost_coins,
                      ROUND(ROUND(ABS(amount) / coin) * %(revenue)s, 6) AS revenue_exact,
                      ROUND(ROUND(ABS(cost) / coin) * %(cost)s, 6) AS cost_exact,
                      %(quantity)s AS quantity_part
                 FROM share
               WINDOW by_line AS (PARTITION BY share.line_id),
                      in_line AS (PARTITION BY share.line_id ORDER BY share.rank)""",
            revenue=self._sql_part(SQL("share.revenue_weight")),
            cost=self._sql_part(SQL("share.cost_weight")),
            quantity=self._sql_part(SQL("share.quantity_weight")),
        )

    @api.model
    def _sql_part(self, weight):
        """Return the part of a weight in its line; the first takes all when nothing weighs."""
        return SQL(
            """COALESCE(%(weight)s / NULLIF(SUM(%(weight)s) OVER by_line, 0),
                        (ROW_NUMBER() OVER in_line = 1)::int)""",
            weight=weight,
        )
