from odoo import fields, models
from odoo.tools import SQL


class CounterpartyTradeProduct(models.Model):
    """What a counterparty bought from us, or we from it: the last price and the last day.

    Lines given away, down payments and negative quantities are no prices. A query over the order
    lines that the user's own search finds: it shows nobody more than the orders themselves.
    """

    _name = "counterparty.trade.product"
    _description = "Products Traded"
    _inherit = ["counterparty.trade.mixin"]
    _auto = False
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _depends = {
        "sale.order.line": [
            "state",
            "product_id",
            "product_uom_qty",
            "price_unit",
            "discount",
            "price_subtotal",
            "order_partner_id",
        ],
        "purchase.order.line": ["product_id", "product_qty", "price_unit", "discount"],
        "sale.order": ["date_order", "state"],
        "purchase.order": ["date_order", "date_approve", "state"],
        "res.partner": ["commercial_partner_id"],
    }

    side = fields.Selection([("out", "Sold"), ("in", "Bought")], "Direction", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Counterparty", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one(related="product_id.categ_id")

    # the last time
    date = fields.Datetime("Last Time", readonly=True)
    days_ago = fields.Integer(compute="_compute_days_ago")
    order_name = fields.Char("Order", readonly=True)
    sale_id = fields.Many2one("sale.order", "Sales Order", readonly=True)
    purchase_id = fields.Many2one("purchase.order", readonly=True)
    price_unit = fields.Float(min_display_digits="Product Price", readonly=True, aggregator=None)
    discount = fields.Float("Discount (%)", digits="Discount", readonly=True, aggregator=None)
    net_price = fields.Float(
        min_display_digits="Product Price",
        readonly=True,
        aggregator=None,
        help="Of one unit, untaxed, after the discount.",
    )
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    # altogether
    times = fields.Integer("Orders", readonly=True)
    product_quantity = fields.Float(
        "Quantity", digits="Product Unit", readonly=True, help="In the product's unit."
    )
    product_uom_id = fields.Many2one("uom.uom", "Product's Unit", readonly=True)

    def _compute_days_ago(self):
        today = fields.Date.context_today(self)
        for row in self:
            day = fields.Datetime.context_timestamp(row, row.date).date() if row.date else today
            row.days_ago = (today - day).days

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    def _sql_sales(self):
        Line = self.env["sale.order.line"]
        query = Line._search(
            [
                ("state", "=", "sale"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
                ("product_id", "!=", False),
                ("product_uom_qty", ">", 0),
                ("price_unit", ">", 0),
                ("discount", "<", 100),
            ]
        )
        lines = query.subselect(
            SQL(
                """sale_order_line.id, sale_order_line.order_id,
                   sale_order_line.order_partner_id AS partner_id, sale_order_line.company_id,
                   sale_order_line.product_id, sale_order_line.product_uom_id AS uom_id,
                   sale_order_line.product_uom_qty AS quantity, sale_order_line.price_unit,
                   sale_order_line.discount, sale_order_line.price_subtotal AS subtotal,
                   sale_order_line.currency_id"""
            )
        )
        return self._sql_last(
            "out", lines, SQL("sale_order"), SQL("ordered.date_order"), SQL("line.order_id"), 0
        )

    def _sql_purchases(self):
        Line = self.env["purchase.order.line"]
        query = Line._search(
            [
                ("order_id.state", "=", "purchase"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
                ("product_id", "!=", False),
                ("product_qty", ">", 0),
                ("price_unit", ">", 0),
                ("discount", "<", 100),
            ]
        )
        lines = query.subselect(
            SQL(
                """purchase_order_line.id, purchase_order_line.order_id,
                   purchase_order_line.partner_id, purchase_order_line.company_id,
                   purchase_order_line.product_id, purchase_order_line.product_uom_id AS uom_id,
                   purchase_order_line.product_qty AS quantity, purchase_order_line.price_unit,
                   purchase_order_line.discount, purchase_order_line.price_subtotal AS subtotal,
                   NULL::int AS currency_id"""
            )
        )
        day = SQL("COALESCE(ordered.date_approve, ordered.date_order)")
        return self._sql_last("in", lines, SQL("purchase_order"), day, SQL("line.order_id"), 1)

    def _sql_last(self, side, lines, orders, day, order_id, offset):
        """Return the last line of each counterparty and product, with what all of them sum to."""
        whose = SQL("partner.commercial_partner_id, line.product_id, line.company_id")
        nothing = SQL("NULL::int")
        return SQL(
            """
            SELECT DISTINCT ON (%(whose)s)
                   line.id::bigint * 2 + %(offset)s AS id, %(side)s AS side,
                   partner.commercial_partner_id, line.company_id, line.product_id,
                   %(day)s AS date, %(sale)s AS sale_id, %(purchase)s AS purchase_id,
                   ordered.name AS order_name,
                   line.price_unit, line.discount,
                   line.subtotal / NULLIF(line.quantity, 0) AS net_price, line.uom_id,
                   COALESCE(line.currency_id, ordered.currency_id) AS currency_id,
                   -- orders, not their lines: of a window nothing distinct can be counted
                   DENSE_RANK() OVER (PARTITION BY %(whose)s ORDER BY line.order_id)
                       + DENSE_RANK() OVER (PARTITION BY %(whose)s ORDER BY line.order_id DESC)
                       - 1 AS times,
                   SUM(line.quantity * unit.factor / NULLIF(base.factor, 0)) OVER all_lines
                       AS product_quantity,
                   template.uom_id AS product_uom_id
              FROM %(lines)s AS line
              JOIN %(orders)s ordered ON ordered.id = line.order_id
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom base ON base.id = template.uom_id
              JOIN uom_uom unit ON unit.id = line.uom_id
            WINDOW all_lines AS (PARTITION BY %(whose)s)
             ORDER BY %(whose)s, %(day)s DESC, line.id DESC
            """,
            whose=whose,
            offset=offset,
            side=side,
            day=day,
            sale=order_id if side == "out" else nothing,
            purchase=order_id if side == "in" else nothing,
            lines=lines,
            orders=orders,
        )
