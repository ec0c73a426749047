from odoo import api, models
from odoo.exceptions import UserError


class CounterpartySaleDimensionMixin(models.AbstractModel):
    """A campaign, medium or source that earned sales: it is archived, never deleted."""

    _name = "counterparty.sale.dimension.mixin"
    _description = "Earns sales"

    _counterparty_fact_field = None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sales and contacts of all companies count, also of those the user does not see
        for model in ("counterparty.sale.fact", "counterparty.interaction"):
            field = self._counterparty_fact_field
            # the reason above
            used = self.env[model].sudo().search([(field, "in", self.ids)], limit=1)
            if used:
                raise UserError(
                    self.env._(
                        "%(name)s has earned sales or reached counterparties, so it cannot be "
                        "deleted. Archive it: reports keep its figures.",
                        name=used[field].display_name,
                    )
                )
