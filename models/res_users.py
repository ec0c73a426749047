from odoo import models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "counterparty.sale.fact.reference.mixin"]

    # profit
    _counterparty_fact_columns = ("user_id",)
    _counterparty_fact_optional = True

    # counterparty: who lost the right to see personal documents follows none of them any more
    def write(self, vals):
        result = super().write(vals)
        if "group_ids" in vals:
            self.env["counterparty.document"]._drop_personal_traces()
        return result
