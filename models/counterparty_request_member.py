from odoo import api, fields, models

from ..tools import request_states as states
from ..tools.request_load import Candidate


class CounterpartyRequestMember(models.Model):
    """A person in a team: how much they can carry and what they know."""

    _name = "counterparty.request.member"
    _inherit = "counterparty.cached.mixin"  # read by a record rule
    _description = "Team Member"
    _order = "team_id, id"
    _rec_name = "user_id"

    team_id = fields.Many2one(
        "counterparty.request.team", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="team_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )
    capacity = fields.Integer(
        default=20, help="Open requests this person can carry; balanced teams give no more."
    )
    category_ids = fields.Many2many(
        "counterparty.request.category",
        "counterparty_request_member_category_rel",
        "member_id",
        "category_id",
        string="Skills",
        help="Categories this person works on; empty: all.",
    )

    _user_uniq = models.UniqueIndex("(team_id, user_id)", "This person is in the team already.")
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "A capacity is zero or more open requests."
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if {"user_id", "team_id"} & vals.keys():
            self._release_requests()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_release_requests(self):
        self._release_requests()

    def _release_requests(self):
        """Put back into the queue what those who leave have open in their team."""
        requests = self.env["counterparty.request"].sudo()  # whoever may change the team
        for member in self:
            requests.search(
                [
                    ("team_id", "=", member.team_id.id),
                    ("user_id", "=", member.user_id.id),
                    ("state", "in", states.LIVE),
                ]
            )._release()

    # ------------------------------------------------------------
    # Work
    # ------------------------------------------------------------

    def _filter_able(self, category):
        """Return the members who work on requests of a category."""
        return self.filtered(
            lambda member: not member.category_ids or category in member.category_ids
        )

    def _get_candidates(self):
        """Return what members carry and can carry, for sharing requests out."""
        loads = self.env["counterparty.request"]._get_loads(self.user_id)
        candidates = []
        for member in self:
            load, last = loads.get(member.user_id.id, (0, None))
            candidates.append(Candidate(member.user_id.id, load, member.capacity, last))
        return candidates
