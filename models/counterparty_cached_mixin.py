from odoo import api, models


class CounterpartyCachedMixin(models.AbstractModel):
    """Rows that are read through a cache, in code or in record rules: any change empties it."""

    _name = "counterparty.cached.mixin"
    _description = "Rows Read through a Cache"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
