from odoo import api, models
from odoo.fields import Domain

from ..tools import own_field_input


class CounterpartyRolePortalMixin(models.AbstractModel):
    """Own fields of a role that its counterparty fills in by itself."""

    _name = "counterparty.role.portal.mixin"
    _description = "Role in the Portal"

    @api.model
    def _get_partner_filled_roles(self, partners):
        """Return the roles of today that have something for partners to fill in, sudoed.

        :param partners: those whom the visitor may fill in for; the page decides that
        """
        # visitors have no rights on roles; the page names whose they are
        roles = self.sudo()
        found = roles.search(
            roles._domain_in_force()
            & Domain("partner_id", "in", partners.ids)
            & Domain("company_id", "in", (False, self.env.company.id))
        )
        return found.filtered(lambda role: role.type_id._get_partner_filled_entries())

    def _fill_in_by_partner(self, values):
        """Write what a partner filled in; fields that are not for it to fill in stay.

        :param values: ``{key: value to store}``
        """
        self.ensure_one()
        entries = self.type_id._get_partner_filled_entries()
        own = self._get_stored_own_values()
        changed = {
            entry["name"]: values[entry["name"]]
            for entry in entries
            if entry["name"] in values
            and own_field_input.is_changed(own.get(entry["name"]), values[entry["name"]])
        }
        if not changed:
            return
        self.role_properties = {**own, **changed}
        labels = [entry["string"] for entry in entries if entry["name"] in changed]
        self._log_on_partner(
            lambda role: self.env._(
                "%(type)s: %(person)s filled in %(fields)s in the portal",
                type=role.type_id.name,
                person=self.env.user.name,
                fields=", ".join(f"“{label}”" for label in labels),
            )
        )
