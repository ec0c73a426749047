from odoo import api, models
from odoo.tools import SQL

from .counterparty_sale_fact_line import sql_ids


class CounterpartySaleFactMirror(models.AbstractModel):
    """Credit notes take cost and shares of the lines that they reverse."""

    _name = "counterparty.sale.fact.mirror"
    _description = "Sale Facts: what reverses a line"

    @api.model
    def _sql_mirrors(self, moves, line_ids):
        """Write the facts of lines that reverse others: unit cost and shares of the original.

        Never more than what the original still has; what goes beyond earns and costs nobody.
        """
        return SQL(
            """%(target)s
                   WITH credit AS MATERIALIZED (%(base)s),
                   rest AS MATERIALIZED (%(rest)s),
                   total AS (SELECT line_id, SUM(revenue) AS revenue, SUM(cost) AS cost,
                                    SUM(quantity) AS quantity,
                                    COALESCE(SUM(own_unknown), 0) <> 0 AS is_unknown,
                                    COALESCE(SUM(was_unknown), 0) <> 0 AS was_unknown,
                                    COALESCE(SUM(own_advance), 0) <> 0 AS is_advance
                               FROM rest GROUP BY line_id),
                   line AS MATERIALIZED (%(line)s),
                   share AS (%(share)s)
                   %(rows)s""",
            target=self._sql_target(),
            base=self._sql_base(
                moves, SQL("l.id = ANY(%s) AND %s", sql_ids(line_ids), self._sql_is_new(moves))
            ),
            rest=self._sql_rest(),
            line=self._sql_mirror_line(),
            share=self._sql_mirror_share(),
            rows=self._sql_rows(),
        )

    @api.model
    def _sql_rest(self):
        """Select what each share of the original still has after its corrections and credits.

        What it is, an advance or of unknown cost, its own rows tell: credits may have taken all.
        What takes back a credit takes back what that counted beyond its own original, too.
        """
        return SQL(
            """SELECT credit.line_id, fact.campaign_id, fact.medium_id, fact.source_id,
                      MIN(fact.id) AS first_id,
                      SUM(fact.revenue + COALESCE(fact.advance, 0)) AS revenue,
                      SUM(fact.cost) AS cost,
                      ROUND(SUM(fact.quantity)::numeric, 9) AS quantity,
                      SUM(fact.unknown) FILTER (WHERE side.id = origin.id) AS own_unknown,
                      SUM(fact.unknown) FILTER (WHERE side.id = origin.id
                                                AND fact.kind = 'posting') AS was_unknown,
                      SUM(fact.advance) FILTER (WHERE side.id = origin.id) AS own_advance
                 FROM credit
                 JOIN account_move_line origin ON origin.id = credit.reversed_line_id
                 JOIN LATERAL (
                     SELECT origin.id, origin.move_id
                      UNION ALL
                     SELECT other.id, other.move_id FROM account_move_line other
                      WHERE other.reversed_line_id = origin.id AND other.id <> credit.line_id
                 ) side ON TRUE
                 JOIN counterparty_sale_fact fact
                   ON fact.move_id = side.move_id AND fact.line_id = side.id
                  AND (fact.campaign_basis IS DISTINCT FROM 'excess' OR side.id = origin.id)
                GROUP BY credit.line_id, fact.campaign_id, fact.medium_id, fact.source_id"""
        )

    @api.model
    def _sql_mirror_line(self):
        """Select each credit twice: what the original covers, and what goes beyond it.

        The second has the negative line as key, because amounts are split by key. A cost that
        was given later reaches what is covered alone.
        """
        return SQL(
            """SELECT split.key AS line_id, credit.line_id AS credit_id, credit.move_id,
                      credit.company_id, credit.date, credit.invoice_date,
                      credit.commercial_partner_id, credit.partner_id, credit.product_id,
                      credit.categ_id, credit.user_id, credit.team_id, credit.is_internal,
                      FALSE AS is_provisional, credit.coin, split.amount, split.quantity,
                      CASE WHEN split.key < 0 OR credit.goods_kept OR own.is_unknown
                                OR total.is_advance THEN 0
                           ELSE ROUND(total.cost * COALESCE(split.quantity
                                / NULLIF(total.quantity, 0), 0) / credit.coin) * credit.coin
                           END AS cost,
                      CASE WHEN total.is_advance THEN 'advance'
                           WHEN credit.goods_kept THEN 'kept'
                           WHEN NOT own.is_unknown THEN 'mirror'
                           WHEN credit.product_type = 'service' THEN 'service'
                           ELSE 'missing' END AS cost_basis,
                      total.is_advance,
                      own.is_unknown
                 FROM credit JOIN total ON total.line_id = credit.line_id
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN SIGN(credit.amount) = -SIGN(total.revenue)
                                THEN SIGN(credit.amount)
                                     * LEAST(ABS(credit.amount), ABS(total.revenue))
                                ELSE 0 END AS amount,
                           CASE WHEN credit.goods_kept THEN 0
                                WHEN SIGN(credit.quantity) = -SIGN(total.quantity)
                                THEN SIGN(credit.quantity)
                                     * LEAST(ABS(credit.quantity), ABS(total.quantity))
                                ELSE 0 END AS quantity) covered
                CROSS JOIN LATERAL (
                    SELECT credit.line_id AS key, covered.amount, covered.quantity
                     WHERE covered.amount <> 0 OR covered.quantity <> 0 OR credit.amount = 0
                     UNION ALL
                    SELECT -credit.line_id, credit.amount - covered.amount,
                           CASE WHEN credit.goods_kept THEN 0
                                ELSE credit.quantity - covered.quantity END
                     WHERE credit.amount <> covered.amount
                        OR NOT credit.goods_kept
                           AND ABS(credit.quantity - covered.quantity) > 0.000001) split
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN split.key < 0 THEN total.was_unknown
                                ELSE total.is_unknown END AS is_unknown) own"""
        )

    @api.model
    def _sql_mirror_share(self):
        return SQL(
            """SELECT line.*, rest.campaign_id, rest.medium_id, rest.source_id,
                      'mirror' AS basis,
                      GREATEST(0, COALESCE(rest.revenue / NULLIF(total.revenue, 0),
                          rest.quantity / NULLIF(total.quantity, 0))) AS revenue_weight,
                      GREATEST(0, COALESCE(rest.cost / NULLIF(total.cost, 0), 0)) AS cost_weight,
                      GREATEST(0, COALESCE(rest.quantity / NULLIF(total.quantity, 0), 0))
                          AS quantity_weight,
                      ROW_NUMBER() OVER (PARTITION BY rest.line_id ORDER BY rest.first_id)::int
                          AS rank
                 FROM line
                 JOIN rest ON rest.line_id = line.line_id
                 JOIN total ON total.line_id = line.line_id
                WHERE rest.revenue <> 0 OR rest.cost <> 0 OR rest.quantity <> 0
                   OR NOT EXISTS (SELECT FROM rest other WHERE other.line_id = rest.line_id
                        AND (other.revenue <> 0 OR other.cost <> 0 OR other.quantity <> 0))
                UNION ALL
               SELECT line.*, NULL, NULL, NULL, 'excess', 1, 1, 1, 1
                 FROM line WHERE line.line_id < 0"""
        )

    # ------------------------------------------------------------
    # Credits that count beyond the original
    # ------------------------------------------------------------

    @api.model
    def _claim_lines(self, lines):
        """Let whoever takes back or corrects the same lines at this instant start again.

        A lock would not do: who waited for it goes on with what was there before. Only a row that
        is really written makes the host repeat the other.
        """
        if lines:
            self._claim(lines.move_id.ids, lines.ids)

    @api.model
    def _claim(self, move_ids, line_ids):
        self.env.cr.execute(
            SQL(
                # as an array: a join may lock them again for each row of the table, 3 s for 2,000
                """UPDATE counterparty_sale_fact SET kind = kind
                    WHERE id = ANY(ARRAY(SELECT id FROM counterparty_sale_fact
                                          WHERE move_id = ANY(%s) AND line_id = ANY(%s)
                                            AND kind = 'posting' ORDER BY id FOR UPDATE))""",
                sql_ids(set(move_ids)),
                sql_ids(set(line_ids)),
            )
        )

    @api.model
    def _sql_beyond(self, moves):
        """Select originals of which others count beyond, when these documents leave.

        Nothing of documents that take nothing back: drafting invoices pays nothing for it.
        """
        if not any(move.move_type == "out_refund" or move.reversed_entry_id for move in moves):
            return None
        return SQL(
            """SELECT NULL::int, own.reversed_line_id
                 FROM gone
                 JOIN account_move_line own
                   ON own.id = gone.line_id AND own.reversed_line_id IS NOT NULL
                 JOIN account_move_line other
                   ON other.reversed_line_id = own.reversed_line_id
                  AND other.move_id <> ALL(%s)
                 JOIN counterparty_sale_fact fact
                   ON fact.move_id = other.move_id AND fact.line_id = other.id
                  AND fact.campaign_basis = 'excess'""",
            moves.ids,
        )

    @api.model
    def _sql_followers(self, again, moves):
        """Select the posted documents that take back what is posted again, on their own."""
        return SQL(
            """SELECT NULL::int, own.move_id FROM account_move_line origin
                 JOIN account_move_line own ON own.reversed_line_id = origin.id
                WHERE origin.move_id = ANY(%s) AND origin.display_type = 'product'
                  AND own.parent_state = 'posted' AND own.move_id <> ALL(%s)""",
            sql_ids(again.ids),
            sql_ids(moves.ids),
        )

    @api.model
    def _follow_again(self, moves):
        """Write documents anew that take back what was changed and posted again.

        Where any of the family was reported in a closed period, all stay as they were.
        """
        family = self._with_family(moves.ids)
        companies = family.company_id
        rows = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT FROM account_move m
                                    JOIN (VALUES %s) lock (company_id, day)
                                      ON lock.company_id = m.company_id
                                   WHERE m.id = ANY(%s) AND m.date <= lock.day)""",
                self._sql_locks(companies),
                family.ids,
            )
        )
        if not rows[0][0]:
            self._repair_chunk(moves)

    @api.model
    def _find_misjudged(self, companies=None, origins=None):
        """Return documents that take back more than the original has, or less than they could.

        An earlier credit may have left, the original may have changed, or two were posted at the
        same instant. Those of closed periods stay as they were reported.

        :param companies: whose documents; without any, of all
        :param origins: ids of the lines taken back; without any, of all
        """
        # all companies count, not those alone that the reader may see
        if companies is None:
            companies = self.env["res.company"].sudo().search([("id", "!=", False)])
        for model in ("account.move.line", "account.move"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE credit AS MATERIALIZED (
                       SELECT l.id, l.move_id, l.reversed_line_id, l.date > lock.day AS is_open
                         FROM account_move_line l
                         JOIN (VALUES %(locks)s) lock (company_id, day)
                           ON lock.company_id = l.company_id
                        WHERE l.reversed_line_id IS NOT NULL AND l.parent_state = 'posted'
                          AND %(chosen)s),
                   judged AS (%(judged)s),
                   found AS (
                       SELECT credit.id, credit.move_id, credit.is_open
                         FROM judged JOIN credit ON credit.reversed_line_id = judged.id
                        UNION
                       SELECT back.id, back.move_id, back.date > lock.day
                         FROM found
                         JOIN account_move_line back
                           ON back.reversed_line_id = found.id AND back.parent_state = 'posted'
                         JOIN (VALUES %(locks)s) lock (company_id, day)
                           ON lock.company_id = back.company_id)
                   SELECT DISTINCT move_id FROM found WHERE is_open ORDER BY move_id""",
                locks=self._sql_locks(companies),
                chosen=SQL("TRUE")
                if origins is None
                else SQL("l.reversed_line_id = ANY(%s)", list(origins)),
                judged=self._sql_judged(),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _sql_judged(self):
        """Select the lines whose open credits take too much, or leave what they could take."""
        wrong = SQL(" OR ").join(
            SQL(
                """SIGN(sold_%(name)s) * rest_%(name)s < 0
                   AND SIGN(sold_%(name)s) * covered_%(name)s < 0
                   OR SIGN(sold_%(name)s) * rest_%(name)s > 0
                   AND SIGN(sold_%(name)s) * beyond_%(name)s < 0""",
                name=SQL(name),
            )
            for name in ("amount", "quantity")
        )
        return SQL(
            """SELECT id FROM (
                   SELECT side.id, %(amounts)s, %(quantities)s
                     FROM (SELECT reversed_line_id AS id, id AS line_id, move_id, TRUE AS is_credit,
                                  is_open
                             FROM credit
                            UNION ALL
                           SELECT origin.id, origin.id, origin.move_id, FALSE, FALSE
                             FROM (SELECT DISTINCT reversed_line_id AS id FROM credit) own
                             JOIN account_move_line origin ON origin.id = own.id) side
                     JOIN counterparty_sale_fact fact
                       ON fact.move_id = side.move_id AND fact.line_id = side.line_id
                    CROSS JOIN LATERAL (
                        SELECT fact.campaign_basis IS NOT DISTINCT FROM 'excess' AND side.is_credit
                                   AS is_beyond) how
                    GROUP BY side.id) total
                WHERE %(wrong)s""",
            amounts=self._sql_judged_sums(
                SQL("fact.revenue + COALESCE(fact.advance, 0)"), SQL("amount")
            ),
            quantities=self._sql_judged_sums(SQL("fact.quantity"), SQL("quantity")),
            wrong=wrong,
        )

    @api.model
    def _sql_judged_sums(self, value, name):
        """Sum what was sold, what is left of it, and what open credits take and go beyond."""
        parts = {
            "sold": SQL("NOT side.is_credit"),
            "rest": SQL("NOT how.is_beyond"),
            "covered": SQL("side.is_open AND NOT how.is_beyond"),
            "beyond": SQL("side.is_open AND how.is_beyond"),
        }
        return SQL(", ").join(
            SQL(
                "ROUND(SUM(%s) FILTER (WHERE %s)::numeric, 6) AS %s_%s",
                value,
                where,
                SQL(part),
                name,
            )
            for part, where in parts.items()
        )
