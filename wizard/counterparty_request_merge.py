from odoo import fields, models
from odoo.exceptions import UserError


class CounterpartyRequestMergeWizard(models.TransientModel):
    """Asks which of several requests stays."""

    _name = "counterparty.request.merge"
    _description = "Merge Requests"

    request_ids = fields.Many2many(
        "counterparty.request",
        "counterparty_request_merge_rel",
        "merge_id",
        "request_id",
        string="Requests",
        required=True,
    )
    target_id = fields.Many2one(
        "counterparty.request",
        "Keep",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', request_ids)]",
    )

    def action_merge(self):
        """Merge, and open the request that stays."""
        if len(self.request_ids) < 2:
            raise UserError(self.env._("Choose at least two requests to merge."))
        self.request_ids._merge_into(self.target_id)
        return self.target_id._get_records_action()
