from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

MONTHS = "counterparty_crm.interaction_months"
DEFAULT_MONTHS, MOST_MONTHS = 24, 240
# since when contacts are counted as they happen; before that they are found at installation
SINCE = "counterparty_crm.interaction_since"
CURSOR = "counterparty_crm.interaction_cursor"
CATCH_UP_CRON = "counterparty_crm.ir_cron_interaction_catch_up"
# messages looked at in one statement, and how many of these an installation waits for
CHUNK = 50_000
DIRECT_CHUNKS = 4
# a meeting that is moved or deleted so late was held all the same
CORRECTION_DAYS = 35

# document -> whose it is; what employees do for these is contact with the counterparty
DOCUMENTS = {
    "res.partner": "id",
    "crm.lead": "partner_id",
    "sale.order": "partner_id",
    "purchase.order": "partner_id",
    "account.move": "partner_id",
    "stock.picking": "partner_id",
    "counterparty.document": "partner_id",
    "counterparty.request": "partner_id",
}
# requests log their own messages, with what was asked
MAIL_DOCUMENTS = [name for name in DOCUMENTS if name != "counterparty.request"]
MAIL_TYPES = ("comment", "email", "email_outgoing")
# of what is counted: when it was and who turned to whom, where somebody says so
SAID = ("date", "direction")
WRITTEN = (
    "date",
    "company_id",
    "commercial_partner_id",
    "partner_id",
    "kind",
    "direction",
    "user_id",
    "res_model",
    "res_id",
)


class CounterpartyInteractionFill(models.AbstractModel):
    """How interactions come from the host's own records: activities, meetings and messages.

    What is written as it happens and what is found of the past is the same statement, asked of a
    few records or of all of a period. Nothing private is counted: neither meetings that are
    private, nor personal documents, internal notes, or colleagues.
    """

    _name = "counterparty.interaction.fill.mixin"
    _description = "Interactions from the host's records"

    # ------------------------------------------------------------
    # As it happens
    # ------------------------------------------------------------

    @api.model
    def _log_activities(self, activities, **values):
        """Log done activities that are contacts, in one statement.

        :param values: what whoever did it adds, see ``read_about``
        :return: how many interactions are new
        """
        if not activities:
            return 0
        activities.flush_recordset()
        self.env["res.partner"].flush_model(["commercial_partner_id", "partner_share"])
        self.env["mail.activity.type"].flush_model(["counterparty_kind"])
        names = [name for name in DOCUMENTS if name in set(activities.mapped("res_model"))]
        kind = values.pop("kind", None)
        if values.get("date"):
            values["date"] = min(values["date"], fields.Datetime.now())
        if not names:
            return 0
        for name in names:
            self.env[name].flush_model(["company_id", DOCUMENTS[name]])
        chosen = SQL("activity.id = ANY(%s)", activities.ids)
        found = self._sql_activities(chosen, kind, names, said=bool(kind or values))
        return self._insert_found(found, **values)

    @api.model
    def _log_messages(self, messages):
        """Log mails that went out or came in, in one statement."""
        messages = messages.filtered(
            lambda message: message.message_type in MAIL_TYPES and message.model in MAIL_DOCUMENTS
        )
        if not messages:
            return 0
        # only of the documents in question: this is part of every posting
        names = sorted(set(messages.mapped("model")))
        messages.flush_recordset()
        self.env["mail.notification"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "partner_share"])
        for name in names:
            self.env[name].flush_model(["company_id"])
        chosen = SQL("message.id = ANY(%s)", messages.ids)
        return self._insert_found(self._sql_messages(chosen, names))

    @api.model
    def _log_meetings(self):
        """Log meetings that were held, and forget those that did not take place after all."""
        parameters = self.env["ir.config_parameter"].sudo()
        now = fields.Datetime.now()
        since = now - relativedelta(days=CORRECTION_DAYS)
        counted = parameters.get_param(SINCE)
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        self.env["mail.activity"].flush_model()
        self._correct_meetings(since, now)
        since = max(since, fields.Datetime.to_datetime(counted) if counted else since)
        held = SQL("event.stop >= %s AND event.stop <= %s", since, now)
        return self._insert_found(self._sql_meetings(held))

    @api.model
    def _correct_meetings(self, since, now):
        """Correct the day of what was counted, and forget what is no contact after all.

        A meeting may be moved, cancelled or made private, and a guest may stay away.
        """
        counted = SQL(
            """i.res_model = 'calendar.event' AND i.date >= %s AND i.origin != 'manual'""", since
        )
        held = self._sql_meetings(
            SQL(
                """event.stop <= %s AND event.id IN (
                       SELECT i.res_id FROM counterparty_interaction i WHERE %s)""",
                now,
                counted,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE counterparty_interaction i SET date = held.date FROM (%s) held
                    WHERE %s AND held.res_id = i.res_id AND held.partner_id = i.partner_id
                      AND held.date != i.date""",
                held,
                counted,
            )
        )
        self.env.cr.execute(
            SQL(
                """DELETE FROM counterparty_interaction i
                    WHERE %s AND NOT EXISTS (SELECT FROM (%s) held
                                              WHERE held.res_id = i.res_id
                                                AND held.partner_id = i.partner_id)""",
                counted,
                held,
            )
        )
        self.env["counterparty.interaction"].invalidate_model()

    @api.model
    def _count_meetings_again(self, event_ids):
        """Count meetings of which nobody says anything any more, as far back as others were."""
        if not event_ids:
            return
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        # a setting of ours
        since = self.env["ir.config_parameter"].sudo().get_param(SINCE)
        now = fields.Datetime.now()
        since = fields.Datetime.to_datetime(since) or now
        for origin, start, stop in (
            ("install", self._get_fill_start(), since),
            ("event", since, now),
        ):
            held = SQL(
                "event.id = ANY(%s) AND event.stop >= %s AND event.stop <= %s",
                list(event_ids),
                start,
                stop,
            )
            self._insert_found(self._sql_meetings(held), origin=origin)

    @api.model
    def _insert_found(self, found, origin="event", columns=WRITTEN, **said):
        """Insert what a statement has found; return how many interactions are new.

        :param found: query of the columns
        :param said: what somebody says of it, see ``read_about``
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO counterparty_interaction
                          (%(columns)s, origin, note, result, importance, logged_at,
                           promised_on, promised_amount, promised_currency_id)
                   SELECT %(values)s, %(origin)s, %(note)s::text, %(result)s, %(importance)s,
                          %(now)s, %(day)s::date, %(amount)s::numeric, %(currency)s::int
                     FROM (%(found)s) found
                   ON CONFLICT DO NOTHING""",
                columns=SQL(", ").join(SQL.identifier(name) for name in columns),
                values=SQL(", ").join(
                    SQL("%s", said.get(name) or SQL.identifier(name))
                    if name in SAID
                    else SQL.identifier(name)
                    for name in columns
                ),
                found=found,
                origin=origin,
                note=said.get("note") or None,
                result=said.get("result") or None,
                importance=said.get("importance") or "0",
                now=fields.Datetime.now(),
                day=said.get("promised_on"),
                amount=said.get("promised_amount"),
                currency=said.get("promised_currency_id"),
            )
        )
        added = self.env.cr.rowcount
        if added:
            self.env["counterparty.interaction"].invalidate_model()
        return added

    # ------------------------------------------------------------
    # Statements
    # ------------------------------------------------------------

    @api.model
    def _sql_of_documents(self, build, names):
        return SQL(" UNION ALL ").join(
            build(
                name,
                SQL.identifier(self.env[name]._table),
                SQL.identifier("document", DOCUMENTS[name]),
                SQL("NOT document.is_personal" if name == "counterparty.document" else "TRUE"),
            )
            for name in names
        )

    @api.model
    def _sql_activities(self, chosen, kind=None, names=tuple(DOCUMENTS), said=False):
        """Select done activities whose type is a contact, or all of them as one kind.

        A letter that was to be written is one contact: where it went out from here and is counted,
        that it was done says no more.

        :param said: whether somebody says what was agreed, which is kept in any case
        """

        def build(name, table, partner, open_):
            return SQL(
                """SELECT CASE WHEN activity.write_date::date = activity.date_done
                               THEN activity.write_date
                               ELSE activity.date_done + TIME '12:00' END AS date,
                          COALESCE(document.company_id, doer.company_id) AS company_id,
                          partner.commercial_partner_id, partner.id AS partner_id,
                          COALESCE(%(kind)s, type.counterparty_kind) AS kind,
                          'out' AS direction, activity.user_id,
                          'mail.activity' AS res_model, activity.id AS res_id
                     FROM mail_activity activity
                     JOIN mail_activity_type type ON type.id = activity.activity_type_id
                     JOIN %(table)s document ON document.id = activity.res_id
                     JOIN res_partner partner ON partner.id = %(partner)s
                     LEFT JOIN res_users doer ON doer.id = activity.user_id
                    WHERE activity.res_model = %(name)s AND %(chosen)s AND %(open)s
                      AND NOT activity.active AND activity.date_done IS NOT NULL
                      AND COALESCE(%(kind)s, type.counterparty_kind) IS NOT NULL
                      AND activity.calendar_event_id IS NULL
                      AND partner.partner_share
                      AND (%(said)s OR type.counterparty_kind != 'email' OR NOT EXISTS (
                           SELECT FROM counterparty_interaction sent
                            WHERE sent.commercial_partner_id = partner.commercial_partner_id
                              AND sent.res_model = 'mail.message' AND sent.direction = 'out'
                              AND sent.user_id = activity.user_id
                              AND sent.date >= date_trunc('second', activity.create_date)
                              AND sent.date < activity.date_done + 1))""",
                kind=SQL("%s::text", kind),
                said=said,
                table=table,
                partner=partner,
                name=name,
                chosen=chosen,
                open=open_,
            )

        return self._sql_of_documents(build, names)

    @api.model
    def _sql_open_activities(self, readable=None):
        """Select what somebody has planned with counterparties, by whichever document it stands on.

        What is planned for people who have left, nobody does.

        :param readable: function that returns the condition for those documents of a model that
            the reader may see, else all of them
        """

        def build(name, table, partner, _open):
            return SQL(
                """SELECT partner.commercial_partner_id, activity.date_deadline,
                          type.counterparty_kind IS NOT NULL AS is_contact
                     FROM mail_activity activity
                     JOIN %(table)s document ON document.id = activity.res_id
                     JOIN res_partner partner ON partner.id = %(partner)s
                     LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
                     LEFT JOIN res_users doer ON doer.id = activity.user_id
                    WHERE activity.res_model = %(name)s AND activity.active AND %(readable)s
                      AND doer.active IS NOT FALSE""",
                table=table,
                partner=partner,
                name=name,
                readable=readable(name) if readable else SQL("TRUE"),
            )

        return self._sql_of_documents(build, DOCUMENTS)

    @api.model
    def _sql_meetings(self, chosen):
        """Select meetings with people from outside who have not declined, unless private."""
        # settings of the host, read to respect what people keep private
        default = self.env["ir.config_parameter"].sudo().get_param("calendar.default_privacy")
        return SQL(
            """SELECT event.start AS date,
                      COALESCE(partner.company_id, host.company_id) AS company_id,
                      partner.commercial_partner_id, partner.id AS partner_id,
                      CASE WHEN EXISTS (SELECT FROM counterparty_request_document made
                                         WHERE made.res_model = 'calendar.event'
                                           AND made.res_id = event.id)
                           THEN 'visit' ELSE 'meeting' END AS kind,
                      'out' AS direction, event.user_id,
                      'calendar.event' AS res_model, event.id AS res_id
                 FROM calendar_event event
                 JOIN LATERAL (%(people)s) guest ON TRUE
                 JOIN res_partner partner ON partner.id = guest.partner_id
                 LEFT JOIN res_users host ON host.id = event.user_id
                 LEFT JOIN res_users_settings own ON own.user_id = event.user_id
                WHERE %(chosen)s AND event.active AND partner.partner_share
                  AND NOT EXISTS (SELECT FROM counterparty_interaction said
                                   WHERE said.res_model = 'calendar.event'
                                     AND said.res_id = event.id
                                     AND said.partner_id = partner.id
                                     AND said.origin = 'manual')
                  AND COALESCE(event.privacy, own.calendar_default_privacy, %(default)s)
                      != 'private'
                  AND NOT EXISTS (SELECT FROM calendar_attendee answer
                                   WHERE answer.event_id = event.id
                                     AND answer.partner_id = partner.id
                                     AND answer.state = 'declined')""",
            chosen=chosen,
            default=default or "public",
            people=self._sql_people(),
        )

    @api.model
    def _sql_people(self):
        """Select the guests of a meeting ``event``, and whom it is about.

        A meeting that was planned as an activity of a document invites nobody from outside: it is
        with whoever the document belongs to, unless one of them is a guest.
        """
        about = self._sql_of_documents(
            lambda name, table, partner, open_: SQL(
                """SELECT partner.id, partner.commercial_partner_id
                     FROM %(table)s document JOIN res_partner partner ON partner.id = %(partner)s
                    WHERE about.res_model = %(name)s AND document.id = about.res_id
                      AND %(open)s""",
                name=name,
                table=table,
                partner=partner,
                open=open_,
            ),
            DOCUMENTS,
        )
        return SQL(
            """SELECT rel.res_partner_id AS partner_id FROM calendar_event_res_partner_rel rel
                WHERE rel.calendar_event_id = event.id
                UNION
               SELECT document.id
                 FROM (SELECT res_model, res_id FROM mail_activity
                        WHERE calendar_event_id = event.id
                        UNION SELECT event.res_model, event.res_id) about
                CROSS JOIN LATERAL (%s) document
                WHERE NOT EXISTS (SELECT FROM calendar_event_res_partner_rel rel
                                    JOIN res_partner here ON here.id = rel.res_partner_id
                                   WHERE rel.calendar_event_id = event.id
                                     AND here.commercial_partner_id
                                         = document.commercial_partner_id)""",
            about,
        )

    @api.model
    def _sql_messages(self, chosen, names=MAIL_DOCUMENTS):
        """Select mails to and from people outside, about documents of these models."""
        return SQL(
            "%s UNION ALL %s",
            self._sql_of_documents(self._build_incoming(chosen), names),
            self._sql_of_documents(self._build_outgoing(chosen), names),
        )

    @api.model
    def _build_incoming(self, chosen):
        def build(name, table, _partner, open_):
            return SQL(
                """SELECT message.date, document.company_id,
                          partner.commercial_partner_id, partner.id AS partner_id,
                          'email' AS kind, 'in' AS direction, NULL::integer AS user_id,
                          'mail.message' AS res_model, message.id AS res_id
                     FROM mail_message message
                     JOIN %(table)s document ON document.id = message.res_id
                     JOIN res_partner partner ON partner.id = message.author_id
                    WHERE message.model = %(name)s AND %(chosen)s AND %(open)s
                      AND message.message_type IN ('comment', 'email')
                      AND message.is_internal IS NOT TRUE
                      AND partner.partner_share
                      -- the answer to a mailing is counted by its trace
                      AND (message.message_type = 'comment'
                           OR NOT EXISTS (
                               SELECT FROM mailing_trace trace
                                WHERE trace.email = partner.email_normalized
                                  AND trace.reply_datetime BETWEEN
                                      message.create_date - INTERVAL '2 minutes'
                                      AND message.create_date + INTERVAL '2 minutes'))""",
                table=table,
                name=name,
                chosen=chosen,
                open=open_,
            )

        return build

    @api.model
    def _build_outgoing(self, chosen):
        said = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")

        def build(name, table, _partner, open_):
            return SQL(
                """SELECT message.date,
                          COALESCE(document.company_id, writer.company_id) AS company_id,
                          partner.commercial_partner_id, partner.id AS partner_id,
                          'email' AS kind, 'out' AS direction, writer.id AS user_id,
                          'mail.message' AS res_model, message.id AS res_id
                     FROM mail_message message
                     JOIN %(table)s document ON document.id = message.res_id
                     JOIN res_users writer ON writer.partner_id = message.author_id
                          AND NOT writer.share AND writer.id != %(robot)s
                     JOIN mail_notification told ON told.mail_message_id = message.id
                          AND told.notification_status NOT IN ('bounce', 'exception', 'canceled')
                     JOIN res_partner partner ON partner.id = told.res_partner_id
                    WHERE message.model = %(name)s AND %(chosen)s AND %(open)s
                      AND message.message_type IN %(types)s
                      AND message.is_internal IS NOT TRUE
                      AND (message.subtype_id = %(said)s
                           OR message.message_type = 'email_outgoing')
                      AND partner.partner_share
                      AND (message.message_type = 'comment'
                           OR NOT EXISTS (SELECT FROM mailing_trace trace
                                           WHERE trace.message_id = message.message_id))""",
                table=table,
                name=name,
                chosen=chosen,
                open=open_,
                # what a colleague answers from a mail program of his own comes in as a mail
                types=MAIL_TYPES,
                said=said,
                robot=SUPERUSER_ID,
            )

        return build

    # ------------------------------------------------------------
    # The past
    # ------------------------------------------------------------

    @api.model
    def _fill_at_install(self):
        """Count the contacts of the last months once; much of it in the background.

        A second call adds only what is missing, and what the number of months now includes.

        :return: how many interactions are new so far
        """
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        self.env.flush_all()
        if not parameters.get_param(SINCE):
            parameters.set_param(SINCE, fields.Datetime.to_string(fields.Datetime.now()))
        # what happened since is counted as it happens, and at once
        self._log_meetings()
        start = self._get_fill_start()
        added = self._insert_found(
            self._sql_activities(SQL("activity.date_done >= %s", start)), origin="install"
        )
        until = parameters.get_param(SINCE)
        held = SQL("event.stop >= %s AND event.stop < %s", start, until)
        added += self._insert_found(self._sql_meetings(held), origin="install")
        added += self._fill_mailings()
        [[newest]] = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM mail_message"))
        parameters.set_param(CURSOR, str(newest))
        for _number in range(DIRECT_CHUNKS):
            if not parameters.get_param(CURSOR):
                break
            added += self._fill_chunk()
        if parameters.get_param(CURSOR):
            self.env.ref(CATCH_UP_CRON)._trigger()
        return added

    @api.model
    def _get_fill_start(self):
        # a setting of ours
        months = self.env["ir.config_parameter"].sudo().get_param(MONTHS, DEFAULT_MONTHS)
        return fields.Datetime.now() - relativedelta(months=min(max(int(months), 0), MOST_MONTHS))

    @api.model
    def _fill_chunk(self):
        """Count the mails of the next messages, newest first; return how many are new."""
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        newest = int(parameters.get_param(CURSOR) or 0)
        if newest <= 0:
            parameters.search([("key", "=", CURSOR)]).unlink()
            return 0
        oldest = max(newest - CHUNK + 1, 1)
        chosen = SQL(
            "message.id BETWEEN %s AND %s AND message.date >= %s",
            oldest,
            newest,
            self._get_fill_start(),
        )
        added = self._insert_found(self._sql_messages(chosen), origin="install")
        if oldest > 1:
            parameters.set_param(CURSOR, str(oldest - 1))
        else:
            parameters.search([("key", "=", CURSOR)]).unlink()
        return added

    @api.model
    def _undo_install(self):
        """Remove what was found of the past; what somebody has judged since stays.

        :return: how many interactions are gone
        """
        self.env["counterparty.interaction"].flush_model()
        self.env.cr.execute(
            """DELETE FROM counterparty_interaction
                WHERE origin = 'install' AND result IS NULL AND importance = '0'"""
        )
        count = self.env.cr.rowcount
        self.env["counterparty.interaction"].invalidate_model()
        # what still waits is not counted either
        self.env["ir.config_parameter"].sudo().search([("key", "=", CURSOR)]).unlink()
        return count

    # ------------------------------------------------------------
    # Job
    # ------------------------------------------------------------

    @api.model
    def _cron_catch_up(self):
        """Log meetings and mailings, and go on counting the past where that takes longer."""
        self._log_meetings()
        self._log_mailings()
        # settings of ours: nobody else writes them
        parameters = self.env["ir.config_parameter"].sudo()
        waiting = -(-int(parameters.get_param(CURSOR) or 0) // CHUNK)
        self.env["ir.cron"]._commit_progress(remaining=waiting)
        while parameters.get_param(CURSOR):
            self._fill_chunk()
            if not self.env["ir.cron"]._commit_progress(1):
                break
