from odoo import models


class CounterpartyInteractionPartnerMixin(models.AbstractModel):
    """What a user does about contacts with a counterparty, from its form."""

    _name = "counterparty.interaction.partner.mixin"
    _description = "Contacts with a Counterparty"

    def action_log_counterparty_interaction(self):
        """Open the dialog in which an interaction with these counterparties is logged."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_interaction_log_action"
        )
        return dict(action, context={"default_partner_ids": self.ids})
