from odoo import api, models

from .counterparty_role_merge import REPLACED


class CounterpartyRoleTraceMixin(models.AbstractModel):
    """What people do with roles leaves a line in the chatter of the counterparty.

    Roles that documents, imports or the installation bring come by the thousand and tell their
    source themselves: they are not logged.
    """

    _name = "counterparty.role.trace.mixin"
    _description = "Trace of roles in the chatter"

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        by_hand = roles.filtered(lambda role: role.source == "manual")
        by_hand._log_on_partner(lambda role: self.env._("Role added: %s", role.display_name))
        return roles

    def write(self, vals):
        before = {role: role.date_to for role in self} if "date_to" in vals else {}
        result = super().write(vals)
        changed = self.filtered(lambda role: role in before and role.date_to != before[role])
        changed._log_on_partner(self._describe_end)
        return result

    def unlink(self):
        if not self.env.context.get(REPLACED):
            self._log_on_partner(lambda role: self.env._("Role deleted: %s", role.display_name))
        return super().unlink()

    def _describe_end(self, role):
        if role.date_to:
            return self.env._(
                "Last day as %(type)s: %(day)s",
                type=role.type_id.name,
                day=role._format_day(role.date_to),
            )
        return self.env._("Role goes on: %s", role.display_name)

    def _log_on_partner(self, describe):
        """Write a line for each role into the chatter of its counterparty.

        :param describe: function of a role that returns the line
        """
        if self.env.context.get("mail_notrack") or self.env.context.get("tracking_disable"):
            return
        lines = {}
        for role in self:
            lines.setdefault(role.partner_id.id, []).append(describe(role))
        # who may change a role may leave its trace, whether or not they may change the contact
        partners = self.env["res.partner"].sudo().browse(lines)
        if partners:
            partners._message_log_batch(
                bodies={partner_id: ". ".join(said) for partner_id, said in lines.items()}
            )
