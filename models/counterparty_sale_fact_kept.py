from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import sale_cost
from .sale_order_line import COST_PROFIT


class CounterpartySaleFactKept(models.Model):
    """What a line cost and who earned it, kept while its facts are away.

    A document that goes back to draft and is posted again, or whose facts are written anew,
    returns the same totals although costs, rates and interactions have changed since.
    """

    _name = "counterparty.sale.fact.kept"
    _description = "Cost and Shares Kept"
    _log_access = False
    _order = "line_id, id"
    _rec_name = "move_id"

    # as in the facts: lines go with their document
    line_id = fields.Integer("Journal Item", required=True, readonly=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # plain numbers, as these are compared only: the product and customer of another line get none
    product_id = fields.Integer(readonly=True)
    commercial_partner_id = fields.Integer(readonly=True)
    unit_cost = fields.Float(readonly=True, digits=0, groups=COST_PROFIT)
    cost_basis = fields.Char(readonly=True, groups=COST_PROFIT)
    is_provisional = fields.Boolean(readonly=True, groups=COST_PROFIT)
    # another day has other rates and other interactions
    invoice_date = fields.Date(readonly=True)
    # when its provisional cost was settled, of facts that are only written anew
    settled_date = fields.Date(readonly=True)
    campaign_id = fields.Integer(readonly=True)
    medium_id = fields.Integer(readonly=True)
    source_id = fields.Integer(readonly=True)
    campaign_basis = fields.Char(readonly=True)
    weight = fields.Float(readonly=True, digits=0)

    # ------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------

    @api.model
    def _sql_keep(self, rows, kinds):
        """Insert what rows of facts say about unit cost and shares of their lines.

        :param rows: name of the relation with the facts
        :param kinds: of which facts the unit cost is; shares are those of the posting
        """
        return SQL(
            """INSERT INTO counterparty_sale_fact_kept (
                   line_id, move_id, product_id, commercial_partner_id, invoice_date, unit_cost,
                   cost_basis, is_provisional, settled_date, campaign_id, medium_id, source_id,
                   campaign_basis, weight)
               SELECT line_id, move_id, product_id, commercial_partner_id, invoice_date,
                      CASE WHEN cost_basis <> ALL(%(asked)s)
                           THEN cost::numeric / NULLIF(quantity, 0)::numeric END,
                      cost_basis, is_provisional, settled_date, campaign_id, medium_id,
                      source_id, campaign_basis, CASE WHEN quantity = 0 THEN ABS(revenue)
                                           ELSE ABS(share) END
                 FROM (SELECT f.id, f.line_id, f.move_id, f.product_id, settled.settled_date,
                              f.commercial_partner_id, f.invoice_date, f.kind, f.campaign_id,
                              f.medium_id, f.source_id, f.campaign_basis,
                              f.quantity AS share, f.revenue,
                              SUM(f.cost) OVER line AS cost,
                              SUM(f.quantity) FILTER (WHERE f.kind = 'posting') OVER line
                                  AS quantity,
                              LAST_VALUE(f.cost_basis) OVER last AS cost_basis,
                              LAST_VALUE(f.is_provisional) OVER last AS is_provisional
                         FROM %(rows)s f
                         LEFT JOIN (SELECT line_id, MIN(date) AS settled_date
                                      FROM %(rows)s
                                     WHERE kind = 'cost' AND correction_id IS NULL
                                       AND kind <> ALL(%(kinds)s)
                                     GROUP BY line_id) settled ON settled.line_id = f.line_id
                        WHERE f.kind = ANY(%(kinds)s)
                       WINDOW line AS (PARTITION BY f.line_id),
                              last AS (PARTITION BY f.line_id ORDER BY f.id
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) fact
                WHERE kind = 'posting'
                ORDER BY id""",
            rows=SQL.identifier(rows),
            kinds=kinds,
            asked=list(sale_cost.ASKED_ANEW),
        )

    @api.model
    def _follow_merge(self, source, target):
        """Keep on for the partner that stays of those merged."""
        self.env.cr.execute(
            """UPDATE counterparty_sale_fact_kept SET commercial_partner_id = %s
                WHERE commercial_partner_id = ANY(%s)""",
            [target.commercial_partner_id.id, source.ids],
        )

    @api.model
    def _sql_settled_date(self):
        """Select when the cost of the line of ``fact`` was settled before it was written anew.

        What reversed a line after that took its settled cost with its own posting.
        """
        return SQL(
            """COALESCE(
                   (SELECT MIN(kept.settled_date) FROM counterparty_sale_fact_kept kept
                     WHERE kept.line_id = fact.line_id AND kept.settled_date >= fact.date),
                   (SELECT fact.date FROM account_move_line l
                      JOIN counterparty_sale_fact_kept kept ON kept.line_id = l.reversed_line_id
                     WHERE l.id = fact.line_id AND kept.settled_date IS NOT NULL LIMIT 1))"""
        )

    @api.autovacuum
    def _gc_posted(self):
        """Forget what posted documents wrote into their facts again."""
        self.env.cr.execute(
            """DELETE FROM counterparty_sale_fact_kept kept USING account_move move
                WHERE move.id = kept.move_id AND move.state = 'posted'
                  AND EXISTS (SELECT FROM counterparty_sale_fact fact
                               WHERE fact.move_id = kept.move_id)"""
        )

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    @api.model
    def _sql_cost(self, with_provisional=True, closed=None):
        """Select basis and cost of ``base``; nothing when the product is another one.

        :param closed: tells that ``base`` is of a closed period: what had no cost there, has none
        """
        return SQL(
            """SELECT kept.cost_basis AS basis,
                      COALESCE(kept.unit_cost::numeric, 0) * base.quantity AS value
                 FROM counterparty_sale_fact_kept kept
                WHERE %(any)s AND kept.line_id = base.line_id
                  AND (kept.unit_cost IS NOT NULL
                       OR kept.cost_basis = ANY(%(unknown)s) AND %(closed)s)
                  AND kept.product_id IS NOT DISTINCT FROM base.product_id
                  AND (%(provisional)s OR NOT kept.is_provisional)
                  AND (kept.cost_basis <> 'discount' OR %(is_discount)s)
                  -- converted at the rate of its day
                  AND (kept.cost_basis <> 'order' OR base.order_currency_id = base.currency_id
                       OR COALESCE(kept.invoice_date = base.invoice_date, TRUE))
                LIMIT 1""",
            any=self._sql_is_any(),
            unknown=list(sale_cost.UNKNOWN),
            is_discount=self.env["counterparty.sale.fact"]._sql_is_discount(),
            closed=closed or SQL("FALSE"),
            provisional=with_provisional,
        )

    @api.model
    def _sql_is_any(self):
        """Tell once for a statement whether anything is kept: most of the time nothing is."""
        return SQL("(SELECT EXISTS (SELECT FROM counterparty_sale_fact_kept))")

    @api.model
    def _sql_shares(self):
        """Select the interactions that earned ``line``, as the posting found them."""
        return SQL(
            """SELECT kept.campaign_id, kept.medium_id, kept.source_id,
                      kept.weight::numeric AS weight,
                      ROW_NUMBER() OVER (ORDER BY kept.id)::int AS rank
                 FROM counterparty_sale_fact_kept kept
                WHERE %s AND kept.campaign_basis = 'interaction'
                  AND line.given_campaign IS NULL""",
            self._sql_is_same(),
        )

    @api.model
    def _sql_is_same(self):
        return SQL(
            """kept.line_id = line.line_id
                  AND kept.product_id IS NOT DISTINCT FROM line.product_id
                  -- nothing is known of what was kept before there were days
                  AND COALESCE(kept.invoice_date = line.invoice_date, TRUE)
                  AND kept.commercial_partner_id IS NOT DISTINCT FROM line.commercial_partner_id"""
        )
