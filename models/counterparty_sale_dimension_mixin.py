from odoo import api, models
from odoo.exceptions import UserError

EARNED = ("counterparty.sale.fact", "counterparty.interaction")
# the host would empty these silently, or answer with the text of the database
NAMED = (
    "account.move.line",
    "account.move",
    "sale.order",
    "crm.lead",
    "counterparty.cost",
    "counterparty.sale.correction",
)


class CounterpartySaleDimensionMixin(models.AbstractModel):
    """A campaign, medium or source that earned sales: it is archived, never deleted."""

    _name = "counterparty.sale.dimension.mixin"
    _description = "Earns sales"

    _counterparty_fact_field = None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Refuse to delete what sales or documents name.

        :raises UserError: names the record, what uses it and what to do instead
        """
        field = self._counterparty_fact_field
        used = self._find_counterparty_use(EARNED, field)
        if used:
            text = self.env._(
                "%(name)s has earned sales or reached counterparties, so it cannot be "
                "deleted. Archive it: reports keep its figures.",
                name=used[field].display_name,
            )
            if "active" not in self._fields:
                text = self.env._(
                    "%(name)s has earned sales or reached counterparties, so it cannot be deleted.",
                    name=used[field].display_name,
                )
            raise UserError(text)
        used = self._find_counterparty_use(NAMED, field)
        if used:
            self._refuse_counterparty_unlink(used[field], used)

    def _find_counterparty_use(self, models_, field):
        """Return one record of the first of these models that names one of us."""
        for model in models_:
            # records of all companies count, also those that the user does not see
            Model = self.env[model].sudo().with_context(active_test=False)
            used = field in Model._fields and Model.search([(field, "in", self.ids)], limit=1)
            if used:
                return used
        return None

    def _refuse_counterparty_unlink(self, dimension, used):
        # the kind alone: the user may not be allowed to know the record
        values = {
            "name": dimension.display_name,
            "kind": self.env["ir.model"]._get(used._name).name,
        }
        if "active" in self._fields:
            raise UserError(
                self.env._(
                    "%(name)s is used by a record of the kind “%(kind)s”, so it cannot be "
                    "deleted. Archive it instead.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(name)s is used by a record of the kind “%(kind)s”, so it cannot be deleted.",
                **values,
            )
        )
