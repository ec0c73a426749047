from odoo import api, models
from odoo.tools import SQL

from ..tools import sale_cost
from .counterparty_sale_correction import GIVEN


class CounterpartySaleFactRecost(models.AbstractModel):
    """What changes after the posting: costs that settle or are given, campaigns that a manager
    gives by hand. Always rows more, never rows changed; what reverses a line follows it."""

    _name = "counterparty.sale.fact.recost"
    _description = "Sale Facts: corrections"

    # ------------------------------------------------------------
    # Costs
    # ------------------------------------------------------------

    @api.model
    def _settle(self, moves):
        """Replace provisional costs by the value of the goods that left; once for each line.

        :param moves: documents with provisional facts
        :return: how many correction rows were written
        """
        if not moves:
            return 0
        for model in ("stock.move", "account.move.line"):
            self.env[model].flush_model()
        answer = SQL(
            """SELECT base.line_id, %s AS value FROM (%s) base""",
            self._sql_cost_delivery(self._sql_settled_earlier()),
            self._sql_base(
                moves,
                SQL(
                    """EXISTS (SELECT FROM counterparty_sale_fact f
                                WHERE f.line_id = l.id AND f.is_provisional)
                       AND NOT EXISTS (SELECT FROM counterparty_sale_fact f
                                WHERE f.line_id = l.id AND f.move_id = m.id AND f.kind = 'cost')"""
                ),
            ),
        )
        return self._recost(moves.company_id, answer, sale_cost.SETTLED)

    @api.model
    def _recost(self, companies, answer, basis, correction=None):
        """Add rows that bring lines, and the lines that reverse them, to a new cost.

        :param answer: a statement that selects ``line_id`` and its whole ``value``; no value, no
            correction
        :param basis: where the new cost is from
        """
        self.env.cr.execute(
            SQL(
                """%(target)s
                   WITH answer AS MATERIALIZED (%(answer)s),
                   side AS MATERIALIZED (%(side)s),
                   line AS MATERIALIZED (%(line)s),
                   share AS (%(share)s)
                   %(rows)s RETURNING move_id, line_id""",
                target=self._sql_target(),
                answer=answer,
                side=self._sql_sides(),
                line=self._sql_recost_line(companies, basis, correction),
                share=self._sql_kept_share(),
                rows=self._sql_rows("cost", correction),
            )
        )
        rows = self.env.cr.fetchall()
        # whoever gives the same lines a cost at this instant starts again, and sees this
        if rows:
            self._claim([row[0] for row in rows], [row[1] for row in rows])
        self.invalidate_model()
        return len(rows)

    @api.model
    def _sql_sides(self):
        """Select each line of ``answer`` and those that reverse it, with the original's figures."""
        return SQL(
            """SELECT line.line_id, line.move_id, origin.quantity AS whole, answer.value
                 FROM answer
                 JOIN LATERAL (SELECT SUM(f.quantity)::numeric AS quantity
                                 FROM account_move_line l
                                 JOIN counterparty_sale_fact f
                                   ON f.move_id = l.move_id AND f.line_id = l.id
                                WHERE l.id = answer.line_id) origin ON TRUE
                 JOIN LATERAL (%s) line ON TRUE
                WHERE answer.value IS NOT NULL AND origin.quantity <> 0""",
            self._sql_following(SQL("l.id = answer.line_id")),
        )

    @api.model
    def _sql_following(self, where):
        """Select lines, what takes them back, what takes that back, and so on.

        :param where: a condition on the lines ``l`` to begin with
        """
        return SQL(
            """WITH RECURSIVE following AS (
                   SELECT l.id AS line_id, l.move_id FROM account_move_line l WHERE %s
                    UNION
                   SELECT back.id, back.move_id
                     FROM following
                     JOIN account_move_line back ON back.reversed_line_id = following.line_id
                          AND back.parent_state = 'posted')
               SELECT * FROM following""",
            where,
        )

    @api.model
    def _sql_recost_line(self, companies, basis, correction=None):
        return SQL(
            """SELECT fact.line_id, fact.move_id, fact.company_id, %(date)s AS date,
                      fact.invoice_date, fact.commercial_partner_id, fact.partner_id,
                      fact.product_id, fact.categ_id, fact.user_id, fact.team_id,
                      fact.is_internal, FALSE AS is_provisional, %(basis)s AS cost_basis,
                      FALSE AS is_advance, FALSE AS is_unknown, cur.rounding AS coin,
                      now.unknown AS amount, 0::numeric AS quantity,
                      ROUND(side.value * now.quantity / side.whole / cur.rounding) * cur.rounding
                          - now.cost AS cost
                 FROM side
                 JOIN LATERAL (SELECT * FROM counterparty_sale_fact f
                                WHERE f.move_id = side.move_id AND f.line_id = side.line_id
                                ORDER BY f.id LIMIT 1) fact ON TRUE
                 JOIN res_company c ON c.id = fact.company_id
                 JOIN res_currency cur ON cur.id = c.currency_id
                 JOIN (VALUES %(locks)s) lock (company_id, day) ON lock.company_id = c.id
                 JOIN LATERAL (SELECT SUM(COALESCE(f.unknown, 0)) AS unknown, SUM(f.cost) AS cost,
                                      SUM(f.quantity)::numeric AS quantity
                                 FROM counterparty_sale_fact f
                                WHERE f.move_id = side.move_id AND f.line_id = side.line_id
                                  AND f.campaign_basis IS DISTINCT FROM 'excess') now ON TRUE""",
            # written anew, a settlement stays in the period that it was reported in
            date=SQL(
                "COALESCE(%s, GREATEST(fact.date, lock.day + 1))",
                SQL("NULL::date")
                if correction
                else self.env["counterparty.sale.fact.kept"]._sql_settled_date(),
            ),
            basis=basis,
            locks=self._sql_locks(companies, correction),
        )

    @api.model
    def _sql_locks(self, companies, correction=None):
        """List the last locked day of each company: a correction never changes a closed period.

        :param correction: made when other days were the last; its rows are dated as they were
        """
        made = correction.lock_date if correction else None
        return SQL(", ").join(
            SQL("(%s, %s::date)", company.id, made or company._get_counterparty_lock_date())
            for company in companies
        )

    @api.model
    def _sql_kept_share(self):
        """Select the shares that lines have now."""
        return SQL(
            """SELECT line.*, kept.*
                 FROM line CROSS JOIN LATERAL (
               SELECT f.campaign_id, f.medium_id, f.source_id,
                      MAX(f.campaign_basis) AS basis,
                      GREATEST(0, ABS(SUM(COALESCE(f.unknown, 0)))) AS revenue_weight,
                      ABS(SUM(f.quantity))::numeric AS cost_weight,
                      ABS(SUM(f.quantity))::numeric AS quantity_weight,
                      MIN(f.id) AS rank
                 FROM counterparty_sale_fact f
                WHERE f.move_id = line.move_id AND f.line_id = line.line_id
                  AND f.campaign_basis IS DISTINCT FROM 'excess'
                GROUP BY f.campaign_id, f.medium_id, f.source_id
               -- who has nothing of it any more gets nothing
               HAVING SUM(f.quantity) <> 0 OR SUM(f.revenue) <> 0 OR SUM(f.cost) <> 0
                   OR COALESCE(SUM(f.unknown), 0) <> 0) kept"""
        )

    @api.model
    def _set_services_apart(self):
        """Count services without a cost apart, where version 1.0 counted them as all profit.

        What reverses them follows. A second call changes nothing.

        :return: how many rows changed
        """
        self.env.cr.execute(
            """WITH RECURSIVE line AS (
                   SELECT line_id AS id FROM counterparty_sale_fact WHERE cost_basis = 'service'
                    UNION
                   SELECT l.id FROM line JOIN account_move_line l ON l.reversed_line_id = line.id)
               UPDATE counterparty_sale_fact fact
                  SET unknown = revenue, profit = 0, cost_basis = 'service'
                 FROM line
                WHERE fact.line_id = line.id AND fact.cost_basis IN ('service', 'mirror')
                  AND fact.cost = 0 AND fact.unknown IS NULL AND fact.advance IS NULL"""
        )
        self.invalidate_model()
        return self.env.cr.rowcount

    @api.model
    def _set_discounts_apart(self):
        """Count discounts as what they take off the profit, where version 1.4 knew no cost of them.

        In their own month, closed or not: the figure was wrong there, and all of the past on one
        day would be wrong in another. What reverses them follows; what somebody gave a cost stays.
        A second call changes nothing.

        :return: how many rows changed
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT fact.move_id FROM counterparty_sale_fact fact
                     JOIN account_move m ON m.id = fact.move_id
                    WHERE fact.kind = 'posting' AND fact.cost_basis = ANY(%s)
                      AND fact.unknown <> 0
                      AND (fact.unknown < 0) = (m.move_type <> 'out_refund')""",
                list(sale_cost.UNKNOWN),
            )
        )
        if not rows:
            return 0
        moves = self.env["account.move"].browse([row[0] for row in rows])
        self.env.cr.execute(self._sql_discounts_apart(moves))
        self.invalidate_model()
        return self.env.cr.rowcount

    @api.model
    def _sql_discounts_apart(self, moves):
        return SQL(
            """WITH RECURSIVE line AS (
                   SELECT base.line_id AS id, base.move_id, 'discount' AS basis
                     FROM (%(base)s) base
                    WHERE %(is_discount)s
                      -- what it reverses says what it is
                      AND NOT EXISTS (SELECT FROM account_move_line origin
                                        JOIN counterparty_sale_fact f
                                          ON f.move_id = origin.move_id AND f.line_id = origin.id
                                       WHERE origin.id = base.reversed_line_id)
                    UNION
                   SELECT l.id, l.move_id, 'mirror' FROM line
                     JOIN account_move_line l ON l.reversed_line_id = line.id)
               UPDATE counterparty_sale_fact fact
                  SET profit = profit + unknown, unknown = NULL,
                      -- goods that were kept stay so
                      cost_basis = CASE WHEN cost_basis = ANY(%(unknown)s) THEN line.basis
                                        ELSE cost_basis END
                 FROM line
                WHERE fact.move_id = line.move_id AND fact.line_id = line.id
                  AND fact.unknown IS NOT NULL
                  AND NOT EXISTS (SELECT FROM counterparty_sale_fact known
                                   WHERE known.move_id = line.move_id AND known.line_id = line.id
                                     AND known.kind = 'cost')""",
            base=self._sql_base(
                moves,
                SQL(
                    """EXISTS (SELECT FROM counterparty_sale_fact f
                                WHERE f.move_id = m.id AND f.line_id = l.id
                                  AND f.kind = 'posting' AND f.cost_basis = ANY(%s))""",
                    list(sale_cost.UNKNOWN),
                ),
            ),
            is_discount=self._sql_is_discount(),
            unknown=list(sale_cost.UNKNOWN),
        )

    # ------------------------------------------------------------
    # Campaigns
    # ------------------------------------------------------------

    @api.model
    def _reattribute(self, lines, campaign, medium, source, correction):
        """Give posted lines to another campaign: minus what they have, plus the same for it.

        What reverses the lines follows. Rows are dated like the sale, or on the first open day.

        :return: how many rows were written
        """
        if not lines:
            return 0
        self._claim_lines(lines)
        # what stays as each line has it is a key of the rows that are given
        kept = {name: SQL.identifier(f"{name}_id") for name in GIVEN if correction[f"keeps_{name}"]}
        given = [
            kept.get(name, SQL("%s::int", record.id or None))
            for name, record in zip(GIVEN, (campaign, medium, source), strict=True)
        ]
        key = [SQL.identifier(name) for name in ("line_id", "move_id", "company_id", "date")]
        self.env.cr.execute(
            SQL(
                """%(target)s
                   WITH chosen AS (%(chosen)s),
                   had AS MATERIALIZED (%(had)s)
                   SELECT 'campaign', %(correction)s, line_id, move_id, company_id, date,
                          invoice_date, commercial_partner_id, partner_id, product_id, categ_id,
                          user_id, team_id, is_internal, FALSE, campaign_id, medium_id, source_id,
                          basis, cost_basis, -quantity, -revenue, -advance, -cost, -profit, -unknown
                     FROM had
                   UNION ALL
                   SELECT 'campaign', %(correction)s, line_id, move_id, company_id, date,
                          MIN(invoice_date), MIN(commercial_partner_id), MIN(partner_id),
                          MIN(product_id), MIN(categ_id), MIN(user_id), MIN(team_id),
                          BOOL_OR(is_internal), FALSE, %(given)s, %(basis)s, MIN(cost_basis),
                          SUM(quantity), SUM(revenue), SUM(advance), SUM(cost), SUM(profit),
                          SUM(unknown)
                     FROM had
                    GROUP BY %(key)s""",
                target=self._sql_target(),
                chosen=self._sql_following(SQL("l.id = ANY(%s)", lines.ids)),
                had=self._sql_had(lines, correction),
                correction=correction.id,
                given=SQL(", ").join(given),
                basis=SQL("MAX(basis)") if correction.keeps_campaign else SQL("'manual'"),
                key=SQL(", ").join([*key, *kept.values()]),
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        return count

    @api.model
    def _sql_had(self, lines, correction):
        """Select the shares that the chosen lines have, by the day on which they can change."""
        return SQL(
            """SELECT f.line_id, f.move_id, f.company_id,
                      GREATEST(f.date, lock.day + 1) AS date, f.campaign_id, f.medium_id,
                      f.source_id, MAX(f.campaign_basis) AS basis, MIN(f.invoice_date)
                          AS invoice_date, MIN(f.commercial_partner_id) AS commercial_partner_id,
                      MIN(f.partner_id) AS partner_id, MIN(f.product_id) AS product_id,
                      MIN(f.categ_id) AS categ_id, MIN(f.user_id) AS user_id,
                      MIN(f.team_id) AS team_id, BOOL_OR(f.is_internal) AS is_internal,
                      MIN(f.cost_basis) AS cost_basis, SUM(f.quantity) AS quantity,
                      SUM(f.revenue) AS revenue, SUM(f.advance) AS advance, SUM(f.cost) AS cost,
                      SUM(f.profit) AS profit, SUM(f.unknown) AS unknown
                 FROM chosen
                 JOIN counterparty_sale_fact f
                   ON f.move_id = chosen.move_id AND f.line_id = chosen.line_id
                  AND f.campaign_basis IS DISTINCT FROM 'excess'
                 JOIN (VALUES %(locks)s) lock (company_id, day) ON lock.company_id = f.company_id
                GROUP BY f.line_id, f.move_id, f.company_id, GREATEST(f.date, lock.day + 1),
                         f.campaign_id, f.medium_id, f.source_id
               HAVING SUM(f.quantity) <> 0 OR SUM(f.revenue) <> 0 OR SUM(f.cost) <> 0
                   OR COALESCE(SUM(f.advance), 0) <> 0""",
            locks=self._sql_locks(lines.company_id, correction),
        )
