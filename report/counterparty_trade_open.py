from odoo import fields, models
from odoo.tools import SQL

# a line has at most one row of each; its number and the reason make the row's
REASONS = ("open", "returned", "cancelled", "unplanned")
# below it nothing is missing: what is left of a quantity counted in another unit
DUST = 0.00001


class CounterpartyTradeOpen(models.Model):
    """What is ordered and not delivered, or ordered and not received, line by line.

    What is still to come stands apart from what will not: returned, cancelled or never planned.
    A query over the order lines that the user's own search finds: it shows nobody more than the
    orders themselves.
    """

    _name = "counterparty.trade.open"
    _description = "Not Delivered and Not Received"
    _inherit = ["counterparty.trade.mixin"]
    _auto = False
    _log_access = False
    _order = "date, id"
    _rec_name = "product_id"
    _depends = {
        "sale.order.line": [
            "state",
            "product_uom_qty",
            "qty_delivered",
            "qty_delivered_method",
            "price_subtotal",
            "order_partner_id",
        ],
        "purchase.order.line": [
            "product_qty",
            "qty_received",
            "qty_received_method",
            "price_subtotal",
            "date_planned",
            "partner_id",
        ],
        "sale.order": ["commitment_date", "date_order", "user_id", "currency_rate"],
        "purchase.order": ["state", "user_id", "currency_rate"],
        "stock.move": ["state", "product_qty", "quantity", "sale_line_id", "purchase_line_id"],
        "res.partner": ["commercial_partner_id"],
    }

    side = fields.Selection([("out", "To deliver"), ("in", "To receive")], readonly=True)
    reason = fields.Selection(
        [
            ("open", "Still to come"),
            ("returned", "Returned"),
            ("cancelled", "Transfer cancelled"),
            ("unplanned", "No transfer planned"),
        ],
        "What Becomes of It",
        readonly=True,
        help="Only what is still to come will be delivered or received without doing anything.",
    )

    # whose, what
    commercial_partner_id = fields.Many2one("res.partner", "Counterparty", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    sale_id = fields.Many2one("sale.order", "Sales Order", readonly=True)
    purchase_id = fields.Many2one("purchase.order", readonly=True)

    # when, how much
    date = fields.Datetime("Promised On", readonly=True)
    ordered = fields.Float(digits="Product Unit", readonly=True)
    done = fields.Float("Delivered or Received", digits="Product Unit", readonly=True)
    quantity = fields.Float(
        "Not Delivered or Received", digits="Product Unit", readonly=True, aggregator=None
    )
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    product_quantity = fields.Float(
        "In the Product's Unit", digits="Product Unit", readonly=True, help="Sums of a product."
    )
    product_uom_id = fields.Many2one("uom.uom", "Product's Unit", readonly=True)
    amount = fields.Monetary(
        "Untaxed Amount", readonly=True, help="In the company's currency, at the order's rate."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    def _sql_sales(self):
        """Return open lines of sales orders: goods, and services invoiced when delivered."""
        Line = self.env["sale.order.line"]
        query = Line._search(
            [
                ("state", "=", "sale"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
                ("is_expense", "=", False),
            ]
        )
        # as the index of open lines has it, which alone is read
        query.add_where(SQL("sale_order_line.qty_delivered < sale_order_line.product_uom_qty"))
        return SQL(
            """
            SELECT part.row_id AS id, 'out' AS side, part.reason, partner.commercial_partner_id,
                   line.partner_id, line.company_id, ordered.user_id, line.product_id,
                   line.order_id AS sale_id, NULL::int AS purchase_id,
                   COALESCE(ordered.commitment_date,
                            ordered.date_order + make_interval(days => line.lead)) AS date,
                   line.ordered, line.done, part.quantity, line.uom_id,
                   part.quantity * unit.factor / NULLIF(base.factor, 0) AS product_quantity,
                   template.uom_id AS product_uom_id,
                   line.subtotal / NULLIF(line.ordered, 0) * part.quantity
                       / COALESCE(NULLIF(ordered.currency_rate, 0), 1) AS amount,
                   books.currency_id
              FROM %(lines)s AS line
              JOIN sale_order ordered ON ordered.id = line.order_id
              %(moves)s
             WHERE part.quantity > %(dust)s
               AND (template.type != 'service' OR template.invoice_policy = 'delivery')
            """,
            lines=query.subselect(
                *(
                    SQL("sale_order_line.%s AS %s", SQL.identifier(column), SQL.identifier(name))
                    for name, column in {
                        "id": "id",
                        "order_id": "order_id",
                        "partner_id": "order_partner_id",
                        "company_id": "company_id",
                        "product_id": "product_id",
                        "uom_id": "product_uom_id",
                        "ordered": "product_uom_qty",
                        "done": "qty_delivered",
                        "subtotal": "price_subtotal",
                    }.items()
                ),
                SQL("sale_order_line.customer_lead::int AS lead"),
                SQL("sale_order_line.qty_delivered_method = 'stock_move' AS by_moves"),
            ),
            moves=self._sql_parts("sale_line_id", ("customer", "transit"), 0),
            dust=DUST,
        )

    def _sql_purchases(self):
        Line = self.env["purchase.order.line"]
        query = Line._search(
            [
                ("order_id.state", "=", "purchase"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
            ]
        )
        query.add_where(SQL("purchase_order_line.qty_received < purchase_order_line.product_qty"))
        return SQL(
            """
            SELECT part.row_id AS id, 'in' AS side, part.reason, partner.commercial_partner_id,
                   line.partner_id, line.company_id, ordered.user_id, line.product_id,
                   NULL::int AS sale_id, line.order_id AS purchase_id,
                   COALESCE(line.planned, ordered.date_planned) AS date,
                   line.ordered, line.done, part.quantity, line.uom_id,
                   part.quantity * unit.factor / NULLIF(base.factor, 0) AS product_quantity,
                   template.uom_id AS product_uom_id,
                   line.subtotal / NULLIF(line.ordered, 0) * part.quantity
                       / COALESCE(NULLIF(ordered.currency_rate, 0), 1) AS amount,
                   books.currency_id
              FROM %(lines)s AS line
              JOIN purchase_order ordered ON ordered.id = line.order_id
              %(moves)s
             WHERE part.quantity > %(dust)s
               AND (template.type != 'service' OR template.purchase_method = 'receive')
            """,
            lines=query.subselect(
                *(
                    SQL(
                        "purchase_order_line.%s AS %s", SQL.identifier(column), SQL.identifier(name)
                    )
                    for name, column in {
                        "id": "id",
                        "order_id": "order_id",
                        "partner_id": "partner_id",
                        "company_id": "company_id",
                        "product_id": "product_id",
                        "uom_id": "product_uom_id",
                        "ordered": "product_qty",
                        "done": "qty_received",
                        "subtotal": "price_subtotal",
                        "planned": "date_planned",
                    }.items()
                ),
                SQL("purchase_order_line.qty_received_method = 'stock_moves' AS by_moves"),
            ),
            moves=self._sql_parts("purchase_line_id", ("internal", "transit"), 1),
            dust=DUST,
        )

    def _sql_parts(self, link, arrival, offset):
        """Return joins that cut what is missing of a line into parts, each with its reason.

        :param link: column of a transfer's move that names the line
        :param arrival: usages of the places where goods of such a line arrive
        :param offset: makes the rows of sales and purchases differ
        """
        return SQL(
            """
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_company books ON books.id = line.company_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom base ON base.id = template.uom_id
              JOIN uom_uom unit ON unit.id = line.uom_id
              JOIN LATERAL (
                   SELECT COALESCE(SUM(move.product_qty) FILTER (
                              WHERE arrives AND move.state NOT IN ('done', 'cancel')), 0),
                          COALESCE(SUM(move.quantity * own.factor / NULLIF(base.factor, 0)) FILTER (
                              WHERE move.state = 'done' AND move.origin_returned_move_id IS NOT NULL
                                AND move.to_refund AND NOT arrives), 0),
                          COALESCE(SUM(move.product_qty) FILTER (
                              WHERE arrives AND move.state = 'cancel'), 0)
                     FROM stock_move move
                     JOIN uom_uom own ON own.id = move.product_uom
                     JOIN stock_location destination ON destination.id = move.location_dest_id
                     LEFT JOIN stock_location final ON final.id = move.location_final_id
                    CROSS JOIN LATERAL (SELECT COALESCE(final.usage, destination.usage)
                                               = ANY(%(arrival)s) AS arrives) way
                    WHERE line.by_moves AND move.%(link)s = line.id
                   ) found (planned, returned, cancelled) ON TRUE
             CROSS JOIN LATERAL (SELECT line.ordered - line.done AS missing,
                                        NULLIF(unit.factor, 0) / NULLIF(base.factor, 0) AS ratio) m
             CROSS JOIN LATERAL (SELECT CASE WHEN line.by_moves
                   THEN LEAST(m.missing, found.planned / m.ratio) ELSE m.missing END AS open) o
             CROSS JOIN LATERAL (SELECT LEAST(m.missing - o.open, found.returned / m.ratio)
                   AS returned) r
             CROSS JOIN LATERAL (SELECT LEAST(m.missing - o.open - r.returned,
                   found.cancelled / m.ratio) AS cancelled) c
             CROSS JOIN LATERAL (VALUES
                   (line.id::bigint * 8 + %(offset)s * 4, 'open', o.open),
                   (line.id::bigint * 8 + %(offset)s * 4 + 1, 'returned', r.returned),
                   (line.id::bigint * 8 + %(offset)s * 4 + 2, 'cancelled', c.cancelled),
                   (line.id::bigint * 8 + %(offset)s * 4 + 3, 'unplanned',
                    m.missing - o.open - r.returned - c.cancelled)
                   ) part (row_id, reason, quantity)
            """,
            link=SQL.identifier(link),
            arrival=list(arrival),
            offset=offset,
        )
