from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "counterparty.role.source.mixin"]

    _counterparty_document_family = "sale"
    _counterparty_role_triggers = ("partner_id", "type")
