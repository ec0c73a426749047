from odoo import fields, models
from odoo.tools import SQL

from .sale_order_line import COST_PROFIT

MEASURES = ("receivable", "payable", "overdue", "to_invoice", "sales", "profit")


class CounterpartyHoldingFigure(models.Model):
    """What a member of a group owes and buys, per company and currency, as of a day.

    A query, not a table. Amounts are in the currency of the documents and never converted, so
    figures of different currencies stand beside each other. Context: the holdings, the day and
    the first day of the period of sales; without them all holdings, today, this year.
    """

    _name = "counterparty.holding.figure"
    _inherit = ["counterparty.holding.asked.mixin"]
    _description = "Figures of a Holding"
    _auto = False
    _order = "holding_id, partner_id, company_id, currency_id"
    _rec_name = "partner_id"
    _depends = {
        "counterparty.sale.fact": ["profit", "date", "commercial_partner_id"],
        "account.move": ["state", "move_type", "date", "amount_untaxed_in_currency_signed"],
        "account.move.line": ["amount_residual_currency", "parent_state", "partner_id"],
        "sale.order": ["state", "invoice_status", "currency_rate", "partner_invoice_id"],
        "sale.order.line": ["price_total", "qty_delivered", "product_uom_qty"],
        "res.partner": ["commercial_partner_id"],
    }

    holding_id = fields.Many2one("counterparty.holding", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    is_own_company = fields.Boolean("Own", readonly=True)
    receivable = fields.Monetary(readonly=True, help="Open customer invoices less payments.")
    payable = fields.Monetary(readonly=True, help="Open bills of suppliers less payments.")
    overdue = fields.Monetary(readonly=True, help="The part of the receivable past its due date.")
    to_invoice = fields.Monetary(
        "Orders not Invoiced",
        readonly=True,
        help="Confirmed orders, taxes included. On a past day without those cancelled since.",
    )
    sales = fields.Monetary("Net Sales", readonly=True, help="Invoiced in the period, untaxed.")
    company_currency_id = fields.Many2one("res.currency", "Currency of the Books", readonly=True)
    profit = fields.Monetary(
        "Gross Profit",
        currency_field="company_currency_id",
        readonly=True,
        groups=COST_PROFIT,
        help="Of the net sales of the period, in the currency of our company's books.",
    )

    @property
    def _table_query(self):
        Holding = self.env["counterparty.holding"]
        day = Holding._get_day()
        members = Holding._get_asked_holdings()._sql_members(day)
        return SQL(
            """WITH member AS MATERIALIZED (%(members)s)
               SELECT row_number() OVER (ORDER BY m.holding_id, m.partner_id, f.company_id,
                                                  f.currency_id) AS id,
                      m.holding_id, m.partner_id, f.company_id, f.currency_id,
                      books.currency_id AS company_currency_id, %(day)s::date AS as_of,
                      m.partner_id = ANY(%(own)s) AS is_own_company, %(sums)s
                 FROM member m
                 JOIN (%(legs)s) AS f ON f.partner_id = m.partner_id
                 JOIN res_company books ON books.id = f.company_id
                GROUP BY m.holding_id, m.partner_id, f.company_id, f.currency_id,
                         books.currency_id""",
            members=members,
            day=day,
            own=self.env["counterparty.membership"]._get_own_partners().ids,
            sums=SQL(", ").join(
                SQL("SUM(f.%(measure)s) AS %(measure)s", measure=SQL.identifier(measure))
                for measure in MEASURES
            ),
            legs=self._sql_legs(),
        )

    def _sql_legs(self):
        """Return the query of all amounts of the members, each row with one kind of them."""
        Holding = self.env["counterparty.holding"]
        Balance = self.env["counterparty.holding.balance"]
        day, start = Holding._get_day(), Holding._get_period_start()
        partners = SQL("SELECT partner_id FROM member")
        legs = [
            self._sql_leg(
                Balance._sql_items(partners, day),
                receivable="receivable",
                payable="payable",
                overdue="overdue",
            ),
            self._sql_leg(Balance._sql_open_orders(partners, day), to_invoice="amount"),
            self._sql_leg(Balance._sql_sales(partners, start, day), sales="sales"),
        ]
        if self.env.user.has_group(COST_PROFIT):
            profit = Balance._sql_profit(partners, start, day)
            legs.append(self._sql_leg(profit, profit="profit"))
        return SQL(" UNION ALL ").join(legs)

    def _sql_leg(self, query, **columns):
        """Return a query with all measures, of which it knows those given as columns."""
        amounts = [
            SQL.identifier(columns[measure]) if measure in columns else SQL("0")
            for measure in MEASURES
        ]
        return SQL(
            "SELECT partner_id, company_id, currency_id, %s FROM (%s) AS leg",
            SQL(", ").join(
                SQL("%s AS %s", amount, SQL.identifier(measure))
                for measure, amount in zip(MEASURES, amounts, strict=True)
            ),
            query,
        )

    def action_open_partner(self):
        """Open the member of the group."""
        self.ensure_one()
        return self.partner_id._get_records_action()
