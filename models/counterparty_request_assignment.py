from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ..tools import request_states as states
from ..tools.request_load import share_out
from .counterparty_request_word import RELEASED


class CounterpartyRequestAssignment(models.AbstractModel):
    """Who works on a request, how they get it and hear of it."""

    _name = "counterparty.request.assignment.mixin"
    _description = "Assignment of Requests"

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def action_take(self):
        """Take requests that nobody has.

        One statement decides: of two who click at once the second reads who was first.

        :raises UserError: names who took it, and when
        """
        # the rights of before, for the other may have it by now
        self.browse().check_access("write")
        self.check_access("read")
        self.flush_recordset(["user_id", "state", "assigned_at", "write_date", "write_uid"])
        now = fields.Datetime.now()
        taken = self.env.execute_query(
            SQL(
                """UPDATE counterparty_request
                      SET user_id = %(me)s, assigned_at = %(now)s,
                          write_uid = %(me)s, write_date = %(now)s
                    WHERE id = ANY(%(ids)s) AND user_id IS NULL AND state = ANY(%(live)s)
                RETURNING id""",
                me=self.env.uid,
                now=now,
                ids=self.ids,
                live=list(states.LIVE),
            )
        )
        self.invalidate_recordset(["user_id", "assigned_at", "write_date", "write_uid"])
        requests = self.browse([row[0] for row in taken])
        (self - requests)._refuse_take()
        # the statement went past the history that a form keeps
        body = self.env._("%(user)s took the request.", user=self.env.user.name)
        requests._message_log_batch({request.id: body for request in requests})
        requests.message_subscribe(partner_ids=self.env.user.partner_id.ids)
        requests._start_when_ready()

    def _refuse_take(self):
        for request in self:
            if request.user_id == self.env.user:
                continue
            if request.user_id:
                raise UserError(
                    self.env._(
                        "%(user)s took %(request)s at %(time)s.",
                        user=request.user_id.name,
                        request=request.display_name,
                        time=format_datetime(self.env, request.assigned_at, dt_format="short"),
                    )
                )
            raise UserError(
                self.env._("%(request)s is done already.", request=request.display_name)
            )

    def _start_when_ready(self):
        """Open new requests that somebody has and that nothing is missing for."""
        self.filtered(
            lambda request: (
                request.state == states.NEW and request.user_id and not request.missing_fields
            )
        )._open()

    # ------------------------------------------------------------
    # By the team
    # ------------------------------------------------------------

    def _assign_by_team(self):
        """Give new requests to people as their teams do."""
        waiting = self.filtered(
            lambda request: not request.user_id and request.state in states.LIVE
        )
        for team, requests in waiting.grouped("team_id").items():
            if team.assign_method == "balanced":
                requests._assign_evenly(team)
            elif team.assign_method == "responsible":
                requests._assign_to_responsible()

    def _assign_to_responsible(self):
        """Give requests to whoever looks after the counterparty."""
        for request in self:
            user = request._get_responsible_user()
            if user:
                request.user_id = user

    def _get_responsible_user(self):
        """Return who looks after the counterparty in one of its roles, or sells to it."""
        self.ensure_one()
        # who looks after whom is known to the desk, whoever the sender is
        partner = self.sudo().partner_id
        roles = partner._get_counterparty_roles().filtered(lambda role: role.state != "former")
        users = roles.responsible_id | partner.user_id | partner.commercial_partner_id.user_id
        return users.filtered(lambda user: user._is_internal() and not user.is_out_of_office)[:1]

    def _assign_evenly(self, team):
        """Share requests out among the members of a team, by load against capacity."""
        team._lock_assignment()
        members = team.sudo().member_ids.filtered(  # a mail is assigned by nobody in person
            lambda member: member.user_id.active and not member.user_id.is_out_of_office
        )
        given = share_out(
            [
                (request.id, members._filter_able(request.category_id).user_id.ids)
                for request in self.sorted("id")
            ],
            members._get_candidates(),
        )
        for user_id, ids in self._group_given(given).items():
            self.browse(ids).user_id = user_id

    def _group_given(self, given):
        grouped = {}
        for request_id, user_id in given.items():
            grouped.setdefault(user_id, []).append(request_id)
        return grouped

    def _release(self):
        """Put requests back into the queue of their team."""
        live = self.filtered(lambda request: request.state in states.LIVE and request.user_id)
        live.write({"user_id": False})
        live._tell_later(RELEASED)

    # ------------------------------------------------------------
    # Loads
    # ------------------------------------------------------------

    def _get_loads(self, users):
        """Return open requests and the last assignment of each person.

        :return: ``{user_id: (count, last)}``
        """
        # what a person carries, in all companies
        rows = self.sudo()._read_group(
            [("user_id", "in", users.ids), ("state", "in", states.LIVE)],
            ["user_id"],
            ["__count", "assigned_at:max"],
        )
        return {user.id: (count, last) for user, count, last in rows}
