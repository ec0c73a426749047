from datetime import date

from odoo import fields, models
from odoo.tools import SQL

from .sale_order_line import COST_PROFIT


class CounterpartyHoldingSale(models.Model):
    """What a member of a group bought on a day, and what that brought.

    A query, not a table: members are those of the day of the question, so the sales of a year stay
    what they were when a member leaves later. Sales are in the currency of the documents, profit in
    that of our company's books; neither is converted. Context: the holdings and the day.
    """

    _name = "counterparty.holding.sale"
    _inherit = ["counterparty.holding.asked.mixin"]
    _description = "Sales of a Holding"
    _auto = False
    _order = "date desc, holding_id, partner_id, id"
    _rec_name = "partner_id"
    _depends = {
        "counterparty.sale.fact": ["profit", "date", "commercial_partner_id"],
        "account.move": ["state", "move_type", "date", "amount_untaxed_in_currency_signed"],
        "res.partner": ["commercial_partner_id"],
    }

    holding_id = fields.Many2one("counterparty.holding", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    date = fields.Date("Accounting Date", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", "Currency of the Books", readonly=True)
    is_own_company = fields.Boolean("Own", readonly=True)
    sales = fields.Monetary("Net Sales", readonly=True, help="Invoiced on the day, untaxed.")
    profit = fields.Monetary(
        "Gross Profit",
        currency_field="company_currency_id",
        readonly=True,
        groups=COST_PROFIT,
        help="Of these sales, in the currency of our company's books.",
    )

    @property
    def _table_query(self):
        Holding = self.env["counterparty.holding"]
        Balance = self.env["counterparty.holding.balance"]
        day = Holding._get_day()
        partners = SQL("SELECT partner_id FROM member")
        legs = [
            SQL(
                """SELECT partner_id, company_id, currency_id, date, sales, 0 AS profit
                     FROM (%s) AS sales""",
                Balance._sql_sales(partners, date.min, day),
            )
        ]
        if self.env.user.has_group(COST_PROFIT):
            legs.append(
                SQL(
                    """SELECT partner_id, company_id, currency_id, date, 0 AS sales, profit
                         FROM (%s) AS profit""",
                    Balance._sql_profit(partners, date.min, day),
                )
            )
        return SQL(
            """WITH member AS MATERIALIZED (%(members)s)
               SELECT row_number() OVER (ORDER BY f.date, m.holding_id, m.partner_id,
                                                  f.company_id, f.currency_id) AS id,
                      m.holding_id, m.partner_id, f.date, f.company_id, f.currency_id,
                      books.currency_id AS company_currency_id, %(day)s::date AS as_of,
                      m.partner_id = ANY(%(own)s) AS is_own_company,
                      SUM(f.sales) AS sales, SUM(f.profit) AS profit
                 FROM member m
                 JOIN (%(legs)s) AS f ON f.partner_id = m.partner_id
                 JOIN res_company books ON books.id = f.company_id
                GROUP BY m.holding_id, m.partner_id, f.date, f.company_id, f.currency_id,
                         books.currency_id""",
            members=Holding._get_asked_holdings()._sql_members(day),
            day=day,
            own=self.env["counterparty.membership"]._get_own_partners().ids,
            legs=SQL(" UNION ALL ").join(legs),
        )
