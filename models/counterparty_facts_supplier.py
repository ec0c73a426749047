from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import facts

LINE_COLUMNS = """
    purchase_order_line.id, purchase_order_line.date_planned, purchase_order_line.product_qty,
    purchase_order_line.qty_received, purchase_order_line.price_unit, purchase_order_line.discount,
    purchase_order_line.product_uom_id, purchase_order_line.product_id,
    (SELECT currency_id FROM purchase_order
      WHERE id = purchase_order_line.order_id) AS currency_id"""
SUPPLIER = """
    WITH line AS MATERIALIZED (%(lines)s)
    SELECT receipt.count, receipt.in_time, due.count, due.complete,
           billed.count, billed.as_ordered
      FROM (SELECT COUNT(*), COUNT(*) FILTER (
                   WHERE move.date::date <= line.date_planned::date) AS in_time
              FROM line JOIN stock_move move ON move.purchase_line_id = line.id
             WHERE move.state = 'done' AND move.origin_returned_move_id IS NULL
               AND move.date >= %(start)s) receipt,
           (SELECT COUNT(*), COUNT(*) FILTER (
                   WHERE qty_received >= product_qty) AS complete
              FROM line WHERE date_planned >= %(start)s AND date_planned < %(today)s
               AND product_qty > 0
               AND EXISTS (SELECT FROM product_product product
                             JOIN product_template template ON template.id = product.product_tmpl_id
                            WHERE product.id = line.product_id
                              AND (template.type != 'service'
                                   OR template.purchase_method = 'receive'))) due,
           (SELECT COUNT(*), COUNT(*) FILTER (
                   WHERE item.price_unit * (1 - COALESCE(item.discount, 0) / 100)
                      <= line.price_unit * (1 - COALESCE(line.discount, 0) / 100)
                         + 0.00001)
                      AS as_ordered
              FROM line
              JOIN account_move_line item ON item.purchase_line_id = line.id
              JOIN account_move bill ON bill.id = item.move_id
                   AND bill.move_type = 'in_invoice'
             WHERE item.parent_state = 'posted' AND item.date >= %(start)s
               AND item.product_uom_id = line.product_uom_id
               AND item.currency_id = line.currency_id) billed"""


class CounterpartyFactsSupplierMixin(models.AbstractModel):
    """Whether a supplier keeps its word: receipts by the promised day, quantity, price."""

    _name = "counterparty.facts.supplier.mixin"
    _description = "Reliability of a supplier"

    @api.model
    def _get_supplier_reliability(self, entity):
        """Return the supplier's last twelve months, of orders that the user may read."""
        Line = self.env["purchase.order.line"]
        if not Line.has_access("read"):
            return []
        receipts, in_time, due, complete, billed, as_ordered = self._read_supplier(entity)
        labels = dict(
            receipts=self.env._("Receipts"),
            quantities=self.env._("Quantities"),
            prices=self.env._("Prices"),
        )
        texts = dict(
            receipts=self.env._("in time: %(share)s %% (receipts: %(count)s)"),
            quantities=self.env._("complete: %(share)s %% (lines due: %(count)s)"),
            prices=self.env._("as ordered: %(share)s %% (lines billed: %(count)s)"),
        )
        found = {
            "receipts": (in_time, receipts),
            "quantities": (complete, due),
            "prices": (as_ordered, billed),
        }
        lines = []
        for key, (part, whole) in found.items():
            share = facts.percent(part, whole)
            if share is not None:
                text = texts[key] % {"share": share, "count": whole}
                tone = facts.tone_of_share(share)
                lines.append(self._prepare_line(key, labels[key], text, tone))
        return lines

    @api.model
    def _read_supplier(self, entity):
        """Return receipts, those in time, lines due, those complete, lines billed, as ordered."""
        Line = self.env["purchase.order.line"]
        query = Line._search(
            [
                ("partner_id.commercial_partner_id", "=", entity.id),
                ("order_id.state", "=", "purchase"),
                ("display_type", "=", False),
            ]
        )
        self.env["stock.move"].flush_model(["state", "date", "purchase_line_id"])
        self.env["account.move.line"].flush_model(
            ["purchase_line_id", "parent_state", "price_unit", "discount", "quantity"]
        )
        Line.flush_model(["qty_received", "product_qty", "date_planned", "price_unit", "discount"])
        today = fields.Date.context_today(self)
        year = today - relativedelta(years=1)
        lines = query.select(SQL(LINE_COLUMNS))
        [row] = self.env.execute_query(SQL(SUPPLIER, lines=lines, start=year, today=today))
        return row
