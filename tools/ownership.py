"""Who belongs to whom, who controls whom, and who owns how much of whom.

Three different questions over the same edges, never mixed:

* membership is reachability: :func:`shortest_paths`;
* control is a majority fixpoint over votes: see ``control``;
* the total share, direct and indirect, is a linear system: :func:`total_shares`, and from below
  :func:`owner_shares`.

Shares and votes are fractions of one. Nodes are any hashable, in the addon database ids.
Nothing here is recursive, so depth is no limit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from .linear import inverse_diagonal, solve_block

Node = int | str
Graph = Mapping[Node, Collection[Node]]

# shares come in millionths of a percent; sums of them are compared well below that
TOLERANCE = 1e-9
# registers round: a hundredth of a percent over all is no contradiction, twice that is
EXCESS = 2e-4
NO_NUMBER = float("nan")


class Edge(NamedTuple):
    """One owner's part in one member.

    :param share: economic part as fraction of one, the lower bound when only a range is known
    :param votes: voting part as fraction of one, the lower bound when only a range is known
    :param forced: ``True`` when control is registered whatever the votes, ``False`` when it is
        excluded, ``None`` when votes decide
    :param share_max: upper bound of the economic part, ``None`` when the share is exact
    :param votes_max: upper bound of the voting part, ``None`` when the votes are exact
    :param is_reported: somebody said so, and nobody has confirmed it
    """

    owner: Node
    member: Node
    share: float = 0.0
    votes: float = 0.0
    forced: bool | None = None
    share_max: float | None = None
    votes_max: float | None = None
    is_reported: bool = False


class Step(NamedTuple):
    """How a node is reached: from which owner, and at which depth below the head."""

    owner: Node | None
    depth: int


class Shares(NamedTuple):
    """Total shares of one head in its members, or of all owners in one member.

    :param values: the other end → part of one that belongs to the owner directly and indirectly
    :param loops: the other ends of loops that own themselves wholly: no number means anything there
    :param unclear: the other ends of ways through a member whose owners have more than all of it
    """

    values: dict[Node, float]
    loops: frozenset[Node]
    unclear: frozenset[Node] = frozenset()


# ------------------------------------------------------------
# Graphs
# ------------------------------------------------------------


def shortest_paths(head: Node, edges: Iterable[Edge]) -> dict[Node, Step]:
    """Return every node below the head with its owner on a shortest path; the head has depth 0.

    Among owners at the same depth the one with the largest share wins, then the first given.
    """
    below = defaultdict(list)
    for edge in edges:
        below[edge.owner].append(edge)
    steps = {head: Step(None, 0)}
    level = [head]
    while level:
        best: dict[Node, Edge] = {}
        for owner in level:
            for edge in below.get(owner, ()):
                known = best.get(edge.member)
                if edge.member not in steps and (known is None or edge.share > known.share):
                    best[edge.member] = edge
        depth = steps[level[0]].depth + 1
        steps.update((member, Step(edge.owner, depth)) for member, edge in best.items())
        level = list(best)
    return steps


def reached(starts: Iterable[Node], graph: Graph) -> set[Node]:
    """Return the nodes that some walks from the starts come to, the starts too."""
    work = list(starts)
    found = set(work)
    while work:
        for following in graph.get(work.pop(), ()):
            if following not in found:
                found.add(following)
                work.append(following)
    return found


def strong_components(nodes: Iterable[Node], graph: Graph) -> list[list[Node]]:
    """Return strongly connected blocks, each after all blocks that it leads to.

    Tarjan's algorithm (SIAM J. Comput. 1972) with an explicit stack.
    """
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: set[Node] = set()
    stack: list[Node] = []
    blocks: list[list[Node]] = []
    for root in nodes:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(graph.get(root, ())))]
        while work:
            node, following = work[-1]
            child = next((c for c in following if c not in index or c in on_stack), None)
            if child is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    blocks.append(_pop_block(node, stack, on_stack))
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(graph.get(child, ()))))
            else:
                low[node] = min(low[node], index[child])
    return blocks


def _pop_block(first: Node, stack: list[Node], on_stack: set[Node]) -> list[Node]:
    block = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        block.append(node)
        if node == first:
            return block


# ------------------------------------------------------------
# Total shares
# ------------------------------------------------------------


def total_shares(head: Node, edges: Iterable[Edge]) -> Shares:
    """Return the head's direct and indirect part in every member below it.

    The part over all walks that do not return to the head, so a loop never counts the head's own
    capital twice: F = V / V(head, head) with V = (I - W)^-1 (Brioschi, Buzzacchi, Colombo,
    J. Banking and Finance 1989; Baldone, Brioschi, Paleari 1998). Strongly connected blocks are
    solved one after the other from the head downwards.
    """
    members, excess = _weigh(edges)
    below = {owner: members[owner] for owner in reached([head], members) if owner in members}
    loops = _closed_loops(below)
    walks = {
        owner: {member: share for member, share in line.items() if member != head}
        for owner, line in below.items()
    }
    values = {head: 1.0}
    for block in reversed(strong_components([head], walks)):
        outside = {node: values.get(node, 0.0) for node in block}
        solved = _solve(outside, walks, is_solvable=excess.isdisjoint(block))
        values.update({node: min(value, 1.0) for node, value in solved.items()})
        _push(values, solved, walks)
    del values[head]
    unsolved = {node for node, value in values.items() if value != value}
    unclear = (unsolved & reached(excess, walks)) - loops
    bad = loops | unsolved
    return Shares(
        {n: v for n, v in values.items() if n not in bad},
        frozenset(bad - unclear),
        frozenset(unclear),
    )


def owner_shares(member: Node, edges: Sequence[Edge], owners: Collection[Node]) -> Shares:
    """Return the total shares of these owners in one member, as :func:`total_shares` of each.

    One system for all of them: with H(i) the walks from i that end when they come to the member,
    V(i, member) = H(i) * V(member, member), so F(i) = H(i) * V(member, member) / V(i, i). The
    diagonal of V differs from one only inside strongly connected blocks.
    """
    members, excess = _weigh(edges)
    above: dict[Node, dict[Node, float]] = defaultdict(dict)
    for owner, line in members.items():
        for node, share in line.items():
            above[node][owner] = share
    ancestors = reached([member], above)
    below = {
        owner: {node: share for node, share in members[owner].items() if node in ancestors}
        for owner in ancestors
        if owner in members
    }
    asked = ancestors.intersection(owners) - {member}
    closed = _closed_loops(below)
    parts = dict.fromkeys(asked, NO_NUMBER)
    if member not in closed and excess.isdisjoint(ancestors):
        hits = _hits(member, above, closed)
        diagonal = _returns(below, {member, *asked}, closed)
        parts = {owner: hits[owner] * diagonal[member] / diagonal[owner] for owner in asked}
    values: dict[Node, float] = {}
    loops, unclear = set(), set()
    for owner, part in parts.items():
        if part == part:
            values[owner] = min(part, 1.0)
            continue
        # only the walks that do not come back to this owner may mean something
        shares = total_shares(owner, edges)
        if member in shares.values:
            values[owner] = shares.values[member]
        else:
            (loops if member in shares.loops else unclear).add(owner)
    return Shares(values, frozenset(loops), frozenset(unclear))


def _weigh(edges: Iterable[Edge]) -> tuple[dict[Node, dict[Node, float]], set[Node]]:
    """Return ``{owner: {member: share}}``, and the members of which owners have more than all."""
    members: dict[Node, dict[Node, float]] = defaultdict(dict)
    sums: dict[Node, float] = defaultdict(float)
    for edge in edges:
        if edge.share > 0:
            line = members[edge.owner]
            line[edge.member] = line.get(edge.member, 0.0) + edge.share
            sums[edge.member] += edge.share
    return members, {node for node, total in sums.items() if total > 1 + EXCESS}


def _hits(
    member: Node, above: Mapping[Node, Mapping[Node, float]], closed: Collection[Node]
) -> dict[Node, float]:
    """Return the walks of each owner that end when they come to the member."""
    walks = {
        node: {owner: share for owner, share in line.items() if owner != member}
        for node, line in above.items()
    }
    blocks = list(reversed(strong_components([member], walks)))
    hits = {member: 1.0}
    for block in blocks:
        outside = {node: hits.get(node, 0.0) for node in block}
        solved = _solve(outside, walks, is_solvable=not any(node in closed for node in block))
        hits.update(solved)
        _push(hits, solved, walks)
    return hits


def _returns(
    below: Mapping[Node, Mapping[Node, float]], nodes: Collection[Node], closed: Collection[Node]
) -> dict[Node, float]:
    """Return V(i, i) of the nodes: one and all walks that lead back to it."""
    diagonal = dict.fromkeys(nodes, 1.0)
    for block in strong_components(below, below):
        asked = [node for node in block if node in diagonal]
        if not asked:
            continue
        within = _within(block, below)
        if any(node in closed for node in block):
            diagonal.update(dict.fromkeys(asked, NO_NUMBER))
        elif any(within.values()):
            diagonal.update(inverse_diagonal(within, block, asked))
    return diagonal


def _closed_loops(members: Mapping[Node, Mapping[Node, float]]) -> set[Node]:
    """Return nodes in blocks of which everything is owned inside: they own themselves."""
    closed = set()
    for block in strong_components(members, members):
        inside = set(block)
        owned: dict[Node, float] = defaultdict(float)
        for owner in block:
            for member, share in members.get(owner, {}).items():
                if member in inside:
                    owned[member] += share
        if owned and all(owned[node] >= 1 - TOLERANCE for node in block):
            closed |= inside
    return closed


def _within(
    block: Sequence[Node], walks: Mapping[Node, Mapping[Node, float]]
) -> dict[Node, dict[Node, float]]:
    inside = set(block)
    return {
        owner: {m: share for m, share in walks.get(owner, {}).items() if m in inside}
        for owner in block
    }


def _solve(
    outside: Mapping[Node, float],
    walks: Mapping[Node, Mapping[Node, float]],
    is_solvable: bool = True,
) -> dict[Node, float]:
    """Return the values of a block.

    :param outside: node of the block → what those outside have pushed to it
    """
    if not is_solvable:
        return dict.fromkeys(outside, NO_NUMBER)
    if len(outside) == 1:
        ((node, value),) = outside.items()
        loop = walks.get(node, {}).get(node, 0.0)
        return {node: value / (1 - loop) if loop < 1 - TOLERANCE else NO_NUMBER}
    return solve_block(_within(list(outside), walks), outside)


def _push(
    values: dict[Node, float],
    solved: Mapping[Node, float],
    walks: Mapping[Node, Mapping[Node, float]],
) -> None:
    """Push the values of a block one step further, to nodes not solved yet."""
    for node, value in solved.items():
        for following, share in walks.get(node, {}).items():
            if following not in solved:
                values[following] = values.get(following, 0.0) + value * share


def unknown_part(node: Node, edges: Iterable[Edge]) -> tuple[float, float]:
    """Return the smallest and the largest part of a node whose owners are not known."""
    owners = [edge for edge in edges if edge.member == node]
    known = sum(edge.share for edge in owners)
    most = sum(edge.share if edge.share_max is None else edge.share_max for edge in owners)
    return max(0.0, 1 - most), max(0.0, 1 - known)


def share_ranges(
    head: Node, edges: Sequence[Edge], rounds: int = 50, low: Shares | None = None
) -> dict[Node, tuple[float, float]]:
    """Return the smallest and the largest total share that the known ranges allow.

    Smallest: every owner has its lower bound. Largest: in each member, what is free between the
    lower bounds and 100 % goes to those owners in which the head has most, up to their upper
    bounds, so no member is ever owned by more than 100 %. The choice is improved until it stays.
    """
    low = total_shares(head, edges)
    best = low.values
    for _round in range(rounds):
        better = total_shares(head, _most_for_head(head, edges, best)).values
        if all(value <= best.get(node, 0.0) + TOLERANCE for node, value in better.items()):
            break
        best = better
    return {
        node: (low.values.get(node, 0.0), min(1.0, max(value, low.values.get(node, 0.0))))
        for node, value in best.items()
        if node not in low.loops
    }


def _most_for_head(
    head: Node, edges: Iterable[Edge], values: Mapping[Node, float]
) -> Iterable[Edge]:
    """Give what is free in each member to the owners in which the head has most."""
    owners: dict[Node, list[Edge]] = defaultdict(list)
    for edge in edges:
        owners[edge.member].append(edge)
    for parts in owners.values():
        free = max(0.0, 1 - sum(edge.share for edge in parts))
        parts.sort(key=lambda e: -(1.0 if e.owner == head else values.get(e.owner, 0.0)))
        for edge in parts:
            more = min(free, max(0.0, (edge.share_max or 0.0) - edge.share))
            free -= more
            yield edge._replace(share=edge.share + more)
