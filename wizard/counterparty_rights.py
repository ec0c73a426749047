from odoo import Command, fields, models

from ..tools import rights as right_rules

MODULE = "counterparty_crm"


class CounterpartyRights(models.TransientModel):
    """Gives people the usual rights of sales, accounts or management in one go."""

    _name = "counterparty.rights"
    _description = "Presets of Rights"

    line_ids = fields.One2many(
        "counterparty.rights.line", "rights_id", default=lambda self: self._default_line_ids()
    )

    def _default_line_ids(self):
        users = self.env["res.users"].search([("share", "=", False)])
        return [
            Command.create({"user_id": user.id, "present": self._describe_rights(user)})
            for user in users
        ]

    def action_apply(self):
        """Add what each chosen preset still lacks; nothing is taken away."""
        for line in self.line_ids.filtered(lambda line: line.preset != "keep"):
            missing = right_rules.missing_groups(line.preset, self._get_groups(line.user_id))
            groups = [self.env.ref(f"{MODULE}.{name}").id for name in missing]
            line.user_id.write({"group_ids": [Command.link(group) for group in groups]})
        self.env["onboarding.onboarding.step"]._validate_counterparty_step("onboarding_step_rights")
        return {"type": "ir.actions.act_window_close"}

    def _get_groups(self, user):
        """Return the names of our groups that a user has, implied ones too."""
        names = right_rules.LEVELS + right_rules.EXTRAS
        return {name for name in names if user.has_group(f"{MODULE}.{name}")}

    def _describe_rights(self, user):
        groups = self._get_groups(user)
        level = right_rules.level_of(groups)
        shown = [level] if level else []
        shown += [name for name in right_rules.EXTRAS if name in groups]
        return ", ".join(self.env.ref(f"{MODULE}.{name}").name for name in shown)
