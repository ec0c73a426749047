from odoo import fields, models
from odoo.tools import SQL

# below it nothing is missing: what is left of a quantity counted in another unit
DUST = 0.00001

SALE_COLUMNS = """
    sale_order_line.id, sale_order_line.order_id, sale_order_line.order_partner_id AS partner_id,
    sale_order_line.company_id, sale_order_line.product_id,
    sale_order_line.product_uom_id AS uom_id, sale_order_line.product_uom_qty AS ordered,
    sale_order_line.qty_delivered AS done, sale_order_line.price_subtotal AS subtotal,
    sale_order_line.customer_lead::int AS lead,
    sale_order_line.qty_delivered_method = 'stock_move' AS by_moves"""
PURCHASE_COLUMNS = """
    purchase_order_line.id, purchase_order_line.order_id, purchase_order_line.partner_id,
    purchase_order_line.company_id, purchase_order_line.product_id,
    purchase_order_line.product_uom_id AS uom_id, purchase_order_line.product_qty AS ordered,
    purchase_order_line.qty_received AS done, purchase_order_line.price_subtotal AS subtotal,
    purchase_order_line.date_planned AS planned,
    purchase_order_line.qty_received_method = 'stock_moves' AS by_moves"""

# the moves of an order line, in the product's unit
MOVES = """
    SELECT move.product_id, move.state, move.product_qty AS demand, move.to_refund,
           move.origin_returned_move_id IS NOT NULL AS comes_back,
           COALESCE(move.location_final_id, move.location_dest_id) IN (
               SELECT id FROM stock_location WHERE usage = ANY(%(arrival)s)) AS arrives,
           CASE WHEN move.state = 'done' THEN move.quantity * move.product_qty
               / NULLIF(move.product_uom_qty, 0) ELSE 0 END AS done%(more)s
      FROM stock_move move
     WHERE line.by_moves AND move.%(link)s = line.id OFFSET 0"""
CONDITIONS = {
    "planned": "arrives AND state NOT IN ('done', 'cancel')",
    "back": "NOT arrives AND state = 'done' AND to_refund AND comes_back",
    "gone": "arrives AND state IN ('done', 'cancel') AND done < demand AND NOT comes_back",
    "here": "state = 'done' AND arrives AND at_place",
    "ratio": """(SELECT NULLIF(factor, 0) FROM uom_uom WHERE id = line.uom_id)
                    / (SELECT NULLIF(factor, 0) FROM uom_uom WHERE id = template.uom_id)""",
}
SUMS = """
    SELECT line.ordered - line.done AS missing, %(ratio)s AS ratio,
           COALESCE(SUM(demand) FILTER (WHERE %(planned)s), 0) AS planned,
           COALESCE(SUM(done) FILTER (WHERE %(back)s), 0) AS back,
           COALESCE(SUM(demand - done) FILTER (WHERE %(gone)s), 0) AS gone
      FROM (%(moves)s) move"""

# Of a kit no move is of what was ordered: they are of its components, and the host counts the kits
# that can be made of the scarcest, whole ones only. So do these: of each component the share that
# came, will come, went back or was given up, of all that was planned of it. What was only brought
# to the door is counted with the move that follows, and what is made for a kit with the kit.
KIT_MOVES = """,
           move.location_dest_id IN (
               SELECT id FROM stock_location WHERE usage = ANY(%(arrival)s)) AS at_place,
           move.location_id IN (
               SELECT id FROM stock_location WHERE usage = 'production') AS is_made"""
KIT_SUMS = """
    SELECT missing, ratio,
           CASE WHEN is_kit THEN first - here ELSE planned END AS planned,
           CASE WHEN is_kit THEN second - first ELSE back END AS back,
           CASE WHEN is_kit THEN third - second ELSE gone END AS gone
      FROM (
    SELECT line.ordered - line.done AS missing, unit.ratio, line.done * unit.ratio AS here,
           -- a single move of the product itself: no kit
           BOOL_AND(product_id != line.product_id) AS is_kit,
           COALESCE(SUM(planned), 0) AS planned, COALESCE(SUM(back), 0) AS back,
           COALESCE(SUM(gone), 0) AS gone,
           GREATEST(line.done * unit.ratio, FLOOR(%(dust)s + line.ordered * unit.ratio
               * MIN((here + planned) / demand))) AS first,
           GREATEST(line.done * unit.ratio, FLOOR(%(dust)s + line.ordered * unit.ratio
               * MIN((here + planned + back) / demand))) AS second,
           GREATEST(line.done * unit.ratio, FLOOR(%(dust)s + line.ordered * unit.ratio
               * MIN((here + planned + back + gone) / demand))) AS third
      FROM (SELECT %(ratio)s AS ratio OFFSET 0) unit
      LEFT JOIN (
           SELECT product_id,
                  COALESCE(SUM(demand) FILTER (WHERE %(planned)s), 0) AS planned,
                  COALESCE(SUM(done) FILTER (WHERE %(back)s), 0) AS back,
                  COALESCE(SUM(demand - done) FILTER (WHERE %(gone)s), 0) AS gone,
                  COALESCE(SUM(done) FILTER (WHERE %(here)s AND (to_refund OR NOT comes_back)), 0)
                      - COALESCE(SUM(done) FILTER (WHERE %(back)s), 0) AS here,
                  NULLIF(SUM(demand) FILTER (WHERE arrives AND NOT comes_back
                      AND (at_place OR state != 'done')), 0) AS demand
             FROM (%(moves)s) move WHERE NOT is_made GROUP BY product_id) component ON TRUE
     GROUP BY unit.ratio OFFSET 0) kits"""

# What moves still plan is to come; of the rest first what was returned, then what was given up: a
# cancelled move, or the demand that a move done without backorder left behind. A move's demand is
# known in its own unit and in the product's, so units of moves need no table.
# OFFSET 0 keeps the steps apart: merged into one expression and a dozen joins, the plan took
# 36 ms, where the answer for a customer takes 0.2 ms.
OPEN_LINES = """
    SELECT line.id::bigint * 8 + %(row)s + part.number AS id, %(side)s AS side, part.reason,
           partner.commercial_partner_id, line.partner_id, line.company_id, ordered.user_id,
           line.product_id, %(sale)s AS sale_id, %(purchase)s AS purchase_id, %(day)s AS date,
           ordered.name AS order_name,
           line.ordered, line.done, part.quantity, line.uom_id,
           part.quantity * cut.ratio AS product_quantity, template.uom_id AS product_uom_id,
           line.subtotal / NULLIF(line.ordered, 0) * part.quantity
               / COALESCE(NULLIF(ordered.currency_rate, 0), 1) AS amount,
           (SELECT currency_id FROM res_company WHERE id = line.company_id) AS currency_id
      FROM %(lines)s AS line
      JOIN res_partner partner ON partner.id = line.partner_id
     CROSS JOIN LATERAL (
           SELECT * FROM %(orders)s one WHERE one.id = line.order_id OFFSET 0) ordered
     CROSS JOIN LATERAL (
           SELECT template.uom_id, template.type, template.invoice_policy, template.purchase_method
             FROM product_product product
             JOIN product_template template ON template.id = product.product_tmpl_id
            WHERE product.id = line.product_id OFFSET 0) template
     CROSS JOIN LATERAL (
           SELECT *, missing - coming - returned - cancelled AS unplanned FROM (
           SELECT *, LEAST(missing - coming - returned, gone / ratio) AS cancelled FROM (
           SELECT *, LEAST(missing - coming, back / ratio) AS returned FROM (
           SELECT *, CASE WHEN line.by_moves THEN LEAST(missing, planned / ratio)
                          ELSE missing END AS coming FROM (
           %(sums)s
           OFFSET 0) sums OFFSET 0) coming OFFSET 0) returned OFFSET 0) cancelled OFFSET 0
           ) cut
     CROSS JOIN LATERAL (VALUES
           (0, 'open', cut.coming), (1, 'returned', cut.returned),
           (2, 'cancelled', cut.cancelled), (3, 'unplanned', cut.unplanned)
           ) part (number, reason, quantity)
     WHERE part.quantity > %(dust)s AND (%(wanted)s)"""


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
        "stock.move": [
            "state",
            "product_id",
            "product_qty",
            "quantity",
            "to_refund",
            "sale_line_id",
            "purchase_line_id",
        ],
        "res.partner": ["commercial_partner_id"],
    }

    side = fields.Selection(
        [("out", "To deliver"), ("in", "To receive")], "Direction", readonly=True
    )
    reason = fields.Selection(
        [
            ("open", "Still to come"),
            ("returned", "Returned"),
            ("cancelled", "Cancelled or given up"),
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
    order_name = fields.Char("Order", readonly=True)
    sale_id = fields.Many2one("sale.order", "Sales Order", readonly=True)
    purchase_id = fields.Many2one("purchase.order", readonly=True)

    # when, how much
    date = fields.Datetime("Promised On", readonly=True)
    ordered = fields.Float(digits="Product Unit", readonly=True)
    done = fields.Float(digits="Product Unit", readonly=True)
    quantity = fields.Float(
        "Missing",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Ordered, and not delivered or received.",
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
        query = self.env["sale.order.line"]._search(
            [
                ("state", "=", "sale"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
                ("is_expense", "=", False),
            ]
        )
        # as the index of open lines has it, which alone is read
        query.add_where(SQL("sale_order_line.qty_delivered < sale_order_line.product_uom_qty"))
        return self._sql_lines(
            query.subselect(SQL(SALE_COLUMNS)),
            side="out",
            row=0,
            sale=SQL("line.order_id"),
            purchase=SQL("NULL::int"),
            orders=SQL("sale_order"),
            day=SQL(
                """COALESCE(ordered.commitment_date,
                            ordered.date_order + make_interval(days => line.lead))"""
            ),
            # what a combination consists of stands in lines of its own
            wanted=SQL(
                """template.type NOT IN ('service', 'combo')
                   OR template.type = 'service' AND template.invoice_policy = 'delivery'"""
            ),
            link=SQL("sale_line_id"),
            arrival=["customer", "transit"],
        )

    def _sql_purchases(self):
        """Return open lines of purchase orders: goods, and services billed when received."""
        query = self.env["purchase.order.line"]._search(
            [
                ("order_id.state", "=", "purchase"),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
            ]
        )
        query.add_where(SQL("purchase_order_line.qty_received < purchase_order_line.product_qty"))
        return self._sql_lines(
            query.subselect(SQL(PURCHASE_COLUMNS)),
            side="in",
            row=4,
            sale=SQL("NULL::int"),
            purchase=SQL("line.order_id"),
            orders=SQL("purchase_order"),
            day=SQL("COALESCE(line.planned, ordered.date_planned)"),
            wanted=SQL("template.type != 'service' OR template.purchase_method = 'receive'"),
            link=SQL("purchase_line_id"),
            arrival=["internal", "transit", "customer"],
        )

    def _sql_lines(self, lines, **parts):
        """Return the rows of open order lines: what is missing, cut by what becomes of it.

        :param lines: the order lines, with the columns of ``SALE_COLUMNS``
        :param parts: what differs between sales and purchases
        """
        link, arrival = parts.pop("link"), parts.pop("arrival")
        kits = self._may_sell_kits()
        more = SQL(KIT_MOVES, arrival=arrival) if kits else SQL()
        moves = SQL(MOVES, link=link, arrival=arrival, more=more)
        conditions = {name: SQL(code) for name, code in CONDITIONS.items()}
        sums = SQL(KIT_SUMS if kits else SUMS, moves=moves, dust=DUST, **conditions)
        return SQL(OPEN_LINES, lines=lines, dust=DUST, sums=sums, **parts)

    def _may_sell_kits(self):
        """Return whether moves may be of the components of what was ordered.

        Manufacturing is no module of ours, and may be there all the same.
        """
        return "bom_line_id" in self.env["stock.move"]._fields
