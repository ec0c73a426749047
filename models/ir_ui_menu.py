from odoo import api, models

AREA_CAMPAIGN = "counterparty_crm.group_area_campaign"
# groups of a menu are alternatives, and these stand under the menu of another area
NEED_CAMPAIGNS = (
    "counterparty_crm.counterparty_attribution_comparison_menu",
    "counterparty_crm.counterparty_campaign_report_menu",
    "counterparty_crm.counterparty_campaign_report_menu_source",
    "counterparty_crm.counterparty_cost_menu",
    "counterparty_crm.utm_campaign_menu_results",
)


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    # profit: what tells of campaigns goes with them

    @api.model
    def _load_menus_blacklist(self):
        hidden = super()._load_menus_blacklist()
        if self.env.user.has_group(AREA_CAMPAIGN):
            return hidden
        menus = (self.env.ref(name, raise_if_not_found=False) for name in NEED_CAMPAIGNS)
        return hidden + [menu.id for menu in menus if menu]
