from odoo import api, models
from odoo.tools import SQL

from ..tools import ownership
from ..tools.ownership import Edge

# fractions of one of a row m of kind k; what nobody knows lies between nothing and all
SHARE = SQL(
    """CASE WHEN k.is_whole THEN 1.0 WHEN m.share_basis = 'exact' THEN m.equity::float8 / 100
            WHEN m.share_basis = 'range' THEN m.equity_min::float8 / 100 ELSE 0.0 END"""
)
SHARE_MAX = SQL(
    """CASE WHEN k.is_whole OR m.share_basis = 'exact' THEN NULL
            WHEN m.share_basis = 'range' THEN m.equity_max::float8 / 100 ELSE 1.0 END"""
)


class CounterpartyMembershipGraphMixin(models.AbstractModel):
    """Memberships as edges of a graph: who has which part of whom, and who owns each other."""

    _name = "counterparty.membership.graph.mixin"
    _description = "Graph of holding memberships"

    def _get_blocks(self, day):
        """Return ``{partner id: number}``: those of one number own each other in a loop.

        All that members lead to on a day is looked at, each once; loops pass owners and members of
        these rows or of none.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE g(id) AS (
                        SELECT unnest(%(members)s::int[]) UNION
                        SELECT m.member_id FROM g
                          JOIN counterparty_membership m ON m.owner_id = g.id
                         WHERE %(in_force)s)
                   SELECT m.owner_id, m.member_id
                     FROM g JOIN counterparty_membership m ON m.owner_id = g.id
                    WHERE %(in_force)s""",
                members=self.member_id.ids,
                in_force=self._sql_in_force("m", day),
            )
        )
        members = {}
        for owner, member in rows:
            members.setdefault(owner, []).append(member)
        blocks = ownership.strong_components(members, members)
        return {
            partner: number
            for number, block in enumerate(blocks)
            if len(block) > 1 or block[0] in members.get(block[0], ())
            for partner in block
        }

    @api.model
    def _get_edges_into(self, partner_ids, day, kind_ids):
        """Return memberships of partners in force as edges, in the order of their ids.

        All owners come along, for what others have limits what one of them can have.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT m.owner_id, m.member_id, k.counts_ownership, k.counts_control,
                          %(share)s, %(share_max)s, %(votes)s, %(votes_max)s, m.control,
                          m.status = 'reported'
                     FROM counterparty_membership m
                     JOIN counterparty_membership_kind k ON k.id = m.kind_id
                    WHERE m.member_id = ANY(%(partners)s)
                      AND m.kind_id = ANY(%(kinds)s) AND %(in_force)s
                    ORDER BY m.id""",
                share=SHARE,
                share_max=SHARE_MAX,
                votes=SQL(
                    """CASE WHEN m.has_voting IS NOT TRUE THEN %s
                            WHEN m.voting_basis = 'range' THEN m.voting_min::float8 / 100
                            ELSE m.voting::float8 / 100 END""",
                    SHARE,
                ),
                votes_max=SQL(
                    """CASE WHEN m.has_voting IS NOT TRUE THEN %s
                            WHEN m.voting_basis = 'range' THEN m.voting_max::float8 / 100 END""",
                    SHARE_MAX,
                ),
                partners=list(partner_ids),
                kinds=list(kind_ids),
                in_force=self._sql_in_force("m", day),
            )
        )
        return [_edge(*row) for row in rows]


def _edge(
    owner, member, is_ownership, is_control, share, share_max, votes, votes_max, control, reported,
):  # fmt: skip
    """Return a row of the database as edge; of kinds that give no shares or votes without them."""
    return Edge(
        owner=owner,
        member=member,
        share=share if is_ownership else 0.0,
        share_max=share_max if is_ownership else None,
        votes=votes if is_control else 0.0,
        votes_max=votes_max if is_control else None,
        forced={"yes": True, "no": False}.get(control),
        is_reported=reported,
    )
