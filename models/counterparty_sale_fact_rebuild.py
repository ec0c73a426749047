import json
import logging

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from .counterparty_sale_fact_fill import DIRECT_FILL, FILL_CHUNK
from .counterparty_sale_fact_line import SALE_TYPES, sql_ids

# company -> day and id of its last document that was written anew
REBUILD = "counterparty_crm.facts_rebuild"
START = ["9999-12-31", 0]
# how often a chunk that met another transaction is tried
ATTEMPTS = 5

_logger = logging.getLogger(__name__)


class CounterpartySaleFactRebuild(models.AbstractModel):
    """How all facts of a company are written anew: at once, or much of it in the background.

    In the background some documents at a time lose their facts and get them back in the same
    transaction, so that no figure is ever half there.
    """

    _name = "counterparty.sale.fact.rebuild"
    _description = "Sale Facts: writing anew"

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
        self._settle_found(self._find_provisional(self._sql_is_of(companies, "f")))
        # all corrections of the companies count, not those alone that the reader may see
        Correction = self.env["counterparty.sale.correction"].sudo()
        domain = [("id", ">", 0)] if companies is None else [("company_id", "in", companies.ids)]
        for correction in Correction.search(domain, order="id"):
            correction._apply()

    # ------------------------------------------------------------
    # In the background
    # ------------------------------------------------------------

    @api.model
    def _rebuild_soon(self, company):
        """Write the facts of a company anew; of much in the background, newest first.

        :return: whether all is done
        """
        if self._count_unfilled(company) <= DIRECT_FILL:
            self._rebuild(company)
            return True
        if company.id not in self._get_rebuilds():
            self._set_rebuild(company.id, START)
        self.env.ref("counterparty_crm.ir_cron_sale_fact_fill")._trigger()
        return False

    @api.model
    def _get_rebuilds(self):
        """Return ``{company id: (day, id)}`` of the last documents that were written anew."""
        # settings of ours: whoever reads a report may know what happens to it
        value = self.env["ir.config_parameter"].sudo().get_param(REBUILD)
        return {
            int(company): (fields.Date.to_date(day), last_id)
            for company, (day, last_id) in json.loads(value or "{}").items()
        }

    @api.model
    def _set_rebuild(self, company_id, cursor):
        """Remember how far a company is written anew; no cursor when all of it is."""
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        cursors = json.loads(parameters.get_param(REBUILD) or "{}")
        cursors.pop(str(company_id), None)
        if cursor:
            cursors[str(company_id)] = cursor
        parameters.set_param(REBUILD, json.dumps(cursors) if cursors else False)

    @api.model
    def _rebuild_chunk(self, company_id, limit=FILL_CHUNK):
        """Write the next documents of a company anew, newest first; return how many there were."""
        cursor = self._get_rebuilds().get(company_id)
        if not cursor:
            return 0
        rows = self.env.execute_query(
            SQL(
                """SELECT id, date FROM account_move
                    WHERE state = 'posted' AND move_type = ANY(%s) AND company_id = %s
                      AND (date, id) < (%s::date, %s)
                    ORDER BY date DESC, id DESC LIMIT %s""",
                list(SALE_TYPES),
                company_id,
                *cursor,
                limit,
            )
        )
        if not rows:
            self._set_rebuild(company_id, None)
            self.env.cr.execute("ANALYZE counterparty_sale_fact")
            return 0
        self._write_anew(self.env["account.move"].browse([row[0] for row in rows]))
        self._set_rebuild(company_id, [str(rows[-1][1]), rows[-1][0]])
        return len(rows)

    @api.model
    def _with_family(self, move_ids):
        """Return the documents, what they take back, and what takes that or them back."""
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE family AS (
                       SELECT UNNEST(%s) AS id
                        UNION
                       SELECT kin.move_id
                         FROM family
                         JOIN account_move_line l
                           ON l.move_id = family.id AND l.display_type = 'product'
                        CROSS JOIN LATERAL (
                            SELECT o.move_id FROM account_move_line o
                             WHERE o.id = l.reversed_line_id
                             UNION ALL
                            SELECT c.move_id FROM account_move_line c
                             WHERE c.reversed_line_id = l.id AND c.parent_state = 'posted') kin)
                   SELECT id FROM family ORDER BY id""",
                sql_ids(move_ids),
            )
        )
        return self.env["account.move"].browse([row[0] for row in rows])

    @api.model
    def _rebuild_safely(self, company_id, attempts=ATTEMPTS):
        """Write a chunk, again when somebody has changed one of its documents meanwhile.

        Nobody repeats a job: what others have written is seen by a new transaction alone.
        """
        try:
            return self._rebuild_chunk(company_id)
        except (SerializationFailure, DeadlockDetected):
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
            if attempts == 1:
                raise
        return self._rebuild_safely(company_id, attempts - 1)

    @api.model
    def _cron_rebuild(self):
        """Write anew what waits, company by company."""
        cron = self.env["ir.cron"]
        while waiting := list(self._get_rebuilds()):
            done = self._rebuild_safely(waiting[0])
            _logger.info("sale facts: %s documents written anew", done)
            if not cron._commit_progress(done, remaining=len(self._get_rebuilds())):
                return
