from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, date_utils

from ..tools import ratio
from .sale_order_line import COST_PROFIT

SALES = ",".join(
    (
        "sales_team.group_sale_salesman",
        "account.group_account_invoice",
        "account.group_account_readonly",
    )
)


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "counterparty.sale.dimension.mixin"]

    _counterparty_fact_field = "campaign_id"

    # ------------------------------------------------------------
    # PROFIT: plan and window
    # ------------------------------------------------------------

    # without groups: who reads a campaign reads when it runs and to what it belongs
    counterparty_parent_id = fields.Many2one(
        "utm.campaign", "Part Of", index="btree_not_null", ondelete="restrict"
    )
    counterparty_date_from = fields.Date("Start")
    counterparty_date_to = fields.Date("End")
    counterparty_window_days = fields.Integer(
        "Window (days)",
        default=30,
        help="A sale so many days after an interaction of this campaign may be its merit.",
    )
    counterparty_budget = fields.Monetary(
        "Budget", currency_field="counterparty_currency_id", groups=COST_PROFIT
    )
    counterparty_cost_ids = fields.One2many(
        "counterparty.cost", "campaign_id", "Costs", groups=COST_PROFIT
    )
    # without groups: whether the area is on and which currency the reader has are no secrets
    counterparty_profit_on = fields.Boolean(compute="_compute_counterparty_profit_on")
    counterparty_currency_id = fields.Many2one(
        "res.currency", compute="_compute_counterparty_currency_id"
    )

    # what it brought, in the reader's currency
    counterparty_order_count = fields.Integer(
        "Orders", compute="_compute_counterparty_sales", groups=SALES
    )
    counterparty_invoiced = fields.Monetary(
        "Invoiced",
        compute="_compute_counterparty_sales",
        currency_field="counterparty_currency_id",
        groups=SALES,
    )
    counterparty_refunded = fields.Monetary(
        "Credited",
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
    counterparty_before = fields.Char(
        "Same Period Before",
        compute="_compute_counterparty_before",
        groups=SALES,
        help="All that its customers bought in a period of the same length just before the start.",
    )
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
        help="Revenue of goods whose cost nobody knows: neither profit nor loss.",
    )
    counterparty_spent = fields.Monetary(
        "Money Spent",
        compute="_compute_counterparty_profit",
        currency_field="counterparty_currency_id",
        groups=COST_PROFIT,
        help="Costs written down, and lines of vendor bills that name the campaign.",
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

    _counterparty_window_positive = models.Constraint(
        "CHECK (counterparty_window_days BETWEEN 0 AND 3650)",
        "A window has between zero and 3650 days.",
    )
    _counterparty_dates = models.Constraint(
        "CHECK (counterparty_date_to >= counterparty_date_from)",
        "A campaign does not end before it starts.",
    )

    _counterparty_budget_positive = models.Constraint(
        "CHECK (counterparty_budget >= 0)", "A budget is not negative."
    )

    @api.depends_context("uid")
    def _compute_counterparty_profit_on(self):
        self.counterparty_profit_on = self.env.user.has_group("counterparty_crm.group_area_profit")

    @api.depends_context("company")
    def _compute_counterparty_currency_id(self):
        self.counterparty_currency_id = self.env.company.currency_id

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_counterparty_sales(self):
        orders = self._read_counterparty_orders()
        invoiced = self._read_counterparty_figures(["revenue:sum"], is_refund=False)
        refunded = self._read_counterparty_figures(["revenue:sum"], is_refund=True)
        for campaign in self:
            campaign.counterparty_order_count = orders.get(campaign, 0)
            campaign.counterparty_invoiced = invoiced.get(campaign, [0])[0]
            campaign.counterparty_refunded = -refunded.get(campaign, [0])[0]
            campaign.counterparty_revenue = (
                campaign.counterparty_invoiced - campaign.counterparty_refunded
            )

    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_profit(self):
        names = ["cost:sum", "profit:sum", "spent:sum", "unknown:sum"]
        figures = self._read_counterparty_figures(names)
        new_customers = self._count_counterparty_new_customers()
        nothing = self.env._("n/a")
        for campaign in self:
            cost, profit, spent, unknown = figures.get(campaign, [0, 0, 0, 0])
            campaign.counterparty_cost = cost
            campaign.counterparty_profit = profit
            campaign.counterparty_unknown = unknown
            campaign.counterparty_spent = spent
            campaign.counterparty_net_profit = profit - spent
            returned = ratio.roi(profit, spent)
            campaign.counterparty_roi = nothing if returned is None else f"{returned:.0%}"
            each = ratio.ratio(spent, new_customers.get(campaign.id, 0)) if spent else None
            campaign.counterparty_cpa = (
                nothing if each is None else self.env.company.currency_id.format(each)
            )

    @api.depends("counterparty_date_from", "counterparty_date_to")
    @api.depends_context("company", "allowed_company_ids", "uid", "lang")
    def _compute_counterparty_before(self):
        Report = self.env["counterparty.profit.report"]
        for campaign in self:
            campaign.counterparty_before = self.env._("n/a")
            start, end = campaign.counterparty_date_from, campaign.counterparty_date_to
            if not (start and end) or not Report.has_access("read"):
                continue
            customers = Report._search([("campaign_id", "=", campaign.id)])
            [[revenue]] = Report._read_group(
                [
                    ("commercial_partner_id", "in", customers.subselect("commercial_partner_id")),
                    ("date", ">=", date_utils.subtract(start, days=(end - start).days + 1)),
                    ("date", "<", start),
                    ("is_internal", "=", False),
                ],
                [],
                ["revenue:sum"],
            )
            campaign.counterparty_before = self.env.company.currency_id.format(revenue or 0)

    @api.constrains("counterparty_parent_id")
    def _check_counterparty_parent(self):
        if self._has_cycle("counterparty_parent_id"):
            raise ValidationError(
                self.env._(
                    "%(names)s: a campaign cannot be part of itself, nor of a part of it.",
                    names=", ".join(self.mapped("title")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_parent(self):
        part = self.with_context(active_test=False).search(
            [("counterparty_parent_id", "in", self.ids), ("id", "not in", self.ids)], limit=1
        )
        if part:
            self._refuse_counterparty_unlink(part.counterparty_parent_id, part)

    # ------------------------------------------------------------
    # PROFIT: figures
    # ------------------------------------------------------------

    def _read_counterparty_figures(self, aggregates, is_refund=None):
        """Return ``{campaign: [sums]}`` of what the reader may see, own companies left out."""
        Report = self.env["counterparty.campaign.report"]
        if not Report.has_access("read"):
            return {}
        domain = [("campaign_id", "in", self.ids), ("is_internal", "=", False)]
        if is_refund is not None:
            domain.append(("move_id.move_type", "=" if is_refund else "!=", "out_refund"))
        rows = Report._read_group(domain, ["campaign_id"], aggregates)
        return {campaign: [value or 0 for value in values] for campaign, *values in rows}

    def _read_counterparty_orders(self):
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return {}
        domain = [("campaign_id", "in", self.ids), ("state", "=", "sale")]
        return dict(Order._read_group(domain, ["campaign_id"], ["__count"]))

    def _count_counterparty_new_customers(self):
        """Return ``{campaign id: customers}`` whose first sale ever is the campaign's."""
        Report = self.env["counterparty.campaign.report"]
        if not self.ids or not Report.has_access("read"):
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT mine.campaign_id, COUNT(DISTINCT mine.commercial_partner_id)
                         FROM counterparty_sale_fact mine
                        WHERE mine.campaign_id = ANY(%(campaigns)s)
                          AND mine.company_id = ANY(%(companies)s)
                          AND mine.revenue > 0 AND NOT mine.is_internal
                          AND NOT EXISTS (
                              SELECT FROM counterparty_sale_fact other
                               WHERE other.commercial_partner_id = mine.commercial_partner_id
                                 AND other.company_id = mine.company_id
                                 AND other.date < mine.date AND other.revenue > 0)
                        GROUP BY mine.campaign_id""",
                    campaigns=self.ids,
                    companies=self.env.companies.ids,
                )
            )
        )

    def action_open_counterparty_results(self):
        """Open the sales that the campaign earned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_campaign_report_action"
        )
        return {
            **action,
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": [("campaign_id", "=", self.id)],
            "context": {"search_default_external": 1, "search_default_group_partner": 1},
        }
