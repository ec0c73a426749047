from odoo import api, models


class OnboardingOnboardingStep(models.Model):
    _inherit = "onboarding.onboarding.step"

    @api.model
    def action_open_counterparty_derivation(self):
        """Open the report of the roles found at installation."""
        return self._open_counterparty_action("counterparty_derivation_action")

    @api.model
    def action_open_counterparty_rights(self):
        """Open the presets of rights."""
        return self._open_counterparty_action("counterparty_rights_action")

    @api.model
    def action_open_counterparty_settings(self):
        """Open the settings of the areas."""
        self._validate_counterparty_step("onboarding_step_areas")
        return self._open_counterparty_action("res_config_settings_action_counterparty")

    @api.model
    def action_open_counterparty_types(self):
        """Open the counterparty types."""
        self._validate_counterparty_step("onboarding_step_types")
        return self._open_counterparty_action("counterparty_type_action")

    @api.model
    def action_open_counterparty_desk(self):
        """Open the teams of the request desk."""
        self._validate_counterparty_step("onboarding_step_desk")
        return self._open_counterparty_action("counterparty_request_team_action")

    @api.model
    def action_open_counterparty_without_role(self):
        """Open the counterparties that play no role yet."""
        self._validate_counterparty_step("onboarding_step_without_role")
        action = self._open_counterparty_action("res_partner_action_counterparty")
        return dict(action, context={"search_default_without_role": 1})

    @api.model
    def _validate_counterparty_step(self, name):
        """Tick a step of the setup list for the present company, if a manager does it."""
        if not self.env.user.has_group("counterparty_crm.group_manager"):
            return
        # whoever does the step ticks it; progress records belong to the host's administrators
        setup = self.sudo().env.ref("counterparty_crm.onboarding_setup")
        setup._search_or_create_progress()
        self.sudo().action_validate_step(f"counterparty_crm.{name}")

    def _open_counterparty_action(self, name):
        return self.env["ir.actions.act_window"]._for_xml_id(f"counterparty_crm.{name}")
