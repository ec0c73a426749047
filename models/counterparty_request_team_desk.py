from odoo import fields, models

from ..tools.request_states import LIVE

# what a card counts -> filter of the list of requests
FILTERS = {"open": "live", "mine": "mine", "unassigned": "unassigned", "late": "late"}


class CounterpartyRequestTeamDesk(models.AbstractModel):
    """What waits for a team, counted on its card: the first screen of the desk."""

    _name = "counterparty.request.team.desk.mixin"
    _description = "Desk of a Team"

    open_count = fields.Integer("Open Requests", compute="_compute_request_counts")
    mine_count = fields.Integer("My Requests", compute="_compute_request_counts")
    unassigned_count = fields.Integer("Unassigned Requests", compute="_compute_request_counts")
    late_count = fields.Integer("Late Requests", compute="_compute_request_counts")

    def _compute_request_counts(self):
        counts = {team: dict.fromkeys(FILTERS, 0) for team in self}
        groups = self.env["counterparty.request"]._read_group(
            [("team_id", "in", self.ids), ("state", "in", LIVE)],
            ["team_id", "user_id", "sla_status"],
            ["__count"],
        )
        for team, user, status, count in groups:
            counts[team]["open"] += count
            counts[team]["mine"] += count * (user == self.env.user)
            counts[team]["unassigned"] += count * (not user)
            counts[team]["late"] += count * (status == "breached")
        for team in self:
            for name in FILTERS:
                team[f"{name}_count"] = counts[team][name] if team in counts else 0

    def action_open_requests(self):
        """Show requests of the team; the button says which."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_request_action"
        )
        chosen = FILTERS.get(self.env.context.get("counterparty_requests"), FILTERS["open"])
        return {
            **action,
            "domain": [("team_id", "=", self.id)],
            "context": {
                "search_default_live": 1,
                f"search_default_{chosen}": 1,
                "default_team_id": self.id,
            },
        }
