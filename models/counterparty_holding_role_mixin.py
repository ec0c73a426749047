from odoo import api, fields, models

from .counterparty_merge_mixin import MERGING


class CounterpartyHoldingRoleMixin(models.AbstractModel):
    """The role of a holding brings the group, as the group brings the role."""

    _name = "counterparty.holding.role.mixin"
    _description = "Role that brings its group"

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        roles._create_holdings()
        return roles

    def write(self, vals):
        result = super().write(vals)
        if "type_id" in vals or "partner_id" in vals:
            self._create_holdings()
        return result

    def _create_holdings(self):
        """Create the group of each partner that has just become the head of one."""
        if self.env.context.get(MERGING):
            # the group of a merged head becomes that of the target
            return
        kind = self.env["counterparty.type"]._get_core("holding")
        today = fields.Date.context_today(self)
        heads = self.filtered(
            lambda role: role.type_id == kind and not (role.date_to and role.date_to < today)
        ).partner_id
        # whoever may give the role may have its group; groups others have made count too
        Holding = self.env["counterparty.holding"].sudo().with_context(active_test=False)
        heads -= Holding.search([("head_id", "in", heads.ids)]).head_id
        if heads:
            Holding.create(
                [{"head_id": head.id, "company_id": head.company_id.id} for head in heads]
            )
