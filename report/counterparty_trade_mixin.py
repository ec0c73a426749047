from collections.abc import Collection

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# which legs a search asks for, where it leaves one out: planning costs more than reading
SIDES = "counterparty_trade_sides"
BOTH = ("out", "in")


class CounterpartyTradeMixin(models.AbstractModel):
    """A query over order lines of sales and purchases, as far as the user's own search finds them.

    It shows nobody more than the orders themselves; who may read neither sees nothing.
    """

    _name = "counterparty.trade.mixin"
    _description = "Query over the order lines of a user"
    _inherit = ["counterparty.holding.group.mixin"]

    _counterparty_holding_partner = "commercial_partner_id"

    def _search(self, domain, *args, **kwargs):
        asked = self.with_context(**{SIDES: self._get_sides(domain)})
        return super(CounterpartyTradeMixin, asked)._search(domain, *args, **kwargs)

    def _get_sides(self, domain):
        """Return the sides that a domain leaves any row of."""
        return tuple(
            side
            for side in BOTH
            if not Domain(domain)
            .map_conditions(lambda condition, side=side: self._assume_side(condition, side))
            .is_false()
        )

    def _assume_side(self, condition, side):
        """Return what is left of a condition for rows of a side."""
        if condition.field_expr != "side" or condition.operator not in ("=", "!=", "in", "not in"):
            return condition
        values = condition.value
        if isinstance(values, str | bool | None):
            values = [values]
        if not isinstance(values, Collection):
            return condition
        return Domain((side in values) == (condition.operator in ("=", "in")))

    @property
    def _table_query(self):
        sides = self.env.context.get(SIDES, BOTH)
        legs = []
        if "out" in sides and self.env["sale.order.line"].has_access("read"):
            legs.append(self._sql_sales())
        if "in" in sides and self.env["purchase.order.line"].has_access("read"):
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
