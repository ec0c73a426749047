"""Groups of companies: a million memberships, one group of 20,000, one block of 1,500."""

from __future__ import annotations

from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

GROUP = 20_000
BLOCK = 1_500  # companies of the group that own each other in a ring with chords
ORDINARY = 100
EDGES = 1_000_000
# a chain of ten, then three members each: the deepest of 20,000 is at level 20
CHAIN = 10
CLIQUE = 30

Prepared = dict[str, Any]

TREE = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting,
            control, status)
    SELECT %(first)s + CASE WHEN n <= %(chain)s THEN n - 1
                            ELSE %(chain)s + (n - %(chain)s - 1) / 3 END,
           %(first)s + n, %(kind)s, 'exact', 51, 0, 0, 0, 'auto', 'confirmed'
      FROM generate_series(1, %(size)s - 1) n
"""
CROSS = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting,
            control, status)
    SELECT DISTINCT ON (owner_id, member_id) owner_id, member_id, %(other)s, 'exact', share,
           0, 0, 0, 'auto', 'confirmed'
      FROM (SELECT %(first)s + 2000 + n AS owner_id, %(first)s + 2000 + (n + step) %% %(block)s
                   AS member_id, CASE step WHEN 1 THEN 20 ELSE 3 END AS share
              FROM generate_series(0, %(block)s - 1) n, unnest(ARRAY[1, 7, 61, 503]) step
             UNION ALL
            SELECT %(first)s + (n * 7919) %% 2000, %(first)s + 4000 + (n * 104729) %% 10000, 5
              FROM generate_series(1, %(size)s / 100) n) AS edge
"""
CROWD = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting,
            control, status)
    SELECT %(first)s + %(start)s + (n + step * 977) %% %(rest)s, %(first)s + %(start)s + n,
           %(kind)s, 'exact', 5, 0, 0, 0, 'auto', 'confirmed'
      FROM generate_series(0, %(rest)s - 1) n, generate_series(1, %(each)s) step
"""
PAIRS = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting,
            control, status)
    SELECT a, b, %(kind)s, 'exact', 3, 0, 0, 0, 'auto', 'confirmed'
      FROM unnest(%(ids)s) a, unnest(%(ids)s) b WHERE a != b
"""


def _prepare(which: str) -> Any:
    """Return the group of a name; the first call makes the memberships of all of them.

    They are committed, for every run is rolled back and a million rows take half a minute; the
    database is thrown away with the bench.
    """

    def prepare(env: Any) -> Prepared:
        if not env["counterparty.holding"].search_count([("name", "=", which)]):
            _make_world(env)
            env.cr.commit()
        holding = env["counterparty.holding"].search([("name", "=", which)], limit=1)
        return {"holding": holding, "limit": holding.limit_ids, "day": holding._get_day()}

    return prepare


def _make_world(env: Any) -> None:
    companies = env["res.partner"].search_count([("id", ">", FIRST_ID), ("is_company", "=", True)])
    large = min(GROUP, companies // 2)
    values = {
        "kind": env.ref("counterparty_crm.membership_kind_owned").id,
        "other": env.ref("counterparty_crm.membership_kind_joint").id,
        "chain": CHAIN,
        "block": BLOCK,
    }
    heads = {"large": FIRST_ID + 1, "small": FIRST_ID + 1 + large}
    env.cr.execute(TREE, {**values, "first": heads["large"], "size": large})
    env.cr.execute(TREE, {**values, "first": heads["small"], "size": ORDINARY})
    if large == GROUP:
        env.cr.execute(CROSS, {**values, "first": heads["large"], "size": large})
    heads["clique"] = heads["small"] + ORDINARY
    clique = list(range(heads["clique"], heads["clique"] + CLIQUE))
    env.cr.execute(PAIRS, {**values, "ids": clique})
    first = heads["clique"] + CLIQUE
    rest = companies + FIRST_ID - first
    crowd = {"first": first, "start": 0, "rest": rest, "each": max(1, (EDGES - large) // rest)}
    env.cr.execute(CROWD, {**values, **crowd})
    for name, head in heads.items():
        holding = env["counterparty.holding"].create({"name": name, "head_id": head})
        env["counterparty.holding.limit"].create({"holding_id": holding.id, "amount": 1e9})
    env.flush_all()
    env.cr.execute("ANALYZE counterparty_membership")


def _members(_env: Any, prepared: Prepared) -> int:
    holding = prepared["holding"]
    return len(holding._get_members(prepared["day"])[holding.id])


def _exposure(env: Any, prepared: Prepared) -> int:
    return len(env["counterparty.group.credit"]._get_exposures(prepared["limit"]))


def _shares(env: Any, prepared: Prepared) -> int:
    # the package of the addon is there only inside Odoo
    from odoo.addons.counterparty_crm.tools import ownership

    holding = prepared["holding"]
    edges = holding._get_edges(prepared["day"])
    return len(ownership.total_shares(holding.head_id.id, edges).values)


def _control(env: Any, prepared: Prepared) -> int:
    from odoo.addons.counterparty_crm.tools import ownership

    holding = prepared["holding"]
    edges = holding._get_edges(prepared["day"])
    return len(ownership.controlled_by(holding.head_id.id, edges)) + 1


def _chart(env: Any, prepared: Prepared) -> int:
    context = {"counterparty_holding_ids": prepared["holding"].ids}
    Member = env["counterparty.holding.member"].with_context(**context)
    fields = {"partner_id": {}, "child_ids": {}, "receivable": {}, "group_receivable": {}}
    return len(Member.hierarchy_read([("parent_id", "=", False)], fields, "parent_id", "child_ids"))


def _figures(env: Any, prepared: Prepared) -> int:
    context = {"counterparty_holding_ids": prepared["holding"].ids}
    Figure = env["counterparty.holding.figure"].with_context(**context)
    return len(Figure._read_group([], ["currency_id"], ["receivable:sum"])) + 1


def _ownership(env: Any, prepared: Prepared) -> int:
    head = prepared["holding"].head_id
    return len(env["counterparty.ownership"].sudo().create({"partner_id": head.id}).line_ids)


def _edges(env: Any, _prepared: Prepared) -> int:
    return env["counterparty.membership"].search_count([])


LARGE, SMALL, MUTUAL = _prepare("large"), _prepare("small"), _prepare("clique")
ROWS = [
    Row("memberships there are", Limit(seconds=2), Side(_edges, LARGE), repeat=3),
    Row("group of 20,000: members", Limit(seconds=0.5), Side(_members, LARGE), repeat=5),
    Row("group of 20,000: exposure", Limit(seconds=1), Side(_exposure, LARGE), repeat=5),
    Row("group of 20,000: total shares", Limit(seconds=2), Side(_shares, LARGE), repeat=3),
    Row("group of 20,000: control", Limit(seconds=2), Side(_control, LARGE), repeat=3),
    Row("group of 100: members", Limit(seconds=0.02), Side(_members, SMALL)),
    Row("group of 100: exposure", Limit(seconds=0.02), Side(_exposure, SMALL)),
    Row("group of 100: total shares", Limit(seconds=0.02), Side(_shares, SMALL)),
    Row("30 that own each other: chart", Limit(seconds=1), Side(_chart, MUTUAL)),
    Row("30 that own each other: figures", Limit(seconds=1), Side(_figures, MUTUAL)),
    Row(
        "30 that own each other: ownership",
        Limit(seconds=1),
        Side(_ownership, MUTUAL),
        repeat=5,
    ),
]
