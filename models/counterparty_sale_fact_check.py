import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .counterparty_sale_fact_line import SALE_TYPES

_logger = logging.getLogger(__name__)

CHUNK = 2_000
# more documents than this are repaired in the background
DIRECT_REPAIR = 10_000

# when provisional costs were asked for last, and all of them
SETTLED = "counterparty_crm.facts_settled"
WHOLE_SETTLEMENT = timedelta(days=30)

FACT_CRON = "counterparty_crm.ir_cron_sale_fact_repair"


class CounterpartySaleFactCheck(models.AbstractModel):
    """How facts are compared with the ledger, repaired, and written anew."""

    _name = "counterparty.sale.fact.check"
    _description = "Sale Facts: checking"

    # ------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------

    @api.model
    def _find_differences(self, companies=None):
        """Return ``{move id: reason}`` of documents whose facts are not what the ledger says.

        :param companies: whose documents; without any, of all

        Reasons: ``missing``, ``revenue``, ``partner``, ``not posted``, ``excess``. One scan of
        both sides, measured at 3 s for a million lines.
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
                             FROM counterparty_sale_fact f WHERE %(fact_of)s AND NOT %(waits)s
                            GROUP BY f.move_id) fact
                       ON fact.move_id = ledger.move_id
                    WHERE ledger.lines IS DISTINCT FROM fact.lines
                       OR ledger.revenue IS DISTINCT FROM fact.revenue
                       OR ledger.partner_id IS DISTINCT FROM fact.partner_id""",
                types=list(SALE_TYPES),
                filled=self._sql_is_filled(),
                waits=self._sql_waits(),
                line_of=self._sql_is_of(companies, "l"),
                fact_of=self._sql_is_of(companies, "f"),
            )
        )
        return {**dict.fromkeys(self._find_misjudged(companies), "excess"), **dict(rows)}

    @api.model
    def _sql_is_filled(self):
        """Tell that the filling of the past, or a rebuild, has passed a document ``m``."""
        cursor = self._get_fill_cursor()
        done = [SQL("(m.date, m.id) >= (%s::date, %s)", *cursor)] if cursor else []
        done += [
            SQL("(m.company_id <> %s OR (m.date, m.id) >= (%s::date, %s))", company_id, *until)
            for company_id, until in self._get_rebuilds().items()
        ]
        return SQL("(%s)", SQL(" AND ").join(done)) if done else SQL("TRUE")

    @api.model
    def _sql_waits(self):
        """Tell that a fact ``f`` is of a posted document that the filling has still to pass.

        It may have some: posted today into an older period, or taken back by a credit note.
        """
        if not self._get_fill_cursor() and not self._get_rebuilds():
            return SQL("FALSE")
        return SQL(
            """EXISTS (SELECT FROM account_move m
                        WHERE m.id = f.move_id AND m.state = 'posted' AND NOT %s)""",
            self._sql_is_filled(),
        )

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
        for _count in self._repair_in_chunks(differences):
            pass
        return differences

    @api.model
    def _repair_soon(self, company):
        """Repair the documents of a company; many of them by the nightly job, begun now.

        :return: whether all is done
        """
        differences = self._find_differences(company)
        if len(differences) > DIRECT_REPAIR:
            self.env.ref(FACT_CRON)._trigger()
            return False
        for _count in self._repair_in_chunks(differences):
            pass
        return True

    @api.model
    def _repair_in_chunks(self, differences):
        """Repair documents some at a time; yield of how many there was to do something.

        :param differences: what :meth:`_find_differences` has found
        """
        if not differences:
            return
        Move = self.env["account.move"]
        by_reason = {}
        for move, why in sorted(differences.items()):
            by_reason.setdefault(why, []).append(move)
        gone, moved = by_reason.pop("not posted", []), by_reason.pop("partner", [])
        self._forget_moves(Move.browse(gone))
        self._follow_partners(Move.browse(moved))
        yield len(gone) + len(moved)
        redo = sorted(move for moves in by_reason.values() for move in moves)
        for start in range(0, len(redo), CHUNK):
            chunk = Move.browse(redo[start : start + CHUNK])
            self._repair_chunk(chunk)
            yield len(chunk)
        _logger.info("sale facts: %s documents differed and were repaired", len(differences))

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
    def _judge_anew(self, origins):
        """Write the credits anew that count beyond lines which have something left again.

        :param origins: ids of the lines
        """
        if found := self._find_misjudged(origins=origins):
            self._repair_chunk(self.env["account.move"].browse(found))

    @api.model
    def _write_anew(self, moves):
        """Write the facts of documents again, with the cost and shares that they had.

        Corrections are applied on top of them again, on the first open day. What they take back,
        and what takes that or them back, is written anew with them: a credit takes what the
        original was posted with, and corrections follow on their days.
        """
        moves = self._with_family(moves.ids)
        self._set_aside(SQL("move_id = ANY(%s)", moves.ids), ["posting"])
        self._insert_facts(moves, live=False)
        self._settle(moves.browse(self._find_provisional(SQL("f.move_id = ANY(%s)", moves.ids))))
        # corrections of the documents, whoever made them and whoever repairs
        Correction = self.env["counterparty.sale.correction"].sudo()
        for correction in Correction.search([("line_ids.move_id", "in", moves.ids)], order="id"):
            correction._apply(correction.line_ids.filtered(lambda line: line.move_id in moves))

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

    @api.model
    def _sql_may_settle(self, since):
        """Tell that goods of a fact ``f`` left, or were credited, since some time."""
        return SQL(
            """(EXISTS (SELECT FROM sale_order_line_invoice_rel rel
                          JOIN stock_move sm ON sm.sale_line_id = rel.order_line_id
                         WHERE rel.invoice_line_id = f.line_id AND sm.state = 'done'
                           AND sm.write_date >= %(since)s)
                OR EXISTS (SELECT FROM account_move_line credit
                            WHERE credit.reversed_line_id = f.line_id
                              AND credit.write_date >= %(since)s))""",
            since=since,
        )

    @api.model
    def _get_settled_since(self, now):
        """Return since when changes of goods may settle a cost; ``None`` when all are asked.

        Some goods never get a value: asked every night, they would be more from year to year.
        Whatever else may answer, such as an earlier invoice that was cancelled, has a month.
        """
        # settings of ours: nobody else writes them
        value = self.env["ir.config_parameter"].sudo().get_param(SETTLED)
        last, whole = map(fields.Datetime.to_datetime, value.split(",")) if value else (None, None)
        if not whole or now - whole >= WHOLE_SETTLEMENT:
            return None
        # what others had not committed yet when the last run began
        return last - timedelta(days=1)

    @api.model
    def _set_settled_since(self, begun, is_whole):
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        last = whole = fields.Datetime.to_string(begun)
        if not is_whole:
            whole = parameters.get_param(SETTLED).split(",")[1]
        parameters.set_param(SETTLED, f"{last},{whole}")

    @api.model
    def _settle_found(self, move_ids):
        """Settle what can be settled of documents, some at a time."""
        for start in range(0, len(move_ids), CHUNK):
            self._settle(self.env["account.move"].browse(move_ids[start : start + CHUNK]))

    # ------------------------------------------------------------
    # Crons
    # ------------------------------------------------------------

    @api.model
    def _cron_repair(self):
        """Settle provisional costs and repair what differs from the ledger."""
        begun = fields.Datetime.now()
        since = self._get_settled_since(begun)
        found = self._find_provisional(self._sql_may_settle(since) if since else SQL("TRUE"))
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(found) + 1)
        for start in range(0, len(found), CHUNK):
            chunk = found[start : start + CHUNK]
            self._settle(self.env["account.move"].browse(chunk))
            if not cron._commit_progress(len(chunk)):
                return
        self._set_settled_since(begun, is_whole=not since)
        self._heal_references()
        differences = self._find_differences()
        cron._commit_progress(1, remaining=len(differences))
        for count in self._repair_in_chunks(differences):
            if not cron._commit_progress(count):
                return
