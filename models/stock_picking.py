from odoo import models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["counterparty.request.target.mixin", "stock.picking"]

    # request: the state is computed, these two are what changes it for good
    def _action_done(self):
        result = super()._action_done()
        self.env["counterparty.request.document"]._note_states(self)
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.env["counterparty.request.document"]._note_states(self)
        return result
