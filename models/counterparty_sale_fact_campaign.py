from odoo import api, models
from odoo.tools import SQL

from ..tools import attribution
from .counterparty_interaction import NEGATIVE, SILENT_KINDS

# the models of tools/attribution and its weights, as the statement names them
ATTRIBUTION = {
    "first": attribution.FIRST,
    "linear": attribution.LINEAR,
    "decay": attribution.DECAY,
    "position": attribution.POSITION,
    "end": attribution.END_WEIGHT,
    "middle": attribution.MIDDLE_WEIGHT,
}


class CounterpartySaleFactCampaign(models.AbstractModel):
    """Which campaign, medium and source brought a line, and what each share weighs."""

    _name = "counterparty.sale.fact.campaign"
    _description = "Sale Facts: who earned a line"

    @api.model
    def _get_campaign_levels(self):
        """Return who may give a line its campaign, the strongest first.

        Each is a pair of basis and a statement that selects campaign, medium and source; it may
        read ``base``. An area adds its own documents before the last, and to
        :meth:`_sql_may_be_given`.
        """
        return [
            ("line", SQL("SELECT base.line_campaign, base.line_medium, base.line_source")),
            # an invoice of several orders has the campaign of one: not that of the others
            (
                "invoice",
                SQL(
                    # asked only where there is something to give: 2 of 16 s of a million lines
                    """SELECT base.move_campaign, base.move_medium, base.move_source
                        WHERE CASE
                            WHEN COALESCE(base.move_campaign, base.move_medium, base.move_source)
                                 IS NULL THEN FALSE
                            WHEN base.order_id IS NULL THEN TRUE
                            ELSE NOT EXISTS (
                                SELECT FROM account_move_line other
                                  JOIN sale_order_line_invoice_rel rel
                                    ON rel.invoice_line_id = other.id
                                  JOIN sale_order_line sibling ON sibling.id = rel.order_line_id
                                  JOIN sale_order giver ON giver.id = sibling.order_id
                                 WHERE other.move_id = base.move_id
                                   AND giver.id <> base.order_id
                                   AND (giver.campaign_id, giver.medium_id, giver.source_id)
                                       IS NOT DISTINCT FROM
                                       (base.move_campaign, base.move_medium, base.move_source))
                            END"""
                ),
            ),
            (
                "order",
                SQL("SELECT base.order_campaign, base.order_medium, base.order_source"),
            ),
            (
                "opportunity",
                SQL("SELECT base.lead_campaign, base.lead_medium, base.lead_source"),
            ),
            # the documents themselves may have lost the campaign of what they were made from
            ("request", self._sql_request_campaign()),
        ]

    @api.model
    def _sql_request_campaign(self):
        """Select the campaign of the request that a line's documents were made from.

        Of several requests the one that was converted first.
        """
        return SQL(
            """SELECT request.campaign_id, NULL::int, NULL::int
                 FROM (SELECT 'account.move' AS model, base.move_id AS id
                        UNION ALL
                       SELECT 'sale.order', base.order_id
                        UNION ALL
                       SELECT 'crm.lead', base.opportunity_id) document
                 JOIN counterparty_request_document link
                   ON link.res_model = document.model AND link.res_id = document.id
                 JOIN counterparty_request request ON request.id = link.request_id
                WHERE request.campaign_id IS NOT NULL
                ORDER BY link.id LIMIT 1"""
        )

    @api.model
    def _sql_may_be_given(self):
        """Tell that something of ``base`` may have a campaign, medium or source.

        Most lines have none: without this question a million lines take 9 of 28 s longer.
        """
        return SQL(
            """COALESCE(base.line_campaign, base.line_medium, base.line_source,
                        base.move_campaign, base.move_medium, base.move_source,
                        base.order_campaign, base.order_medium, base.order_source,
                        base.lead_campaign, base.lead_medium, base.lead_source) IS NOT NULL
               OR EXISTS (SELECT FROM counterparty_request r WHERE r.campaign_id IS NOT NULL)"""
        )

    @api.model
    def _sql_chain(self, derived=True):
        """Select the first that names a campaign; without one, the first medium or source.

        :param derived: whether any may come from an order or request
        """
        levels = [
            SQL(
                """SELECT %s AS rank, %s AS basis, given.*
                     FROM (%s) given (campaign_id, medium_id, source_id)""",
                rank,
                basis,
                statement,
            )
            for rank, (basis, statement) in enumerate(self._get_campaign_levels())
            if derived or basis in ("line", "invoice")
        ]
        return SQL(
            """SELECT level.basis, level.campaign_id,
                      COALESCE(base.line_medium, level.medium_id) AS medium_id,
                      COALESCE(base.line_source, level.source_id) AS source_id
                 FROM (%s) level
                WHERE (%s)
                  AND COALESCE(level.campaign_id, level.medium_id, level.source_id) IS NOT NULL
                ORDER BY level.campaign_id IS NULL, level.rank LIMIT 1""",
            SQL(" UNION ALL ").join(levels),
            self._sql_may_be_given() if derived else SQL("TRUE"),
        )

    @api.model
    def _sql_share(self):
        """Select who earns a line: the one given, or the interactions in a campaign's window."""
        return SQL(
            """SELECT line.*, COALESCE(touch.campaign_id, line.given_campaign) AS campaign_id,
                      CASE WHEN touch.rank IS NULL THEN line.given_medium
                           ELSE COALESCE(line.line_medium, touch.medium_id) END AS medium_id,
                      CASE WHEN touch.rank IS NULL THEN line.given_source
                           ELSE COALESCE(line.line_source, touch.source_id) END AS source_id,
                      CASE WHEN touch.rank IS NULL THEN line.given_basis
                           ELSE 'interaction' END AS basis,
                      COALESCE(touch.weight, 1) AS revenue_weight,
                      COALESCE(touch.weight, 1) AS cost_weight,
                      COALESCE(touch.weight, 1) AS quantity_weight,
                      COALESCE(touch.rank, 1) AS rank
                 FROM line
                 LEFT JOIN LATERAL (
                     %s
                      UNION ALL
                     SELECT * FROM (%s) now WHERE NOT EXISTS (
                         SELECT FROM counterparty_sale_fact_kept kept WHERE %s)
                 ) touch ON line.given_campaign IS NULL""",
            self.env["counterparty.sale.fact.kept"]._sql_shares(),
            self._sql_touches(),
            self.env["counterparty.sale.fact.kept"]._sql_is_same(),
        )

    @api.model
    def _sql_touches(self, model=None):
        """Select the weights of a line's interactions, as ``tools/attribution.weights`` does.

        :param model: an expression of the model that shares, whatever campaigns and company say
        """
        return SQL(
            """SELECT touch.campaign_id, touch.medium_id, touch.source_id,
                      SUM(touch.weight) AS weight, MIN(touch.rank)::int AS rank
                 FROM (SELECT found.*,
                              CASE %(model)s
                              WHEN %(first)s THEN (rank = 1)::int::numeric
                              WHEN %(linear)s THEN 1::numeric
                              WHEN %(decay)s THEN POWER(2::numeric,
                                  -(age - MIN(age) OVER ())::numeric / line.half_life)
                              WHEN %(position)s THEN
                                  CASE WHEN count <= 2 THEN 1 WHEN rank IN (1, count) THEN %(end)s
                                       ELSE %(middle)s / (count - 2) END
                              ELSE (rank = count)::int::numeric END AS weight
                         FROM (SELECT i.campaign_id, i.medium_id, i.source_id,
                                      line.invoice_date - i.date::date AS age,
                                      ROW_NUMBER() OVER (ORDER BY i.date, i.id) AS rank,
                                      COUNT(*) OVER () AS count,
                                      FIRST_VALUE(campaign.counterparty_attribution_model)
                                          OVER (ORDER BY i.date DESC, i.id DESC) AS own_model
                                 FROM counterparty_interaction i
                                 JOIN utm_campaign campaign ON campaign.id = i.campaign_id
                                WHERE line.given_campaign IS NULL
                                  AND i.commercial_partner_id = line.commercial_partner_id
                                  AND i.campaign_id IS NOT NULL
                                  AND i.date < line.invoice_date + 1
                                  AND i.date >= line.invoice_date
                                      - COALESCE(campaign.counterparty_window_days, 0)
                                  AND %(is_contact_above)s AND %(is_campaign_above)s
                                  AND i.kind <> ALL(%(silent)s)
                                  AND i.result IS DISTINCT FROM %(negative)s) found) touch
                WHERE touch.weight > 0
                GROUP BY touch.campaign_id, touch.medium_id, touch.source_id""",
            # the campaign of the last contact decides, as tools/attribution.deciding_model says
            model=model or SQL("COALESCE(own_model, line.model)"),
            **ATTRIBUTION,
            silent=list(SILENT_KINDS),
            negative=NEGATIVE,
            is_contact_above=self._sql_is_above(SQL("i.company_id")),
            is_campaign_above=self._sql_is_above(SQL("campaign.company_id")),
        )

    @api.model
    def _sql_is_above(self, company):
        """Tell that a company is none, that of ``line``, or one of which that is a branch."""
        return SQL(
            """(%(company)s IS NULL OR %(company)s = line.company_id OR EXISTS (
                   SELECT FROM res_company own WHERE own.id = line.company_id
                      AND '/' || own.parent_path LIKE '%%/' || %(company)s || '/%%'))""",
            company=company,
        )
