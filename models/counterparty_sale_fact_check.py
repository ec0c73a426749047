import logging
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from .counterparty_sale_fact_build import SALE_TYPES

_logger = logging.getLogger(__name__)

# more lines than this are filled in the background
DIRECT_FILL = 200_000
CHUNK = 2_000

SINCE = "counterparty_crm.facts_since"
ORDER_COST = "counterparty_crm.facts_order_cost"
CURSOR = "counterparty_crm.facts_cursor"


class CounterpartySaleFactCheck(models.AbstractModel):
    """How the past comes in, and how facts are compared with the ledger and repaired."""

    _name = "counterparty.sale.fact.check"
    _description = "Sale Facts: filling and checking"

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
            while self._fill_chunk(CHUNK):
                pass
        else:
            self.env.ref("counterparty_crm.ir_cron_sale_fact_fill")._trigger()

    @api.model
    def _count_unfilled(self):
        """Estimate how many invoice lines wait, without reading them all."""
        self.env["account.move.line"].flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) FROM (
                       SELECT FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                        WHERE l.display_type = 'product' AND m.state = 'posted'
                          AND m.move_type = ANY(%s) LIMIT %s) few""",
                list(SALE_TYPES),
                DIRECT_FILL + 1,
            )
        )
        return count

    @api.model
    def _fill_chunk(self, limit):
        """Write the facts of the next documents, newest first; return how many there were."""
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        cursor = parameters.get_param(CURSOR)
        if not cursor:
            return 0
        day, last_id = cursor.split(",")
        rows = self.env.execute_query(
            SQL(
                """SELECT id, date FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s)
                      AND (date, id) < (%s::date, %s)
                    ORDER BY date DESC, id DESC LIMIT %s""",
                list(SALE_TYPES),
                day,
                int(last_id),
                limit,
            )
        )
        if not rows:
            parameters.search([("key", "=", CURSOR)]).unlink()
            return 0
        moves = self.env["account.move"].browse([row[0] for row in rows])
        # what a credit note reverses must be there first, however old
        moves |= self._link_past_reversals(moves)
        self._insert_facts(moves, live=False)
        parameters.set_param(CURSOR, f"{rows[-1][1]},{rows[-1][0]}")
        return len(rows)

    @api.model
    def _link_past_reversals(self, moves):
        """Match lines of old credit notes with those they reverse; return the invoices.

        The n-th line of a product, unit and price reverses the n-th of the invoice.
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
                moves=moves.ids,
            )
        )
        self.env["account.move.line"].invalidate_model(["reversed_line_id"])
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE origin AS (
                       SELECT reversed_entry_id AS id FROM account_move WHERE id = ANY(%s)
                        UNION
                       SELECT m.reversed_entry_id FROM account_move m
                         JOIN origin ON origin.id = m.id)
                   SELECT id FROM origin WHERE id IS NOT NULL""",
                moves.ids,
            )
        )
        return moves.browse([row[0] for row in rows])

    @api.model
    def _get_fill_progress(self):
        """Return the day from which the facts are complete, or ``None`` when all are."""
        # settings of ours: whoever reads a report may know what it lacks
        cursor = self.env["ir.config_parameter"].sudo().get_param(CURSOR)
        return fields.Date.to_date(cursor.split(",")[0]) if cursor else None

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

    # ------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------

    @api.model
    def _find_differences(self):
        """Return ``{move id: reason}`` of documents whose facts are not what the ledger says.

        Reasons: ``missing``, ``revenue``, ``partner``, ``not posted``. One scan of both sides,
        measured at 3 s for a million lines.
        """
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT COALESCE(ledger.move_id, fact.move_id),
                          CASE WHEN ledger.move_id IS NULL THEN 'not posted'
                               WHEN fact.move_id IS NULL THEN 'missing'
                               WHEN ledger.lines <> fact.lines THEN 'missing'
                               WHEN ledger.revenue <> fact.revenue THEN 'revenue'
                               ELSE 'partner' END
                     FROM (SELECT l.move_id, COUNT(*) AS lines, -SUM(l.balance) AS revenue,
                                  MIN(m.commercial_partner_id) AS partner_id
                             FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                            WHERE l.display_type = 'product' AND m.state = 'posted'
                              AND m.move_type = ANY(%(types)s) AND %(filled)s
                            GROUP BY l.move_id) ledger
                     FULL JOIN (
                           SELECT f.move_id, COUNT(DISTINCT f.line_id) AS lines,
                                  SUM(f.revenue + COALESCE(f.advance, 0)) AS revenue,
                                  MIN(f.commercial_partner_id) AS partner_id
                             FROM counterparty_sale_fact f GROUP BY f.move_id) fact
                       ON fact.move_id = ledger.move_id
                    WHERE ledger.lines IS DISTINCT FROM fact.lines
                       OR ledger.revenue IS DISTINCT FROM fact.revenue
                       OR ledger.partner_id IS DISTINCT FROM fact.partner_id""",
                types=list(SALE_TYPES),
                filled=self._sql_is_filled(),
            )
        )
        return dict(rows)

    @api.model
    def _sql_is_filled(self):
        progress = self._get_fill_progress()
        if not progress or progress == date(9999, 12, 31):
            return SQL("TRUE") if not progress else SQL("FALSE")
        return SQL("m.date > %s", progress)

    @api.model
    def _repair(self):
        """Bring documents with differences to what the ledger says; return the differences."""
        differences = self._find_differences()
        if differences:
            Move = self.env["account.move"]
            wrong = [move for move, why in differences.items() if why in ("revenue", "not posted")]
            self._forget_moves(Move.browse(wrong))
            moved = [move for move, why in differences.items() if why == "partner"]
            self._follow_partners(Move.browse(moved))
            redo = [move for move, why in differences.items() if why in ("revenue", "missing")]
            for start in range(0, len(redo), CHUNK):
                self._insert_facts(Move.browse(sorted(redo)[start : start + CHUNK]), live=False)
            _logger.info("sale facts: %s documents differed and were repaired", len(differences))
        return differences

    @api.model
    def _rebuild(self):
        """Write all facts anew from the documents, and the corrections on top of them.

        Costs and campaigns are asked for again: where the posting left no trace, the answer is
        that of today.
        """
        self.env.cr.execute("DELETE FROM counterparty_sale_fact")
        Correction = self.env["counterparty.sale.correction"]
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s) ORDER BY id""",
                list(SALE_TYPES),
            )
        )
        moves = self.env["account.move"].browse([row[0] for row in rows])
        self._insert_facts(moves, live=False)
        for correction in Correction.search([("id", ">", 0)], order="id"):
            correction._apply()

    # ------------------------------------------------------------
    # Crons
    # ------------------------------------------------------------

    @api.model
    def _cron_fill(self):
        """Fill the past in the background, newest first; goes on where it stopped."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=1 if self._get_fill_progress() else 0)
        while self._get_fill_progress():
            done = self._fill_chunk(CHUNK)
            if not cron._commit_progress(done, remaining=1 if done else 0):
                break

    @api.model
    def _cron_repair(self):
        """Settle provisional costs and repair what differs from the ledger."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT f.move_id FROM counterparty_sale_fact f
                    WHERE f.is_provisional AND NOT EXISTS (
                          SELECT FROM counterparty_sale_fact other
                           WHERE other.move_id = f.move_id AND other.line_id = f.line_id
                             AND other.kind = 'cost')
                    ORDER BY f.move_id"""
            )
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(rows) + 1)
        for start in range(0, len(rows), CHUNK):
            chunk = [row[0] for row in rows[start : start + CHUNK]]
            self._settle(self.env["account.move"].browse(chunk))
            if not cron._commit_progress(len(chunk)):
                return
        self._repair()
        cron._commit_progress(1)
