from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.misc import split_every

from ..tools import documents
from ..tools.reminders import Due
from .counterparty_reminder_summary import SILENT

REMINDER_CRON = "counterparty_crm.ir_cron_document_reminders"
CHUNK = 100


class CounterpartyDocumentReminderMixin(models.AbstractModel):
    """Reminds of documents before they expire, each once."""

    _name = "counterparty.document.reminder.mixin"
    _description = "Reminders of documents"

    kind_id = fields.Many2one("counterparty.document.kind")
    is_personal = fields.Boolean()
    date_to = fields.Date()
    reminder_days = fields.Integer(
        "Remind Before",
        compute="_compute_reminder_days",
        store=True,
        readonly=False,
        help="Days before the end of validity.",
    )
    reminder_date = fields.Date(compute="_compute_reminder_date", store=True, index=True)
    reminded_on = fields.Date(readonly=True, copy=False)

    @api.depends("kind_id")
    def _compute_reminder_days(self):
        for document in self:
            document.reminder_days = document.kind_id.reminder_days

    @api.depends("date_to", "reminder_days")
    def _compute_reminder_date(self):
        for document in self:
            document.reminder_date = documents.reminder_date(
                document.date_to or None, document.reminder_days
            )

    def write(self, vals):
        if "date_to" in vals or "reminder_days" in vals:
            vals = dict(vals, reminded_on=False)
        return super().write(vals)

    # ------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------

    @api.model
    def _domain_to_remind(self):
        """Return the domain of documents whose responsible is to be reminded today.

        One day more at both ends: where that person lives it may be tomorrow, or yesterday still.
        """
        return (
            Domain("reminder_date", "<=", "today +1d")
            & Domain("reminded_on", "=", False)
            & Domain("date_to", ">=", "today -1d")
            & Domain("next_ids", "=", False)
            & Domain("has_validity", "=", True)
        )

    def _remind(self):
        """Plan one activity per document for its responsible, not on days off and not too many."""
        # what was told is written by the jobs alone
        reminders = self.env["counterparty.reminder"].sudo()
        for document in self:
            user = document._get_person_to_remind()
            if not user or not reminders._has_room(user):
                continue  # asked again later: somebody may have been found by then
            today = user._get_counterparty_days()[user.id]
            # in the words of the person, who may see the document
            spoken = document.with_user(user).with_context(lang=user.lang)
            document.with_context(**SILENT).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=document.date_to,
                summary=spoken.env._(
                    "%(document)s expires on %(day)s",
                    document=spoken.display_name,
                    day=format_date(spoken.env, document.date_to),
                ),
                user_id=user.id,
            )
            document.reminded_on = today
            told = (document.partner_id.id, user.id, document.date_to)
            if document.is_personal:
                # those who read what was told may not know whose paper it is, and its last day
                told = (user.partner_id.id, user.id, today)
            reminders._note([Due("document", *told, document.id)])

    def _is_due_where_told(self):
        """Tell whether it is the day of the reminder where the person lives who is to hear it."""
        self.ensure_one()
        user = self._get_person_to_remind()
        if not user or not user._has_counterparty_morning(self.reminder_date):
            return False
        return self.date_to >= user._get_counterparty_days()[user.id]

    def _get_person_to_remind(self):
        """Return the first of those concerned who is still here and may see the document."""
        self.ensure_one()
        roles = self.partner_id._get_counterparty_roles().with_env(self.env)
        people = self.responsible_id | self.create_uid | roles.responsible_id
        return people.filtered(lambda user: user.active and self._may_see(user))[:1]

    def _may_see(self, user):
        return user._is_internal() and self.with_user(user).has_access("read")

    @api.model
    def _find_due_today(self):
        """Return the documents to remind of that are due where the reader lives."""
        today = fields.Date.context_today(self)
        return self.search(self._domain_to_remind()).filtered(
            lambda document: document.reminder_date <= today <= document.date_to
        )

    @api.model
    def _preview_reminders(self):
        """Return what would be made today if it were switched on.

        :return: ``(reminders made today, number of people, how many are due in all)``
        """
        due = self._find_due_today()
        people = [document._get_person_to_remind() for document in due]
        told = Counter(user for user in people if user)
        reminders = self.env["counterparty.reminder"].sudo()
        made = [min(count, reminders._count_room(user)) for user, count in told.items()]
        return sum(made), sum(1 for count in made if count), len(due)

    @api.model
    def _start_reminders_from_now(self):
        """Leave out what is due to be reminded of, so that only what comes later is told."""
        due = self._find_due_today()
        due.reminded_on = fields.Date.context_today(self)
        return len(due)

    @api.model
    def _cron_remind(self):
        """Remind of documents before they expire, each once; restartable at any point.

        Runs every hour: people are reminded in their own morning.
        """
        due = self.search(self._domain_to_remind())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for chunk in split_every(CHUNK, due.ids, self.browse):
            claimed = chunk.try_lock_for_update()
            claimed.invalidate_recordset()
            claimed = claimed.filtered_domain([("reminded_on", "=", False)])
            claimed.filtered(lambda document: document._is_due_where_told())._remind()
            if not self.env["ir.cron"]._commit_progress(len(chunk)):
                break
