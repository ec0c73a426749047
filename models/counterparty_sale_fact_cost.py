from odoo import api, models
from odoo.tools import SQL

from ..tools import sale_cost


class CounterpartySaleFactCost(models.AbstractModel):
    """What a line cost, by the order of ``tools/sale_cost.py``."""

    _name = "counterparty.sale.fact.cost"
    _description = "Sale Facts: cost of a line"

    @api.model
    def _sql_cost(self, moves, live, again=True, derived=True):
        """Select the first answer to what a line cost; see ``tools/sale_cost.py``.

        :param again: whether something may be kept of the lines
        :param derived: whether any may come from an order
        """
        # what reverses a line has a statement of its own
        answers = {
            sale_cost.LEDGER: self._sql_cost_ledger(),
            sale_cost.DELIVERY: self._sql_cost_delivery(self._sql_posted_earlier(moves, live)),
            sale_cost.ORDER: self._sql_cost_order(),
            sale_cost.STANDARD: SQL("NULLIF(base.standard_price, 0) * base.quantity"),
        }
        if not derived:
            # not even planned
            del answers[sale_cost.DELIVERY], answers[sale_cost.ORDER]
        limit = None if live else self._get_estimate_limit()
        is_old = SQL("base.create_date < %s", limit) if limit else SQL("FALSE")
        if limit and not self._is_order_cost_trusted():
            answers[sale_cost.ORDER] = SQL(
                "CASE WHEN NOT %s THEN (%s) END", is_old, answers[sale_cost.ORDER]
            )
        statements = {
            basis: SQL(
                """SELECT %s AS basis, value FROM (SELECT %s AS value OFFSET 0) a
                    WHERE value IS NOT NULL""",
                # the cost of today is no more than a guess for what was posted before
                sale_cost.ESTIMATED if basis == sale_cost.STANDARD and not live else basis,
                answer,
            )
            for basis, answer in answers.items()
        }
        return SQL(
            """SELECT CASE WHEN base.is_downpayment THEN 'advance'
                           WHEN base.goods_kept THEN 'kept'
                           WHEN found.basis IS NULL AND %(is_discount)s THEN 'discount'
                           WHEN found.basis IS NULL AND base.product_type = 'service'
                           THEN CASE WHEN base.services_free THEN 'free' ELSE 'service' END
                           ELSE COALESCE(found.basis, 'missing') END AS cost_basis,
                      CASE WHEN base.is_downpayment OR base.goods_kept THEN 0
                           ELSE COALESCE(found.value, 0) END AS value
                 FROM (SELECT 1) one
                 LEFT JOIN LATERAL (%(answers)s LIMIT 1) found ON TRUE""",
            # each answer is asked only when those before it had none
            answers=SQL(" UNION ALL ").join(self._order_answers(statements, live, again)),
            is_discount=self._sql_is_discount(),
        )

    @api.model
    def _sql_is_discount(self):
        """Tell that a ``base`` takes off the price of what else was sold: it costs nothing.

        A negative line, of a credit note a positive one, with a negative price or of a service.
        Stored goods are never one, nor is what an order sold and takes back.
        """
        return SQL(
            """(NOT base.is_storable AND base.amount <> 0
                 AND (base.amount < 0) = (base.move_type <> 'out_refund')
                 AND (COALESCE(base.product_type, 'service') = 'service'
                      OR base.amount * base.quantity < 0)
                 AND (base.amount * base.quantity < 0 OR base.order_price IS NULL
                      OR base.order_price < 0 OR base.order_quantity < 0))"""
        )

    @api.model
    def _order_answers(self, statements, live, again):
        """Return the statements in the order in which they are asked.

        What was kept comes first when facts are written anew. When a document is posted again,
        the ledger was written anew too, and a delivery settles what was provisional.
        """
        Kept = self.env["counterparty.sale.fact.kept"]
        closed = None if live else self._sql_is_closed()
        kept = SQL("SELECT * FROM (%s) kept_answer", Kept._sql_cost(closed=closed))
        asked = [basis for basis in sale_cost.COST_ORDER if basis in statements]
        left = [statements[basis] for basis in asked if basis == sale_cost.DELIVERY]
        rest = [statements[basis] for basis in asked if basis in sale_cost.PROVISIONAL]
        ledger = statements[sale_cost.LEDGER]
        if not again:
            return [ledger, *left, *rest]
        if not live:
            return [kept, ledger, *left, *rest]
        certain = SQL("SELECT * FROM (%s) certain_answer", Kept._sql_cost(with_provisional=False))
        return [ledger, certain, *left, kept, *rest]

    @api.model
    def _sql_is_closed(self):
        """Tell that ``base`` is of a period that no sale can be changed in any more."""
        # all companies count, not those alone that the reader may see
        companies = self.env["res.company"].sudo().search([("id", "!=", False)])
        return SQL(
            """base.date <= (SELECT lock.day FROM (VALUES %s) lock (company_id, day)
                              WHERE lock.company_id = base.company_id)""",
            self._sql_locks(companies),
        )

    @api.model
    def _sql_cost_ledger(self):
        return SQL(
            # not a join: the planner would read the accounts first, for each line
            """(SELECT SUM(item.balance) FROM account_move_line item
                 WHERE item.cogs_origin_id = base.line_id AND item.move_id = base.move_id
                   AND (SELECT account.account_type LIKE 'expense%%'
                          FROM account_account account WHERE account.id = item.account_id)
                   -- asked once: without real-time valuation there is none
                   AND (SELECT EXISTS (SELECT FROM account_move_line any_item
                                        WHERE any_item.cogs_origin_id IS NOT NULL)))"""
        )

    @api.model
    def _sql_cost_delivery(self, earlier):
        """Take the goods that left for the order line, first out first, after earlier invoices.

        No answer unless all the quantity invoiced has left, but for what was credited since: that
        will never leave, and costs as much by the unit as what did.

        :param earlier: tells which ``other`` lines took their goods before ``base``
        """
        return SQL(
            """CASE WHEN base.is_storable AND base.order_line_id IS NOT NULL THEN (
                SELECT CASE
                    WHEN base.quantity < 0
                    THEN base.quantity * SUM(out.value) / SUM(out.quantity)
                    WHEN MAX(out.upto) >= MAX(place.first) + MAX(place.quantity) - 0.000001
                    THEN base.quantity / MAX(place.quantity)
                         * SUM(out.value / out.quantity * GREATEST(0,
                             LEAST(out.upto, place.first + place.quantity)
                             - GREATEST(out.upto - out.kept, place.first))) END
                  FROM (%(out)s) out
                 CROSS JOIN (
                       SELECT before.quantity AS first,
                              CASE WHEN base.quantity > credited.quantity
                                   THEN base.quantity - credited.quantity
                                   ELSE base.quantity END AS quantity
                         FROM (%(before)s) before
                        CROSS JOIN (SELECT %(credited)s AS quantity) credited) place
                HAVING COUNT(*) > 0) END""",
            out=self._sql_left(),
            before=self._sql_taken_before(earlier),
            credited=self._sql_credited(SQL("base.line_id")),
        )

    @api.model
    def _sql_left(self):
        """Select what left for the order line of ``base``, and how much of it did not come back.

        What the supplier sent to the customer has no value of its own: it costs what was ordered.
        """
        return SQL(
            """SELECT done.value, done.quantity, done.quantity - done.returned AS kept,
                      SUM(done.quantity - done.returned) OVER (ORDER BY done.date, done.id) AS upto
                 FROM (SELECT sm.id, sm.date, sm.quantity * %(moved)s AS quantity,
                              CASE WHEN sm.is_out THEN sm.value
                                   ELSE %(dropshipped)s END AS value,
                              LEAST(sm.quantity * %(moved)s, COALESCE((
                                  SELECT SUM(back.quantity * %(returned)s)
                                    FROM stock_move back
                                   WHERE back.origin_returned_move_id = sm.id
                                     AND back.state = 'done' AND back.to_refund), 0))
                                  AS returned
                         FROM stock_move sm
                        WHERE sm.sale_line_id = base.order_line_id
                          AND sm.product_id = base.product_id
                          AND sm.company_id = base.company_id
                          AND sm.state = 'done' AND sm.quantity > 0
                          AND (sm.is_out OR sm.is_dropship
                               AND sm.origin_returned_move_id IS NULL)) done
                WHERE done.value > 0""",
            dropshipped=self._sql_dropshipped(),
            moved=self._sql_factor(SQL("sm.product_uom"), SQL("base.uom_id")),
            returned=self._sql_factor(SQL("back.product_uom"), SQL("base.uom_id")),
        )

    @api.model
    def _sql_dropshipped(self):
        """Return the net price of what move ``sm`` brought from supplier to customer."""
        return SQL(
            """(SELECT sm.quantity * %(ordered)s * pol.price_subtotal / NULLIF(pol.product_qty, 0)
                       / CASE WHEN po.currency_id = base.currency_id THEN 1
                              ELSE %(rate)s / %(own_rate)s END
                  FROM purchase_order_line pol JOIN purchase_order po ON po.id = pol.order_id
                 WHERE pol.id = sm.purchase_line_id)""",
            ordered=self._sql_factor(SQL("sm.product_uom"), SQL("pol.product_uom_id")),
            rate=self._sql_rate(SQL("po.currency_id")),
            own_rate=self._sql_rate(SQL("base.currency_id")),
        )

    @api.model
    def _sql_taken_before(self, earlier):
        """Select what invoices took of the order line of ``base`` before, less their credits."""
        return SQL(
            """SELECT COALESCE(SUM(
                          CASE WHEN om.move_type <> 'out_refund'
                               THEN other.quantity * %(invoiced)s - %(credited)s
                               -- of a line of the order: taken off with that one
                               WHEN EXISTS (
                                    SELECT FROM sale_order_line_invoice_rel own
                                     WHERE own.order_line_id = base.order_line_id
                                       AND own.invoice_line_id = other.reversed_line_id) THEN 0
                               ELSE -other.quantity * %(invoiced)s END), 0) AS quantity
                 FROM sale_order_line_invoice_rel rel
                 JOIN account_move_line other ON other.id = rel.invoice_line_id
                 JOIN account_move om ON om.id = other.move_id
                WHERE rel.order_line_id = base.order_line_id
                  AND other.parent_state = 'posted'
                  AND other.display_type = 'product'
                  AND other.counterparty_goods_kept IS NOT TRUE
                  AND other.id <> base.line_id AND %(earlier)s""",
            earlier=earlier,
            # another product on the same order line may have another unit
            invoiced=self._sql_factor(
                SQL("other.product_uom_id"),
                SQL(
                    """CASE WHEN other.product_id = base.product_id THEN base.uom_id
                            ELSE (SELECT st.uom_id FROM product_product sp
                                    JOIN product_template st ON st.id = sp.product_tmpl_id
                                   WHERE sp.id = other.product_id) END"""
                ),
            ),
            credited=self._sql_credited(SQL("other.id")),
        )

    @api.model
    def _sql_credited(self, line):
        """Return how much of an invoice line credits take back of the goods, in their unit."""
        return SQL(
            """COALESCE((SELECT SUM(credit.quantity * %s)
                           FROM account_move_line credit
                           JOIN account_move cm ON cm.id = credit.move_id
                          WHERE credit.reversed_line_id = %s AND credit.parent_state = 'posted'
                            AND cm.move_type = 'out_refund'
                            AND credit.counterparty_goods_kept IS NOT TRUE), 0)""",
            self._sql_factor(SQL("credit.product_uom_id"), SQL("base.uom_id")),
            line,
        )

    @api.model
    def _sql_posted_earlier(self, moves, live):
        earlier = SQL("other.id < base.line_id")
        if not live:
            return earlier
        return SQL("(%s OR other.move_id <> ALL(%s))", earlier, moves.ids)

    @api.model
    def _sql_settled_earlier(self):
        """Tell that an ``other`` line took its goods earlier, or waits for them in front.

        A draft may be older than an invoice that was posted, and took its goods, before it. What
        was posted after it left it the goods in front: its facts are the younger ones.
        """
        return SQL(
            """(other.id < base.line_id OR om.move_type <> 'out_refund'
                AND (SELECT MIN(f.id) FROM counterparty_sale_fact f
                      WHERE f.move_id = other.move_id AND f.line_id = other.id)
                    < (SELECT MIN(f.id) FROM counterparty_sale_fact f
                        WHERE f.move_id = base.move_id AND f.line_id = base.line_id)
                AND NOT (
                    EXISTS (SELECT FROM counterparty_sale_fact f
                             WHERE f.move_id = other.move_id AND f.line_id = other.id
                               AND f.is_provisional)
                    AND NOT EXISTS (SELECT FROM counterparty_sale_fact f
                                     WHERE f.move_id = other.move_id AND f.line_id = other.id
                                       AND f.kind = 'cost')))"""
        )

    @api.model
    def _sql_cost_order(self):
        """Convert the order line's cost with the rates of the invoice date."""
        return SQL(
            """CASE WHEN base.purchase_price <> 0 THEN
                   base.purchase_price / base.order_factor * base.quantity
                   / CASE WHEN base.order_currency_id = base.currency_id THEN 1
                          ELSE %s / %s END END""",
            self._sql_rate(SQL("base.order_currency_id")),
            self._sql_rate(SQL("base.currency_id")),
        )

    @api.model
    def _sql_rate(self, currency):
        return SQL(
            # before the first rate the host takes that one
            """COALESCE((SELECT NULLIF(r.rate, 0) FROM res_currency_rate r
                          WHERE r.currency_id = %(currency)s AND r.name <= base.invoice_date
                            AND (r.company_id IS NULL OR r.company_id = base.root_id)
                          ORDER BY r.company_id, r.name DESC LIMIT 1),
                        (SELECT NULLIF(r.rate, 0) FROM res_currency_rate r
                          WHERE r.currency_id = %(currency)s
                            AND (r.company_id IS NULL OR r.company_id = base.root_id)
                          ORDER BY r.company_id, r.name LIMIT 1), 1)""",
            currency=currency,
        )
