from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    # holding: what is delivered beyond an order is owed all the same
    def _action_done(self, cancel_backorder=False):
        # warehouse workers may not read the orders that they deliver
        lines = self.sudo().sale_line_id
        before = lines._get_counterparty_delivered()
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        lines._tell_counterparty_delivered(before)
        return moves
