from odoo import fields, models


class CounterpartyDerivationLine(models.TransientModel):
    """The roles of one type that were found at installation."""

    _name = "counterparty.derivation.line"
    _description = "Roles of a Type Found at Installation"

    derivation_id = fields.Many2one("counterparty.derivation", required=True, ondelete="cascade")
    type_id = fields.Many2one("counterparty.type", readonly=True)
    role_count = fields.Integer("Roles", readonly=True)
    prospect_count = fields.Integer("Prospects", readonly=True)
    doubtful_count = fields.Integer("Doubtful", readonly=True)
