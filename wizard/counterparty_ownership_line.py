from odoo import fields, models


class CounterpartyOwnershipLine(models.TransientModel):
    """One owner or one holding of a counterparty, direct or indirect."""

    _name = "counterparty.ownership.line"
    _description = "Line of the Ownership Page"
    _order = "direction, depth, id"

    page_id = fields.Many2one("counterparty.ownership", required=True, ondelete="cascade")
    direction = fields.Selection([("above", "Owners"), ("below", "Owned")], required=True)
    partner_id = fields.Many2one("res.partner", ondelete="cascade")
    depth = fields.Integer("Steps")
    share_text = fields.Char("Total Share")
    is_control = fields.Boolean("Control")
    may_control = fields.Boolean(
        "Possible Control",
        help="With the most votes that the known ranges allow, or with reported memberships.",
    )
