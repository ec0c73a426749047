from odoo import api, models
from odoo.tools import SQL

# columns of a row that no field holds
CALCULATED = {"bank_amount": "_sql_bank_amount", "bank_currency": "_sql_bank_currency"}

# What the bank's line was booked as: money of the counterparty. A payment with an entry of its own
# is met on an account between; of one without, the bank's line settles the invoice itself, so the
# first lines of an invoice repeat as many payments. A payment of no invoice is known by its amount.
BANK_ITEMS = """
      FROM account_move_line item
      JOIN account_account account ON account.id = item.account_id
           AND account.account_type IN ('asset_receivable', 'liability_payable')
     WHERE item.move_id = %(move)s"""
MATCHES = """
    (SELECT debit_move_id AS item_id, credit_move_id AS other_id FROM account_partial_reconcile
      UNION ALL
     SELECT credit_move_id, debit_move_id FROM account_partial_reconcile)"""
REPEATED = """
    EXISTS (SELECT FROM %(matches)s match
              JOIN account_move_line settled ON settled.id = match.other_id
             WHERE match.item_id = item.id
               AND (SELECT COUNT(*) FROM account_move__account_payment said
                      JOIN account_payment payment ON payment.id = said.payment_id
                     WHERE said.invoice_id = settled.move_id AND payment.move_id IS NULL
                       AND payment.state IN ('in_process', 'paid'))
                >= (SELECT COUNT(DISTINCT bank.move_id) FROM account_move_line part
                      JOIN %(matches)s other ON other.item_id = part.id
                      JOIN account_move_line bank ON bank.id = other.other_id
                     WHERE part.move_id = settled.move_id AND bank.statement_line_id IS NOT NULL
                       AND (bank.date, bank.move_id) <= (item.date, item.move_id)) OFFSET 0)
    OR EXISTS (SELECT FROM account_payment payment
                WHERE payment.partner_id = item.partner_id AND payment.move_id IS NULL
                  AND payment.state IN ('in_process', 'paid')
                  AND (payment.payment_type = 'inbound') = (item.balance < 0)
                  AND payment.currency_id = item.currency_id
                  AND payment.amount = ABS(item.amount_currency)
                  AND payment.date BETWEEN item.date - 31 AND item.date
                  AND NOT EXISTS (SELECT FROM account_move__account_payment said
                                   WHERE said.payment_id = payment.id))"""


class CounterpartyTimelineOnceMixin(models.AbstractModel):
    """What two legs know of stands in one: which rows a leg leaves to another."""

    _name = "counterparty.timeline.once.mixin"
    _description = "Rows that another leg shows"

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    @api.model
    def _sql_once_author(self, table, scope):
        """Return the condition of what people wrote elsewhere than under one of the family."""
        # an author is one of the family: the second says no more, in the words of the index
        return SQL("%s AND %s", self._sql_elsewhere(table, scope), self._sql_not_own(table))

    @api.model
    def _sql_once_recipient(self, table, scope):
        """Return the condition of what others wrote elsewhere than under one of the family."""
        author = SQL.identifier(table, "author_id")
        elsewhere = self._sql_elsewhere(table, scope)
        return SQL("%s AND (%s IS NULL OR NOT %s = ANY(%s))", elsewhere, author, author, scope)

    @api.model
    def _sql_elsewhere(self, table, scope):
        return SQL(
            "(%s IS DISTINCT FROM 'res.partner' OR NOT %s = ANY(%s))",
            SQL.identifier(table, "model"),
            SQL.identifier(table, "res_id"),
            scope,
        )

    @api.model
    def _sql_not_own(self, table):
        """Return the condition of messages that do not stand under their author's own record."""
        return SQL(
            "(%s IS DISTINCT FROM 'res.partner' OR %s IS DISTINCT FROM %s)",
            SQL.identifier(table, "model"),
            SQL.identifier(table, "res_id"),
            SQL.identifier(table, "author_id"),
        )

    # ------------------------------------------------------------
    # Done activities
    # ------------------------------------------------------------

    @api.model
    def _sql_once_own_activity(self, table, _scope):
        """Return the condition of contacts counted of documents.

        Those about a partner itself stand among its own activities.
        """
        self.env["mail.activity"].flush_model(["res_model"])
        return SQL(
            """NOT EXISTS (SELECT FROM mail_activity done
                            WHERE done.id = %s AND done.res_model = 'res.partner')""",
            SQL.identifier(table, "res_id"),
        )

    @api.model
    def _sql_once_counted(self, table, _scope):
        """Return the condition of what was done and not counted as a contact."""
        self.env["counterparty.interaction"].flush_model(["res_model", "res_id", "origin"])
        return SQL(
            """NOT EXISTS (SELECT FROM counterparty_interaction counted
                            WHERE counted.res_model = 'mail.activity' AND counted.res_id = %s
                              AND counted.origin != 'manual')""",
            SQL.identifier(table, "id"),
        )

    # ------------------------------------------------------------
    # Lines of the bank
    # ------------------------------------------------------------

    @api.model
    def _sql_once_bank(self, table, _scope):
        """Return the condition of lines of the bank that no payment tells of already."""
        for model in ("account.move.line", "account.partial.reconcile", "account.payment"):
            self.env[model].flush_model()
        # line by line, as the page asks: of the whole ledger at once it would take minutes
        return SQL("EXISTS (SELECT %s OFFSET 0)", self._sql_bank_items(table))

    @api.model
    def _sql_bank_items(self, table):
        """Return the items that were booked as money of a counterparty, and are told of here."""
        items = SQL(BANK_ITEMS, move=SQL.identifier(table, "id"))
        return SQL("%s AND NOT (%s)", items, SQL(REPEATED, matches=SQL(MATCHES)))

    @api.model
    def _sql_bank_amount(self, table):
        """Return what was booked in one currency, or of several in the company's."""
        return SQL(
            """(SELECT ABS(CASE WHEN MIN(item.currency_id) = MAX(item.currency_id)
                                THEN SUM(item.amount_currency) ELSE SUM(item.balance) END)%s)""",
            self._sql_bank_items(table),
        )

    @api.model
    def _sql_bank_currency(self, table):
        return SQL(
            """(SELECT CASE WHEN MIN(item.currency_id) = MAX(item.currency_id)
                            THEN MIN(item.currency_id) ELSE MIN(item.company_currency_id) END%s)""",
            self._sql_bank_items(table),
        )
