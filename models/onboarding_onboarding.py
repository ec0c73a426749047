from odoo import api, models

# some steps open a page of the host that managers of ours may not open, or belong to an area
STEP_GROUPS = {
    "action_open_counterparty_desk": "counterparty_crm.group_area_request",
    "action_open_counterparty_rights": "base.group_erp_manager",
    "action_open_counterparty_settings": "base.group_system",
}


class OnboardingOnboarding(models.Model):
    _inherit = "onboarding.onboarding"

    @api.model
    @api.readonly
    def get_counterparty_setup(self):
        """Return the steps of the setup list for the first screen of the app.

        :return: ``{"steps": [...]}``, no steps for those who do not set up or have dismissed it
        """
        if not self.env.user.has_group("counterparty_crm.group_manager"):
            return {"steps": []}
        # the list is one for all managers of a company; the host keeps it for administrators
        setup = self.sudo().env.ref("counterparty_crm.onboarding_setup", raise_if_not_found=False)
        if not setup or setup.is_onboarding_closed:
            return {"steps": []}
        steps = setup.step_ids.filtered(
            lambda step: self.env.user.has_groups(
                STEP_GROUPS.get(step.panel_step_open_action_name, "base.group_user")
            )
        )
        return {
            "steps": [
                {
                    "id": step.id,
                    "title": step.title,
                    "description": step.description,
                    "button": step.button_text,
                    "action": step.panel_step_open_action_name,
                    "done": step.current_step_state != "not_done",
                }
                for step in steps.sorted("sequence")
            ]
        }

    @api.model
    def dismiss_counterparty_setup(self):
        """Put the setup list away for the company."""
        self.env["counterparty.type"].check_access("write")
        # progress records belong to the host's administrators
        setup = self.sudo().env.ref("counterparty_crm.onboarding_setup")
        setup._search_or_create_progress()
        setup.action_close()
