from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools import request_states as states

# how far back the days go
DAYS = 730


class CounterpartyRequestBacklog(models.Model):
    """How many requests were open at the end of each past day.

    A row is a day of a team and category, also one on which nothing was open, so that averages
    over days are those of all days. It is worked out from the facts and the ledger: a request is
    open from its arrival to its solution, and again from each reopening. Days end at midnight
    where the reader is; team and category are those that the request has now.
    """

    _name = "counterparty.request.backlog"
    _description = "Backlog by Day"
    _auto = False
    _log_access = False
    _order = "day desc, id desc"
    _rec_name = "day"
    _depends = {
        "counterparty.request": [
            "company_id", "team_id", "category_id", "state", "opened_at", "solved_at", "closed_at",
            "merged_into_id",
        ],
        "counterparty.request.interval": ["request_id", "kind", "started_at", "ended_at"],
    }  # fmt: skip

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("counterparty.request.team", readonly=True)
    category_id = fields.Many2one("counterparty.request.category", readonly=True)
    open_count = fields.Float(
        "Open at the End of the Day",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Of several days the average. Teams and categories are those of today.",
    )

    @property
    def _table_query(self):
        """Return the open requests of each day as the running sum of arrivals and solutions.

        A sum costs as much as there are moves and days; counting who was open on each day would
        cost each request times the days it waited.
        """
        today = fields.Date.context_today(self)
        return SQL(
            """
            WITH step AS (
                SELECT company_id, team_id, category_id,
                       GREATEST(day, %(first)s) AS day, SUM(step) AS step
                  FROM (%(moves)s) move
                 WHERE day <= %(last)s
                 GROUP BY 1, 2, 3, 4
            ), span AS (
                SELECT company_id, generate_series(MIN(day), %(last)s, '1 day')::date AS day
                  FROM step
                 GROUP BY company_id
            ), dense AS (
                SELECT * FROM step
                 UNION ALL
                SELECT company_id, team_id, category_id, span.day, 0
                  FROM (SELECT DISTINCT company_id, team_id, category_id FROM step) kind
                  JOIN span USING (company_id)
            )
            SELECT ROW_NUMBER() OVER (ORDER BY day, company_id, team_id, category_id) AS id,
                   day, company_id, team_id, category_id,
                   (SUM(SUM(step)) OVER (PARTITION BY company_id, team_id, category_id
                                             ORDER BY day))::float AS open_count
              FROM dense
             GROUP BY company_id, team_id, category_id, day""",
            moves=self._sql_moves(),
            first=today - timedelta(days=DAYS),
            last=today - timedelta(days=1),
        )

    def _sql_moves(self):
        """Return the days on which requests began (1) or ceased (-1) to be open.

        A request that was merged is part of another. Since when it is done its own facts say, as
        they do to the clock; the ledger knows of the times before, which ended by a reopening.
        """
        return SQL(
            """
            SELECT q.id AS request_id, q.company_id, q.team_id, q.category_id,
                   (move.moment AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day, move.step
              FROM counterparty_request q
             CROSS JOIN LATERAL (
                    SELECT q.opened_at AS moment, 1 AS step
                     UNION ALL
                    SELECT COALESCE(q.solved_at, q.closed_at, q.opened_at), -1
                     WHERE q.state NOT IN %(live)s
                     UNION ALL
                    SELECT side.moment, side.step
                      FROM counterparty_request_interval rest
                     CROSS JOIN LATERAL (VALUES (rest.started_at, -1), (rest.ended_at, 1))
                           AS side (moment, step)
                     WHERE rest.request_id = q.id AND rest.kind = %(solved)s
                       AND rest.ended_at IS NOT NULL) move
             WHERE q.merged_into_id IS NULL""",
            tz=str(self.env.tz),
            solved=states.SOLVED,
            live=states.LIVE,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Average over days: the teams and categories of one day add up."""
        if aggregate_spec != "open_count:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(COUNT(DISTINCT %s), 0)",
            self._field_to_sql(self._table, "open_count", query),
            self._field_to_sql(self._table, "day", query),
        )

    def action_open_requests(self):
        """Open the requests that were open at the end of the day of a row."""
        self.ensure_one()
        query = SQL(
            """
            SELECT request_id FROM (%s) move
             WHERE day <= %s AND company_id = %s AND category_id = %s
               AND team_id IS NOT DISTINCT FROM %s
             GROUP BY request_id HAVING SUM(step) > 0""",
            self._sql_moves(),
            self.day,
            self.company_id.id,
            self.category_id.id,
            self.team_id.id or None,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_request_action"
        )
        ids = [row[0] for row in self.env.execute_query(query)]
        # a list first: on the board what is done by now stands far to the right
        views = [(False, "list"), (False, "kanban"), (False, "form")]
        return dict(action, domain=[("id", "in", ids)], context={}, views=views)
