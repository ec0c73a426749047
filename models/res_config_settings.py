from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # counterparty
    counterparty_roles_from_documents = fields.Boolean(
        "Roles from Documents",
        config_parameter="counterparty_crm.roles_from_documents",
        default=True,
        help="The first quotation makes a prospect, "
        "the first order or invoice a customer or supplier.",
    )

    # one switch per area: off hides its menus, buttons and cards
    group_counterparty_holding = fields.Boolean(
        "Holdings", implied_group="counterparty_crm.group_area_holding"
    )
    group_counterparty_campaign = fields.Boolean(
        "Campaigns", implied_group="counterparty_crm.group_area_campaign"
    )
