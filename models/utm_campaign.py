from odoo import fields, models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "counterparty.sale.dimension.mixin"]

    _counterparty_fact_field = "campaign_id"

    # ------------------------------------------------------------
    # PROFIT: plan and window
    # ------------------------------------------------------------

    # without groups: who reads a campaign reads when it runs
    counterparty_date_from = fields.Date("Start")
    counterparty_date_to = fields.Date("End")
    counterparty_window_days = fields.Integer(
        "Window (days)",
        default=30,
        help="A sale so many days after a contact of this campaign may be its merit.",
    )

    _counterparty_window_positive = models.Constraint(
        "CHECK (counterparty_window_days >= 0)", "A window has no fewer than zero days."
    )
    _counterparty_dates = models.Constraint(
        "CHECK (counterparty_date_to >= counterparty_date_from)",
        "A campaign does not end before it starts.",
    )
