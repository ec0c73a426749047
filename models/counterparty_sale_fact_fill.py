import logging
from datetime import date

from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .counterparty_sale_fact_line import SALE_TYPES, sql_ids

# more lines than this are filled in the background
DIRECT_FILL = 200_000
# documents of the past at once; more waste memory, fewer plan more often
FILL_CHUNK = 20_000

# how long tidying may let others wait before it gives up
LOCK_TIMEOUT = "1s"

SINCE = "counterparty_crm.facts_since"
ORDER_COST = "counterparty_crm.facts_order_cost"
CURSOR = "counterparty_crm.facts_cursor"
# who sees the sales of everybody
ALL_SALES = ",".join(
    (
        "sales_team.group_sale_salesman_all_leads",
        "account.group_account_invoice",
        "account.group_account_readonly",
    )
)

_logger = logging.getLogger(__name__)


class CounterpartySaleFactFill(models.AbstractModel):
    """How the past comes in, newest first, and what reports say until it is there."""

    _name = "counterparty.sale.fact.fill"
    _description = "Sale Facts: filling"

    # ------------------------------------------------------------
    # Filling
    # ------------------------------------------------------------

    @api.model
    def _fill_at_install(self, order_cost_trusted=True):
        """Write the facts of everything posted so far; much of it in the background.

        Newest documents first; what is written can be read while the rest follows. A second call
        adds only what is missing.

        :param order_cost_trusted: order lines kept their cost before we came
        """
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(SINCE):
            parameters.set_param(SINCE, fields.Datetime.to_string(fields.Datetime.now()))
            parameters.set_param(ORDER_COST, str(order_cost_trusted))
        parameters.set_param(CURSOR, "9999-12-31,0")
        if self._count_unfilled() <= DIRECT_FILL:
            while self._fill_chunk():
                pass
            # nobody works while the addon is being installed
            self.env.cr.execute("REINDEX TABLE counterparty_sale_fact")
        else:
            self.env.ref("counterparty_crm.ir_cron_sale_fact_fill")._trigger()

    @api.model
    def _get_indexes(self):
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """SELECT indexname FROM pg_indexes
                        WHERE tablename = 'counterparty_sale_fact'
                          AND schemaname = CURRENT_SCHEMA ORDER BY indexname"""
                )
            )
        ]

    @api.model
    def _tidy_index(self, name):
        """Write an index anew that was filled from the newest to the oldest, and is half empty.

        15 MB of a million lines are not worth a standstill: whoever would have to wait for
        somebody who reads or posts just now leaves it as it is.

        :return: whether it was written
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
                reindex = SQL("REINDEX INDEX %s", SQL.identifier(name))
                self.env.cr.execute(reindex, log_exceptions=False)
                self.env.cr.execute("SET LOCAL lock_timeout TO DEFAULT")
        except LockNotAvailable:
            _logger.info("index %s is in use and stays as it is", name)
            return False
        return True

    @api.model
    def _count_unfilled(self, company=None):
        """Estimate how many invoice lines wait, without reading them all.

        :param company: whose lines; without one, of all
        """
        self.env["account.move.line"].flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) FROM (
                       SELECT FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                        WHERE l.display_type = 'product' AND m.state = 'posted'
                          AND m.move_type = ANY(%s) AND %s LIMIT %s) few""",
                list(SALE_TYPES),
                self._sql_is_of(company, "m"),
                DIRECT_FILL + 1,
            )
        )
        return count

    @api.model
    def _fill_chunk(self, limit=FILL_CHUNK):
        """Write the facts of the next documents, newest first; return how many there were."""
        cursor = self._get_fill_cursor()
        if not cursor:
            return 0
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        rows = self.env.execute_query(
            SQL(
                """SELECT id, date, reversed_entry_id IS NOT NULL FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s)
                      AND (date, id) < (%s::date, %s)
                    ORDER BY date DESC, id DESC LIMIT %s""",
                list(SALE_TYPES),
                *cursor,
                limit,
            )
        )
        if not rows:
            parameters.search([("key", "=", CURSOR)]).unlink()
            # the planner must not take the table for empty until the next vacuum
            self.env.cr.execute("ANALYZE counterparty_sale_fact")
            return 0
        moves = self.env["account.move"].browse([row[0] for row in rows])
        # what a credit note reverses must be there first, however old
        moves |= self._link_past_reversals(moves.browse([row[0] for row in rows if row[2]]))
        self._insert_facts(moves, live=False)
        parameters.set_param(CURSOR, f"{rows[-1][1]},{rows[-1][0]}")
        return len(rows)

    @api.model
    def _link_past_reversals(self, moves):
        """Match lines of old credit notes with those they reverse; return the invoices.

        The n-th line of a product, unit and price reverses the n-th of the invoice.

        :param moves: documents that name what they reverse
        """
        self.env.cr.execute(
            SQL(
                """WITH line AS (
                       SELECT l.id, l.move_id, l.product_id, l.product_uom_id, l.price_unit,
                              ROW_NUMBER() OVER (PARTITION BY l.move_id, l.product_id,
                                  l.product_uom_id, l.price_unit ORDER BY l.sequence, l.id) AS place
                         FROM account_move_line l
                        WHERE l.display_type = 'product' AND l.move_id IN (
                                  SELECT id FROM account_move WHERE id = ANY(%(moves)s)
                                     AND reversed_entry_id IS NOT NULL
                                  UNION ALL
                                  SELECT reversed_entry_id FROM account_move
                                   WHERE id = ANY(%(moves)s)))
                   UPDATE account_move_line credit SET reversed_line_id = origin.id
                     FROM line mine
                     JOIN account_move m ON m.id = mine.move_id
                     JOIN line origin ON origin.move_id = m.reversed_entry_id
                          AND (origin.product_id, origin.product_uom_id, origin.price_unit,
                               origin.place)
                              IS NOT DISTINCT FROM
                              (mine.product_id, mine.product_uom_id, mine.price_unit, mine.place)
                    WHERE credit.id = mine.id AND credit.reversed_line_id IS NULL""",
                moves=sql_ids(moves.ids),
            )
        )
        self._link_past_price_credits(moves)
        self._keep_past_goods(moves)
        self.env["account.move.line"].invalidate_model(
            ["reversed_line_id", "counterparty_goods_kept"]
        )
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE origin AS (
                       SELECT reversed_entry_id AS id FROM account_move WHERE id = ANY(%s)
                        UNION
                       SELECT m.reversed_entry_id FROM account_move m
                         JOIN origin ON origin.id = m.id)
                   SELECT id FROM origin WHERE id IS NOT NULL""",
                sql_ids(moves.ids),
            )
        )
        return moves.browse([row[0] for row in rows])

    @api.model
    def _link_past_price_credits(self, moves):
        """Match what is left with lines of the same net price or a higher one.

        The n-th dearest credit of a product and unit is of the n-th dearest line sold.
        """
        coin = SQL("COALESCE(NULLIF(cur.rounding, 0), 0.01)")
        gap, explained = self.env["account.move.line"]._sql_price_gap("sold", "credit", coin)
        self.env.cr.execute(
            SQL(
                """WITH document AS (
                       SELECT id, reversed_entry_id, company_id FROM account_move
                        WHERE id = ANY(%(moves)s) AND move_type = 'out_refund'
                          AND reversed_entry_id IS NOT NULL),
                   credit AS (
                       SELECT l.*, ROW_NUMBER() OVER (
                                  PARTITION BY l.move_id, l.product_id, l.product_uom_id
                                      ORDER BY l.price_subtotal / l.quantity DESC, l.id) AS place
                         FROM document
                         JOIN account_move_line l ON l.move_id = document.id
                        WHERE %(is_goods)s AND l.reversed_line_id IS NULL),
                   sold AS (
                       SELECT l.*, document.id AS credit_id, ROW_NUMBER() OVER (
                                  PARTITION BY document.id, l.product_id, l.product_uom_id
                                      ORDER BY l.price_subtotal / l.quantity DESC, l.id) AS place
                         FROM document
                         JOIN account_move_line l ON l.move_id = document.reversed_entry_id
                        WHERE %(is_goods)s AND NOT EXISTS (
                                  SELECT FROM account_move_line mine
                                   WHERE mine.reversed_line_id = l.id
                                     AND mine.move_id = document.id))
                   UPDATE account_move_line line SET reversed_line_id = sold.id
                     FROM credit JOIN sold ON sold.credit_id = credit.move_id
                          AND (sold.product_id, sold.company_id, sold.partner_id, sold.currency_id,
                               sold.place) = (credit.product_id, credit.company_id,
                               credit.partner_id, credit.currency_id, credit.place)
                          AND sold.product_uom_id IS NOT DISTINCT FROM credit.product_uom_id
                     JOIN res_currency cur ON cur.id = credit.currency_id
                    WHERE line.id = credit.id AND %(gap)s >= -%(explained)s""",
                moves=sql_ids(moves.ids),
                is_goods=SQL(
                    "l.display_type = 'product' AND l.product_id IS NOT NULL AND l.quantity > 0"
                ),
                gap=gap,
                explained=explained,
            )
        )

    @api.model
    def _keep_past_goods(self, moves):
        """Leave the goods with the customer where old credits are of a lower net price.

        Where the ledger took the goods back, they came back. What was posted since we came has
        said so.
        """
        coin = SQL("COALESCE(NULLIF(cur.rounding, 0), 0.01)")
        gap, explained = self.env["account.move.line"]._sql_price_gap("sold", "credit", coin)
        self.env.cr.execute(
            SQL(
                """UPDATE account_move_line line SET counterparty_goods_kept = TRUE
                     FROM account_move_line credit
                     JOIN account_move m ON m.id = credit.move_id
                     JOIN account_move_line sold ON sold.id = credit.reversed_line_id
                          AND sold.currency_id = credit.currency_id
                          AND sold.product_uom_id IS NOT DISTINCT FROM credit.product_uom_id
                     JOIN res_currency cur ON cur.id = credit.currency_id
                    WHERE line.id = credit.id AND credit.move_id = ANY(%(moves)s)
                      AND m.move_type = 'out_refund' AND credit.display_type = 'product'
                      AND credit.counterparty_goods_kept IS NULL
                      AND %(gap)s > %(explained)s
                      AND NOT EXISTS (SELECT FROM account_move_line item
                                       WHERE item.cogs_origin_id = credit.id
                                         AND item.move_id = credit.move_id)""",
                moves=sql_ids(moves.ids),
                gap=gap,
                explained=explained,
            )
        )

    @api.model
    def _fill_ahead(self, moves):
        """Write the facts of posted documents of the past before the filling comes to them.

        Whoever takes them back or corrects them now needs what they brought.
        """
        if moves and self._get_fill_cursor():
            moves |= self._link_past_reversals(moves)
            self._insert_facts(moves, live=False)

    @api.model
    def _get_fill_cursor(self):
        """Return day and id of the last document filled, or ``None`` when all are."""
        # settings of ours: whoever reads a report may know what it lacks
        cursor = self.env["ir.config_parameter"].sudo().get_param(CURSOR)
        if not cursor:
            return None
        day, last_id = cursor.split(",")
        return fields.Date.to_date(day), int(last_id)

    @api.model
    def _get_fill_progress(self):
        """Return the day from which the facts are complete, or ``None`` when all are."""
        cursor = self._get_fill_cursor()
        return cursor[0] if cursor else None

    @api.model
    def _describe_gaps(self, without_rate=0):
        """Tell in words what the figures of reports lack; ``False`` when nothing is missing.

        :param without_rate: how many amounts could not be converted
        """
        notes = []
        if complete_from := self._get_fill_progress():
            text = self.env._("The past is being read: reports fill in a few minutes.")
            if complete_from != date(9999, 12, 31):
                text = self.env._(
                    "The past is being read: figures are complete after %(day)s.",
                    day=format_date(self.env, complete_from),
                )
            notes.append(text)
        notes += self._describe_rebuilds()
        if without_rate:
            notes.append(
                self.env._(
                    "Amounts in no total, as their currency had no rate on the invoice date: "
                    "%(count)s.",
                    count=int(without_rate),
                )
            )
        return " ".join(notes) or False

    @api.model
    def _describe_rebuilds(self):
        """Tell in words which of the reader's companies have their sales written anew."""
        notes = []
        for company_id, (day, _last_id) in self._get_rebuilds().items():
            # its name is no secret for whoever works in it
            company = self.env.companies.sudo().filtered(lambda own, id_=company_id: own.id == id_)
            if not company:
                continue
            if day == date(9999, 12, 31):
                text = self.env._(
                    "Sales of %(company)s are about to be written anew: until then figures stay as "
                    "they are.",
                    company=company.name,
                )
            else:
                text = self.env._(
                    "Sales of %(company)s are being written anew, newest first: figures after "
                    "%(day)s are new, earlier ones as they were.",
                    company=company.name,
                    day=format_date(self.env, day),
                )
            notes.append(text)
        return notes

    @api.model
    def _list_gaps(self, without_rate=0):
        """Return all that can be told about missing figures, also what takes a count to know."""
        notes = [self._describe_gaps(without_rate)]
        if waiting := self._count_waiting():
            notes.append(self.env._("Documents still to be read: %(count)s.", count=waiting))
        return [note for note in notes if note]

    @api.model
    def _describe_no_sale(self):
        """Explain to the reader why there are no figures."""
        if self.env.user.has_groups(ALL_SALES):
            return self.env._("No sale yet: the first posted invoice fills this.")
        return self.env._("No sale of yours yet: those of other salespeople are not shown.")

    @api.model
    def _count_waiting(self):
        """Return how many documents of the past are still to be read."""
        cursor = self._get_fill_cursor()
        if not cursor:
            return 0
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s)
                      AND (date, id) < (%s::date, %s)""",
                list(SALE_TYPES),
                *cursor,
            )
        )
        return count

    @api.model
    def _get_estimate_limit(self):
        """Return when we came: the cost of today is a guess for lines that are older."""
        # settings of ours: nobody else writes them
        value = self.env["ir.config_parameter"].sudo().get_param(SINCE)
        return fields.Datetime.to_datetime(value) if value else None

    @api.model
    def _is_order_cost_trusted(self):
        # settings of ours: nobody else writes them
        return self.env["ir.config_parameter"].sudo().get_param(ORDER_COST) == "True"

    @api.model
    def _cron_fill(self):
        """Fill the past in the background, newest first; goes on where it stopped.

        What is to be written anew waits until the past is there.
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=bool(self._get_fill_progress()) + len(self._get_rebuilds()))
        while self._get_fill_progress():
            done = self._fill_chunk()
            if not cron._commit_progress(done, remaining=1 if done else 0):
                return
            if not done:
                self._cron_tidy(cron)
        self._cron_rebuild()

    @api.model
    def _cron_tidy(self, cron):
        """Write the indexes anew, each in a transaction of its own: postings wait for one alone."""
        for name in self._get_indexes():
            self._tidy_index(name)
            cron._commit_progress()
