import logging

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.deadlines import SECOND
from ..tools.working_time import NoWorkingTimeError, RoundTheClock

_logger = logging.getLogger(__name__)

CHUNK = 500
ATTEMPTS = 5
# who hears of a late request: whoever is assigned, then the leader
ASSIGNEE, LEADER = 1, 2


class CounterpartyRequestEscalation(models.AbstractModel):
    """What time does to a request: it comes to be at risk, then late, and somebody hears of it."""

    _name = "counterparty.request.escalation.mixin"
    _description = "Escalation of a Request"

    # who has heard, and in which cycle: a request that is reopened begins anew
    told_level = fields.Integer(readonly=True, copy=False)
    told_cycle = fields.Integer(readonly=True, copy=False)

    # ------------------------------------------------------------
    # Due
    # ------------------------------------------------------------

    @api.model
    def _cron_check_due(self):
        """Look at the requests whose status time alone has changed.

        Rows are claimed so that another worker takes others, and committed by the chunk.
        """
        now = fields.Datetime.now()
        while requests := self._claim_due(now):
            requests._check_due_safely(now)
            if not self.env["ir.cron"]._commit_progress(len(requests)):
                break

    @api.model
    def _claim_due(self, now):
        """Return the next requests to look at.

        With nothing due this is one look into a partial index, however many requests are open.
        """
        due = SQL("state IN ('new', 'open') AND check_at <= %s", now)
        return self._claim(due, SQL("check_at"))

    @api.model
    def _claim(self, condition, order, attempts=ATTEMPTS):
        """Return the next requests of a job, locked for this transaction.

        Nobody repeats a job: what others have changed since its snapshot is seen by another
        transaction alone, so the claim begins one.
        """
        try:
            return self._lock(condition, order)
        except SerializationFailure:
            self.env.cr.rollback()
        return self._claim(condition, order, attempts - 1) if attempts > 1 else self.browse()

    @api.model
    def _lock(self, condition, order):
        """Lock requests that wait for a job and that no other worker has."""
        self.env["counterparty.request"].flush_model(["check_at", "state", "untold"])
        self.env.cr.execute(
            SQL(
                """SELECT id FROM counterparty_request
                    WHERE %s ORDER BY %s LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                condition,
                order,
                CHUNK,
            ),
            log_exceptions=False,
        )
        requests = self.env["counterparty.request"].browse(
            [id_ for (id_,) in self.env.cr.fetchall()]
        )
        # what was read before the lock was had
        requests.invalidate_recordset()
        return requests

    def _check_due_safely(self, now):
        """Check all at once, or one by one when one of them fails."""
        try:
            with self.env.cr.savepoint():
                self._check_due(now)
            return
        except Exception:
            _logger.warning("Late requests are checked one by one", exc_info=True)
        for request in self:
            request._check_one_due(now)

    def _check_one_due(self, now):
        """Check one request; if it fails, note that down and look again later."""
        try:
            with self.env.cr.savepoint():
                self._check_due(now)
        except Exception:
            _logger.exception("Request %s could not be checked", self.id)
            self._look_again_later(now)

    def _check_due(self, now):
        """Bring requests up to date and tell those who have to hear of it."""
        self._update_deadlines()
        self.flush_recordset()
        for request in self.filtered(lambda request: request.sla_status == "breached"):
            request._tell_late(now)
        self.flush_recordset()
        stuck = self.filtered(lambda request: request.check_at and request.check_at <= now)
        stuck._look_again_later(now)

    def _look_again_later(self, now):
        """Put requests off by an hour, so that they do not hold up all others."""
        self.invalidate_recordset(["check_at"])
        self.env.cr.execute(
            "UPDATE counterparty_request SET check_at = %s WHERE id = ANY(%s)",
            [fields.Datetime.add(now, hours=1), self.ids],
        )

    # ------------------------------------------------------------
    # Escalation
    # ------------------------------------------------------------

    def _get_told_level(self):
        """Return who has heard in this cycle: 0 nobody, 1 whoever is assigned, 2 the leader."""
        self.ensure_one()
        return self.told_level if self.told_cycle == self.cycle else 0

    @api.model
    def _get_next_telling(self, due_at, terms, calendar, told):
        """Return when the next person hears of a request unless it is answered before.

        :param due_at: the deadline that still runs, None when none does
        :param told: who has heard already
        :return: a moment, also one that is past already; None when nobody is left to hear of it
        """
        if not terms or not terms.escalate or not due_at or told >= LEADER:
            return None
        if told < ASSIGNEE:
            return due_at + SECOND
        return self._get_leader_at(due_at, terms, calendar)

    @api.model
    def _get_leader_at(self, due_at, terms, calendar):
        try:
            return calendar.after(due_at + SECOND, terms.leader_seconds)
        except NoWorkingTimeError:
            return RoundTheClock().after(due_at + SECOND, terms.leader_seconds)

    def _tell_late(self, now):
        """Tell whoever has not heard yet that the deadline is over."""
        self.ensure_one()
        terms = self._get_terms()
        if not terms or not terms.escalate or not self.due_at:
            return
        told = self._get_told_level()
        leader_at = self._get_leader_at(self.due_at, terms, self._get_working_time(self.opened_at))
        assignee = self._filter_reachable(self.user_id)
        level = LEADER if leader_at <= now or not assignee else ASSIGNEE
        if level <= told:
            return
        self.write({"told_level": level, "told_cycle": self.cycle})
        self._notify_late(assignee if level == ASSIGNEE else self._get_late_leader())
        if level == LEADER and told < ASSIGNEE and assignee:
            self._message_log(
                body=self.env._(
                    "%(user)s was not told first: it is too late for that.", user=assignee.name
                )
            )

    @api.model
    def _filter_reachable(self, users):
        """Return those who work here and are not away."""
        # whether a colleague is away is shown to everybody
        return users.sudo().filtered(lambda user: user.active and not user.is_out_of_office)

    def _get_late_leader(self):
        """Return who hears of a request that its assignee leaves late; never silently nobody."""
        # the leader may work in another company
        request = self.sudo()
        for users in (request.team_id.leader_id, request.sla_id.user_id):
            if reachable := self._filter_reachable(users):
                return reachable
        return request.team_id.leader_id or request.sla_id.user_id or request.user_id

    def _notify_late(self, users):
        """Tell users, as each prefers, and note down who was told."""
        self.ensure_one()
        for user in users:
            request = self.with_context(lang=user.lang, tz=user.tz)
            request.message_notify(
                partner_ids=user.partner_id.ids,
                subject=request.env._("Late: %(request)s", request=request.display_name),
                body=request._get_late_text(),
                model_description=request.env._("Request"),
            )
        names = ", ".join(users.mapped("name")) or self.env._("nobody, there is no leader")
        self._message_log(body=self.env._("The deadline is over. Told: %(names)s.", names=names))

    def _get_late_text(self):
        """Return what the mail about a late request says."""
        due = self._format_due()
        if not self.user_id:
            return self.env._("Answer by %(moment)s was promised; nobody has taken it.", moment=due)
        return self.env._(
            "Answer by %(moment)s was promised; it is assigned to %(user)s.",
            moment=due,
            user=self.user_id.name,
        )
