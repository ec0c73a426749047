from odoo import api, fields, models
from odoo.tools import SQL


class CounterpartyHoldingBalance(models.AbstractModel):
    """Queries of what counterparties owe, are owed, have ordered and bought, as of a day.

    All work on commercial entities given as SQL and answer per company and document currency;
    nothing is converted except into the currency of the company whose books it is in.
    """

    _name = "counterparty.holding.balance"
    _description = "Balances of counterparties as of a day"

    @api.model
    def _fill_at_install(self):
        """Fill what is kept for groups from a database in use; by installation and upgrades."""
        self.env["res.partner"]._fill_counterparty_linked()
        lines = self.env["sale.order.line"].search(
            [("product_uom_qty", "=", 0), ("qty_delivered", "!=", 0), ("display_type", "=", False)]
        )
        # plain SQL: nobody has changed these lines
        self.env.cr.execute(
            SQL(
                """UPDATE sale_order_line line SET counterparty_delivered_total = found.total
                     FROM unnest(%s::int[], %s::numeric[]) AS found(id, total)
                    WHERE line.id = found.id""",
                lines.ids,
                [line._get_counterparty_delivered_total() for line in lines],
            )
        )
        lines.invalidate_recordset(["counterparty_delivered_total"], flush=False)

    @api.model
    def _flush_sources(self):
        """Write out what the queries read."""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])

    @api.model
    def _sql_items(self, partners, day):
        """Return the query of open receivables and payables.

        Columns: partner_id, company_id, currency_id, receivable, payable, overdue in document
        currency, receivable_company, payable_company, overdue_company in company currency.

        On a past day an item is open by what was matched after that day (partial.max_date); today
        the host's residual says it and its index of open items is used.
        """
        columns = SQL(
            """item.partner_id, item.company_id, item.currency_id,
               SUM(CASE WHEN is_receivable THEN open_currency ELSE 0 END) AS receivable,
               SUM(CASE WHEN is_receivable THEN 0 ELSE -open_currency END) AS payable,
               SUM(CASE WHEN is_receivable AND is_late THEN open_currency ELSE 0 END) AS overdue,
               SUM(CASE WHEN is_receivable THEN open_company ELSE 0 END) AS receivable_company,
               SUM(CASE WHEN is_receivable THEN 0 ELSE -open_company END) AS payable_company,
               SUM(CASE WHEN is_receivable AND is_late THEN open_company ELSE 0 END)
                   AS overdue_company"""
        )
        if day >= fields.Date.context_today(self):
            amounts, condition = self._sql_open_today()
        else:
            amounts, condition = self._sql_open_on(day)
        return SQL(
            """SELECT %(columns)s FROM (
                   SELECT l.partner_id, l.company_id, l.currency_id,
                          a.account_type = 'asset_receivable' AS is_receivable,
                          COALESCE(l.date_maturity, l.date) < %(day)s AS is_late, %(amounts)s
                     FROM account_move_line l
                     JOIN account_account a ON a.id = l.account_id
                    WHERE a.account_type IN ('asset_receivable', 'liability_payable')
                      AND l.parent_state = 'posted' AND l.partner_id IN (%(partners)s)
                      AND %(condition)s) AS item
                GROUP BY item.partner_id, item.company_id, item.currency_id""",
            columns=columns,
            day=day,
            amounts=amounts,
            condition=condition,
            partners=partners,
        )

    @api.model
    def _sql_open_today(self):
        amounts = SQL(
            "l.amount_residual_currency AS open_currency, l.amount_residual AS open_company"
        )
        return amounts, SQL("l.reconciled IS NOT TRUE")

    @api.model
    def _sql_open_on(self, day):
        amounts = SQL(
            """l.amount_currency
                 - COALESCE((SELECT SUM(debit_amount_currency) FROM account_partial_reconcile
                              WHERE debit_move_id = l.id AND max_date <= %(day)s), 0)
                 + COALESCE((SELECT SUM(credit_amount_currency) FROM account_partial_reconcile
                              WHERE credit_move_id = l.id AND max_date <= %(day)s), 0)
                 AS open_currency,
               l.balance
                 - COALESCE((SELECT SUM(amount) FROM account_partial_reconcile
                              WHERE debit_move_id = l.id AND max_date <= %(day)s), 0)
                 + COALESCE((SELECT SUM(amount) FROM account_partial_reconcile
                              WHERE credit_move_id = l.id AND max_date <= %(day)s), 0)
                 AS open_company""",
            day=day,
        )
        return amounts, SQL("l.date <= %s", day)

    @api.model
    def _sql_open_orders(self, partners, day, left_out=()):
        """Return the query of confirmed orders that are not invoiced: all their taxes included.

        Columns: order_id, partner_id, company_id, currency_id, amount, amount_company. What was
        delivered beyond the order counts as well. Posted invoices, down payments among them,
        reduce the amount; draft invoices do not, for nobody owes them yet.

        :param left_out: ids of orders that do not count
        """
        is_past = day < fields.Date.context_today(self)
        return SQL(
            """SELECT o.id AS order_id, o.entity_id AS partner_id, o.company_id, o.currency_id,
                      rest.amount, rest.amount / NULLIF(o.currency_rate, 0) AS amount_company
                 FROM (%(orders)s) AS o
                 CROSS JOIN LATERAL (SELECT GREATEST(0,
                     COALESCE((%(ordered)s), 0) - COALESCE((%(invoiced)s), 0)) AS amount) AS rest
                WHERE o.id != ALL(%(left_out)s) AND rest.amount != 0""",
            orders=self._sql_orders_until(partners, day) if is_past else self._sql_orders(partners),
            ordered=SQL(
                """SELECT SUM(CASE WHEN line.product_uom_qty = 0
                          THEN COALESCE(line.counterparty_delivered_total, 0)
                          ELSE line.price_total
                               * GREATEST(%(to_come)s, line.qty_delivered
                                                       / line.product_uom_qty) END)
                     FROM sale_order_line line
                    WHERE line.order_id = o.id AND line.display_type IS NULL
                      AND line.is_downpayment IS NOT TRUE""",
                to_come=self._sql_to_come(),
            ),
            invoiced=self._sql_invoiced(SQL("AND item.date <= %s", day) if is_past else SQL()),
            left_out=list(left_out),
        )

    @api.model
    def _sql_to_come(self):
        """Return 1 while the ordered quantity of ``line`` is to come, else 0: the delivered counts.

        Nothing comes any more when all deliveries are done or cancelled and only what is delivered
        is invoiced.
        """
        return SQL(
            """(SELECT CASE WHEN bool_and(stock.state IN ('done', 'cancel'))
                             AND bool_and(template.invoice_policy = 'delivery') THEN 0 ELSE 1 END
                  FROM stock_move stock
                  JOIN product_product product ON product.id = stock.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE stock.sale_line_id = line.id)"""
        )

    @api.model
    def _sql_invoiced(self, until):
        """Return the scalar query of what was invoiced of order ``o``, in its currency."""
        return SQL(
            """SELECT SUM(item.price_total
                          * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                          * CASE WHEN move.currency_id = o.currency_id THEN 1
                                 ELSE o.currency_rate / NULLIF(move.invoice_currency_rate, 0) END)
                 FROM sale_order_line line
                 JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                 JOIN account_move_line item ON item.id = rel.invoice_line_id
                 JOIN account_move move ON move.id = item.move_id
                WHERE line.order_id = o.id AND item.parent_state = 'posted' %s""",
            until,
        )

    @api.model
    def _sql_orders(self, partners):
        """Return the query of orders that may have something to invoice today.

        The host's status calls an order invoiced when a draft invoice covers it, hence the second
        leg; both have a partial index of their own. The order's invoice address says who will
        owe it, wherever a draft was sent meanwhile.
        """
        columns = SQL(
            """o.id, o.company_id, o.currency_id, o.currency_rate,
               contact.commercial_partner_id AS entity_id"""
        )
        return SQL(
            """SELECT %(columns)s FROM res_partner contact
                 JOIN sale_order o ON o.partner_invoice_id = contact.id
                WHERE contact.commercial_partner_id IN (%(partners)s)
                  AND o.state = 'sale' AND o.invoice_status != 'invoiced'
                UNION
               SELECT %(columns)s FROM account_move move
                 JOIN account_move_line item ON item.move_id = move.id
                 JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                 JOIN sale_order_line line ON line.id = rel.order_line_id
                 JOIN sale_order o ON o.id = line.order_id AND o.state = 'sale'
                 JOIN res_partner contact ON contact.id = o.partner_invoice_id
                WHERE move.state = 'draft' AND move.move_type = 'out_invoice'
                  AND contact.commercial_partner_id IN (%(partners)s)""",
            columns=columns,
            partners=partners,
        )

    @api.model
    def _sql_orders_until(self, partners, day):
        return SQL(
            """SELECT o.id, o.company_id, o.currency_id, o.currency_rate,
                      contact.commercial_partner_id AS entity_id
                 FROM res_partner contact
                 JOIN sale_order o ON o.partner_invoice_id = contact.id
                WHERE contact.commercial_partner_id IN (%(partners)s)
                  AND o.state = 'sale' AND o.date_order < %(day)s::date + 1""",
            partners=partners,
            day=day,
        )

    @api.model
    def _sql_sales(self, partners, start, day):
        """Return the query of net invoiced sales, day by day, from the first to the last day.

        Columns: partner_id, company_id, currency_id, date, sales in document currency.
        """
        return SQL(
            """SELECT contact.commercial_partner_id AS partner_id, move.company_id,
                      move.currency_id, move.date,
                      SUM(move.amount_untaxed_in_currency_signed) AS sales
                 FROM res_partner contact
                 JOIN account_move move ON move.partner_id = contact.id
                WHERE contact.commercial_partner_id IN (%(partners)s)
                  AND move.state = 'posted'
                  AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND move.date BETWEEN %(start)s AND %(day)s
                GROUP BY 1, 2, 3, 4""",
            partners=partners,
            start=start,
            day=day,
        )

    @api.model
    def _sql_profit(self, partners, start, day):
        """Return the query of what these sales brought, in the currency of the books.

        The facts say it as the ledger has it; nothing is converted here. The currency is that of
        the document, so that profit stands beside the sales it comes from. Columns: partner_id,
        company_id, currency_id, date, profit.
        """
        return SQL(
            """SELECT fact.commercial_partner_id AS partner_id, fact.company_id,
                      move.currency_id, fact.date, SUM(fact.profit) AS profit
                 FROM counterparty_sale_fact fact
                 JOIN account_move move ON move.id = fact.move_id
                WHERE fact.commercial_partner_id IN (%(partners)s)
                  AND fact.date BETWEEN %(start)s AND %(day)s
                GROUP BY 1, 2, 3, 4""",
            partners=partners,
            start=start,
            day=day,
        )
