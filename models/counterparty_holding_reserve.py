from odoo import api, fields, models


class CounterpartyHoldingReserve(models.Model):
    """A part of a group's limit kept for one member and what hangs below it."""

    _name = "counterparty.holding.reserve"
    _inherit = ["counterparty.merge.mixin"]
    _description = "Reserved Part of a Credit Limit"
    _order = "limit_id, id"
    _rec_name = "partner_id"

    limit_id = fields.Many2one(
        "counterparty.holding.limit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="limit_id.company_id")
    currency_id = fields.Many2one(related="limit_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Member", required=True, index=True, ondelete="restrict"
    )
    amount = fields.Monetary(required=True)
    is_top = fields.Boolean(
        compute="_compute_is_top", help="Carved out of the group's limit, not of another part."
    )

    _partner_uniq = models.UniqueIndex(
        "(limit_id, partner_id)", "This member already has a reserved part of this limit."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A reserved part cannot be negative."
    )

    @api.depends("limit_id.reserve_ids.partner_id", "limit_id.holding_id")
    def _compute_is_top(self):
        for limit, parts in self.grouped("limit_id").items():
            holding = limit.holding_id
            steps = holding._get_steps(holding._get_day()) if holding else {}
            owners = set(limit.reserve_ids.partner_id.ids)
            for part in parts:
                part.is_top = not _has_owner_above(part.partner_id.id, steps, owners)

    @api.model
    def _counterparty_merge(self, source, target):
        """Add up the parts of members that become one."""
        # parts kept by companies the user is not in merge as well
        parts = self.sudo().search([("partner_id", "in", (source | target).ids)], order="id")
        for same_limit in parts.grouped("limit_id").values():
            kept, *rest = same_limit.sorted(lambda part: part.partner_id != target)
            if rest:
                total = sum(same_limit.mapped("amount"))
                self.sudo().browse([part.id for part in rest]).unlink()
                kept.amount = total
        self.env.flush_all()


def _has_owner_above(partner_id, steps, owners):
    """Tell whether somebody on the way up to the head has a part of its own."""
    step = steps.get(partner_id)
    while step and step.owner is not None:
        if step.owner in owners:
            return True
        step = steps.get(step.owner)
    return False
