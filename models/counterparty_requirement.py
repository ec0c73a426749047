from odoo import api, fields, models
from odoo.exceptions import ValidationError


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

    @api.constrains("field_name")
    def _check_field_name(self):
        for required in self:
            if required.field_name not in self.env["res.partner"]._fields:
                raise ValidationError(
                    self.env._(
                        "Contacts have no field “%(field)s”. Enter the technical name of a field "
                        "that they have.",
                        field=required.field_name,
                    )
                )
