import base64
import logging
import time

from psycopg2 import Binary
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools import mail_decision as decision
from ..tools import mail_intake

_logger = logging.getLogger(__name__)

UNDONE, DONE, QUARANTINE, DISCARDED = "todo", "done", "quarantine", "discarded"
# more than the host's own five, with shorter waits: nobody sits before the screen
CONFLICTS = 5
ATTEMPTS = 5
# the original of a mail that became a message is kept for questions, then its text goes
KEEP_ORIGINAL_DAYS = 60
KEEP_KEY_DAYS = 730
CRON = "counterparty_crm.ir_cron_counterparty_inbox"


class CounterpartyInbox(models.Model):
    """A mail as it arrived, kept before anything is done with it, once for each team it reached."""

    _name = "counterparty.inbox"
    _description = "Incoming Mail"
    _inherit = [
        "counterparty.inbox.processing.mixin",
        "counterparty.inbox.posting.mixin",
        "counterparty.inbox.quarantine.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _log_access = False
    _order = "received_at desc, id desc"
    _rec_name = "subject"

    # what arrived
    key = fields.Char("Message-ID", required=True, readonly=True)
    digest = fields.Char(readonly=True)
    team_id = fields.Many2one(
        "counterparty.request.team",
        "Addressed to",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    desk_team_id = fields.Many2one(
        "counterparty.request.team",
        "Team",
        readonly=True,
        ondelete="set null",
        help="Who decides about it when it cannot be placed.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    received_at = fields.Datetime("Received on", required=True, readonly=True)
    sender = fields.Char("From", readonly=True)
    sender_name = fields.Char("Name", readonly=True)
    subject = fields.Char(readonly=True)
    raw = fields.Binary("Original", attachment=False, readonly=True)
    raw_name = fields.Char(compute="_compute_raw_name")

    # what became of it
    state = fields.Selection(
        [
            (UNDONE, "To do"),
            (DONE, "Done"),
            (QUARANTINE, "In quarantine"),
            (DISCARDED, "Discarded"),
        ],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [
            (mail_intake.HUMAN, "Person"),
            (mail_intake.AUTOMATIC, "Automatic"),
            (mail_intake.BOUNCE, "Undeliverable"),
        ],
        "Written by",
        readonly=True,
    )
    is_deaf = fields.Boolean(
        "Nothing Automatic Goes Back",
        readonly=True,
        help="People wrote, perhaps, but with a program that would answer what is sent to it.",
    )
    result = fields.Selection(
        [
            (decision.ANSWER, "Reply"),
            (decision.COMMENT, "Comment"),
            (decision.NOTE, "Note"),
            (decision.NEW, "New request"),
            (decision.POSSIBLE, "New request, possibly about another"),
            (decision.FOLLOW_UP, "Follow-up"),
            ("bounce", "Marked as undeliverable"),
            ("test", "Test of the mailbox"),
            ("known", "Had arrived already"),
        ],
        readonly=True,
    )
    reason = fields.Selection(
        [
            (decision.UNVERIFIED, "The sender does not take part in the request"),
            (decision.FORGED, "Your mail server says that the sender is forged"),
            (decision.FLOOD, "Too many mails from one sender"),
            ("differs", "Another mail had the same Message-ID"),
            ("failed", "It could not be read"),
        ],
        "Why It Waits",
        readonly=True,
    )
    request_id = fields.Many2one(
        "counterparty.request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The request it became part of, or claims to be about.",
    )
    reopened = fields.Boolean(readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)

    # what went wrong
    attempts = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)
    next_at = fields.Datetime("Next Attempt", readonly=True)

    _key_uniq = models.UniqueIndex("(key, COALESCE(team_id, 0))", "This mail is here already.")
    _todo_idx = models.Index("(next_at) WHERE state = 'todo'")
    _quarantine_idx = models.Index("(desk_team_id) WHERE state = 'quarantine'")
    _sender_idx = models.Index("(sender, received_at)")

    @api.depends("subject", "sender")
    def _compute_display_name(self):
        for mail in self:
            mail.display_name = mail.subject or mail.sender or self.env._("Mail without subject")

    @api.depends("subject")
    def _compute_raw_name(self):
        for mail in self:
            mail.raw_name = f"mail-{mail.id}.eml"

    # ------------------------------------------------------------
    # Receiving
    # ------------------------------------------------------------

    @api.model
    def _receive(self, envelope, raw, teams, company):
        """Keep a mail in a transaction of its own, whatever happens to it later.

        :param envelope: what :func:`read_envelope` found in ``raw``
        :param teams: the teams it is addressed to; none when only its content points at a request
        :return: ids of the mails that are new and have to be processed
        """
        ids = []
        for team in teams or [teams]:
            for _attempt in range(CONFLICTS):
                try:
                    with self.env.registry.cursor() as cr:
                        mail = self.with_env(self.env(cr=cr))
                        ids += mail._insert(envelope, raw, team, team.company_id or company)
                    break
                except SerializationFailure:
                    # the same mail came in by another way this instant: look again
                    continue
        return ids

    @api.model
    def _insert(self, envelope, raw, team, company):
        inserted = self._insert_row(envelope, raw, team, company, envelope.key)
        if inserted:
            return inserted
        self.env.cr.execute(
            SQL(
                """SELECT digest FROM counterparty_inbox
                    WHERE key = %s AND COALESCE(team_id, 0) = %s""",
                envelope.key,
                team.id or 0,
            )
        )
        row = self.env.cr.fetchone()
        if row and row[0] != envelope.digest:
            # a broken sender uses a Message-ID twice: somebody has to look
            key = f"{envelope.key}#{envelope.digest[:12]}"
            self._insert_row(envelope, raw, team, company, key, "differs")
        return []

    @api.model
    def _insert_row(self, envelope, raw, team, company, key, reason=None):
        desk_team = team or team._get_default(company)
        self.env.cr.execute(
            SQL(
                """INSERT INTO counterparty_inbox
                          (key, digest, team_id, desk_team_id, company_id, received_at, sender,
                           sender_name, subject, raw, state, reason, attempts, next_at)
                   VALUES (%(key)s, %(digest)s, %(team)s, %(desk)s, %(company)s,
                           %(now)s, %(sender)s, %(sender_name)s, %(subject)s, %(raw)s, %(state)s,
                           %(reason)s, 0, %(now)s)
                   ON CONFLICT (key, COALESCE(team_id, 0)) DO NOTHING
                   RETURNING id""",
                key=key,
                digest=envelope.digest,
                team=team.id or None,
                desk=desk_team.id or None,
                company=company.id,
                now=fields.Datetime.now(),
                sender=envelope.sender or None,
                sender_name=envelope.sender_name or None,
                subject=envelope.subject or None,
                raw=Binary(base64.b64encode(raw)),
                state=QUARANTINE if reason else UNDONE,
                reason=reason,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    # ------------------------------------------------------------
    # Processing, each mail in a transaction of its own
    # ------------------------------------------------------------

    @api.model
    def _process_ids(self, ids):
        """Process mails and keep what fails for later; never raises.

        :return: id of the request that the last of them became part of
        """
        request_id = False
        for mail_id in ids:
            request_id = self._process_alone(mail_id) or request_id
        return request_id

    @api.model
    def _process_alone(self, mail_id):
        request_id, failure = self._try_to_process(mail_id)
        if failure:
            self._keep_failed(mail_id, failure)
        return request_id

    @api.model
    def _try_to_process(self, mail_id):
        failure = None
        for attempt in range(CONFLICTS):
            try:
                with self.env.registry.cursor() as cr:
                    return self._process_locked(cr, mail_id), None
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as conflict:  # noqa: PERF203
                failure = conflict
                # two that met wait for different times
                time.sleep(0.05 * 2**attempt * (1 + mail_id % 5 / 5))
            except Exception as error:
                _logger.warning("Mail %s waits for another attempt", mail_id, exc_info=True)
                return False, error
        return False, failure

    @api.model
    def _process_locked(self, cr, mail_id):
        # mails are processed by the system, whoever fetched them
        root = self.env["res.users"].browse(api.SUPERUSER_ID)
        mail = self.with_env(self.env(cr=cr, user=root, su=True)).browse(mail_id)
        mail = mail.try_lock_for_update()
        # in one query what is read below, the original too
        mail.fetch(["state", "raw", "team_id", "desk_team_id", "company_id"])
        if not mail or mail.state != UNDONE:
            return False
        return mail._process().id

    @api.model
    def _keep_failed(self, mail_id, failure):
        """Leave a mail to the job, after the last attempt to a person."""
        try:
            with self.env.registry.cursor() as cr:
                mail = self.with_env(self.env(cr=cr)).sudo().browse(mail_id)
                gave_up = bool(mail.exists()) and mail._note_failure(failure)
            if gave_up:
                with self.env.registry.cursor() as cr:
                    self.with_env(self.env(cr=cr)).sudo().browse(mail_id)._schedule_look()
        except Exception:
            # it is still there, to do or in quarantine
            _logger.exception("The failure of mail %s could not be noted", mail_id)

    def _note_failure(self, failure):
        """Write down why a mail was not processed, and when it is tried again.

        :return: whether it goes to quarantine instead
        """
        self.ensure_one()
        if self.state != UNDONE:
            return False
        attempts = self.attempts + 1
        values = {"attempts": attempts, "error": f"{type(failure).__name__}: {failure}"[:2000]}
        if attempts >= ATTEMPTS:
            self.write({**values, "state": QUARANTINE, "reason": "failed"})
            return True
        values["next_at"] = fields.Datetime.add(fields.Datetime.now(), minutes=5**attempts)
        self.write(values)
        self.env.ref(CRON)._trigger(values["next_at"])
        return False

    def _schedule_look(self):
        """Ask the leader, else any member, else a manager of the system to look at a mail."""
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self._get_keeper().id,
            summary=self.env._("A mail could not be read"),
        )

    def _get_keeper(self):
        self.ensure_one()
        candidates = self.desk_team_id.leader_id | self.desk_team_id.user_ids
        candidates = candidates.filtered("active") or self.env.ref("base.user_admin")
        return candidates[:1]

    # ------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------

    @api.model
    def _cron_process(self):
        """Take up mails whose processing failed or was cut off, and answers that did not go out."""
        self.env["counterparty.acknowledgement"]._retry_failed()
        due = Domain("state", "=", UNDONE) & Domain("next_at", "<=", fields.Datetime.now())
        ids = self.search(due, order="next_at").ids
        self.env["ir.cron"]._commit_progress(remaining=len(ids))
        for mail_id in ids:
            self._process_alone(mail_id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.autovacuum
    def _gc_originals(self):
        """Drop the text of old mails that became messages, later also their keys."""
        now = fields.Datetime.now()
        over = SQL("state IN (%s, %s)", DONE, DISCARDED)
        self.env.cr.execute(
            SQL(
                "UPDATE counterparty_inbox SET raw = NULL WHERE %s AND raw IS NOT NULL"
                " AND received_at < %s",
                over,
                fields.Datetime.subtract(now, days=KEEP_ORIGINAL_DAYS),
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM counterparty_inbox WHERE %s AND received_at < %s",
                over,
                fields.Datetime.subtract(now, days=KEEP_KEY_DAYS),
            )
        )
        self.invalidate_model()
