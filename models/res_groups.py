from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    # counterparty: a right is also given and taken by the group
    def write(self, vals):
        result = super().write(vals)
        if {"user_ids", "implied_ids", "implied_by_ids"} & vals.keys():
            self.env["counterparty.document"]._drop_personal_traces()
        return result
