from odoo import fields, models


class CounterpartyRightsLine(models.TransientModel):
    """One person and the preset to give."""

    _name = "counterparty.rights.line"
    _description = "Preset of a Person"

    rights_id = fields.Many2one("counterparty.rights", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    present = fields.Char("Present Rights", readonly=True)
    preset = fields.Selection(
        [
            ("keep", "As it is"),
            ("sales", "Sales"),
            ("accounts", "Accounts"),
            ("management", "Management"),
        ],
        default="keep",
        required=True,
        help="Sales: user. Accounts: officer who sees cost and profit. "
        "Management: manager who sees cost and profit and may exceed group credit.",
    )
