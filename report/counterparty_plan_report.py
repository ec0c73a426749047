from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_time

from ..models.counterparty_interaction_fill import DOCUMENTS
from ..tools.interactions import KINDS

# counterparties that one meeting stands for
MOST_GUESTS = 32
CAN_CHANGE = ("today", "missed", "planned")


class CounterpartyPlanReport(models.Model):
    """What people have planned with counterparties, day by day: done, missed, and still to come.

    A row is an activity, or a meeting for each colleague and counterparty who take part. Plans
    about documents that the user may not read are left out, by the documents' own rules; own ones
    always show.
    """

    _name = "counterparty.plan.report"
    _description = "Planned Contact"
    _auto = False
    _log_access = False
    _order = "date, start, id"
    _rec_name = "name"
    _depends = {
        "mail.activity": [
            "active", "activity_type_id", "calendar_event_id", "date_deadline", "date_done",
            "res_id", "res_model", "summary", "user_id",
        ],
        "mail.activity.type": ["counterparty_kind", "name"],
        "calendar.event": ["active", "allday", "name", "privacy", "start", "stop", "user_id"],
        "calendar.attendee": ["event_id", "partner_id", "state"],
        "res.partner": ["commercial_partner_id", "partner_share"],
        **{name: ["company_id"] for name in DOCUMENTS},
    }  # fmt: skip

    date = fields.Date("Day", readonly=True)
    start = fields.Datetime(readonly=True)
    at = fields.Char(compute="_compute_at")
    # where it stands in a calendar: what has no hour takes its whole day, of which the host's
    # calendar reads the day as stored, in whatever zone; at noon it is the same day everywhere
    begin = fields.Datetime("Begins", readonly=True)
    is_all_day = fields.Boolean("All Day", readonly=True)
    name = fields.Char("What", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", "Type", readonly=True)
    partner_id = fields.Many2one("res.partner", "With", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Counterparty", readonly=True)
    user_id = fields.Many2one("res.users", "Who", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(
        [("missed", "Missed"), ("today", "Today"), ("planned", "To come"), ("done", "Done")],
        readonly=True,
    )
    done_on = fields.Date(readonly=True)
    days_late = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="From the planned day until it was done; what is missed counts until today.",
    )
    activity_id = fields.Many2one("mail.activity", readonly=True)
    event_id = fields.Many2one("calendar.event", "Meeting", readonly=True)

    @api.depends("start")
    @api.depends_context("tz", "lang")
    def _compute_at(self):
        for plan in self:
            moment = plan.start and fields.Datetime.context_timestamp(plan, plan.start)
            plan.at = moment and format_time(self.env, moment.time(), time_format="short")

    # ------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        today = self._get_today()
        legs = [self._sql_activities(name, today) for name in DOCUMENTS]
        return SQL(" UNION ALL ").join([*legs, self._sql_meetings(today)])

    @api.model
    def _get_zone(self):
        """Return the reader's time zone; the company's of one who has chosen none."""
        return self.env.context.get("tz") or self.env.user._get_counterparty_zone()

    @api.model
    def _get_today(self):
        return fields.Date.context_today(self.with_context(tz=self._get_zone()))

    @api.model
    def _sql_activities(self, name, today):
        Document = self.env[name]
        readable = SQL("FALSE")
        if Document.has_access("read"):
            query = Document.with_context(active_test=False)._search([])
            query.order = None
            # asked of one plan after the other: beside OR a list of all documents is read whole
            query.add_where(SQL("%s = document.id", SQL.identifier(query.table, "id")))
            readable = SQL("EXISTS %s", query.subselect("1"))
        return SQL(
            """SELECT activity.id * 2 AS id, activity.date_deadline AS date,
                      NULL::timestamp AS start,
                      activity.date_deadline + TIME '12:00' AS begin, TRUE AS is_all_day,
                      COALESCE(activity.summary, type.name->>%(lang)s, type.name->>'en_US') AS name,
                      type.counterparty_kind AS kind, activity.activity_type_id,
                      partner.id AS partner_id, partner.commercial_partner_id, activity.user_id,
                      document.company_id,
                      CASE WHEN NOT activity.active THEN 'done'
                           WHEN activity.date_deadline < %(today)s THEN 'missed'
                           WHEN activity.date_deadline = %(today)s THEN 'today'
                           ELSE 'planned' END AS state,
                      %(done_on)s AS done_on,
                      GREATEST(COALESCE(%(done_on)s, %(today)s) - activity.date_deadline, 0)
                          AS days_late,
                      activity.id AS activity_id, NULL::integer AS event_id
                 FROM mail_activity activity
                 JOIN mail_activity_type type ON type.id = activity.activity_type_id
                 JOIN %(table)s document ON document.id = activity.res_id
                 JOIN res_partner partner ON partner.id = %(partner)s
                WHERE activity.res_model = %(name)s AND activity.calendar_event_id IS NULL
                  AND (activity.active OR activity.date_done IS NOT NULL)
                  AND partner.partner_share
                  AND (activity.user_id = %(uid)s OR %(readable)s)""",
            lang=self.env.lang or "en_US",
            today=today,
            # the host keeps the day of Greenwich
            done_on=SQL(
                """CASE WHEN activity.write_date::date = activity.date_done
                        THEN (activity.write_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date
                        ELSE activity.date_done END""",
                self._get_zone(),
            ),
            table=SQL.identifier(Document._table),
            partner=SQL.identifier("document", DOCUMENTS[name]),
            name=name,
            uid=self.env.uid,
            readable=readable,
        )

    @api.model
    def _sql_meeting_day(self):
        return SQL(
            """CASE WHEN event.allday THEN event.start_date
                    ELSE (event.start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date END""",
            self._get_zone(),
        )

    @api.model
    def _sql_meetings(self, today):
        # a setting of the host, read to respect what people keep private
        default = self.env["ir.config_parameter"].sudo().get_param("calendar.default_privacy")
        return SQL(
            """SELECT (answer.id * %(most)s + guest.place) * 2 + 1 AS id, %(day)s AS date,
                      CASE WHEN NOT event.allday THEN event.start END AS start,
                      CASE WHEN NOT event.allday THEN event.start
                           ELSE event.start_date + TIME '12:00' END AS begin,
                      event.allday IS TRUE AS is_all_day, event.name,
                      'meeting' AS kind, NULL::integer AS activity_type_id,
                      guest.id AS partner_id, guest.commercial_partner_id,
                      colleague.id AS user_id, guest.company_id,
                      CASE WHEN event.stop <= %(now)s THEN 'done'
                           WHEN %(day)s <= %(today)s THEN 'today'
                           ELSE 'planned' END AS state,
                      CASE WHEN event.stop <= %(now)s THEN %(day)s END AS done_on,
                      0 AS days_late,
                      NULL::integer AS activity_id, event.id AS event_id
                 FROM calendar_attendee answer
                 JOIN calendar_event event ON event.id = answer.event_id AND event.active
                 JOIN res_users colleague ON colleague.partner_id = answer.partner_id
                      AND NOT colleague.share AND colleague.id != %(robot)s
                 LEFT JOIN res_users_settings own ON own.user_id = event.user_id
                 JOIN LATERAL (%(guests)s) guest ON TRUE
                WHERE answer.state IS DISTINCT FROM 'declined'
                  AND (colleague.id = %(uid)s
                       OR COALESCE(event.privacy, own.calendar_default_privacy, %(default)s)
                          != 'private')""",
            day=self._sql_meeting_day(),
            now=fields.Datetime.now(),
            today=today,
            uid=self.env.uid,
            robot=SUPERUSER_ID,
            most=MOST_GUESTS,
            guests=self._sql_guests(),
            default=default or "public",
        )

    @api.model
    def _sql_guests(self):
        """Select those of an event who come from outside, one for each counterparty."""
        return SQL(
            """SELECT one.*, ROW_NUMBER() OVER (ORDER BY one.id) - 1 AS place
                 FROM (SELECT DISTINCT ON (partner.commercial_partner_id)
                              partner.id, partner.commercial_partner_id, partner.company_id
                         FROM (%s) rel
                         JOIN res_partner partner ON partner.id = rel.partner_id
                              AND partner.partner_share
                        ORDER BY partner.commercial_partner_id, partner.id) one
                ORDER BY one.id LIMIT %s""",
            self.env["counterparty.interaction"]._sql_people(),
            MOST_GUESTS,
        )

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, opening_info=None, **options):
        """Read groups; where all of them open, that of nobody opens as well.

        The host folds it, which telephones show as a column without cards.
        """
        opened = list(opening_info or ())
        if options.get("auto_unfold") and not any(info["value"] is False for info in opened):
            limit = options.get("unfold_read_default_limit")
            opened.append({"value": False, "folded": False, "limit": limit, "offset": 0})
        return super().web_read_group(domain, groupby, *args, opening_info=opened, **options)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_log(self):
        """Open the dialog that says what was agreed, and finishes what was planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_interaction_log_action"
        )
        context = {
            "default_partner_ids": self.partner_id.ids,
            "default_kind": self.kind or "other",
        }
        if self.state in CAN_CHANGE:
            context["default_activity_id"] = self.activity_id.id
        if self.event_id:
            context["default_event_id"] = self.event_id.id
        return dict(action, context=context)

    def action_done(self):
        """Finish the planned activities without a word."""
        self._get_open_activities()._action_done()
        self.invalidate_model()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_tomorrow(self):
        """Move the planned activities to the next working day of their people."""
        for activity in self._get_open_activities():
            person = activity.user_id or self.env.user
            # what is still to come goes on from its own day
            day = max(person._get_counterparty_days()[person.id], activity.date_deadline)
            activity.date_deadline = person._get_counterparty_working_day(day + timedelta(days=1))
        self.invalidate_model()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_document(self):
        """Open the record that the plan is about."""
        self.ensure_one()
        if self.event_id:
            return self.event_id._get_records_action()
        return self.activity_id.action_open_document()

    def _get_open_activities(self):
        """Return the activities that are not done, under the rights of the user.

        :raises UserError: for a meeting, which is moved in the calendar
        """
        for plan in self:
            if plan.state not in CAN_CHANGE or not plan.activity_id:
                raise UserError(
                    self.env._(
                        "“%(plan)s” cannot be changed here. Open it to move or cancel it.",
                        plan=plan.name,
                    )
                )
        return self.activity_id
