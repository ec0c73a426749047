from datetime import datetime, time, timedelta

from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import credit
from ..tools.periods import Period

DAYS = 90


class CounterpartyCreditDryRun(models.TransientModel):
    """Shows which orders group credit would have stopped, before anybody switches it on."""

    _name = "counterparty.credit.dry.run"
    _description = "Dry Run of Group Credit"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company.root_id
    )
    days = fields.Integer(default=DAYS, required=True)
    line_ids = fields.One2many(
        "counterparty.credit.dry.run.line", "run_id", compute="_compute_line_ids", store=True
    )
    stopped_count = fields.Integer("Orders Stopped", compute="_compute_stopped_count")
    has_limits = fields.Boolean(compute="_compute_has_limits")

    @api.depends("company_id", "days")
    def _compute_line_ids(self):
        for run in self:
            lines = [vals for limit in run._get_limits() for vals in run._prepare_lines(limit)]
            run.line_ids = [Command.clear(), *map(Command.create, lines)]

    @api.depends("line_ids")
    def _compute_stopped_count(self):
        for run in self:
            run.stopped_count = len(run.line_ids.order_id)

    @api.depends("company_id")
    def _compute_has_limits(self):
        for run in self:
            run.has_limits = bool(run._get_limits())

    def _get_limits(self):
        return self.env["counterparty.holding.limit"].search(
            Domain("company_id", "=", self.company_id.root_id.id)
            & Domain("has_limit", "=", True)
            & Domain("holding_id.active", "=", True)
        )

    def _prepare_lines(self, limit):
        """Return the orders of one group that its limit of today would have stopped.

        Replays what the group owed: entries on receivable accounts by their date, orders by the
        moment of confirmation, invoices of orders by theirs, what was never delivered by the end
        of its deliveries. Each member counts for the days on which it belonged to the group. With
        reserved parts each is replayed by itself.
        """
        today = fields.Date.context_today(self)
        first_day = today - timedelta(days=self.days)
        start = datetime.combine(first_day, time.min)
        stays, limits = self._get_stays(limit, first_day, today)
        events = self._get_events({partner for partner, _owner in stays})
        felt = {}
        for (partner, owner), periods in stays.items():
            felt.setdefault(owner, []).extend(
                credit.felt_by_group(events.get(partner, ()), periods)
            )
        lines = []
        for owner, of_pot in felt.items():
            stopped = credit.replay(limits[owner], of_pot)
            orders = self.env["sale.order"].browse([row.order for row in stopped]).exists()
            # they count for those after them, but were never to be stopped
            orders = orders.filtered(lambda order: not order._is_counterparty_credit_paid())
            moments = {order.id: order.date_order for order in orders}
            lines += [
                {
                    "order_id": row.order,
                    "holding_id": limit.holding_id.id,
                    "limit": limits[owner],
                    "exposure": row.exposure,
                    "missing": row.missing,
                }
                for row in stopped
                if row.order in moments and moments[row.order] >= start
            ]
        return lines

    def _get_stays(self, limit, first_day, last_day):
        """Return ``{(partner id, owner of the pot): [Period]}`` and ``{owner: limit of its pot}``.

        The state of the first day is taken to be that of all days before.
        """
        Credit = self.env["counterparty.group.credit"]
        holding = limit.holding_id
        days = [first_day, *holding._get_change_days(first_day, last_day)]
        ends = [day - timedelta(days=1) for day in days[1:]] + [None]
        stays, limits = {}, {}
        for number, (day, end) in enumerate(zip(days, ends, strict=True)):
            nothing = dict.fromkeys(Credit._get_drawing_partners(holding, day), 0.0)
            for partner, pot in Credit._share_out(limit, nothing, day).items():
                # the limit of today, or of the last day on which there was such a pot
                limits[pot.owner] = pot.limit
                periods = stays.setdefault((partner, pot.owner), [])
                start = day if number else None
                if periods and periods[-1].end == day - timedelta(days=1):
                    start = periods.pop().start
                periods.append(Period(start, end))
        return stays, limits

    def _get_events(self, partner_ids):
        """Return ``{partner id: all changes of what it owes}``, in the company's currency."""
        Balance = self.env["counterparty.holding.balance"]
        Balance._flush_sources()
        self.env["stock.move"].flush_model()
        # branches share the limits of their company
        companies = (
            self.env["res.company"].sudo().search([("id", "child_of", self.company_id.root_id.id)])
        )
        rows = self.env.execute_query(
            SQL(
                """WITH contact AS (SELECT id, commercial_partner_id AS entity_id FROM res_partner
                                     WHERE commercial_partner_id = ANY(%(partners)s)),
                        orders AS (SELECT o.id, o.date_order, o.amount_total, contact.entity_id,
                                          NULLIF(o.currency_rate, 0) AS rate
                                     FROM sale_order o
                                     JOIN contact ON contact.id = o.partner_invoice_id
                                    WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s))
                   SELECT contact.entity_id, l.date::timestamp, SUM(l.balance)::float8, NULL
                     FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                     JOIN contact ON contact.id = l.partner_id
                    WHERE l.parent_state = 'posted'
                      AND a.account_type = 'asset_receivable' AND l.company_id = ANY(%(companies)s)
                    GROUP BY contact.entity_id, l.date
                    UNION ALL
                   SELECT entity_id, date_order, (amount_total / rate)::float8, id FROM orders
                    UNION ALL
                   SELECT orders.entity_id, item.date::timestamp,
                          SUM(-item.price_total / NULLIF(move.invoice_currency_rate, 0)
                              * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END)::float8,
                          NULL
                     FROM orders
                     JOIN sale_order_line line ON line.order_id = orders.id
                     JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                     JOIN account_move_line item ON item.id = rel.invoice_line_id
                     JOIN account_move move ON move.id = item.move_id
                    WHERE item.parent_state = 'posted'
                    GROUP BY orders.entity_id, item.date
                    UNION ALL
                   %(delivered)s""",
                partners=list(partner_ids),
                companies=companies.ids,
                delivered=self._sql_delivered(),
            )
        )
        events = {}
        for partner, moment, amount, order in rows:
            events.setdefault(partner, []).append(credit.Event(moment, amount or 0.0, order))
        return events

    def _sql_delivered(self):
        """Return the query of what deliveries of ``orders`` added to them or left out for good.

        As in what is open today: a line ends when all its deliveries are done or cancelled and only
        what is delivered is invoiced.
        """
        return SQL(
            """SELECT orders.entity_id, COALESCE(stock.moment, orders.date_order),
                      SUM(CASE WHEN line.product_uom_qty = 0
                          THEN COALESCE(line.counterparty_delivered_total, 0)
                          ELSE line.price_total
                               * (line.qty_delivered / line.product_uom_qty - 1) END
                          / orders.rate)::float8, NULL
                 FROM orders
                 JOIN sale_order_line line ON line.order_id = orders.id
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                 LEFT JOIN (SELECT move.sale_line_id,
                                   bool_and(move.state IN ('done', 'cancel')) AS is_ended,
                                   MAX(CASE WHEN move.state = 'cancel' THEN move.write_date
                                            ELSE move.date END) AS moment
                              FROM orders
                              JOIN sale_order_line line ON line.order_id = orders.id
                              JOIN stock_move move ON move.sale_line_id = line.id
                             GROUP BY move.sale_line_id) AS stock ON stock.sale_line_id = line.id
                WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
                  AND (line.qty_delivered > line.product_uom_qty
                       OR (line.qty_delivered < line.product_uom_qty
                           AND template.invoice_policy = 'delivery' AND stock.is_ended))
                GROUP BY 1, 2"""
        )
