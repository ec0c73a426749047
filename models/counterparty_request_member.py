from odoo import fields, models


class CounterpartyRequestMember(models.Model):
    """A person in a team: how much they can carry and what they know."""

    _name = "counterparty.request.member"
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
