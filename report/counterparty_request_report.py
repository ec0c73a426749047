from odoo import fields, models
from odoo.tools import SQL

from ..tools import request_states as states


class CounterpartyRequestReport(models.Model):
    """How the desk does: how soon it answers and solves, in working hours, and what waits how long.

    A row is a request. Hours are empty, not zero, where nothing was answered or solved yet, so
    averages are those of what happened.
    """

    _name = "counterparty.request.report"
    _description = "Request Report"
    _auto = False
    _log_access = False
    _order = "opened_at desc, id desc"
    _rec_name = "request_id"
    _depends = {
        "counterparty.request": [
            "state", "opened_at", "first_hours", "resolution_hours", "first_missed", "next_missed",
            "resolution_missed", "breach_cause", "sla_status", "reopen_count", "team_id", "user_id",
            "category_id", "sla_id", "channel", "priority", "commercial_partner_id", "product_id",
            "campaign_id", "merged_into_id",
            "first_response_at", "closed_by",
        ],
        "counterparty.request.document": ["res_model", "res_id", "request_id"],
        "sale.order": ["state", "amount_untaxed", "currency_rate", "opportunity_id"],
    }  # fmt: skip

    request_id = fields.Many2one("counterparty.request", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    opened_at = fields.Datetime("Received", readonly=True)
    solved_at = fields.Datetime("Solved", readonly=True)

    category_id = fields.Many2one("counterparty.request.category", readonly=True)
    team_id = fields.Many2one("counterparty.request.team", readonly=True)
    user_id = fields.Many2one("res.users", "Assigned to", readonly=True)
    sla_id = fields.Many2one("counterparty.request.sla", "Service Level", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Counterparty", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    channel = fields.Selection(
        lambda self: self.env["counterparty.request"]._fields["channel"].selection, readonly=True
    )
    priority = fields.Selection(
        lambda self: self.env["counterparty.request"]._fields["priority"].selection, readonly=True
    )
    state = fields.Selection(
        lambda self: self.env["counterparty.request"]._fields["state"].selection, readonly=True
    )
    sla_status = fields.Selection(
        lambda self: self.env["counterparty.request"]._fields["sla_status"].selection,
        "Deadline",
        readonly=True,
    )
    breach_cause = fields.Selection(
        lambda self: self.env["counterparty.request"]._fields["breach_cause"].selection,
        "Why Late",
        readonly=True,
    )
    is_live = fields.Boolean("Open", readonly=True)
    age = fields.Selection(
        [
            ("01", "Less than a day"),
            ("03", "1 to 3 days"),
            ("07", "3 to 7 days"),
            ("30", "7 to 30 days"),
            ("31", "More than 30 days"),
        ],
        "Age of Open Requests",
        readonly=True,
        help="Days since an open request was received.",
    )

    # measures
    first_hours = fields.Float(
        "Hours to First Answer",
        readonly=True,
        aggregator="avg",
        help="Average of working hours, of requests that were answered.",
    )
    resolution_hours = fields.Float(
        "Hours to Solution",
        readonly=True,
        aggregator="avg",
        help="Average of working hours, of requests that are solved.",
    )
    open_count = fields.Integer("Open Requests", readonly=True)
    late_count = fields.Integer("Late Requests", readonly=True)
    late_share = fields.Float(readonly=True, aggregator="avg")
    unanswered_count = fields.Integer(
        "Ended without an Answer",
        readonly=True,
        help="Requests that came in writing and were solved or closed without a written answer.",
    )
    reopened_count = fields.Integer("Reopened Requests", readonly=True)
    reopen_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Part of the requests solved at least once that came back.",
    )
    revenue = fields.Monetary(
        "Orders Won",
        readonly=True,
        currency_field="currency_id",
        # orders of all salespeople, without tax
        groups="sales_team.group_sale_salesman_all_leads",
        help="Confirmed orders that were made from requests, without tax.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id, r.id AS request_id, r.company_id, c.currency_id, r.opened_at, r.solved_at,
                   r.category_id, r.team_id, r.user_id, r.sla_id, r.commercial_partner_id,
                   r.product_id, r.campaign_id, r.channel, r.priority, r.state, r.sla_status,
                   r.breach_cause, r.is_live, r.age,
                   CASE WHEN r.first_response_at IS NOT NULL THEN r.first_hours END AS first_hours,
                   CASE WHEN r.solved_at IS NOT NULL AND r.state != 'cancelled'
                        THEN r.resolution_hours END AS resolution_hours,
                   r.is_live::int AS open_count,
                   r.was_late::int AS late_count,
                   CASE WHEN r.sla_id IS NOT NULL THEN r.was_late::int::float END AS late_share,
                   (r.state IN ('solved', 'closed') AND r.first_response_at IS NULL
                        AND COALESCE(r.closed_by, 'employee') = 'employee'
                        AND r.channel IN ('email', 'form', 'portal'))::int AS unanswered_count,
                   (COALESCE(r.reopen_count, 0) > 0)::int AS reopened_count,
                   CASE WHEN r.solved_at IS NOT NULL OR r.reopen_count > 0
                        THEN (COALESCE(r.reopen_count, 0) > 0)::int::float END AS reopen_rate,
                   o.revenue
              FROM (%(requests)s) r
              JOIN res_company c ON c.id = r.company_id
              LEFT JOIN (%(orders)s) o ON o.request_id = r.id""",
            requests=self._sql_requests(),
            orders=self._sql_orders(),
        )

    def _sql_requests(self):
        """Return the requests that count: one that was merged is part of another."""
        return SQL(
            """
            SELECT q.*, q.state IN %(live)s AS is_live,
                   COALESCE(q.first_missed OR q.next_missed OR q.resolution_missed, FALSE)
                       AS was_late,
                   CASE WHEN q.state NOT IN %(live)s THEN NULL
                        WHEN d.days < 1 THEN '01' WHEN d.days < 3 THEN '03'
                        WHEN d.days < 7 THEN '07' WHEN d.days < 30 THEN '30'
                        ELSE '31' END AS age
              FROM counterparty_request q,
                   LATERAL (SELECT EXTRACT(EPOCH FROM %(now)s - q.opened_at) / 86400 AS days) d
             WHERE q.merged_into_id IS NULL""",
            live=states.LIVE,
            now=fields.Datetime.now(),
        )

    def _sql_orders(self):
        """Return what was ordered thanks to a request, in the currency of the company.

        An order counts once: for the request that made it, or that made its opportunity.
        """
        return SQL(
            """
            SELECT made.request_id, SUM(made.amount) AS revenue
              FROM (SELECT DISTINCT ON (s.id) d.request_id,
                           s.amount_untaxed / COALESCE(NULLIF(s.currency_rate, 0), 1) AS amount
                      FROM counterparty_request_document d
                      JOIN sale_order s
                        ON (d.res_model = 'sale.order' AND d.res_id = s.id)
                        OR (d.res_model = 'crm.lead' AND d.res_id = s.opportunity_id)
                     WHERE s.state = 'sale' AND d.res_model IN ('sale.order', 'crm.lead')
                     ORDER BY s.id, d.res_model DESC, d.id) made
             GROUP BY made.request_id"""
        )

    def action_open_request(self):
        """Open the request of a row."""
        self.ensure_one()
        return self.request_id._get_records_action()
