import logging
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .counterparty_sale_fact_build import SALE_TYPES

_logger = logging.getLogger(__name__)

# more lines than this are filled in the background
DIRECT_FILL = 200_000
CHUNK = 2_000
# documents of the past at once; more waste memory, fewer plan more often
FILL_CHUNK = 20_000

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
FACT_CRON = "counterparty_crm.ir_cron_sale_fact_repair"


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
            while self._fill_chunk():
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
    def _fill_chunk(self, limit=FILL_CHUNK):
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
            # written from the newest to the oldest, indexes by document are half empty: 15 MB of a
            # million; and the planner must not take the table for empty until the next vacuum
            self.env.cr.execute("REINDEX TABLE counterparty_sale_fact")
            self.env.cr.execute("ANALYZE counterparty_sale_fact")
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
        # settings of ours: whoever reads a report may know what it lacks
        cursor = self.env["ir.config_parameter"].sudo().get_param(CURSOR)
        if not cursor:
            return 0
        day, last_id = cursor.split(",")
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s)
                      AND (date, id) < (%s::date, %s)""",
                list(SALE_TYPES),
                day,
                int(last_id),
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

    # ------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------

    @api.model
    def _find_differences(self, companies=None):
        """Return ``{move id: reason}`` of documents whose facts are not what the ledger says.

        :param companies: whose documents; without any, of all

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
                              AND m.move_type = ANY(%(types)s) AND %(filled)s AND %(line_of)s
                            GROUP BY l.move_id) ledger
                     FULL JOIN (
                           SELECT f.move_id, COUNT(DISTINCT f.line_id) AS lines,
                                  SUM(f.revenue + COALESCE(f.advance, 0)) AS revenue,
                                  MIN(f.commercial_partner_id) AS partner_id
                             FROM counterparty_sale_fact f WHERE %(fact_of)s
                            GROUP BY f.move_id) fact
                       ON fact.move_id = ledger.move_id
                    WHERE ledger.lines IS DISTINCT FROM fact.lines
                       OR ledger.revenue IS DISTINCT FROM fact.revenue
                       OR ledger.partner_id IS DISTINCT FROM fact.partner_id""",
                types=list(SALE_TYPES),
                filled=self._sql_is_filled(),
                line_of=self._sql_is_of(companies, "l"),
                fact_of=self._sql_is_of(companies, "f"),
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
    def _sql_is_of(self, companies, alias):
        if companies is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", SQL.identifier(alias, "company_id"), companies.ids)

    @api.model
    def _repair(self, companies=None):
        """Bring documents with differences to what the ledger says; return the differences.

        :param companies: whose documents; without any, of all
        """
        differences = self._find_differences(companies)
        if differences:
            Move = self.env["account.move"]
            gone = [move for move, why in differences.items() if why == "not posted"]
            self._forget_moves(Move.browse(gone))
            moved = [move for move, why in differences.items() if why == "partner"]
            self._follow_partners(Move.browse(moved))
            redo = sorted(
                move for move, why in differences.items() if why in ("revenue", "missing")
            )
            for start in range(0, len(redo), CHUNK):
                self._repair_chunk(Move.browse(redo[start : start + CHUNK]))
            _logger.info("sale facts: %s documents differed and were repaired", len(differences))
        return differences

    @api.model
    def _repair_chunk(self, moves):
        """Write documents anew; one that cannot be written leaves the others alone."""
        try:
            with self.env.cr.savepoint():
                self._write_anew(moves)
        except Exception:
            if len(moves) == 1:
                _logger.exception("sale facts of document %s cannot be written", moves.ids)
                return
            half = len(moves) // 2
            self._repair_chunk(moves[:half])
            self._repair_chunk(moves[half:])

    @api.model
    def _write_anew(self, moves):
        """Write the facts of documents again, with the cost and shares that they had.

        Corrections are applied on top of them again, on the first open day.
        """
        self._set_aside(SQL("move_id = ANY(%s)", moves.ids), ["posting"])
        self._insert_facts(moves, live=False)
        self._settle(moves.browse(self._find_provisional(SQL("f.move_id = ANY(%s)", moves.ids))))
        # corrections of the documents, whoever made them and whoever repairs
        Correction = self.env["counterparty.sale.correction"].sudo()
        for correction in Correction.search([("line_ids.move_id", "in", moves.ids)], order="id"):
            correction._apply(correction.line_ids.filtered(lambda line: line.move_id in moves))

    @api.model
    def _rebuild(self, companies=None):
        """Write all facts anew from the documents, and the corrections on top of them.

        Unit costs and shares stay as the posting froze them: only lines without any are asked
        for again, and what only today's cost answers is an estimate.

        :param companies: whose facts; without any, of all
        """
        self._set_aside(self._sql_is_of(companies, "counterparty_sale_fact"), ["posting"])
        rows = self.env.execute_query(
            SQL(
                """SELECT m.id FROM account_move m
                    WHERE m.state = 'posted' AND m.move_type = ANY(%s) AND %s ORDER BY m.id""",
                list(SALE_TYPES),
                self._sql_is_of(companies, "m"),
            )
        )
        moves = self.env["account.move"].browse([row[0] for row in rows])
        self._insert_facts(moves, live=False)
        found = self._find_provisional(self._sql_is_of(companies, "f"))
        for start in range(0, len(found), CHUNK):
            self._settle(moves.browse(found[start : start + CHUNK]))
        # all corrections of the companies count, not those alone that the reader may see
        Correction = self.env["counterparty.sale.correction"].sudo()
        domain = [("id", ">", 0)] if companies is None else [("company_id", "in", companies.ids)]
        for correction in Correction.search(domain, order="id"):
            correction._apply()

    @api.model
    def _find_provisional(self, where):
        """Return the documents with costs that no delivery has settled yet."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT f.move_id FROM counterparty_sale_fact f
                    WHERE f.is_provisional AND %s AND NOT EXISTS (
                          SELECT FROM counterparty_sale_fact other
                           WHERE other.move_id = f.move_id AND other.line_id = f.line_id
                             AND other.kind = 'cost')
                    ORDER BY f.move_id""",
                where,
            )
        )
        return [row[0] for row in rows]

    # ------------------------------------------------------------
    # Crons
    # ------------------------------------------------------------

    @api.model
    def _cron_fill(self):
        """Fill the past in the background, newest first; goes on where it stopped."""
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=1 if self._get_fill_progress() else 0)
        while self._get_fill_progress():
            done = self._fill_chunk()
            if not cron._commit_progress(done, remaining=1 if done else 0):
                break

    @api.model
    def _cron_repair(self):
        """Settle provisional costs and repair what differs from the ledger."""
        found = self._find_provisional(SQL("TRUE"))
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(found) + 1)
        for start in range(0, len(found), CHUNK):
            chunk = found[start : start + CHUNK]
            self._settle(self.env["account.move"].browse(chunk))
            if not cron._commit_progress(len(chunk)):
                return
        self._heal_references()
        self._repair()
        cron._commit_progress(1)
