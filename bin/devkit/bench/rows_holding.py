"""Groups of companies: a million memberships, one group of 20,000, one block of 1,500.

The group of 20,000 owes 450,000 open items, the head of another a million.
"""

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
OPEN_ITEMS = 450_000
HEAVY_ITEMS = 1_000_000

DONE = """
    UPDATE sale_order SET invoice_status = 'invoiced'
     WHERE id > %(first)s AND state = 'sale' AND id %% 4 != 0
"""

Prepared = dict[str, Any]

TREE = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting_basis,
            control, status)
    SELECT %(first)s + CASE WHEN n <= %(chain)s THEN n - 1
                            ELSE %(chain)s + (n - %(chain)s - 1) / 3 END,
           %(first)s + n, %(kind)s, 'exact', 51, 0, 0, 'exact', 'auto', 'confirmed'
      FROM generate_series(1, %(size)s - 1) n
"""
CROSS = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting_basis,
            control, status)
    SELECT DISTINCT ON (owner_id, member_id) owner_id, member_id, %(other)s, 'exact', share,
           0, 0, 'exact', 'auto', 'confirmed'
      FROM (SELECT %(first)s + 2000 + n AS owner_id, %(first)s + 2000 + (n + step) %% %(block)s
                   AS member_id, CASE step WHEN 1 THEN 20 ELSE 3 END AS share
              FROM generate_series(0, %(block)s - 1) n, unnest(ARRAY[1, 7, 61, 503]) step
             UNION ALL
            SELECT %(first)s + (n * 7919) %% 2000, %(first)s + 4000 + (n * 104729) %% 10000, 5
              FROM generate_series(1, %(size)s / 100) n) AS edge
"""
CROWD = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting_basis,
            control, status)
    SELECT %(first)s + %(start)s + (n + step * 977) %% %(rest)s, %(first)s + %(start)s + n,
           %(kind)s, 'exact', 5, 0, 0, 'exact', 'auto', 'confirmed'
      FROM generate_series(0, %(rest)s - 1) n, generate_series(1, %(each)s) step
"""
PAIRS = """
    INSERT INTO counterparty_membership
           (owner_id, member_id, kind_id, share_basis, equity, equity_min, equity_max, voting_basis,
            control, status)
    SELECT a, b, %(kind)s, 'exact', 3, 0, 0, 'exact', 'auto', 'confirmed'
      FROM unnest(%(ids)s) a, unnest(%(ids)s) b WHERE a != b
"""
# copies of a receivable of the demo, spread over so many partners from the first
ITEMS = """
    INSERT INTO account_move_line
    SELECT copy.* FROM generate_series(1, %(count)s) n,
           (SELECT l AS row FROM account_move_line l JOIN account_account a ON a.id = l.account_id
             WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
             ORDER BY l.id LIMIT 1) source,
           LATERAL jsonb_populate_record(source.row, jsonb_build_object(
               'id', nextval('account_move_line_id_seq'), 'partner_id', %(first)s + n %% %(over)s,
               'balance', 100, 'amount_currency', 100, 'debit', 100, 'credit', 0,
               'amount_residual', 100, 'amount_residual_currency', 100, 'reconciled', false,
               'full_reconcile_id', NULL, 'matching_number', NULL,
               'date_maturity', date '2020-01-01' + n %% 2000)) copy
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
    heads["heavy"] = _make_heavy(env, values)
    large_items = {"first": heads["large"], "over": large, "count": OPEN_ITEMS * large // GROUP}
    heavy_items = {"first": heads["heavy"], "over": 1, "count": HEAVY_ITEMS * large // GROUP}
    for items in (large_items, heavy_items):
        env.cr.execute(ITEMS, items)
    # most orders of a company in business are done with
    env.cr.execute(DONE, {"first": FIRST_ID})
    for name, head in heads.items():
        holding = env["counterparty.holding"].create({"name": name, "head_id": head})
        env["counterparty.holding.limit"].create({"holding_id": holding.id, "amount": 1e9})
    env.flush_all()
    env.cr.execute("ANALYZE counterparty_membership, account_move_line, sale_order")


def _make_heavy(env: Any, values: dict[str, Any]) -> int:
    """Make a group of two whose head owes most of the ledger; return the head."""
    head, member = env["res.partner"].create(
        [{"name": name, "is_company": True} for name in ("Heavy", "Light")]
    )
    env["counterparty.membership"].create(
        {"owner_id": head.id, "member_id": member.id, "kind_id": values["kind"], "equity": 100}
    )
    return head.id


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
    from odoo.addons.counterparty_crm.tools import control

    holding = prepared["holding"]
    edges = holding._get_edges(prepared["day"])
    return len(control.controlled_by(holding.head_id.id, edges)) + 1


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


def _ownership_in_block(env: Any, prepared: Prepared) -> int:
    """Open the page of a company that 1,500 own together: all owners are in one loop."""
    head = prepared["holding"].head_id.id
    member = env["res.partner"].browse(head + 2000 + BLOCK // 2)
    return len(env["counterparty.ownership"].sudo().create({"partner_id": member.id}).line_ids)


def _edges(env: Any, _prepared: Prepared) -> int:
    return env["counterparty.membership"].search_count([])


def _balances(env: Any, prepared: Prepared) -> int:
    context = {"counterparty_holding_ids": prepared["holding"].ids}
    Member = env["counterparty.holding.member"].with_context(**context)
    heads = Member.search([("is_head", "=", True)])
    return len(heads.read(["receivable", "group_receivable", "overdue"]))


class _Order:
    """A quotation of one service, made anew for each run and confirmed."""

    def __init__(self, mode: str | None, group: str | None = None) -> None:
        self.mode, self.group = mode, group
        self.order: Any = None

    def prepare(self, env: Any) -> Any:
        """Prepare the groups where the addon is there; stock has none."""
        if self.mode is None:
            return None
        prepared = _prepare(self.group or "small")(env)
        # who has bought before has his role
        if not self.group:
            self._confirm_first(env)
        return prepared

    def _confirm_first(self, env: Any) -> None:
        self.before(env, None)
        self.order.action_confirm()
        env.cr.commit()

    def _partner(self, env: Any, prepared: Any) -> Any:
        if self.group:
            members = prepared["holding"]._get_members(prepared["day"])
            return env["res.partner"].browse(max(members[prepared["holding"].id]))
        Partner = env["res.partner"]
        return Partner.search([("name", "=", "Nobody's")]) or Partner.create(
            {"name": "Nobody's", "is_company": True}
        )

    def before(self, env: Any, prepared: Any) -> None:
        """Make the quotation."""
        if self.mode is not None:
            env.company.counterparty_credit_mode = self.mode
        product = env["product.product"].search([("type", "=", "service")], limit=1)
        self.order = env["sale.order"].create(
            {
                "partner_id": self._partner(env, prepared).id,
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 10})],
            }
        )
        env.flush_all()

    def run(self, env: Any, _prepared: Any) -> int:
        """Confirm it."""
        self.order.action_confirm()
        env.flush_all()
        return int(self.order.state == "sale")

    def side(self) -> Side:
        """Return the side of a row."""
        return Side(self.run, self.prepare, self.before)


LARGE, SMALL, MUTUAL = _prepare("large"), _prepare("small"), _prepare("clique")
HEAVY = _prepare("heavy")
ROWS = [
    Row("memberships there are", Limit(seconds=2), Side(_edges, LARGE), repeat=3),
    Row("group of 20,000: members", Limit(seconds=0.5), Side(_members, LARGE), repeat=5),
    Row("group of 20,000: exposure", Limit(seconds=1), Side(_exposure, LARGE), repeat=5),
    Row("group of 20,000: total shares", Limit(seconds=2), Side(_shares, LARGE), repeat=3),
    Row("group of 20,000: control", Limit(seconds=2), Side(_control, LARGE), repeat=3),
    Row("group of 20,000: ownership", Limit(seconds=4), Side(_ownership, LARGE), repeat=3),
    Row("block of 1,500: ownership", Limit(seconds=4), Side(_ownership_in_block, LARGE), repeat=3),
    Row("group of 100: members", Limit(seconds=0.02), Side(_members, SMALL)),
    Row("group of 100: exposure", Limit(seconds=0.02), Side(_exposure, SMALL)),
    Row("group of 100: total shares", Limit(seconds=0.02), Side(_shares, SMALL)),
    Row("million open items: exposure", Limit(seconds=1), Side(_exposure, HEAVY), repeat=5),
    Row("million open items: balances", Limit(seconds=1), Side(_balances, HEAVY), repeat=5),
    Row("30 that own each other: members", Limit(seconds=1), Side(_members, MUTUAL)),
    Row("30 that own each other: exposure", Limit(seconds=1), Side(_exposure, MUTUAL)),
    Row("30 that own each other: total shares", Limit(seconds=1), Side(_shares, MUTUAL)),
    Row("30 that own each other: control", Limit(seconds=1), Side(_control, MUTUAL)),
    Row("30 that own each other: chart", Limit(seconds=1), Side(_chart, MUTUAL)),
    Row("30 that own each other: figures", Limit(seconds=1), Side(_figures, MUTUAL)),
    Row(
        "30 that own each other: ownership",
        Limit(seconds=1),
        Side(_ownership, MUTUAL),
        repeat=5,
    ),
    Row(
        "confirm order: credit off",
        # the query more is the role of the buyer, looked at by another area
        Limit(queries=1),
        _Order("off").side(),
        _Order(None).side(),
    ),
    Row(
        "confirm order: in no group",
        Limit(queries=1),
        _Order("block").side(),
        _Order(None).side(),
    ),
    Row("confirm order: group of 100", Limit(seconds=0.1), _Order("block", "small").side()),
    Row(
        "confirm order: group of 20,000",
        Limit(seconds=2),
        _Order("block", "large").side(),
        repeat=5,
    ),
]
