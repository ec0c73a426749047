from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CounterpartyHoldingLimit(models.Model):
    """What one of our companies lends to a group: one pot, or pots reserved for some members."""

    _name = "counterparty.holding.limit"
    _description = "Credit Limit of a Holding"
    _order = "holding_id, company_id"
    _rec_name = "holding_id"

    holding_id = fields.Many2one(
        "counterparty.holding", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    pot = fields.Selection(
        [
            ("shared", "Shared: all members draw on one pot"),
            ("reserved", "Reserved: members have parts of their own"),
        ],
        required=True,
        default="shared",
    )
    pot_text = fields.Char("Kind of Pot", compute="_compute_pot_text")
    has_limit = fields.Boolean(
        default=True,
        help="Without limit the group may owe any amount. A limit of 0 means no credit at all.",
    )
    amount = fields.Monetary("Limit", help="For the whole group, reserved parts included.")
    reserve_ids = fields.One2many(
        "counterparty.holding.reserve", "limit_id", string="Reserved Parts"
    )
    exposure = fields.Monetary(
        compute="_compute_exposure",
        help="Open receivables, and orders confirmed and not invoiced, of all members "
        "except our own companies.",
    )
    available = fields.Monetary(compute="_compute_exposure")

    _company_uniq = models.UniqueIndex(
        "(holding_id, company_id)", "This company has already set a limit for this group."
    )
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A limit cannot be negative.")

    @api.depends("pot")
    def _compute_pot_text(self):
        texts = {"shared": self.env._("Shared"), "reserved": self.env._("Reserved")}
        for limit in self:
            limit.pot_text = texts.get(limit.pot)

    @api.depends("holding_id", "company_id", "amount", "has_limit")
    def _compute_exposure(self):
        Credit = self.env["counterparty.group.credit"]
        for limit in self:
            saved = limit._origin
            limit.exposure = sum(Credit._get_exposures(saved).values()) if saved else 0.0
            limit.available = limit.amount - limit.exposure if limit.has_limit else 0.0

    @api.constrains("company_id")
    def _check_company(self):
        for limit in self:
            if limit.company_id != limit.company_id.root_id:
                raise ValidationError(
                    self.env._(
                        "%(branch)s is a branch of %(company)s: set the limit for %(company)s, "
                        "which keeps one set of balances.",
                        branch=limit.company_id.name,
                        company=limit.company_id.root_id.name,
                    )
                )

    @api.constrains("amount", "has_limit", "pot", "reserve_ids")
    def _check_reserves(self):
        for limit in self.filtered(lambda row: row.has_limit and row.pot == "reserved"):
            Credit = self.env["counterparty.group.credit"]
            partners = Credit._get_drawing_partners(limit.holding_id)
            pots = Credit._get_reserved_pots(limit, dict.fromkeys(partners, 0.0))
            for pot in set(pots.values()):
                if limit.currency_id.compare_amounts(pot.limit, 0) < 0:
                    limit._raise_reserved(pot)

    def _raise_reserved(self, pot):
        """Refuse parts that are more than what they are carved out of.

        :param pot: the pot of which less than nothing is left
        """
        own = self.reserve_ids.filtered(lambda part: part.partner_id.id == pot.owner)
        amount = own.amount if own else self.amount
        values = {
            "group": self.holding_id.name,
            "member": own.partner_id.name,
            "reserved": self.currency_id.format(amount - pot.limit),
            "limit": self.currency_id.format(amount),
        }
        if own:
            raise ValidationError(
                self.env._(
                    "%(group)s: %(reserved)s are reserved for members below %(member)s, more than "
                    "its own part of %(limit)s. Lower them or raise the part.",
                    **values,
                )
            )
        raise ValidationError(
            self.env._(
                "%(group)s: %(reserved)s are reserved for members, more than the limit of "
                "%(limit)s. Lower them or raise the limit.",
                **values,
            )
        )
