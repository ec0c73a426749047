from odoo import fields, models

GROUP_USER = "counterparty_crm.group_user"


class CounterpartyHoldingPartnerMixin(models.AbstractModel):
    """A partner in groups: its holdings, its owners and what belongs to it."""

    _name = "counterparty.holding.partner.mixin"
    _inherit = ["counterparty.holding.group.mixin"]
    _description = "Partner in holdings"

    _counterparty_holding_partner = "id"

    counterparty_owner_ids = fields.One2many(
        "counterparty.membership", "member_id", string="Owners", groups=GROUP_USER
    )
    counterparty_member_ids = fields.One2many(
        "counterparty.membership", "owner_id", string="Companies in the Holding", groups=GROUP_USER
    )

    def _get_counterparty_entity(self):
        return self.commercial_partner_id._origin

    def action_open_counterparty_ownership(self):
        """Open the page of who owns and controls the counterparty."""
        self.ensure_one()
        entity = self.commercial_partner_id
        page = self.env["counterparty.ownership"].create({"partner_id": entity.id})
        name = self.env._("Ownership of %(name)s", name=entity.name)
        return dict(page._get_records_action(), name=name)

    def action_open_counterparty_group(self):
        """Open the chart of the group of a counterparty, or the list of its groups."""
        self.ensure_one()
        holdings = self.counterparty_holding_ids
        if len(holdings) == 1:
            return holdings.action_open_chart()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_holding_action"
        )
        return dict(action, domain=[("id", "in", holdings.ids)])
