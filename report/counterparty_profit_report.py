from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.counterparty_sale_fact import CENTS
from ..models.sale_order_line import COST_PROFIT
from .counterparty_profit_spent import find_source

# a ratio of sums: the part over the whole, both from the rows of the group
RATIOS = {
    "margin:avg": ("profit", SQL("revenue - COALESCE(unknown, 0)")),
    "markup:avg": ("profit", SQL("cost")),
}
MEASURES = ("revenue", "advance", "cost", "profit", "unknown", "spent", "contribution")


class CounterpartyProfitReport(models.Model):
    """Revenue, cost and profit by anything that a posted line knew, in the reader's currency.

    A row is a sale fact, or money spent on a campaign or counterparty. Amounts of companies with
    another currency are converted at the rate of the invoice date.
    """

    _name = "counterparty.profit.report"
    _description = "Profit Report"
    _inherit = ["counterparty.profit.spent.mixin"]
    _auto = False
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "move_id"
    _counterparty_order = "profit"
    # whether the rows carry hundredths and month of the facts, see counterparty.sale.fact
    _counterparty_cents = True
    # sheets end with a total
    _counterparty_export_total = True
    _depends = {
        "counterparty.sale.fact": ["revenue", "cost", "profit", "campaign_id"],
        "counterparty.cost": ["amount", "date", "campaign_id", "commercial_partner_id"],
        "account.analytic.line": ["amount", "date", "account_id"],
        "account.move": ["campaign_id", "state"],
        "account.move.line": ["campaign_id", "balance", "parent_state"],
    }

    # when, where
    date = fields.Date("Accounting Date", readonly=True)
    invoice_date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)

    # who, what
    commercial_partner_id = fields.Many2one("res.partner", "Counterparty", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    country_id = fields.Many2one(related="commercial_partner_id.country_id")
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    is_internal = fields.Boolean("Between Own Companies", readonly=True)

    # who earned it
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    campaign_basis = fields.Selection(
        lambda self: self.env["counterparty.sale.fact"]._fields["campaign_basis"].selection,
        "Campaign From",
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("posting", "Posting"),
            ("cost", "Cost correction"),
            ("campaign", "Campaign correction"),
            ("spent", "Money spent"),
        ],
        readonly=True,
    )
    cost_basis = fields.Selection(
        lambda self: self.env["counterparty.sale.fact"]._fields["cost_basis"].selection,
        "Cost From",
        readonly=True,
        groups=COST_PROFIT,
    )

    is_cost_corrected = fields.Boolean(
        "Cost Corrected Later",
        compute="_compute_is_cost_corrected",
        search="_search_is_cost_corrected",
        groups=COST_PROFIT,
    )

    # how much
    quantity = fields.Float(readonly=True)
    revenue = fields.Monetary("Net Revenue", readonly=True)
    advance = fields.Monetary("Down Payments", readonly=True)
    without_rate = fields.Integer(
        readonly=True,
        help="Rows in a currency that had no rate on the invoice date: they are in no total.",
    )
    cost = fields.Monetary("Cost of Goods", readonly=True, groups=COST_PROFIT)
    profit = fields.Monetary("Gross Profit", readonly=True, groups=COST_PROFIT)
    unknown = fields.Monetary("Revenue Without Cost", readonly=True, groups=COST_PROFIT)
    spent = fields.Monetary(
        "Money Spent",
        readonly=True,
        groups=COST_PROFIT,
        help="On campaigns and on single counterparties, beside the goods.",
    )
    contribution = fields.Monetary(
        readonly=True, groups=COST_PROFIT, help="Gross profit minus money spent."
    )
    # not filled in rows: a ratio of one line is the ratio of its group
    margin = fields.Float(
        "Margin %",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        groups=COST_PROFIT,
        help="Gross profit in percent of the revenue with a known cost.",
    )
    markup = fields.Float(
        "Markup %",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        groups=COST_PROFIT,
        help="Gross profit in percent of the cost of goods.",
    )

    def _compute_is_cost_corrected(self):
        corrected = self.search([("id", "in", self.ids), ("is_cost_corrected", "=", True)])
        for row in self:
            row.is_cost_corrected = row in corrected

    def _search_is_cost_corrected(self, operator, value):
        # the host asks for the right on a field only where it is read as it stands
        self._check_field_access(self._fields["is_cost_corrected"], "read")
        if operator != "in" or True not in value:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                """EXISTS (SELECT FROM counterparty_sale_fact f
                             JOIN counterparty_sale_fact later
                               ON later.move_id = f.move_id AND later.line_id = f.line_id
                            WHERE f.id = %s AND later.kind = 'cost')""",
                self._sql_fact_id(alias),
            )
        )

    @api.model
    def _sql_fact_id(self, alias):
        """Return the number of a row's fact; of money spent there is none."""
        return SQL.identifier(alias, "id")

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        # a company read by its currency alone: else all its columns, company by company
        self.env.companies.fetch(["currency_id"])
        facts = SQL(
            """SELECT %(columns)s, %(measures)s,
                      CASE WHEN f.revenue - COALESCE(f.unknown, 0) > 0
                           THEN 100 * f.profit / (f.revenue - COALESCE(f.unknown, 0)) END AS margin,
                      CASE WHEN f.cost > 0 THEN 100 * f.profit / f.cost END AS markup
                 FROM counterparty_sale_fact f %(rate)s %(where)s""",
            columns=self._sql_fact_columns(),
            measures=self._sql_measures(SQL("0::numeric"), SQL("f.profit")),
            rate=self._sql_rate_join(),
            where=self._sql_where(),
        )
        # a union hides from the planner how many counterparties there are: 0.2 s become 0.4 s
        spent = self._find_spent()
        if not spent:
            return facts
        return SQL(
            """%(facts)s UNION ALL
               SELECT %(columns)s, %(measures)s, NULL, NULL
                 FROM (%(spent)s) f %(rate)s %(where)s""",
            facts=facts,
            columns=self._sql_spent_columns(),
            measures=self._sql_measures(SQL("f.spent"), SQL("-f.spent")),
            spent=spent,
            rate=self._sql_rate_join(),
            where=self._sql_where(),
        )

    @api.model
    def _sql_where(self):
        """Restrict the rows; a narrower report extends it. ``f`` is the row."""
        return SQL("")

    @api.model
    def _sql_fact_columns(self):
        return SQL(
            """f.id, f.date, f.invoice_date, f.company_id, %s AS currency_id, f.move_id,
               f.commercial_partner_id, f.partner_id, f.product_id, f.categ_id, f.user_id,
               f.team_id, f.is_internal, f.campaign_id, f.medium_id, f.source_id,
               f.campaign_basis, f.kind, f.cost_basis, f.quantity, f.date_month, %s""",
            self.env.company.currency_id.id,
            SQL(", ").join(SQL.identifier("f", column) for column in CENTS.values()),
        )

    @api.model
    def _sql_spent_columns(self):
        return SQL(
            """f.id, f.date, f.date, f.company_id, %s, f.move_id, f.commercial_partner_id,
               f.commercial_partner_id, NULL::int, NULL::int, f.user_id, NULL::int, FALSE,
               f.campaign_id, NULL::int, NULL::int, NULL::varchar, 'spent'::varchar,
               NULL::varchar, 0::float8, date_trunc('month', f.date::timestamp)::date, %s""",
            self.env.company.currency_id.id,
            SQL(", ").join([SQL("0")] * len(CENTS)),
        )

    @api.model
    def _sql_measures(self, spent, contribution):
        """List the measures in the reader's currency; those without a rate are flagged instead."""
        values = {
            "revenue": SQL("f.revenue"),
            "advance": SQL("f.advance"),
            "cost": SQL("f.cost"),
            "profit": SQL("f.profit"),
            "unknown": SQL("f.unknown"),
            "spent": spent,
            "contribution": contribution,
        }
        if not self._converts():
            columns = [SQL("%s AS %s", values[name], SQL.identifier(name)) for name in MEASURES]
            return SQL("%s, 0 AS without_rate", SQL(", ").join(columns))
        columns = [
            SQL("%s * rate.rate AS %s", values[name], SQL.identifier(name)) for name in MEASURES
        ]
        return SQL("%s, (rate.rate IS NULL)::int AS without_rate", SQL(", ").join(columns))

    # ------------------------------------------------------------
    # The reader's currency
    # ------------------------------------------------------------

    @api.model
    def _converts(self):
        return len(self.env.companies.currency_id | self.env.company.currency_id) > 1

    @api.model
    def _sql_rate_join(self):
        """Join the rate from the company's currency to the reader's on the invoice date.

        A currency that never had a rate is the one that the rates of the other are of, and counts
        as 1. One whose rates begin later has none.
        """
        if not self._converts():
            return SQL("")
        day_rate = """(SELECT r.rate FROM res_currency_rate r
                        WHERE r.currency_id = %(currency)s AND r.name <= day.first
                          AND (r.company_id IS NULL OR r.company_id = %(root)s)
                        ORDER BY r.company_id, r.name DESC LIMIT 1)"""
        any_rate = """EXISTS (SELECT FROM res_currency_rate r
                               WHERE r.currency_id = %(currency)s
                                 AND (r.company_id IS NULL OR r.company_id = %(root)s))"""
        own = self.env.company.currency_id
        root = self.env.company.root_id
        return SQL(
            """LEFT JOIN (
                   SELECT c.id AS company_id, day.first, day.until,
                          CASE WHEN c.currency_id = %(own)s THEN 1
                               ELSE COALESCE(%(own_rate)s, CASE WHEN NOT %(own_any)s THEN 1 END)
                                    / COALESCE(NULLIF(%(rate)s, 0),
                                        CASE WHEN NOT %(any)s AND %(own_rate)s <> 1 THEN 1 END)
                               END AS rate
                     FROM res_company c
                    CROSS JOIN (
                        SELECT name AS first,
                               LEAD(name, 1, 'infinity') OVER (ORDER BY name) AS until
                          FROM (SELECT '-infinity'::date AS name
                                 UNION SELECT name FROM res_currency_rate) days) day
                    WHERE c.id = ANY(%(companies)s)) rate
                 ON rate.company_id = f.company_id
                AND f.invoice_date >= rate.first AND f.invoice_date < rate.until""",
            own=own.id,
            own_rate=SQL(day_rate, currency=own.id, root=root.id),
            rate=SQL(day_rate, currency=SQL("c.currency_id"), root=root.id),
            own_any=SQL(any_rate, currency=own.id, root=root.id),
            any=SQL(any_rate, currency=SQL("c.currency_id"), root=root.id),
            companies=self.env.companies.ids,
        )

    # ------------------------------------------------------------
    # Views
    # ------------------------------------------------------------

    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user.has_group(COST_PROFIT))

    def _get_view(self, view_id=None, view_type="form", **options):
        # whoever sees profit finds the most profitable first; the others may not even sort by it
        arch, view = super()._get_view(view_id, view_type, **options)
        if arch.get("default_order") and self.env.user.has_group(COST_PROFIT):
            arch.set("default_order", f"{self._counterparty_order} desc")
        return arch, view

    # ------------------------------------------------------------
    # Ratios
    # ------------------------------------------------------------

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec == "date:month" and self._counterparty_cents:
            return SQL.identifier(alias, "date_month")
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        name, _separator, function = aggregate_spec.partition(":")
        whole = self._counterparty_cents and not self._converts()
        if whole and name in CENTS and function == "sum":
            return self._sql_sum(name, query)
        if aggregate_spec not in RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        # a ratio of sums, never an average of ratios; nothing instead of infinity
        self._check_field_access(self._fields[name], "read")
        part, whole = RATIOS[aggregate_spec]
        return SQL(
            "CASE WHEN SUM(%(whole)s) > 0 THEN 100 * SUM(%(part)s) / SUM(%(whole)s) END",
            part=SQL.identifier(part),
            whole=whole,
        )

    def _sql_sum(self, name, query):
        """Sum whole hundredths, and what is none of them as it is.

        Of 1 million facts by customer: 0.5 of the time of a plain sum.
        """
        # refuses those who may not read the field
        value = self._field_to_sql(self._table, name, query)
        cents = SQL.identifier(self._table, CENTS[name])
        if not self.env["counterparty.sale.fact"]._has_odd():
            return SQL("COALESCE(SUM(%s), 0) * 0.01", cents)
        return SQL(
            """(COALESCE(SUM(%(cents)s), 0) * 0.01
                + COALESCE(SUM(%(value)s) FILTER (WHERE %(cents)s IS NULL), 0))""",
            cents=cents,
            value=value,
        )

    def _read_group_empty_value(self, spec):
        return False if spec in RATIOS else super()._read_group_empty_value(spec)

    # ------------------------------------------------------------
    # What the figures lack
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_counterparty_notes(self):
        """Return what a reader must know before trusting the figures; nothing when complete.

        :return: a list of sentences
        """
        self.browse().check_access("read")
        Fact = self.env["counterparty.sale.fact"]
        without_rate = 0
        if self._converts():
            # the rows of sales alone: without a rate of their day they are in no total
            facts = self.with_context(counterparty_facts_only=True)
            without_rate = facts.search_count([("without_rate", ">", 0)])
        return Fact._list_gaps(without_rate)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_document(self):
        """Open the invoice that a row comes from, or the entry of money spent."""
        self.ensure_one()
        if self.id < 0 and not self.move_id:
            # the numbers of money spent tell where it was written down
            model, source = find_source(self.id)
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Money Spent"),
                "res_model": model,
                "res_id": source,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice"),
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
