from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ..tools import request_states as states
from ..tools.request_load import share_out
from .counterparty_request_word import RELEASED

# set while requests are created by one employee for another
AUTHOR_FOLLOWS = "counterparty_author_follows"


class CounterpartyRequestAssignment(models.AbstractModel):
    """Who works on a request, how they get it and hear of it."""

    _name = "counterparty.request.assignment.mixin"
    _description = "Assignment of Requests"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_for_others(vals_list):
            return super().create(vals_list)
        # whoever enters it follows in the same statement as whoever gets it
        follows = {
            "mail_create_nosubscribe": True,
            "mail_post_autofollow_author_skip": False,
            AUTHOR_FOLLOWS: True,
        }
        requests = super(CounterpartyRequestAssignment, self.with_context(**follows)).create(
            vals_list
        )
        return requests.with_env(self.env)

    def _is_for_others(self, vals_list):
        """Tell whether an employee enters requests for others, whom the host lets follow too."""
        context = self.env.context
        return (
            self.env.user._is_internal()
            and self.env.user.active
            and not context.get("tracking_disable")
            and "mail_create_nosubscribe" not in context
            and "mail_post_autofollow_author_skip" not in context
            and all(vals.get("user_id") not in (None, False, self.env.uid) for vals in vals_list)
        )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        followers = super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)
        if self.env.context.get(AUTHOR_FOLLOWS):
            followers.append((self.env.user.partner_id.id, default_subtype_ids, False))
        return followers

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
        ready = self.filtered(
            lambda request: (
                request.state == states.NEW and request.user_id and not request.missing_fields
            )
        )
        # whoever has just given it away need not be of those who work on it
        ready.sudo()._open()

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
