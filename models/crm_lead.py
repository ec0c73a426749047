from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = [
        "counterparty.request.target.mixin",
        "crm.lead",
        "counterparty.role.source.mixin",
    ]

    _counterparty_state_fields = ("stage_id", "active")
    _counterparty_document_family = "sale"
    _counterparty_role_triggers = ("partner_id", "type")
