from odoo import fields, models


class CrmStage(models.Model):
    _inherit = "crm.stage"

    # counterparty: from prospect to contract
    counterparty_rule_ids = fields.One2many(
        "counterparty.stage.rule",
        "stage_id",
        "What Follows",
        groups="counterparty_crm.group_user",
    )
