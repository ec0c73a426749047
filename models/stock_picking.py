from odoo import models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["counterparty.request.target.mixin", "stock.picking"]

    # counterparty: a page of the timeline
    _counterparty_timeline_idx = models.Index(
        "(partner_id, COALESCE(date_done, scheduled_date) DESC, id DESC)"
        " WHERE partner_id IS NOT NULL"
    )

    # request: the state is computed, these two are what changes it for good
    def _action_done(self):
        result = super()._action_done()
        self.env["counterparty.request.document"]._note_states(self)
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.env["counterparty.request.document"]._note_states(self)
        return result
