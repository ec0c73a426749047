from odoo import api, models

from ..models.counterparty_merge_mixin import MERGING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # the host re-points all keys with one statement each: ours must be joined by then
        for model in self.env["counterparty.merge.mixin"]._get_counterparty_merge_models():
            model.with_context(**{MERGING: True})._counterparty_merge(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # portal: rules that are kept per user name partners and authorizations
        self.env.registry.clear_cache()
        return result
