from odoo import fields, models


class CounterpartyRequirement(models.Model):
    """A field of a counterparty that a type may require: tax number, telephone, birthday."""

    _name = "counterparty.requirement"
    _description = "Required Field"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    field_name = fields.Char(required=True, readonly=True, help="Name of the field on contacts.")
    sequence = fields.Integer(default=100)

    _field_uniq = models.UniqueIndex(
        "(field_name)", "This field of counterparties is listed already."
    )
