from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .counterparty_holding import HOLDINGS, PERIOD_START

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class CounterpartyHoldingFigure(models.Model):
    """What a member of a group owes and buys, per company and currency, as of a day.

    A query, not a table. Amounts are in the currency of the documents and never converted, so
    figures of different currencies stand beside each other. Context: the holdings, the day and
    the first day of the period of sales; without them all holdings, today, this year.
    """

    _name = "counterparty.holding.figure"
    _description = "Figures of a Holding"
    _auto = False
    _order = "holding_id, partner_id, company_id, currency_id"
    _rec_name = "partner_id"
    _depends = {
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

    @property
    def _table_query(self):
        Holding = self.env["counterparty.holding"]
        Balance = self.env["counterparty.holding.balance"]
        day = Holding._get_day()
        start = fields.Date.to_date(self.env.context.get(PERIOD_START)) or day.replace(
            month=1, day=1
        )
        members = self._get_holdings()._sql_members(day)
        partners = SQL("SELECT partner_id FROM member")
        own = self.env["counterparty.membership"]._get_own_partners().ids
        nothing = SQL("0 AS receivable, 0 AS payable, 0 AS overdue")
        return SQL(
            """WITH member AS MATERIALIZED (%(members)s)
               SELECT row_number() OVER (ORDER BY m.holding_id, m.partner_id, f.company_id,
                                                  f.currency_id) AS id,
                      m.holding_id, m.partner_id, f.company_id, f.currency_id,
                      m.partner_id = ANY(%(own)s) AS is_own_company,
                      SUM(f.receivable) AS receivable, SUM(f.payable) AS payable,
                      SUM(f.overdue) AS overdue, SUM(f.to_invoice) AS to_invoice,
                      SUM(f.sales) AS sales
                 FROM member m
                 JOIN (SELECT partner_id, company_id, currency_id, receivable, payable, overdue,
                              0 AS to_invoice, 0 AS sales
                         FROM (%(items)s) AS items
                        UNION ALL
                       SELECT partner_id, company_id, currency_id, %(nothing)s,
                              amount AS to_invoice, 0 AS sales FROM (%(orders)s) AS orders
                        UNION ALL
                       SELECT partner_id, company_id, currency_id, %(nothing)s,
                              0 AS to_invoice, sales FROM (%(sales)s) AS sales) AS f
                   ON f.partner_id = m.partner_id
                GROUP BY m.holding_id, m.partner_id, f.company_id, f.currency_id""",
            members=members,
            own=own,
            nothing=nothing,
            items=Balance._sql_items(partners, day),
            orders=Balance._sql_open_orders(partners, day),
            sales=Balance._sql_sales(partners, start, day),
        )

    def _get_holdings(self):
        """Return the holdings of the context, else all that the user may see."""
        Holding = self.env["counterparty.holding"]
        ids = self.env.context.get(HOLDINGS)
        # the context comes from outside: groups of other companies stay hidden
        return Holding.with_context(active_test=not ids).search(
            Domain("id", "in", ids) if ids else Domain.TRUE
        )

    def action_open_partner(self):
        """Open the member of the group."""
        self.ensure_one()
        return self.partner_id._get_records_action()
