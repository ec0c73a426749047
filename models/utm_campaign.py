from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .res_company import ATTRIBUTION_MODELS
from .sale_order_line import COST_PROFIT

# what decides which campaign earns a later sale, and who may say it: the host lets everybody
DECIDING = (
    "counterparty_window_days",
    "counterparty_attribution_model",
    "counterparty_parent_id",
    "company_id",
)
DECIDERS = (
    "counterparty_crm.group_manager,sales_team.group_sale_manager,"
    "mass_mailing.group_mass_mailing_user"
)


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = [
        "utm.campaign",
        "counterparty.sale.dimension.mixin",
        "counterparty.profit.campaign.mixin",
    ]

    _counterparty_fact_field = "campaign_id"

    # ------------------------------------------------------------
    # PROFIT: plan and window
    # ------------------------------------------------------------

    # without groups: who reads a campaign reads when it runs and to what it belongs
    counterparty_parent_id = fields.Many2one(
        "utm.campaign", "Part Of", index="btree_not_null", ondelete="restrict"
    )
    counterparty_child_ids = fields.One2many("utm.campaign", "counterparty_parent_id", "Parts")
    counterparty_date_from = fields.Date("Start")
    counterparty_date_to = fields.Date("End")
    counterparty_window_days = fields.Integer(
        "Window (days)",
        default=30,
        help="A sale so many days after an interaction of this campaign may be its merit.",
    )
    counterparty_attribution_model = fields.Selection(
        ATTRIBUTION_MODELS,
        "Attribution",
        help="How a sale is shared whose last interaction is of this campaign. Empty: as the "
        "company shares.",
    )
    counterparty_budget = fields.Monetary(
        "Budget",
        currency_field="currency_id",
        groups=COST_PROFIT,
        help="In the currency of the campaign's company. Empty: the sum of its parts.",
    )
    counterparty_cost_ids = fields.One2many(
        "counterparty.cost", "campaign_id", "Costs", groups=COST_PROFIT
    )
    # its entries are what the campaign cost; each account is one campaign's, or they count twice
    counterparty_analytic_account_id = fields.Many2one(
        "account.analytic.account",
        "Analytic Account",
        copy=False,
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        groups="analytic.group_analytic_accounting",
        help="What is booked on it is money spent on the campaign. Sales are not.",
    )
    # without groups: whether the area is on is no secret
    counterparty_profit_on = fields.Boolean(compute="_compute_counterparty_profit_on")
    # without groups: everybody may know what he may change
    counterparty_may_decide = fields.Boolean(compute="_compute_counterparty_may_decide")

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

    _counterparty_analytic_account_uniq = models.UniqueIndex(
        "(counterparty_analytic_account_id) WHERE counterparty_analytic_account_id IS NOT NULL",
        "This analytic account is another campaign's: its costs would count twice.",
    )

    @api.depends_context("uid")
    def _compute_counterparty_profit_on(self):
        self.counterparty_profit_on = self.env.user.has_group("counterparty_crm.group_area_profit")

    @api.depends_context("uid", "su")
    def _compute_counterparty_may_decide(self):
        self.counterparty_may_decide = self._may_decide()

    @api.model
    def _may_decide(self):
        return self.env.su or self.env.user.has_groups(DECIDERS)

    @api.constrains("counterparty_parent_id")
    def _check_counterparty_parent(self):
        if self._has_cycle("counterparty_parent_id"):
            raise ValidationError(
                self.env._(
                    "%(names)s: a campaign cannot be part of itself, nor of a part of it.",
                    names=", ".join(self.mapped("title")),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = super().create(vals_list)
        if not self._may_decide():
            plain = self.default_get(list(DECIDING))
            for campaign, vals in zip(campaigns, vals_list, strict=True):
                campaign._refuse_decision(
                    {name: plain.get(name) for name in DECIDING if name in vals}, vals
                )
        return campaigns

    def write(self, vals):
        if vals.keys() & set(DECIDING) and not self._may_decide():
            for campaign in self:
                names = [name for name in DECIDING if name in vals]
                old = campaign._convert_to_write({name: campaign[name] for name in names})
                campaign._refuse_decision(old, vals)
        return super().write(vals)

    def _refuse_decision(self, old, vals):
        """Raise where values decide otherwise who earns later sales.

        :param old: field -> value that anybody may leave as it is
        :raises AccessError: names the campaign and who may
        """
        self.ensure_one()
        if any((vals[name] or False) != (value or False) for name, value in old.items()):
            raise AccessError(
                self.env._(
                    "%(campaign)s: window, attribution, company and what it is part of decide who "
                    "earns later sales. Ask a sales manager, a manager of counterparties or those "
                    "who send mailings.",
                    campaign=self.title,
                )
            )

    def copy_data(self, default=None):
        # whoever sees no budget copies the campaign without it
        if self._has_field_access(self._fields["counterparty_budget"], "read"):
            return super().copy_data(default)
        vals_list = super().copy_data({**(default or {}), "counterparty_budget": False})
        return [
            {name: value for name, value in vals.items() if name != "counterparty_budget"}
            for vals in vals_list
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_parent(self):
        part = self.with_context(active_test=False).search(
            [("counterparty_parent_id", "in", self.ids), ("id", "not in", self.ids)], limit=1
        )
        if part:
            self._refuse_counterparty_unlink(part.counterparty_parent_id, part)

    # ------------------------------------------------------------
    # CAMPAIGN: those who do not send mailings
    # ------------------------------------------------------------

    def _compute_mailing_mail_count(self):
        # the host counts mailings for its form whoever opens it: only those who mail could
        if self._can_read_mailings():
            return super()._compute_mailing_mail_count()
        return self.update({"mailing_mail_count": 0, "ab_testing_mailings_count": 0})

    def _compute_mailing_sms_count(self):
        # the same, where text messages are installed; nobody asks where they are not
        if self._can_read_mailings():
            return super()._compute_mailing_sms_count()
        return self.update({"mailing_sms_count": 0, "ab_testing_mailings_sms_count": 0})

    @api.model
    def _can_read_mailings(self):
        return self.env["mailing.mailing"].has_access("read")

    # ------------------------------------------------------------
    # PROFIT: results
    # ------------------------------------------------------------

    def action_open_counterparty_results(self):
        """Open the sales that the campaign and its parts earned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_campaign_report_action"
        )
        return {
            **action,
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": [("campaign_id", "in", self._get_counterparty_part_ids())],
            "context": {"search_default_external": 1, "search_default_group_partner": 1},
        }
