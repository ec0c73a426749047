from datetime import datetime, time, timedelta

from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import credit

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

    @api.depends("company_id", "days")
    def _compute_line_ids(self):
        for run in self:
            lines = [vals for limit in run._get_limits() for vals in run._prepare_lines(limit)]
            run.line_ids = [Command.clear(), *map(Command.create, lines)]

    @api.depends("line_ids")
    def _compute_stopped_count(self):
        for run in self:
            run.stopped_count = len(run.line_ids.order_id)

    def _get_limits(self):
        return self.env["counterparty.holding.limit"].search(
            Domain("company_id", "=", self.company_id.root_id.id)
            & Domain("has_limit", "=", True)
            & Domain("holding_id.active", "=", True)
        )

    def _prepare_lines(self, limit):
        """Return the orders of one group that its limit of today would have stopped.

        Replays what the group owed: entries on receivable accounts by their date, orders by the
        moment of confirmation, invoices of orders by theirs. With reserved parts each is replayed
        by itself. Members are those of today.
        """
        start = datetime.combine(
            fields.Date.context_today(self) - timedelta(days=self.days), time.min
        )
        Credit = self.env["counterparty.group.credit"]
        pots = Credit._get_pots(limit)
        members = {}
        for partner, pot in pots.items():
            members.setdefault(pot, []).append(partner)
        lines = []
        for pot, partners in members.items():
            stopped = credit.replay(pot.limit, self._get_events(partners))
            orders = self.env["sale.order"].browse([row.order for row in stopped]).exists()
            # they count for those after them, but were never to be stopped
            orders = orders.filtered(lambda order: not order._is_counterparty_credit_paid())
            moments = {order.id: order.date_order for order in orders}
            lines += [
                {
                    "order_id": row.order,
                    "holding_id": limit.holding_id.id,
                    "limit": pot.limit,
                    "exposure": row.exposure,
                    "missing": row.missing,
                }
                for row in stopped
                if row.order in moments and moments[row.order] >= start
            ]
        return lines

    def _get_events(self, partner_ids):
        """Return all changes of what partners owe, in the company's currency."""
        Balance = self.env["counterparty.holding.balance"]
        Balance._flush_sources()
        # branches share the limits of their company
        companies = (
            self.env["res.company"].sudo().search([("id", "child_of", self.company_id.root_id.id)])
        )
        rows = self.env.execute_query(
            SQL(
                """WITH contact AS (SELECT id FROM res_partner
                                     WHERE commercial_partner_id = ANY(%(partners)s)),
                        orders AS (SELECT o.id, o.date_order, o.amount_total, o.currency_rate
                                     FROM sale_order o
                                     JOIN contact ON contact.id = o.partner_invoice_id
                                    WHERE o.state = 'sale' AND o.company_id = ANY(%(companies)s))
                   SELECT l.date::timestamp, SUM(l.balance)::float8, NULL
                     FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                    WHERE l.partner_id IN (SELECT id FROM contact) AND l.parent_state = 'posted'
                      AND a.account_type = 'asset_receivable' AND l.company_id = ANY(%(companies)s)
                    GROUP BY l.date
                    UNION ALL
                   SELECT date_order, (amount_total / NULLIF(currency_rate, 0))::float8, id
                     FROM orders
                    UNION ALL
                   SELECT item.date::timestamp,
                          SUM(-item.price_total / NULLIF(move.invoice_currency_rate, 0)
                              * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END)::float8,
                          NULL
                     FROM orders
                     JOIN sale_order_line line ON line.order_id = orders.id
                     JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                     JOIN account_move_line item ON item.id = rel.invoice_line_id
                     JOIN account_move move ON move.id = item.move_id
                    WHERE item.parent_state = 'posted'
                    GROUP BY item.date""",
                partners=list(partner_ids),
                companies=companies.ids,
            )
        )
        return [credit.Event(moment, amount or 0.0, order) for moment, amount, order in rows]
