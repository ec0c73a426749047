from odoo import api, models

from ..tools import roles as role_rules

# context of a deletion that loses nothing: another role takes over, or an installation is undone
REPLACED = "counterparty_role_replaced"


class CounterpartyRoleMergeMixin(models.AbstractModel):
    """How the roles of counterparties that become one join each other."""

    _name = "counterparty.role.merge.mixin"
    _inherit = ["counterparty.merge.mixin"]
    _description = "Merge of roles"

    @api.model
    def _counterparty_merge(self, source, target):
        """Join roles of one type into the target's and move the others.

        The host would re-point the others by SQL and leave their company behind.
        """
        # both partners' roles count, also those of companies the user is not in just now
        self.sudo().search([("partner_id", "in", source.ids)])._move_to(target)

    def _move_to(self, target):
        """Give roles to another partner, joined into its own where they share a day."""
        entities = target | target.commercial_partner_id
        joins = role_rules.join_roles(
            # given to a contact, the roles of a company go on to the company of the contact
            self.search([("partner_id", "in", entities.ids)])._get_merge_facts(),
            self._get_merge_facts(),
        )
        for join in joins:
            kept, dropped = join.keep, self.browse(join.drop)
            people_and_notes = self.browse(kept.key)._prepare_joined_vals(dropped)
            self.browse(kept.key)._log_on_partner(
                lambda role: self.env._("Roles joined by a merge: %s", role.type_id.name)
            )
            self.browse(kept.key)._adopt_own_values(dropped)
            dropped.with_context(**{REPLACED: True}).unlink()
            self.browse(kept.key).write(
                {
                    **people_and_notes,
                    "partner_id": target.id,
                    "date_from": kept.period.start,
                    "date_to": kept.period.end,
                    "is_prospect": kept.is_prospect,
                    "date_business": kept.business_start,
                }
            )
        self.exists().filtered(lambda role: role.partner_id not in entities).write(
            {"partner_id": target.id}
        )
        self.env.flush_all()

    def _prepare_joined_vals(self, others):
        """Return the responsible and the notes of a role that replaces others."""
        notes = dict.fromkeys(note for note in (self + others).mapped("note") if note)
        return {
            "responsible_id": (self.responsible_id or others.responsible_id[:1]).id,
            "note": " / ".join(notes) or False,
        }

    def _get_merge_facts(self):
        return [
            role_rules.RoleFacts(
                key=role.id,
                kind=role.type_id.id,
                period=role._get_period(),
                is_prospect=role.is_prospect,
                business_start=role.date_business or None,
            )
            for role in self
        ]
