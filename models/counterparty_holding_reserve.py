from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
    exposure = fields.Monetary(
        compute="_compute_exposure", help="What those who draw on this part owe and have ordered."
    )
    available = fields.Monetary(compute="_compute_exposure")
    is_member = fields.Boolean(
        "Counts",
        compute="_compute_is_member",
        help="Taken off the limit while the member draws on the credit of the group.",
    )

    _partner_uniq = models.UniqueIndex(
        "(limit_id, partner_id)", "This member already has a reserved part of this limit."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A reserved part cannot be negative."
    )

    @api.depends("limit_id.holding_id", "partner_id")
    def _compute_is_member(self):
        Credit = self.env["counterparty.group.credit"]
        for holding, parts in self.grouped(lambda part: part.limit_id.holding_id._origin).items():
            partners = Credit._get_drawing_partners(holding) if holding else set()
            for part in parts:
                part.is_member = part.partner_id._origin.id in partners

    @api.depends("limit_id", "partner_id", "amount")
    def _compute_exposure(self):
        Credit = self.env["counterparty.group.credit"]
        for limit, parts in self.grouped(lambda part: part.limit_id._origin).items():
            pots = Credit._get_pots(limit) if limit.pot == "reserved" else {}
            for part in parts:
                pot = pots.get(part.partner_id._origin.id)
                has_own = pot and pot.owner == part.partner_id._origin.id
                part.exposure = pot.exposure if has_own else 0.0
                part.available = pot.available if has_own else 0.0

    @api.constrains("limit_id", "partner_id")
    def _check_member(self):
        for part in self:
            if not part.is_member:
                raise ValidationError(
                    self.env._(
                        "%(member)s does not share the credit of %(group)s today: no part of the "
                        "limit can be kept for it.",
                        member=part.partner_id.display_name,
                        group=part.limit_id.holding_id.name,
                    )
                )

    @api.constrains("limit_id", "partner_id", "amount")
    def _check_reserves(self):
        self.limit_id._check_reserves()

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
