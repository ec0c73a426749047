from odoo import api, models


class CounterpartyRequestRoleMixin(models.AbstractModel):
    """A role decides what is promised: another role, another service level."""

    _name = "counterparty.request.role.mixin"
    _description = "Role that changes what is promised"

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        roles._update_service_levels(roles.commercial_partner_id)
        return roles

    def write(self, vals):
        before = self.commercial_partner_id
        result = super().write(vals)
        if {"type_id", "partner_id", "date_from", "date_to"} & vals.keys():
            self._update_service_levels(before | self.commercial_partner_id)
        return result

    def unlink(self):
        partners = self.commercial_partner_id
        result = super().unlink()
        self._update_service_levels(partners)
        return result

    def _update_service_levels(self, partners):
        self.env["counterparty.request.sla"]._update_requests_of(partners)
