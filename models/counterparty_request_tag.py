from odoo import api, fields, models
from odoo.exceptions import UserError


class CounterpartyRequestTag(models.Model):
    """A free label of requests; the states have fixed meanings, tags have those of the users."""

    _name = "counterparty.request.tag"
    _description = "Request Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex("(name)", "There is already a tag with this name.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promised(self):
        # without its tag a service level would be for all requests, also one of another company
        slas = self.env["counterparty.request.sla"].sudo().with_context(active_test=False)
        sla = slas.search([("tag_ids", "in", self.ids)], limit=1)
        if sla:
            raise UserError(
                self.env._(
                    "“%(tag)s” decides which requests “%(sla)s” is for. "
                    "Take the tag out of that service level first.",
                    tag=(sla.tag_ids & self)[0].name,
                    sla=sla.name,
                )
            )
