from odoo import fields, models
from odoo.exceptions import ValidationError


class CrmLeadLost(models.TransientModel):
    _inherit = "crm.lead.lost"

    # counterparty: lost today is not lost for ever
    counterparty_recall_date = fields.Date(
        "Recall on",
        groups="counterparty_crm.group_user",
        help="On this day the opportunity comes back to its salesperson. Empty: it stays lost.",
    )

    def action_lost_reason_apply(self):
        # sudo: who has not our rights has not seen the field, and it is empty
        day = self.sudo().counterparty_recall_date
        if day and day <= fields.Date.context_today(self):
            raise ValidationError(
                self.env._("Choose a day after today for the recall, or leave it empty.")
            )
        action = super().action_lost_reason_apply()
        if day:
            # sudo: the host has checked that the leads may be changed
            self.sudo().lead_ids.counterparty_recall_date = day
        return action
