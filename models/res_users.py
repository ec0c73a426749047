from odoo import models

from ..tools.request_states import LIVE


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = [
        "res.users",
        "counterparty.sale.fact.reference.mixin",
        "counterparty.portal.user.mixin",
    ]

    # profit
    _counterparty_fact_columns = ("user_id",)
    _counterparty_fact_optional = True

    # counterparty: who lost the right to see personal documents follows none of them any more
    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            # request: what those who leave had open waits for their team
            requests = self.env["counterparty.request"].sudo()
            requests.search([("user_id", "in", self.ids), ("state", "in", LIVE)])._release()
        if "group_ids" in vals:
            self.env["counterparty.document"]._drop_personal_traces()
        return result
