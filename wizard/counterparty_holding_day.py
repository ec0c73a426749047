from odoo import api, fields, models


class CounterpartyHoldingDay(models.TransientModel):
    """Asks for a group's figures as of a day, without a change of the group.

    Whoever may read a group may ask it; its form takes the answer only from those who may write.
    """

    _name = "counterparty.holding.day"
    _description = "Day of a Group's Figures"
    _rec_name = "holding_id"

    holding_id = fields.Many2one(
        "counterparty.holding", required=True, readonly=True, ondelete="cascade"
    )
    as_of = fields.Date("As of", required=True, default=fields.Date.context_today)
    sales_from = fields.Date(
        "Sales since",
        compute="_compute_sales_from",
        store=True,
        readonly=False,
        help="Empty: since the first day of the year.",
    )

    @api.depends("as_of")
    def _compute_sales_from(self):
        for question in self:
            start = question.as_of and question.as_of.replace(month=1, day=1)
            question.sales_from = start or False

    def action_show(self):
        """Open the group as of the day; what its buttons open is of that day, too."""
        self.ensure_one()
        return self.holding_id._open_as_of(self.as_of, self.sales_from)
