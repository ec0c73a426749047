from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import ratio
from .sale_order_line import COST_PROFIT

SALES = ",".join(
    (
        "sales_team.group_sale_salesman",
        "account.group_account_invoice",
        "account.group_account_readonly",
    )
)
REPORT = "counterparty.campaign.report"
ALL_SALES = "counterparty.profit.report"


def _sql_is_refund(_model, alias, _query):
    """Return the condition of rows of credit notes, which no rule on documents takes away."""
    return SQL(
        "EXISTS (SELECT FROM account_move m WHERE m.id = %s AND m.move_type = 'out_refund')",
        SQL.identifier(alias, "move_id"),
    )


class CounterpartyProfitCampaignMixin(models.AbstractModel):
    """What a campaign and its parts brought and cost, in the reader's currency."""

    _name = "counterparty.profit.campaign.mixin"
    _description = "Profit of a Campaign"

    # without groups: which currency the reader has is no secret
    counterparty_currency_id = fields.Many2one(
        "res.currency", compute="_compute_counterparty_currency_id"
    )
    counterparty_order_count = fields.Integer(
        "Orders",
        compute="_compute_counterparty_sales",
        groups=SALES,
        help="Confirmed orders that name the campaign, or whose sales it earned.",
    )
    counterparty_invoiced = fields.Monetary(
        "Invoiced",
        compute="_compute_counterparty_sales",
        currency_field="counterparty_currency_id",
        groups=SALES,
    )
    counterparty_refunded = fields.Monetary(
        "Refunds",
        compute="_compute_counterparty_sales",
        currency_field="counterparty_currency_id",
        groups=SALES,
    )
    counterparty_revenue = fields.Monetary(
        "Net Revenue",
        compute="_compute_counterparty_sales",
        currency_field="counterparty_currency_id",
        groups=SALES,
    )
    counterparty_new_customers = fields.Integer(
        "New Customers",
        compute="_compute_counterparty_sales",
        groups=SALES,
        help="Customers whose first sale is the merit of this campaign. Each is counted once.",
    )
    counterparty_before = fields.Char(
        "Same Period Before",
        compute="_compute_counterparty_before",
        groups=SALES,
        help="All that its customers bought in a period of the same length just before the start.",
    )
    counterparty_note = fields.Char(compute="_compute_counterparty_sales", groups=SALES)

    counterparty_cost = fields.Monetary(
        "Cost of Goods",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
    )
    counterparty_profit = fields.Monetary(
        "Gross Profit",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
    )
    counterparty_unknown = fields.Monetary(
        "Revenue Without Cost",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
        help="Revenue of what nobody knows the cost of: neither profit nor loss.",
    )
    counterparty_spent = fields.Monetary(
        "Money Spent",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
        help="Costs written down, and lines of vendor bills that name the campaign.",
    )
    counterparty_budget_left = fields.Monetary(
        "Budget Left",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
        help="Budget minus money spent; of a campaign without a budget, that of its parts.",
    )
    # what views ask: the words below are another in each language
    counterparty_has_budget = fields.Boolean(
        "Has Budget", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_budget_used = fields.Char(
        "Budget Used", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_net_profit = fields.Monetary(
        "Contribution",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
        help="Gross profit minus money spent.",
    )
    counterparty_roi = fields.Char(
        "ROI", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )
    counterparty_cpa = fields.Char(
        "Cost per New Customer", compute="_compute_counterparty_profit", groups=COST_PROFIT
    )

    @api.depends_context("company")
    def _compute_counterparty_currency_id(self):
        self.counterparty_currency_id = self.env.company.currency_id

    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_sales(self):
        Fact = self.env["counterparty.sale.fact"]
        orders = self._read_counterparty_orders()
        invoiced = self._read_counterparty_figures(["revenue:sum"], is_refund=False)
        refunded = self._read_counterparty_figures(["revenue:sum"], is_refund=True)
        unrated = self._read_counterparty_figures(["without_rate:sum"])
        new_customers = self._count_counterparty_new_customers()
        for campaign in self:
            [sold], [credited] = invoiced[campaign._origin.id], refunded[campaign._origin.id]
            note = Fact._describe_gaps(*unrated[campaign._origin.id])
            if not note and not sold and not credited:
                note = Fact._describe_no_sale()
            campaign.update(
                {
                    "counterparty_order_count": orders[campaign._origin.id],
                    "counterparty_invoiced": sold,
                    "counterparty_refunded": -credited,
                    "counterparty_revenue": sold + credited,
                    "counterparty_new_customers": new_customers[campaign._origin.id],
                    "counterparty_note": note,
                }
            )

    @api.depends("counterparty_budget", "counterparty_date_from")
    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_profit(self):
        figures = self._read_counterparty_figures(
            ["cost:sum", "profit:sum", "spent:sum", "unknown:sum"]
        )
        budgets = self._get_counterparty_budgets()
        nothing = self.env._("n/a")
        for campaign in self:
            cost, profit, spent, unknown = figures[campaign._origin.id]
            budget = budgets.get(campaign.id, 0)
            returned = ratio.roi(profit, spent)
            used = ratio.ratio(spent, budget)
            each = ratio.ratio(spent, campaign.counterparty_new_customers) if spent else None
            campaign.update(
                {
                    "counterparty_cost": cost,
                    "counterparty_profit": profit,
                    "counterparty_unknown": unknown,
                    "counterparty_spent": spent,
                    "counterparty_budget_left": budget - spent if budget else 0,
                    "counterparty_has_budget": bool(budget),
                    "counterparty_budget_used": nothing if used is None else f"{used:.0%}",
                    "counterparty_net_profit": profit - spent,
                    "counterparty_roi": nothing if returned is None else f"{returned:.0%}",
                    "counterparty_cpa": nothing
                    if each is None
                    else self.env.company.currency_id.format(each),
                }
            )

    @api.depends("counterparty_date_from", "counterparty_date_to")
    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_before(self):
        spans = {}
        for campaign in self:
            start, end = campaign.counterparty_date_from, campaign.counterparty_date_to
            if start and end:
                first = start - (end - start) - timedelta(days=1)
                spans[campaign._origin.id] = (first, start)
        revenue = self._read_counterparty_before(spans)
        currency = self.env.company.currency_id
        for campaign in self:
            found = revenue.get(campaign._origin.id)
            text = self.env._("n/a") if found is None else currency.format(found)
            campaign.counterparty_before = text

    # ------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------

    def _get_counterparty_parts(self):
        """Return ``{campaign id: [its own id and those of all its parts]}``, archived ones too."""
        # a campaign that is being typed has brought nothing yet: its id is False
        parts = {campaign._origin.id: [campaign._origin.id] for campaign in self}
        ids = self._origin.ids
        if not ids:
            return parts
        self.flush_model(["counterparty_parent_id"])
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE part AS (
                       SELECT id AS root, id FROM utm_campaign WHERE id = ANY(%s)
                        UNION
                       SELECT part.root, child.id FROM part
                         JOIN utm_campaign child ON child.counterparty_parent_id = part.id)
                   SELECT root, id FROM part WHERE id <> root ORDER BY id""",
                ids,
            )
        )
        for root, part in rows:
            parts[root].append(part)
        return parts

    def _get_counterparty_tree(self):
        """Return ``[(campaign id, id of itself or of one of its parts)]``."""
        parts = self._get_counterparty_parts()
        return [(root, part) for root, ids in parts.items() for part in ids if part]

    def _get_counterparty_part_ids(self):
        return [part for parts in self._get_counterparty_parts().values() for part in parts if part]

    def _sum_counterparty_parts(self, found, width):
        """Return ``{campaign id: [sums]}`` of rows that were read by campaign."""
        return {
            root: [
                sum(found.get(part, (0,) * width)[place] for part in parts)
                for place in range(width)
            ]
            for root, parts in self._get_counterparty_parts().items()
        }

    def _read_counterparty_figures(self, aggregates, is_refund=None):
        """Return ``{campaign id: [sums]}`` of what the reader may see, own companies left out."""
        Report = self.env[REPORT]
        rows = []
        if Report.has_access("read"):
            parts = self._get_counterparty_part_ids()
            domain = Domain("campaign_id", "in", parts) & Domain("is_internal", "=", False)
            if is_refund is not None:
                refunds = Domain.custom(to_sql=_sql_is_refund)
                domain &= refunds if is_refund else ~refunds
            rows = Report._read_group(domain, ["campaign_id"], aggregates)
        found = {campaign.id: [value or 0 for value in values] for campaign, *values in rows}
        return self._sum_counterparty_parts(found, len(aggregates))

    def _read_counterparty_before(self, spans):
        """Return ``{campaign id: revenue}`` of all that customers of campaigns bought before.

        :param spans: ``{campaign id: (first day, day after the last)}``
        """
        Report = self.env[ALL_SALES]
        if not spans or not Report.has_access("read"):
            return {}
        tree = self._get_counterparty_tree()
        earned = self.env[REPORT]._search([("campaign_id", "in", [part for _root, part in tree])])
        days = [day for span in spans.values() for day in span]
        sales = Report._search(
            [("date", ">=", min(days)), ("date", "<", max(days)), ("is_internal", "=", False)]
        )
        # in the order of a report all sales would be sorted
        earned.order = sales.order = None
        rows = self.env.execute_query(
            SQL(
                """WITH customer AS (
                       SELECT DISTINCT tree.root, earned.commercial_partner_id AS id
                         FROM (%(earned)s) earned
                         JOIN unnest(%(roots)s, %(parts)s) tree (root, part)
                           ON tree.part = earned.campaign_id)
                   SELECT span.root, SUM(sale.revenue)
                     FROM unnest(%(spans)s, %(first)s::date[], %(until)s::date[])
                          span (root, first, until)
                     JOIN customer ON customer.root = span.root
                     JOIN (%(sales)s) sale ON sale.commercial_partner_id = customer.id
                          AND sale.date >= span.first AND sale.date < span.until
                    GROUP BY 1""",
                earned=earned.select("campaign_id", "commercial_partner_id"),
                roots=[root for root, _part in tree],
                parts=[part for _root, part in tree],
                spans=list(spans),
                first=[first for first, _until in spans.values()],
                until=[until for _first, until in spans.values()],
                sales=sales.select("commercial_partner_id", "date", "revenue"),
            )
        )
        return {**dict.fromkeys(spans, 0), **{root: revenue or 0 for root, revenue in rows}}

    def _read_counterparty_orders(self):
        """Return ``{campaign id: number of confirmed orders}`` that name it or that it earned.

        An order of two parts is one order of the whole; those of own companies count no more
        than their sales.
        """
        Order = self.env["sale.order"]
        counts = dict.fromkeys(self._get_counterparty_parts(), 0)
        if self._origin and Order.has_access("read"):
            Order.flush_model(["campaign_id", "state", "partner_id"])
            own = self.env["counterparty.membership"]._get_own_partner_ids()
            orders = Order._search(
                [("state", "=", "sale"), ("partner_id.commercial_partner_id", "not in", own)]
            )
            tree = self._get_counterparty_tree()
            counts.update(self.env.execute_query(self._sql_counterparty_orders(orders, tree)))
        return counts

    def _sql_counterparty_orders(self, orders, tree):
        return SQL(
            """SELECT tree.root, COUNT(DISTINCT earned.id)
                 FROM (SELECT o.campaign_id, o.id FROM sale_order o
                        WHERE o.campaign_id = ANY(%(parts)s)
                        UNION
                       SELECT f.campaign_id, s.order_id
                         FROM counterparty_sale_fact f
                         JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = f.line_id
                         JOIN sale_order_line s ON s.id = rel.order_line_id
                        WHERE f.campaign_id = ANY(%(parts)s)
                        GROUP BY f.campaign_id, s.order_id
                       HAVING SUM(f.revenue) <> 0) earned
                 JOIN unnest(%(roots)s, %(parts)s) tree (root, part)
                   ON tree.part = earned.campaign_id
                WHERE earned.id IN (%(orders)s)
                GROUP BY tree.root""",
            roots=[root for root, _part in tree],
            parts=[part for _root, part in tree],
            orders=orders.subselect(),
        )

    def _count_counterparty_new_customers(self):
        """Return ``{campaign id: customers}`` whose first sale ever is the campaign's.

        Each customer is won once: by the campaign with most of its first sale.
        """
        Fact = self.env["counterparty.sale.fact"]
        found = {}
        if self._origin and Fact.has_access("read"):
            parts = self._get_counterparty_part_ids()
            # only sales that the reader sees count; what came before them is a fact for everybody
            mine = Fact._search([("campaign_id", "in", parts), ("is_internal", "=", False)])
            rows = self.env.execute_query(self._sql_counterparty_new_customers(mine, parts))
            found = {campaign: (count,) for campaign, count in rows}
        return {root: count for root, [count] in self._sum_counterparty_parts(found, 1).items()}

    def _sql_counterparty_new_customers(self, mine, parts):
        return SQL(
            """SELECT winner.campaign_id, COUNT(*)
                 FROM (SELECT DISTINCT commercial_partner_id AS id
                         FROM counterparty_sale_fact WHERE id IN (%(mine)s)) customer
                CROSS JOIN LATERAL (
                      SELECT f.move_id, f.line_id FROM counterparty_sale_fact f
                       WHERE f.commercial_partner_id = customer.id AND f.kind = 'posting'
                         AND f.revenue > 0 AND f.company_id = ANY(%(companies)s)
                       ORDER BY f.date, f.id LIMIT 1) first
                CROSS JOIN LATERAL (
                      SELECT f.campaign_id FROM counterparty_sale_fact f
                       WHERE f.move_id = first.move_id AND f.line_id = first.line_id
                       GROUP BY f.campaign_id HAVING SUM(f.revenue) > 0
                       ORDER BY SUM(f.revenue) DESC, MIN(f.id) LIMIT 1) winner
                WHERE winner.campaign_id = ANY(%(parts)s)
                  AND EXISTS (SELECT FROM counterparty_sale_fact
                               WHERE move_id = first.move_id AND id IN (%(mine)s))
                GROUP BY winner.campaign_id""",
            mine=mine.subselect("id"),
            parts=parts,
            companies=self.env.companies.ids,
        )

    def _get_counterparty_budgets(self):
        """Return ``{campaign id: budget}``: its own, else the sum of its parts'."""
        today = fields.Date.context_today(self)
        to_currency = self.env.company.currency_id
        budgets = {}

        def planned(campaign):
            if campaign.counterparty_budget:
                return (campaign.currency_id or to_currency)._convert(
                    campaign.counterparty_budget,
                    to_currency,
                    campaign.company_id or self.env.company,
                    campaign.counterparty_date_from or today,
                )
            children = campaign.with_context(active_test=False).counterparty_child_ids
            return sum(planned(child) for child in children)

        for campaign in self:
            budgets[campaign.id] = planned(campaign)
        return budgets
