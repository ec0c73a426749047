from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import control, ownership

# beyond these a page says nothing to a reader; the list of members has all that a group owns
MOST_OWNERS = 100
MOST_OWNED = 500
# ranges of an owner take as many steps as there are memberships, for each owner anew
MOST_RANGES = 100_000


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
    more_text = fields.Char("Not Shown", readonly=True)
    line_ids = fields.One2many("counterparty.ownership.line", "page_id", readonly=True)

    def _default_threshold(self):
        return self.env["counterparty.holding"]._get_control_rule()[0] * 100

    def _default_rule(self):
        return "more" if self.env["counterparty.holding"]._get_control_rule()[1] else "enough"

    @api.constrains("threshold")
    def _check_threshold(self):
        for page in self:
            if not 0 < page.threshold <= 100:
                raise ValidationError(
                    self.env._(
                        "The control threshold is a share of the votes above 0 and up to 100 %."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pages = super().create(vals_list)
        pages.action_show()
        return pages

    def action_show(self):
        """Work out owners and holdings anew, for the day and rule on the page."""
        for page in self:
            above, below = page._get_edges(page.day, upwards=True), page._get_edges(page.day)
            owners, owned = page._get_steps(above, upwards=True), page._get_steps(below)
            vals_list = page._prepare_above(above, dict(list(owners.items())[:MOST_OWNERS]))
            vals_list += page._prepare_below(below, dict(list(owned.items())[:MOST_OWNED]))
            page.write(
                {
                    "line_ids": [Command.clear(), *map(Command.create, vals_list)],
                    "ultimate_text": page._describe_controllers(above),
                    "others_text": page._describe_others(above),
                    "more_text": page._describe_more(len(owners), len(owned)),
                }
            )

    def _get_steps(self, edges, upwards=False):
        """Return ``{partner id: steps away}`` of those the user may see, the nearest first."""
        if upwards:
            edges = [edge._replace(owner=edge.member, member=edge.owner) for edge in edges]
        me = self.partner_id.id
        steps = ownership.shortest_paths(me, edges)
        seen = self._get_visible(steps)
        return {p: step.depth for p, step in steps.items() if p in seen and p != me}

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
        return Membership._get_edges_into([partner for (partner,) in reached], day, kinds.ids)

    def _get_visible(self, partner_ids):
        """Return those of the partners that the user may see: others count and stay unnamed."""
        Partner = self.env["res.partner"].with_context(active_test=False)
        return set(Partner._search([("id", "in", list(partner_ids))]))

    def _get_rule(self):
        return {"threshold": self.threshold / 100, "is_strict": self.rule == "more"}

    def _prepare_below(self, edges, steps):
        """Return the lines of what the counterparty owns and controls.

        :param steps: ``{partner id: steps away}``
        """
        me = self.partner_id.id
        confirmed = _confirmed(edges)
        words = self.env["counterparty.holding"]._word_total_shares(me, edges, steps)
        sure = control.controlled_by(me, confirmed, **self._get_rule())
        possible = control.controlled_by(me, edges, is_possible=True, **self._get_rule())
        return self._prepare_lines("below", steps, words, sure, possible)

    def _prepare_above(self, edges, steps):
        """Return the lines of who owns and controls the counterparty.

        :param steps: ``{partner id: steps away}``
        """
        me = self.partner_id.id
        confirmed = _confirmed(edges)
        words = self._word_owners(confirmed, steps)
        if len(confirmed) < len(edges):
            Holding, reported = self.env["counterparty.holding"], self._word_owners(edges, steps)
            words = {p: Holding._word_with_reported(words[p], reported[p]) for p in steps}
        sure = control.controllers(me, confirmed, **self._get_rule())
        possible = control.controllers(me, edges, is_possible=True, **self._get_rule())
        return self._prepare_lines("above", steps, words, sure, possible)

    def _prepare_lines(self, direction, steps, words, sure, possible):
        return [
            {
                "direction": direction,
                "partner_id": partner,
                "depth": depth,
                "share_text": words[partner],
                "is_control": partner in sure,
                "may_control": partner in possible - sure,
            }
            for partner, depth in steps.items()
        ]

    def _word_owners(self, edges, owners):
        """Return ``{owner: its total share in the counterparty, in words}``."""
        me = self.partner_id.id
        Holding = self.env["counterparty.holding"]
        shares = ownership.owner_shares(me, edges, owners)
        ranged = []
        if any(edge.share_max is not None for edge in edges):
            ranged = list(owners)[: MOST_RANGES // len(edges)]
        words = {}
        for owner in owners:
            ranges = {}
            if owner in ranged:
                ranges = {owner: ownership.share_ranges(owner, edges).get(me, (0.0, 0.0))}
            words[owner] = Holding._word_share(owner, shares, ranges)
            if ranged and owner not in ranged and owner in shares.values:
                words[owner] = self.env._("at least %(share)s", share=words[owner])
        return words

    def _describe_controllers(self, edges):
        """Return who controls the counterparty in the end, in words."""
        confirmed = _confirmed(edges)
        text = self._word_controllers(confirmed)
        if len(confirmed) == len(edges):
            return text
        Holding = self.env["counterparty.holding"]
        return Holding._word_with_reported(text, self._word_controllers(edges))

    def _word_controllers(self, edges):
        found = control.ultimate_controllers(self.partner_id.id, edges, **self._get_rule())
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
        Holding = self.env["counterparty.holding"]
        texts = [
            Holding._word_percent(*ownership.unknown_part(self.partner_id.id, of))
            for of in (_confirmed(edges), edges)
        ]
        return Holding._word_with_reported(*texts)

    def _describe_more(self, owners, owned):
        """Return how many are left out, in words."""
        texts = []
        if owners > MOST_OWNERS:
            texts.append(
                self.env._(
                    "Of %(all)s owners the nearest %(shown)s are shown.",
                    all=owners,
                    shown=MOST_OWNERS,
                )
            )
        if owned > MOST_OWNED:
            texts.append(
                self.env._(
                    "Of %(all)s owned companies the nearest %(shown)s are shown.",
                    all=owned,
                    shown=MOST_OWNED,
                )
            )
        return " ".join(texts)


def _confirmed(edges):
    return [edge for edge in edges if not edge.is_reported]
