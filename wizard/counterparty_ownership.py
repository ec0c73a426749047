from odoo import Command, api, fields, models
from odoo.tools import SQL

from ..tools import ownership

# each owner above is a computation of its own; beyond these a page says nothing to a reader
MOST_OWNERS = 100


class CounterpartyOwnership(models.TransientModel):
    """Who really owns and controls a counterparty, and what it owns and controls, on a day."""

    _name = "counterparty.ownership"
    _description = "Ownership of a Counterparty"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    day = fields.Date("As of", required=True, default=fields.Date.context_today)
    threshold = fields.Float(
        "Control threshold %",
        default=lambda self: self._default_threshold(),
        help="Share of the votes.",
    )
    rule = fields.Selection(
        [("more", "Above the threshold"), ("enough", "At or above the threshold")],
        default=lambda self: self._default_rule(),
        required=True,
        help="“At or above” with 50 % is the rule of sanctions.",
    )
    ultimate_text = fields.Char("Controlled by", readonly=True)
    others_text = fields.Char(
        "Other Owners",
        readonly=True,
        help="The part of the counterparty that belongs to owners nobody has entered.",
    )
    line_ids = fields.One2many("counterparty.ownership.line", "page_id", readonly=True)

    def _default_threshold(self):
        return self.env["counterparty.holding"]._get_control_rule()[0] * 100

    def _default_rule(self):
        return "more" if self.env["counterparty.holding"]._get_control_rule()[1] else "enough"

    @api.model_create_multi
    def create(self, vals_list):
        pages = super().create(vals_list)
        pages.action_show()
        return pages

    def action_show(self):
        """Work out owners and holdings anew, for the day and rule on the page."""
        for page in self:
            above, below = page._get_edges(page.day, upwards=True), page._get_edges(page.day)
            vals_list = page._prepare_above(above) + page._prepare_below(below)
            seen = page._get_visible({vals["partner_id"] for vals in vals_list})
            vals_list = [vals for vals in vals_list if vals["partner_id"] in seen]
            page.write(
                {
                    "line_ids": [Command.clear(), *map(Command.create, vals_list)],
                    "ultimate_text": page._describe_controllers(above),
                    "others_text": page._describe_others(above),
                }
            )

    def _get_edges(self, day, upwards=False):
        """Return the edges of ownership or control that lead to the counterparty, or from it."""
        kinds = (
            self.env["counterparty.membership.kind"]
            .with_context(active_test=False)
            .search(["|", ("counts_ownership", "=", True), ("counts_control", "=", True)])
        )
        Membership = self.env["counterparty.membership"]
        Membership.flush_model()
        start, end = ("member_id", "owner_id") if upwards else ("owner_id", "member_id")
        reached = self.env.execute_query(
            SQL(
                """WITH RECURSIVE g(id) AS (
                        SELECT %(partner)s UNION
                        SELECT %(end)s FROM g
                          JOIN counterparty_membership m ON %(start)s = g.id
                         WHERE m.kind_id = ANY(%(kinds)s) AND %(in_force)s)
                   SELECT id FROM g""",
                partner=self.partner_id.id,
                start=SQL.identifier("m", start),
                end=SQL.identifier("m", end),
                kinds=kinds.ids,
                in_force=Membership._sql_in_force("m", day),
            )
        )
        return Membership._get_edges_among([partner for (partner,) in reached], day, kinds.ids)

    def _get_visible(self, partner_ids):
        """Return those of the partners that the user may see: others count and stay unnamed."""
        Partner = self.env["res.partner"].with_context(active_test=False)
        return set(Partner._search([("id", "in", list(partner_ids))]))

    def _get_rule(self):
        return {"threshold": self.threshold / 100, "is_strict": self.rule == "more"}

    def _prepare_below(self, edges):
        """Return the lines of what the counterparty owns and controls."""
        me = self.partner_id.id
        steps = ownership.shortest_paths(me, edges)
        shares = ownership.total_shares(me, edges)
        ranges = ownership.share_ranges(me, edges)
        controlled = ownership.controlled_by(me, edges, **self._get_rule())
        return [
            {
                "direction": "below",
                "partner_id": partner,
                "depth": step.depth,
                "share_text": self._word_share(partner, shares, ranges),
                "is_control": partner in controlled,
            }
            for partner, step in steps.items()
            if partner != me
        ]

    def _prepare_above(self, edges):
        """Return the lines of who owns and controls the counterparty, the nearest first."""
        me = self.partner_id.id
        reverse = [edge._replace(owner=edge.member, member=edge.owner) for edge in edges]
        steps = ownership.shortest_paths(me, reverse)
        del steps[me]
        lines = []
        for owner, step in list(steps.items())[:MOST_OWNERS]:
            shares = ownership.total_shares(owner, edges)
            ranges = ownership.share_ranges(owner, edges)
            lines.append(
                {
                    "direction": "above",
                    "partner_id": owner,
                    "depth": step.depth,
                    "share_text": self._word_share(me, shares, ranges),
                    "is_control": me in ownership.controlled_by(owner, edges, **self._get_rule()),
                }
            )
        return lines

    def _word_share(self, partner, shares, ranges):
        return self.env["counterparty.holding"]._word_share(partner, shares, ranges)

    def _describe_controllers(self, edges):
        """Return who controls the counterparty in the end, in words."""
        found = ownership.ultimate_controllers(self.partner_id.id, edges, **self._get_rule())
        if not found.nodes:
            return self.env._("nobody has a majority")
        seen = self._get_visible(found.nodes)
        partners = self.env["res.partner"].browse(node for node in found.nodes if node in seen)
        hidden = [self.env._("somebody of another company")] * (len(found.nodes) > len(seen))
        names = ", ".join(partners.mapped("display_name") + hidden)
        if found.is_mutual:
            return self.env._("%(names)s: they control each other (mutual block)", names=names)
        return names

    def _describe_others(self, edges):
        """Return the part of the counterparty whose owners are not known, in words."""
        low, high = ownership.unknown_part(self.partner_id.id, edges)
        return self.env["counterparty.holding"]._word_percent(low, high)
