from odoo import api, fields, models


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
    name = fields.Char("Campaign Name", compute="_compute_name")
    posted = fields.Monetary("As Posted", readonly=True)
    last = fields.Monetary(readonly=True, help="All to the last interaction.")
    first = fields.Monetary(readonly=True, help="All to the first interaction.")
    linear = fields.Monetary("Equal Shares", readonly=True, help="The same to each interaction.")
    time_decay = fields.Monetary(
        "By Age", readonly=True, help="More to younger interactions, by the company's half-life."
    )
    position = fields.Monetary(
        "40 / 20 / 40", readonly=True, help="40 % to the first, 40 % to the last, the rest between."
    )

    @api.depends("campaign_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for line in self:
            line.name = line.campaign_id.display_name or self.env._("No campaign")
