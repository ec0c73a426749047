from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    # counterparty: from prospect to contract, in languages installed later
    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "counterparty_crm" in modules:
            # sudo: who installs a language need not sell
            self.env["crm.team"].sudo()._name_counterparty_pipelines(langs)
        return result
