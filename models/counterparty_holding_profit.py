from odoo import models


class CounterpartyHolding(models.Model):
    _inherit = "counterparty.holding"

    # profit
    def action_open_profit(self):
        """Open what the group bought and what that brought, with its members of the form's day."""
        action = self._open_for_holdings("counterparty_profit_holding_report_action")
        filters = {"search_default_external": 1, "search_default_group_partner": 1}
        return {**action, "context": {**action["context"], **filters}}
