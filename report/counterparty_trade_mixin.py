from odoo import models
from odoo.tools import SQL


class CounterpartyTradeMixin(models.AbstractModel):
    """A query over order lines of sales and purchases, as far as the user's own search finds them.

    It shows nobody more than the orders themselves; who may read neither sees nothing.
    """

    _name = "counterparty.trade.mixin"
    _description = "Query over the order lines of a user"
    _inherit = ["counterparty.holding.group.mixin"]

    _counterparty_holding_partner = "commercial_partner_id"

    @property
    def _table_query(self):
        legs = []
        if self.env["sale.order.line"].has_access("read"):
            legs.append(self._sql_sales())
        if self.env["purchase.order.line"].has_access("read"):
            legs.append(self._sql_purchases())
        if not legs:
            legs = [SQL("%s WHERE FALSE", self._sql_nothing())]
        return SQL(" UNION ALL ").join(SQL("(%s)", leg) for leg in legs)

    def _sql_sales(self):
        """Return the rows of sales orders."""
        raise NotImplementedError

    def _sql_purchases(self):
        """Return the rows of purchase orders, with the columns of :meth:`_sql_sales`."""
        raise NotImplementedError

    def _sql_nothing(self):
        columns = [
            SQL("NULL::%s AS %s", SQL(field.column_type[1]), SQL.identifier(field.name))
            for field in self._fields.values()
            if field.store and field.column_type
        ]
        return SQL("SELECT %s", SQL(", ").join(columns))

    def action_open_order(self):
        """Open the order of the row."""
        self.ensure_one()
        return (self.sale_id or self.purchase_id).get_formview_action()
