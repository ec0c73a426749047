from collections import Counter
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL, format_date
from odoo.tools.misc import split_every

from ..tools.interactions import UNNOTICED_KINDS
from ..tools.reminders import MORNING, Due, anniversaries_between, months_and_days, within_limit
from .counterparty_reminder_summary import MADE, SILENT, SKIPPED

CRON = "counterparty_crm.ir_cron_reminders"
LIMIT = "counterparty_crm.reminder_limit"
DEFAULT_LIMIT = 10
AHEAD = "counterparty_crm.reminder_days_ahead"
DEFAULT_AHEAD = 3
# an anniversary that fell on days off is remembered a little later
LATE_DAYS = 3
# what falls into a longer absence is told before it, if it is no longer than this
AWAY_DAYS = 31
CHUNK = 50
ATTEMPTS = 3


class CounterpartyReminder(models.Model):
    """What somebody has been reminded of, so that nobody is reminded twice.

    Birthdays, founding days and long silence become activities of whoever looks after the
    counterparty. Documents that expire and the daily summary note here that they were told.
    """

    _name = "counterparty.reminder"
    _description = "Reminder"
    _inherit = ["counterparty.reminder.summary.mixin", "counterparty.merge.mixin"]
    _log_access = False
    _order = "made_on desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [
            ("birthday", "Birthday"),
            ("founded", "Founding day"),
            ("silence", "Long silence"),
            ("document", "Document expires"),
            ("summary", "Daily summary"),
        ],
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Counterparty", required=True, readonly=True, ondelete="cascade"
    )
    res_id = fields.Integer("Type or Document", readonly=True, default=0, required=True)
    event_date = fields.Date("Day", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "For", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    made_on = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [(MADE, "Made"), (SKIPPED, "Left out at the start")], default=MADE, readonly=True
    )

    _once_uniq = models.UniqueIndex(
        "(partner_id, kind, event_date, res_id)", "Of this somebody was reminded already."
    )
    _day_idx = models.Index("(made_on, user_id)")

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    @api.model
    def _find_due(self):
        """Return everything that somebody is to be reminded of and has not been yet.

        :return: list of :class:`~..tools.reminders.Due`, of all people, whoever is at work, each by
            the day that it is where that person lives
        """
        self.env.flush_all()
        # of people nothing is asked but what day it is for them
        people = self.env["res.users"].sudo().search([("share", "=", False)])
        days = people._get_counterparty_days()
        due = [
            item
            for today in sorted(set(days.values()))
            for item in self._find_due_on(today)
            if days.get(item.user_id) == today
        ]
        return self._leave_out_told(self._leave_out_later(due, days))

    @api.model
    def _leave_out_later(self, due, days):
        """Leave out what is still far, unless the person is away until it is too late.

        :param days: ``{user id: day}``
        """
        ahead = timedelta(days=self._get_ahead())
        far = {item.user_id for item in due if item.day > days[item.user_id] + ahead}
        # of people nothing is asked but when they work
        people = self.env["res.users"].sudo().browse(far)
        too_late = {
            user.id: user._get_counterparty_working_day(days[user.id] + timedelta(days=1))
            - timedelta(days=LATE_DAYS)
            for user in people
        }
        return [
            item
            for item in due
            if item.day <= days[item.user_id] + ahead or item.day < too_late[item.user_id]
        ]

    @api.model
    def _find_due_on(self, today):
        """Return what is due on a day, whether or not it is that day for whom it concerns."""
        start = today - timedelta(days=LATE_DAYS)
        end = today + timedelta(days=max(self._get_ahead(), AWAY_DAYS))
        due = [
            Due(kind, partner_id, user_id, when)
            for kind, column in (
                ("birthday", "counterparty_birthday"),
                ("founded", "counterparty_founding_date"),
            )
            for partner_id, user_id, day in self.env.execute_query(
                self._sql_anniversaries(column, start, end, today)
            )
            for when in anniversaries_between(day, start, end)
        ]
        due += [Due("silence", *row) for row in self.env.execute_query(self._sql_silence(today))]
        return due

    @api.model
    def _get_ahead(self):
        return max(self._get_setting(AHEAD, DEFAULT_AHEAD), 0)

    @api.model
    def _get_limit(self):
        return self._get_setting(LIMIT, DEFAULT_LIMIT)

    @api.model
    def _get_setting(self, name, default):
        # the settings page asks what would be, before anything is saved
        asked = self.env.context.get(name)
        # a setting of ours
        kept = self.env["ir.config_parameter"].sudo().get_param(name, default)
        return int(kept) if asked is None else asked

    @api.model
    def _sql_responsible(self, partner, today):
        """Return SQL of who looks after a counterparty: by its role, else its salesperson.

        Of several the one whose role began last; who has left looks after nobody.
        """
        return SQL(
            """(SELECT person.id
                  FROM res_partner owner
                  JOIN res_partner entity ON entity.id = owner.commercial_partner_id
                  LEFT JOIN counterparty_role role ON role.partner_id IN (owner.id, entity.id)
                       AND (role.date_from IS NULL OR role.date_from <= %(today)s)
                       AND (role.date_to IS NULL OR role.date_to >= %(today)s)
                  JOIN LATERAL (VALUES (role.responsible_id, 1), (owner.user_id, 2),
                                       (entity.user_id, 3)) AS chosen (user_id, place) ON TRUE
                  JOIN res_users person ON person.id = chosen.user_id AND person.active
                 WHERE owner.id = %(partner)s
                 ORDER BY chosen.place, role.date_from DESC NULLS LAST, role.id LIMIT 1)""",
            partner=partner,
            today=today,
        )

    @api.model
    def _sql_anniversaries(self, column, start, end, today):
        field = SQL.identifier("partner", column)
        return SQL(
            """SELECT id, user_id, day
                 FROM (SELECT partner.id, %(field)s AS day, %(responsible)s AS user_id
                         FROM res_partner partner
                        WHERE partner.active AND %(field)s IS NOT NULL
                          AND EXTRACT(MONTH FROM %(field)s) * 100 + EXTRACT(DAY FROM %(field)s)
                              = ANY(%(marks)s)) found
                WHERE user_id IS NOT NULL""",
            field=field,
            responsible=self._sql_responsible(SQL("partner.id"), today),
            marks=months_and_days(start, end),
        )

    @api.model
    def _sql_silence(self, today):
        """Select counterparties without contact for longer than their type says.

        Whoever has something planned with them needs no reminder: what lies ahead, or a contact
        that was missed lately. An old to-do that nobody does any more keeps nobody quiet.
        """
        return SQL(
            """SELECT silent.partner_id, silent.user_id, silent.last, silent.type_id
                 FROM (SELECT role.partner_id, type.id AS type_id, type.silence_days,
                              COALESCE(person.id, entity.user_id) AS user_id,
                              entity.id AS entity_id,
                              COALESCE(GREATEST(
                                  (SELECT MAX(contact.date)::date
                                     FROM counterparty_interaction contact
                                    WHERE contact.commercial_partner_id = entity.id
                                      AND contact.kind != ALL(%(unnoticed)s)),
                                  role.date_from), entity.create_date::date) AS last
                         FROM counterparty_role role
                         JOIN counterparty_type type ON type.id = role.type_id
                              AND type.active AND type.silence_days > 0
                         JOIN res_partner entity ON entity.id = role.commercial_partner_id
                              AND entity.active
                         LEFT JOIN res_users person ON person.id = role.responsible_id
                              AND person.active
                        WHERE (role.date_to IS NULL OR role.date_to >= %(today)s)
                          AND (role.date_from IS NULL OR role.date_from <= %(today)s)) silent
                WHERE silent.user_id IS NOT NULL
                  AND silent.last + silent.silence_days <= %(today)s
                  AND NOT EXISTS (SELECT FROM (%(plans)s) plan
                                   WHERE plan.commercial_partner_id = silent.entity_id
                                     AND (plan.date_deadline >= %(today)s OR plan.is_contact
                                          AND plan.date_deadline + silent.silence_days
                                              > %(today)s))
                  AND NOT EXISTS (SELECT FROM calendar_event_res_partner_rel guest
                                    JOIN res_partner person ON person.id = guest.res_partner_id
                                         AND person.commercial_partner_id = silent.entity_id
                                    JOIN calendar_event event
                                      ON event.id = guest.calendar_event_id
                                         AND event.active AND event.start >= %(today)s)""",
            plans=self.env["counterparty.interaction"]._sql_open_activities(),
            unnoticed=list(UNNOTICED_KINDS),
            today=today,
        )

    @api.model
    def _leave_out_told(self, due):
        if not due:
            return []
        told = set(
            self.env.execute_query(
                SQL(
                    """SELECT partner_id, kind, event_date, res_id FROM counterparty_reminder
                        WHERE partner_id = ANY(%s)""",
                    [item.partner_id for item in due],
                )
            )
        )
        return [
            item for item in due if (item.partner_id, item.kind, item.day, item.type_id) not in told
        ]

    @api.model
    def _find_for_today(self, now_only=False, from_now=False):
        """Return what is made today: of people who are at work, and no more than the limit.

        :param now_only: leave out people for whom the day has not begun yet
        :param from_now: leave out what should have been told before today
        """
        due = self._find_due()
        if from_now:
            missed = set(self._leave_to_the_past(due))
            due = [item for item in due if item not in missed]
        # whoever is reminded and may see it is asked below
        users = self.env["res.users"].sudo().browse({item.user_id for item in due})
        days = users._get_counterparty_days()
        at_work = users.filtered(
            lambda user: (
                user.active
                and user._is_internal()
                and days[user.id] in user._get_counterparty_working_days(*[days[user.id]] * 2)
                and not (now_only and user._get_counterparty_now().hour < MORNING)
            )
        )
        made, limit = self._count_made(days), self._get_limit()
        # first, as every hour asks again: who has got enough for today is asked for no rights
        waiting = {user.id for user in at_work if made[user.id] < limit}
        due = [item for item in due if item.user_id in waiting]
        return within_limit(self._leave_out_hidden(due), made, limit)

    @api.model
    def _leave_out_hidden(self, due):
        """Return what is about counterparties that the person reminded may read."""
        kept = []
        for user_id in {item.user_id for item in due}:
            own = [item for item in due if item.user_id == user_id]
            partners = self.env["res.partner"].browse([item.partner_id for item in own])
            user = self.env["res.users"].browse(user_id)
            # in all companies of the person
            companies = user.sudo().company_ids.ids
            seen = partners.with_user(user).with_context(allowed_company_ids=companies)
            readable = set(seen._filtered_access("read").ids)
            kept += [item for item in own if item.partner_id in readable]
        return kept

    @api.model
    def _count_made(self, days):
        """Return how many reminders each user has got on the day that it is there.

        :param days: ``{user id: day}``
        """
        made = [("made_on", "in", list(set(days.values()))), ("user_id", "in", list(days))]
        rows = self.search_fetch(
            [*made, ("state", "=", MADE), ("kind", "!=", "summary")], ["made_on", "user_id"]
        )
        return Counter(row.user_id.id for row in rows if row.made_on == days[row.user_id.id])

    @api.model
    def _preview(self, from_now=False):
        """Return what would be made today if it were switched on.

        :param from_now: with what was due before today left out
        :return: ``(Counter of kinds made today, number of people, how many are due in all)``
        """
        made = self._find_for_today(from_now=from_now)
        kinds = Counter(item.kind for item in made)
        return kinds, len({item.user_id for item in made}), len(self._find_due())

    # ------------------------------------------------------------
    # Making them
    # ------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind people of what is due, each once; restartable at any point.

        Runs every hour: in each zone people are reminded when their day begins.
        """
        due = self._find_for_today(now_only=True)
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for chunk in split_every(CHUNK, due, list):
            self._remind_safely(chunk)
            if not self.env["ir.cron"]._commit_progress(len(chunk)):
                break

    @api.model
    def _remind_safely(self, due, attempts=ATTEMPTS):
        """Remind, again when another job has told the same since this transaction began.

        Nobody repeats a job: what others have written is seen by a new transaction alone.
        """
        try:
            return self._remind(due)
        except SerializationFailure:
            self.env.cr.rollback()
            self.env.invalidate_all(flush=False)
        return self._remind_safely(due, attempts - 1) if attempts > 1 else None

    @api.model
    def _remind(self, due):
        """Plan an activity for each, unless another job has been faster."""
        users = self.env["res.users"].sudo().browse({item.user_id for item in due})
        days = users._get_counterparty_days()
        noted = self._note(due)
        for item in due:
            if (item.partner_id, item.kind, item.day, item.type_id) in noted:
                self._plan(item, days[item.user_id])

    @api.model
    def _note(self, due, state=MADE):
        """Write down what is told, and return the keys of what nobody has told before.

        :raises psycopg2.errors.SerializationFailure: when another transaction has just told it
        """
        if not due:
            return set()
        # the person's own day and company: the counterparty may belong to all
        people = self.env["res.users"].sudo().browse({item.user_id for item in due})
        days = people._get_counterparty_days()
        companies = {user.id: user.company_id.id for user in people}
        rows = [
            SQL(
                "(%s, %s, %s::date, %s, %s, %s, %s::date, %s)",
                item.partner_id,
                item.kind,
                item.day,
                item.type_id,
                item.user_id,
                companies[item.user_id],
                days[item.user_id],
                state,
            )
            for item in due
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO counterparty_reminder
                          (partner_id, kind, event_date, res_id, user_id, company_id, made_on,
                           state)
                   VALUES %s ON CONFLICT DO NOTHING
                   RETURNING partner_id, kind, event_date, res_id""",
                SQL(", ").join(rows),
            ),
            log_exceptions=False,
        )
        noted = set(self.env.cr.fetchall())
        self.invalidate_model()
        return noted

    @api.model
    def _plan(self, item, today):
        user = self.env["res.users"].browse(item.user_id)
        # planned by the job for whoever looks after the counterparty
        partner = self.env["res.partner"].sudo().browse(item.partner_id)
        spoken = partner.with_context(lang=user.sudo().lang, **SILENT)
        is_silence = item.kind == "silence"
        spoken.activity_schedule(
            f"mail.mail_activity_data_{'call' if is_silence else 'todo'}",
            date_deadline=today if is_silence else max(item.day, today),
            summary=self._describe(spoken, item),
            user_id=user.id,
        )

    @api.model
    def _describe(self, partner, item):
        """Return what the activity says, in the words of the person."""
        day = format_date(partner.env, item.day)
        match item.kind:
            case "birthday":
                return partner.env._("Birthday on %(day)s: %(name)s", day=day, name=partner.name)
            case "founded":
                return partner.env._(
                    "Founding day on %(day)s: %(name)s", day=day, name=partner.name
                )
        return partner.env._(
            "No contact since %(day)s: get in touch with %(name)s", day=day, name=partner.name
        )

    @api.model
    def _start_from_now(self):
        """Leave out what should have been told before today; what is still to come is told."""
        return len(self._note(self._leave_to_the_past(self._find_due()), SKIPPED))

    @api.model
    def _leave_to_the_past(self, due):
        """Return what should have been told before today, as it is where each person lives."""
        people = self.env["res.users"].sudo().browse({item.user_id for item in due})
        days = people._get_counterparty_days()
        return [item for item in due if item.day < days[item.user_id]]

    @api.model
    def _has_room(self, user):
        """Tell whether somebody may be reminded today: at work, and below the limit."""
        return self._count_room(user) > 0

    @api.model
    def _count_room(self, user):
        """Return of how much more somebody may be reminded today: of nothing on days off."""
        days = user._get_counterparty_days()
        today = days[user.id]
        if today not in user._get_counterparty_working_days(today, today):
            return 0
        return max(self._get_limit() - self._count_made(days)[user.id], 0)

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    @api.model
    def _counterparty_merge(self, source, target):
        """Keep one of two notes about the same event."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """DELETE FROM counterparty_reminder mine
                    USING counterparty_reminder other
                    WHERE mine.partner_id IN %(source)s
                      AND other.partner_id IN %(all)s
                      AND mine.kind = other.kind
                      AND mine.event_date = other.event_date
                      AND mine.res_id = other.res_id
                      AND (other.partner_id = %(target)s OR mine.id > other.id)
                      AND mine.id != other.id""",
                source=tuple(source.ids),
                all=tuple((source | target).ids),
                target=target.id,
            )
        )
        self.invalidate_model()
