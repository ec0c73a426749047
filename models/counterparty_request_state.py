from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import request_states as states

# set while a method of this file writes the state
MOVING = "counterparty_request_moving"
PARTNER, EMPLOYEE, SYSTEM = "partner", "employee", "system"
# told by what happens, never by people: whoever could write them could launder a breach,
# lead mails elsewhere or make a link that is easily guessed
FACTS = frozenset(
    (
        "number",
        "opened_at",
        "first_response_at",
        "awaiting_since",
        "assigned_at",
        "solved_at",
        "closed_at",
        "closed_by",
        "reopen_count",
        "cycle",
        "merged_into_id",
        "merge_trace",
        "parent_id",
        "generation_key",
        "channel",
        "access_token",
        "rated_cycle",
        "reply_email",
        "told_level",
        "told_cycle",
        "conversion_serial",
        "untold",
        "untold_by_id",
        "rating_last_value",
    )
)
# what an import from elsewhere, a call or a follow-up brings along
CREATED_WITH = {"opened_at", "channel", "parent_id"}


class CounterpartyRequestState(models.AbstractModel):
    """The life of a request: nobody else writes the state and the facts that go with it."""

    _name = "counterparty.request.state.mixin"
    _description = "Life of a Request"

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open(self):
        """Take up work, also after waiting; reopen what was done."""
        return self._move_to(states.OPEN)

    def action_wait_for_partner(self):
        """Wait for the counterparty: the clock stops."""
        self._wait_for_partner()

    def action_hold(self):
        """Wait for somebody else: the clock stops."""
        self._hold()

    def action_solve(self):
        """Say that the answer is given; the counterparty may still come back."""
        self._solve()

    def action_close(self):
        """Close for good, by an employee."""
        self._close(EMPLOYEE)

    def action_cancel(self):
        """Put away what was no request."""
        self._cancel()

    def action_reopen(self):
        """Take up again what was done.

        :raises UserError: when the time for it is over; a follow-up is made then
        """
        self._reopen(EMPLOYEE)

    # ------------------------------------------------------------
    # Moves
    # ------------------------------------------------------------

    def _open(self):
        return self._move(states.OPEN)

    def _wait_for_partner(self):
        return self._move(states.PENDING)

    def _hold(self):
        return self._move(states.HOLD)

    def _solve(self):
        """Mark live requests as solved."""
        moved = self._move(states.SOLVED, solved_at=fields.Datetime.now())
        moved._tell_solution()
        return moved

    def _close(self, by):
        """Close requests.

        :param by: ``partner``, ``employee`` or ``system``
        """
        now = fields.Datetime.now()
        facts = {"closed_at": now, "closed_by": by, "awaiting_since": False}
        solved = self.filtered("solved_at")
        checked = by == EMPLOYEE
        moved = solved._move(states.CLOSED, checked, **facts)
        moved |= (self - solved)._move(states.CLOSED, checked, solved_at=now, **facts)
        if by == EMPLOYEE:
            moved._tell_solution()
        return moved

    def _cancel(self):
        """Put away live requests."""
        facts = {"closed_at": fields.Datetime.now(), "closed_by": EMPLOYEE, "awaiting_since": False}
        return self._move(states.CANCELLED, False, **facts)

    def _reopen(self, by):
        """Take up what was done; the counts and the cycle go on.

        :param by: who wants it, ``partner``, ``employee`` or ``system``
        :raises UserError: names the first request whose time is over
        """
        for request in self.filtered(lambda request: request.state not in states.LIVE):
            if not request._can_reopen():
                raise UserError(
                    self.env._(
                        "%(request)s was done too long ago to be reopened. "
                        "Create a follow-up instead.",
                        request=request.display_name,
                    )
                )
        moved = self.browse()
        for (count, cycle), requests in self.grouped(
            lambda request: (request.reopen_count, request.cycle)
        ).items():
            moved |= requests._move(
                states.OPEN,
                False,
                solved_at=False,
                closed_at=False,
                closed_by=False,
                reopen_count=count + 1,
                cycle=cycle + 1,
            )
        return moved

    def _can_reopen(self):
        """Tell whether the grace period of a done request goes on."""
        self.ensure_one()
        if self.merged_into_id or self.state in states.LIVE:
            return False
        done = self.solved_at or self.closed_at
        if not done:
            # a click on the bar of the form: the facts come with saving
            return False
        days = self.category_id.reopen_days
        return fields.Datetime.now() <= fields.Datetime.add(done, days=days)

    def _move_to(self, state):
        """Bring requests into a state that a user has chosen."""
        if state == states.OPEN:
            done = self.filtered(lambda request: request.state not in states.LIVE)
            done._reopen(EMPLOYEE)
            return (self - done)._open()
        if state == states.CLOSED:
            return self._close(EMPLOYEE)
        moves = {
            states.PENDING: self._wait_for_partner,
            states.HOLD: self._hold,
            states.SOLVED: self._solve,
            states.CANCELLED: self._cancel,
        }
        if state not in moves:
            raise UserError(self.env._("A request that was looked at is not new any more."))
        return moves[state]()

    def _move(self, state, checked=True, **facts):
        """Change the state together with its facts, its ledger and its deadlines.

        :param checked: whether what the category requires must be there
        :return: the requests that were not in this state before
        :raises UserError: names the request that may not go there, or what it lacks
        """
        moved = self.filtered(lambda request: request.state != state)
        if not moved:
            return moved
        for request in moved:
            request._check_move(state, checked)
        moved.check_access("write")
        resting = moved.filtered(lambda request: request.state not in (states.NEW, states.OPEN))
        # facts are written by the moves alone, whoever moves
        moved.sudo().with_context(**{MOVING: True}).write({"state": state, **facts})
        # before the ledger: of two moves at once the second starts again, as the host lets it
        moved.flush_recordset(["state"])
        moved._record_interval(resting)
        moved._update_deadlines()
        return moved

    def _check_move(self, state, checked):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if not states.can_move(self.state, state):
            raise UserError(
                self.env._(
                    "%(request)s is %(before)s: it cannot become %(after)s.",
                    request=self.display_name,
                    before=labels[self.state],
                    after=labels[state],
                )
            )
        starts = state in (states.OPEN, states.SOLVED)
        if checked and starts and self.state == states.NEW and self.missing_fields:
            raise UserError(
                self.env._(
                    "%(request)s needs more before work starts: %(fields)s.",
                    request=self.display_name,
                    fields=self.missing_fields,
                )
            )
