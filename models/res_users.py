from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    # counterparty: who lost the right to see personal documents follows none of them any more
    def write(self, vals):
        result = super().write(vals)
        if "group_ids" in vals:
            self.env["counterparty.document"]._drop_personal_traces()
        return result
