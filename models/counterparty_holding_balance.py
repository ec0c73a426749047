from odoo import api, fields, models
from odoo.tools import SQL


class CounterpartyHoldingBalance(models.AbstractModel):
    """Queries of what counterparties owe, are owed, have ordered and bought, as of a day.

    All work on commercial entities, given as a list of ids or as SQL, and answer per company and
    document currency; nothing is converted except into the currency of the company whose books it
    is in.
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
        the host's residual says it and its index of open items is used. What a contact owes is
        owed by its company, which takes its place after the sums: items are many, partners few.
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
            """SELECT contact.commercial_partner_id AS partner_id, part.company_id,
                      part.currency_id, %(sums)s FROM (
               SELECT %(columns)s FROM (
                   SELECT l.partner_id, l.company_id, l.currency_id,
                          a.account_type = 'asset_receivable' AS is_receivable,
                          COALESCE(l.date_maturity, l.date) < %(day)s AS is_late, %(amounts)s
                     FROM account_move_line l
                     JOIN account_account a ON a.id = l.account_id
                    WHERE a.account_type IN ('asset_receivable', 'liability_payable')
                      AND l.parent_state = 'posted' AND %(of_partners)s
                      AND %(condition)s) AS item
                GROUP BY item.partner_id, item.company_id, item.currency_id) AS part
                 JOIN res_partner contact ON contact.id = part.partner_id
                GROUP BY contact.commercial_partner_id, part.company_id, part.currency_id""",
            sums=SQL(", ").join(
                SQL("SUM(part.%(name)s) AS %(name)s", name=SQL.identifier(f"{name}{suffix}"))
                for suffix in ("", "_company")
                for name in ("receivable", "payable", "overdue")
            ),
            columns=columns,
            day=day,
            amounts=amounts,
            condition=condition,
            of_partners=self._sql_among(SQL("l.partner_id"), self._with_contacts(partners)),
        )

    @api.model
    def _sql_owed(self, partner_ids):
        """Return the query of open receivables today, in the currency of the books.

        Columns: partner_id, company_id, amount. What a limit asks for at every order: half the time
        of all that a figure shows.
        """
        return SQL(
            """SELECT contact.commercial_partner_id AS partner_id, l.company_id,
                      SUM(l.amount_residual) AS amount
                 FROM res_partner contact
                 JOIN account_move_line l ON l.partner_id = contact.id
                WHERE contact.commercial_partner_id = ANY(%(partners)s)
                  AND l.parent_state = 'posted' AND %(is_open)s
                  AND l.account_id IN (SELECT id FROM account_account
                                        WHERE account_type = 'asset_receivable')
                GROUP BY contact.commercial_partner_id, l.company_id""",
            partners=list(partner_ids),
            is_open=self._sql_open_today()[1],
        )

    @api.model
    def _with_contacts(self, partners):
        """Return companies together with their contacts.

        :param partners: a list of ids, or the SQL of a query of them
        """
        contacts = SQL(
            "SELECT id FROM res_partner WHERE %s",
            self._sql_among(SQL("commercial_partner_id"), partners),
        )
        if isinstance(partners, SQL):
            return contacts
        return [row[0] for row in self.env.execute_query(contacts)]

    @api.model
    def _sql_among(self, column, partners):
        """Return the condition that a column names one of the partners.

        Ids are written out: the statistics of a partner with a million entries make another plan
        than those of an unknown one.

        :param partners: a list of ids, or the SQL of a query of them
        """
        if isinstance(partners, SQL):
            return SQL("%s IN (%s)", column, partners)
        return SQL("%s = ANY(%s)", column, list(partners))

    @api.model
    def _sql_open_today(self):
        amounts = SQL(
            "l.amount_residual_currency AS open_currency, l.amount_residual AS open_company"
        )
        # the words of our index of open items
        return amounts, SQL("(l.amount_residual != 0 OR l.amount_residual_currency != 0)")

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
        # sums of all orders at once: 35,000 orders of a group took four times as long one by one,
        # and twice as long when each sum looked for its lines
        return SQL(
            """WITH o AS MATERIALIZED (SELECT * FROM (%(orders)s) AS found
                                        WHERE id != ALL(%(left_out)s)),
                    line AS MATERIALIZED (
                       SELECT l.id, l.order_id, l.product_id, l.product_uom_qty, l.qty_delivered,
                              l.price_total, l.counterparty_delivered_total, l.display_type,
                              l.is_downpayment, l.untaxed_amount_invoiced,
                              o.currency_id, o.currency_rate
                         FROM o JOIN sale_order_line l ON l.order_id = o.id)
               SELECT o.id AS order_id, o.entity_id AS partner_id, o.company_id, o.currency_id,
                      ordered.amount - COALESCE(invoiced.amount, 0) AS amount,
                      (ordered.amount - COALESCE(invoiced.amount, 0))
                          / NULLIF(o.currency_rate, 0) AS amount_company
                 FROM o
                 JOIN (%(ordered)s) AS ordered ON ordered.order_id = o.id
                 LEFT JOIN (%(invoiced)s) AS invoiced ON invoiced.order_id = o.id
                WHERE ordered.amount > COALESCE(invoiced.amount, 0)""",
            orders=self._sql_orders_until(partners, day) if is_past else self._sql_orders(partners),
            ordered=self._sql_ordered(),
            invoiced=self._sql_invoiced(
                SQL("AND item.date <= %s", day)
                if is_past
                # what the host has summed up today spares most open orders the way to the ledger
                else SQL("AND (line.untaxed_amount_invoiced != 0 OR line.is_downpayment)")
            ),
            left_out=list(left_out),
        )

    @api.model
    def _sql_ordered(self):
        """Return the query of what was ordered in the lines ``line``, or delivered beyond that.

        Nothing comes any more when all deliveries of a line are done or cancelled and only what is
        delivered is invoiced: then the delivered part counts.
        """
        return SQL(
            """SELECT line.order_id,
                      SUM(CASE WHEN line.product_uom_qty = 0
                          THEN COALESCE(line.counterparty_delivered_total, 0)
                          ELSE line.price_total
                               * GREATEST(CASE WHEN ended.line_id IS NULL THEN 1 ELSE 0 END,
                                          line.qty_delivered / line.product_uom_qty) END) AS amount
                 FROM line
                 LEFT JOIN (SELECT short.id AS line_id
                              FROM line AS short
                              JOIN product_product product ON product.id = short.product_id
                              JOIN product_template template
                                ON template.id = product.product_tmpl_id
                               AND template.invoice_policy = 'delivery'
                              JOIN stock_move stock ON stock.sale_line_id = short.id
                             WHERE short.qty_delivered < short.product_uom_qty
                             GROUP BY short.id
                            HAVING bool_and(stock.state IN ('done', 'cancel'))) AS ended
                        ON ended.line_id = line.id
                WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
                GROUP BY line.order_id"""
        )

    @api.model
    def _sql_invoiced(self, condition):
        """Return the query of what was invoiced of the lines ``line``, in the order's currency."""
        return SQL(
            """SELECT line.order_id,
                      SUM(item.price_total
                          * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                          * CASE WHEN move.currency_id = line.currency_id THEN 1
                                 ELSE line.currency_rate
                                      / NULLIF(move.invoice_currency_rate, 0) END) AS amount
                 FROM line
                 JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                 JOIN account_move_line item ON item.id = rel.invoice_line_id
                 JOIN account_move move ON move.id = item.move_id
                WHERE item.parent_state = 'posted' %s
                GROUP BY line.order_id""",
            condition,
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
                WHERE %(of_partners)s
                  AND o.state = 'sale' AND o.invoice_status != 'invoiced'
                UNION
               SELECT %(columns)s FROM account_move move
                 JOIN account_move_line item ON item.move_id = move.id
                 JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                 JOIN sale_order_line line ON line.id = rel.order_line_id
                 JOIN sale_order o ON o.id = line.order_id AND o.state = 'sale'
                 JOIN res_partner contact ON contact.id = o.partner_invoice_id
                WHERE move.state = 'draft' AND move.move_type = 'out_invoice'
                  AND %(of_partners)s""",
            columns=columns,
            of_partners=self._sql_among(SQL("contact.commercial_partner_id"), partners),
        )

    @api.model
    def _sql_orders_until(self, partners, day):
        return SQL(
            """SELECT o.id, o.company_id, o.currency_id, o.currency_rate,
                      contact.commercial_partner_id AS entity_id
                 FROM res_partner contact
                 JOIN sale_order o ON o.partner_invoice_id = contact.id
                WHERE %(of_partners)s
                  AND o.state = 'sale' AND o.date_order < %(day)s::date + 1""",
            of_partners=self._sql_among(SQL("contact.commercial_partner_id"), partners),
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
                WHERE %(of_partners)s
                  AND move.state = 'posted'
                  AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND move.date BETWEEN %(start)s AND %(day)s
                GROUP BY 1, 2, 3, 4""",
            of_partners=self._sql_among(SQL("contact.commercial_partner_id"), partners),
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
                WHERE %(of_partners)s
                  AND fact.date BETWEEN %(start)s AND %(day)s
                GROUP BY 1, 2, 3, 4""",
            of_partners=self._sql_among(SQL("fact.commercial_partner_id"), partners),
            start=start,
            day=day,
        )
