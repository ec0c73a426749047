from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import request_states as states


class CounterpartyRequestTeam(models.Model):
    """Those who work on requests together."""

    _name = "counterparty.request.team"
    _description = "Request Team"
    _inherit = [
        "counterparty.cached.mixin",
        "counterparty.request.team.mail.mixin",
        "counterparty.request.team.desk.mixin",
    ]
    _order = "sequence, id"
    # what every new request asks its team
    _kept_fields = ("active", "company_id", "assign_method")

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index=True, help="Empty: works for all companies.")
    leader_id = fields.Many2one(
        "res.users",
        domain=[("share", "=", False)],
        help="Hears of what nobody else takes care of.",
    )
    member_ids = fields.One2many("counterparty.request.member", "team_id", string="Team Members")
    user_ids = fields.Many2many("res.users", string="People", compute="_compute_user_ids")
    category_ids = fields.One2many("counterparty.request.category", "team_id", string="Categories")
    assign_method = fields.Selection(
        [
            ("manual", "By hand"),
            ("balanced", "Evenly, by open requests against capacity"),
            ("responsible", "To whoever looks after the counterparty"),
        ],
        "Assignment",
        default="manual",
        required=True,
    )

    signature = fields.Html(
        translate=True,
        help="Ends the mails of the team, in the language of whoever reads them; "
        "empty: the writer's own.",
    )
    assign_serial = fields.Integer(readonly=True, copy=False)

    @api.depends("member_ids.user_id")
    def _compute_user_ids(self):
        for team in self:
            team.user_ids = team.member_ids.user_id

    @api.constrains("active")
    def _check_archived(self):
        """Refuse to archive teams whose requests or mails nobody would look at any more."""
        for team in self.filtered(lambda team: not team.active):
            if team.alias_name:
                raise UserError(
                    self.env._(
                        "Switch off the mailbox of %(team)s before you archive it: mails would "
                        "go on to arrive there.",
                        team=team.display_name,
                    )
                )
            # of whomever: nobody finds them on the desk of an archived team
            count = (
                self.env["counterparty.request"]
                .sudo()
                .search_count([("team_id", "=", team.id), ("state", "in", states.LIVE)])
            )
            if count:
                raise UserError(
                    self.env._(
                        "%(team)s still has open requests: %(count)s. Give them to another team "
                        "first: choose them in the list and change their team.",
                        team=team.display_name,
                        count=count,
                    )
                )

    @api.model
    def _get_default(self, company):
        """Return the first team that works for a company."""
        return self.browse(self._get_default_id(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _get_default_id(self, company_id):
        # which team it is does not depend on who asks
        teams = self.sudo().with_context(active_test=True)
        return teams.search([("company_id", "in", (company_id, False))], limit=1).id

    def _lock_assignment(self):
        """Let assignments of a team pass one after the other.

        The lock writes: whoever waited would share out by loads of before under REPEATABLE READ;
        after a write the host repeats the request with what the other has assigned.
        """
        self.flush_recordset(["assign_serial"])
        self.env.cr.execute(
            SQL(
                """UPDATE counterparty_request_team
                      SET assign_serial = COALESCE(assign_serial, 0) + 1 WHERE id = ANY(%s)""",
                self.ids,
            )
        )
        self.invalidate_recordset(["assign_serial"], flush=False)
