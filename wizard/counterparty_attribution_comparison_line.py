from odoo import fields, models


class CounterpartyAttributionComparisonLine(models.TransientModel):
    """What one campaign has, and what it would have by each model."""

    _name = "counterparty.attribution.comparison.line"
    _description = "Campaign by Attribution Models"
    _order = "posted desc, id"
    _rec_name = "campaign_id"
    # sheets end with a total
    _counterparty_export_total = True

    comparison_id = fields.Many2one(
        "counterparty.attribution.comparison", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="comparison_id.currency_id")
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="cascade")
    posted = fields.Monetary("As Posted", readonly=True)
    last = fields.Monetary("Last Interaction", readonly=True)
    first = fields.Monetary("First Interaction", readonly=True)
    linear = fields.Monetary("Equal Shares", readonly=True)
    time_decay = fields.Monetary("More to Younger", readonly=True)
    position = fields.Monetary("40 % First, 40 % Last", readonly=True)
