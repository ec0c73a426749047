from odoo import fields, models


class CounterpartyRequestTag(models.Model):
    """A free label of requests; the states have fixed meanings, tags have those of the users."""

    _name = "counterparty.request.tag"
    _description = "Request Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "There is already a tag with this name.")
