from odoo import models


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "counterparty.sale.fact.reference.mixin"]

    # profit
    _counterparty_fact_columns = ("team_id",)
    _counterparty_fact_optional = True
