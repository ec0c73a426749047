from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .counterparty_interaction_fill import DOCUMENTS, WRITTEN

# until when the traces of mailings are counted
COUNTED = "counterparty_crm.interaction_mailings_until"
# what was written by a transaction that was still open then
OVERLAP = timedelta(hours=2)
# kind, when, who turned to whom
STEPS = (
    ("mailing", "sent_datetime", "out"),
    ("open", "open_datetime", "in"),
    ("click", "links_click_datetime", "in"),
    ("reply", "reply_datetime", "in"),
)
COLUMNS = (*WRITTEN, "medium_id", "source_id")
UNSENT = ("outgoing", "process", "bounce", "error", "cancel")


class CounterpartyInteractionMailing(models.AbstractModel):
    """How interactions come from the traces of mailings: delivered, opened, clicked, answered.

    The campaign of a mailing is not noted with them: which sales are its merit is said by the
    documents and by people, not by a picture that a mail program has loaded.
    """

    _name = "counterparty.interaction.mailing.mixin"
    _description = "Interactions from mailings"

    @api.model
    def _log_mailings(self):
        """Log what became of mailings since the last time; return how many are new."""
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        now = fields.Datetime.now()
        until = fields.Datetime.to_datetime(parameters.get_param(COUNTED))
        if not until:
            parameters.set_param(COUNTED, fields.Datetime.to_string(now))
            return 0
        self._flush_mailings()
        chosen = SQL("trace.write_date >= %s", until - OVERLAP)
        # also what a mail program has told late
        found = self._sql_mailings(chosen, self._get_fill_start())
        added = self._insert_found(found, columns=COLUMNS)
        # every setting that changes empties the caches of all servers
        if added:
            parameters.set_param(COUNTED, fields.Datetime.to_string(now))
        return added

    @api.model
    def _fill_mailings(self):
        """Count the mailings of the last months once; return how many interactions are new."""
        self._flush_mailings()
        # what happens from now on is counted as it happens
        self._log_mailings()
        found = self._sql_mailings(SQL("TRUE"), self._get_fill_start())
        return self._insert_found(found, origin="install", columns=COLUMNS)

    @api.model
    def _flush_mailings(self):
        for name in ("mailing.trace", "mailing.mailing", *DOCUMENTS):
            self.env[name].flush_model()

    @api.model
    def _sql_mailings(self, chosen, start):
        """Select what happened since a moment to mailings that somebody got.

        :param chosen: condition for traces
        """
        traces = [self._sql_traces(name, chosen) for name in DOCUMENTS]
        return SQL(
            """SELECT step.date, trace.company_id, trace.commercial_partner_id, trace.partner_id,
                      step.kind, step.direction, trace.user_id, 'mailing.trace' AS res_model,
                      trace.id AS res_id, trace.medium_id, trace.source_id
                 FROM (%(traces)s) trace
                 JOIN LATERAL (VALUES %(steps)s) AS step (kind, date, direction)
                   ON step.date >= %(start)s AND step.date <= %(now)s""",
            traces=SQL(" UNION ALL ").join([*traces, self._sql_traces_by_address(chosen)]),
            steps=SQL(", ").join(
                SQL("(%s, %s, %s)", kind, SQL.identifier("trace", when), direction)
                for kind, when, direction in STEPS
            ),
            start=start,
            now=fields.Datetime.now(),
        )

    @api.model
    def _sql_traces(self, name, chosen):
        """Select traces of mailings to documents of a model, with their counterparties."""
        return self._sql_traces_of(
            SQL(
                """JOIN %(table)s document ON document.id = trace.res_id
                   JOIN res_partner partner ON partner.id = %(partner)s""",
                table=SQL.identifier(self.env[name]._table),
                partner=SQL.identifier("document", DOCUMENTS[name]),
            ),
            SQL("trace.model = %s AND %s", name, chosen),
            SQL("document.company_id"),
        )

    @api.model
    def _sql_traces_by_address(self, chosen):
        """Select traces of mailings to lists, with the oldest contact of the address."""
        return self._sql_traces_of(
            SQL(
                """JOIN (SELECT email_normalized AS email, MIN(id) AS id FROM res_partner
                          WHERE active AND partner_share AND email_normalized IS NOT NULL
                          GROUP BY 1) known ON known.email = trace.email
                   JOIN res_partner partner ON partner.id = known.id"""
            ),
            SQL("trace.model = 'mailing.contact' AND %s", chosen),
            SQL("NULL::integer"),
        )

    @api.model
    def _sql_traces_of(self, whose, chosen, company):
        return SQL(
            """SELECT trace.id, trace.sent_datetime, trace.open_datetime,
                      trace.links_click_datetime, trace.reply_datetime,
                      COALESCE(%(company)s, sender.company_id) AS company_id,
                      partner.commercial_partner_id, partner.id AS partner_id,
                      mailing.user_id, mailing.medium_id, mailing.source_id
                 FROM mailing_trace trace
                 JOIN mailing_mailing mailing ON mailing.id = trace.mass_mailing_id
                 %(whose)s
                 LEFT JOIN res_users sender ON sender.id = mailing.user_id
                WHERE %(chosen)s AND partner.partner_share
                  AND trace.is_test_trace IS NOT TRUE
                  AND trace.trace_status != ALL(%(unsent)s)""",
            whose=whose,
            chosen=chosen,
            company=company,
            unsent=list(UNSENT),
        )
