from odoo import api, models


class CounterpartyRoleSourceMixin(models.AbstractModel):
    """A host document that may give its partner a role: lead, quotation, order."""

    _name = "counterparty.role.source.mixin"
    _description = "Gives its partner a role"

    _counterparty_document_family = None  # "sale" or "purchase"
    # a change of these fields may turn a prospect into a customer or supplier
    _counterparty_role_triggers = ("partner_id", "state")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._schedule_counterparty_roles()
        return records

    def write(self, vals):
        result = super().write(vals)
        if any(name in vals for name in self._counterparty_role_triggers):
            self._schedule_counterparty_roles()
        return result

    def _schedule_counterparty_roles(self):
        """Have the roles of the partners looked at after commit."""
        self.env["counterparty.role"]._schedule_derivation(
            self.partner_id, self._counterparty_document_family
        )
