from odoo import fields, models

from ..models.sale_order_line import COST_PROFIT


class CounterpartyContactEffectLine(models.TransientModel):
    """What the contacts of one kind, person, medium, source or month brought."""

    _name = "counterparty.contact.effect.line"
    _description = "Effect of Contacts by Group"
    _order = "revenue_after desc, id"

    effect_id = fields.Many2one(
        "counterparty.contact.effect", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="effect_id.currency_id")
    name = fields.Char("Group of Contacts", readonly=True)

    # plain sums
    contacted_count = fields.Integer("Contacted", readonly=True, help="Counterparties, each once.")
    recent_count = fields.Integer(
        "Too Recent",
        readonly=True,
        help="Contacted so lately that the window after is not over: not compared.",
    )
    revenue_before = fields.Monetary("Sales Before", readonly=True)
    revenue_after = fields.Monetary("Sales After", readonly=True)
    profit_before = fields.Monetary(readonly=True, groups=COST_PROFIT)
    profit_after = fields.Monetary(readonly=True, groups=COST_PROFIT)

    # like with like
    compared_count = fields.Integer("Compared", readonly=True)
    other_count = fields.Integer(
        "Similar, not Contacted",
        readonly=True,
        help="Customers who had bought as much before and were not contacted in the window.",
    )
    share_contacted = fields.Float("Bought (%)", readonly=True, digits=(16, 1), aggregator=None)
    share_others = fields.Float(
        "Similar Bought (%)", readonly=True, digits=(16, 1), aggregator=None
    )
    difference = fields.Float("Difference (points)", readonly=True, digits=(16, 1), aggregator=None)
    difference_low = fields.Float("From (95 %)", readonly=True, digits=(16, 1), aggregator=None)
    difference_high = fields.Float("To (95 %)", readonly=True, digits=(16, 1), aggregator=None)
    sentence = fields.Text("In Words", readonly=True)
