from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CounterpartySaleFactReferenceMixin(models.AbstractModel):
    """A record that sale facts name without a foreign key.

    Its deletion is refused where a sale would lose its customer or product, and followed by the
    facts where they can do without: what the foreign key did, for a tenth of its price.
    """

    _name = "counterparty.sale.fact.reference.mixin"
    _description = "Named by sale facts"

    # columns of the facts, and whether a sale can do without
    _counterparty_fact_columns = ()
    _counterparty_fact_optional = False

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        """Refuse to delete what sales cannot do without.

        :raises UserError: names one that was sold
        """
        if self._counterparty_fact_optional or not self.ids:
            return
        rows = self.env.execute_query(self._sql_counterparty_sold())
        if rows:
            raise UserError(
                self.env._(
                    "%(name)s has earned sales or reached counterparties, so it cannot be "
                    "deleted. Archive it: reports keep its figures.",
                    name=self.browse(rows[0][0]).display_name,
                )
            )

    def _sql_counterparty_sold(self):
        """Select one of these that a fact names."""
        return SQL(" UNION ALL ").join(
            SQL(
                "(SELECT %(column)s FROM counterparty_sale_fact WHERE %(column)s = ANY(%(ids)s)"
                " LIMIT 1)",
                column=SQL.identifier(column),
                ids=self.ids,
            )
            for column in self._counterparty_fact_columns
        )

    def unlink(self):
        gone = self._get_counterparty_gone() if self._counterparty_fact_optional else self
        result = super().unlink()
        if self._counterparty_fact_optional:
            for column in self._counterparty_fact_columns:
                self.env["counterparty.sale.fact"]._forget_reference(column, gone.ids)
        return result

    def _get_counterparty_gone(self):
        """Return what the deletion takes along in the database."""
        return self
