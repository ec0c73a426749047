"""Who belongs to whom, who controls whom, and who owns how much of whom.

Three different questions over the same edges, never mixed:

* membership is reachability: :func:`shortest_paths`;
* control is a majority fixpoint over votes: :func:`controlled_by`, :func:`ultimate_controllers`;
* the total share, direct and indirect, is a linear system: :func:`total_shares`.

Shares and votes are fractions of one. Nodes are any hashable, in the addon database ids.
Nothing here is recursive, so depth is no limit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from .linear import solve_block

Node = int | str
Graph = Mapping[Node, Collection[Node]]

# shares come in millionths of a percent; sums of them are compared well below that
TOLERANCE = 1e-9


class Edge(NamedTuple):
    """One owner's part in one member.

    :param share: economic part as fraction of one, the lower bound when only a range is known
    :param votes: voting part as fraction of one
    :param forced: ``True`` when control is registered whatever the votes, ``False`` when it is
        excluded, ``None`` when votes decide
    :param share_max: upper bound of the economic part, ``None`` when the share is exact
    """

    owner: Node
    member: Node
    share: float = 0.0
    votes: float = 0.0
    forced: bool | None = None
    share_max: float | None = None


class Step(NamedTuple):
    """How a node is reached: from which owner, and at which depth below the head."""

    owner: Node | None
    depth: int


class Controllers(NamedTuple):
    """The last controllers of a node.

    :param nodes: those that control it and that nobody else controls, sorted
    :param is_mutual: they control each other in a loop, so none of them is the last one
    """

    nodes: tuple[Node, ...]
    is_mutual: bool


class Shares(NamedTuple):
    """Total shares of one head.

    :param values: member → part of one that belongs to the head directly and indirectly
    :param loops: members in loops that own themselves wholly: no number means anything there
    """

    values: dict[Node, float]
    loops: frozenset[Node]


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
# Control
# ------------------------------------------------------------


def controlled_by(
    head: Node, edges: Iterable[Edge], threshold: float = 0.5, is_strict: bool = True
) -> set[Node]:
    """Return what a head controls: the votes it and all it controls hold are a majority.

    The smallest solution of the company control problem: a company is only controlled when that
    follows from votes outside a loop, never because a loop would support itself.

    :param threshold: fraction of the votes
    :param is_strict: more than the threshold is needed; otherwise the threshold is enough, as
        under the 50 percent rule of sanctions
    """
    return _controlled(head, _by_owner(edges), threshold, is_strict)


def ultimate_controllers(
    node: Node, edges: Sequence[Edge], threshold: float = 0.5, is_strict: bool = True
) -> Controllers:
    """Return who controls a node and is controlled by nobody outside its own circle.

    Owners that control each other form a mutual block; no one of them is picked.
    """
    above = defaultdict(list)
    for edge in edges:
        above[edge.member].append(edge.owner)
    ancestors = _reached(node, above) - {node}
    by_owner = _by_owner(edge for edge in edges if edge.owner in ancestors | {node})
    reach = {a: _controlled(a, by_owner, threshold, is_strict) for a in ancestors}
    controllers = {a for a in ancestors if node in reach[a]}
    last = {
        a
        for a in controllers
        if all(b in reach[a] for b in controllers if b != a and a in reach[b])
    }
    is_mutual = any(a in reach[b] for a in last for b in last if a != b)
    return Controllers(tuple(sorted(last)), is_mutual)


def _by_owner(edges: Iterable[Edge]) -> dict[Node, list[Edge]]:
    by_owner = defaultdict(list)
    for edge in edges:
        by_owner[edge.owner].append(edge)
    return by_owner


def _reached(start: Node, graph: Graph) -> set[Node]:
    found = {start}
    work = [start]
    while work:
        for following in graph.get(work.pop(), ()):
            if following not in found:
                found.add(following)
                work.append(following)
    return found


def _controlled(
    head: Node, by_owner: Mapping[Node, Sequence[Edge]], threshold: float, is_strict: bool
) -> set[Node]:
    needed = threshold + TOLERANCE if is_strict else threshold - TOLERANCE
    votes: dict[Node, float] = defaultdict(float)
    controlled: set[Node] = set()
    work = [head]
    while work:
        for edge in by_owner.get(work.pop(), ()):
            member = edge.member
            if member == head or member in controlled or edge.forced is False:
                continue
            votes[member] += edge.votes
            if edge.forced or votes[member] > needed:
                controlled.add(member)
                work.append(member)
    return controlled


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
    members: dict[Node, dict[Node, float]] = defaultdict(dict)
    for edge in edges:
        if edge.share > 0:
            line = members[edge.owner]
            line[edge.member] = line.get(edge.member, 0.0) + edge.share
    reached = _reached(head, members)
    below = {owner: members[owner] for owner in reached if owner in members}
    loops = _closed_loops(below)
    walks = {
        owner: {member: share for member, share in line.items() if member != head}
        for owner, line in below.items()
    }
    values = {head: 1.0}
    for block in reversed(strong_components([head], walks)):
        values.update(_solve(block, walks, values))
    del values[head]
    unsolved = {node for node, value in values.items() if value != value}
    bad = loops | unsolved
    return Shares({n: v for n, v in values.items() if n not in bad}, frozenset(bad))


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


def _solve(
    block: Sequence[Node], walks: Mapping[Node, Mapping[Node, float]], values: dict[Node, float]
) -> dict[Node, float]:
    """Return the shares of a block and push them one step further into ``values``.

    ``values`` holds, for nodes not yet reached, what their owners outside have pushed so far.
    """
    outside = {node: values.get(node, 0.0) for node in block}
    inside = set(block)
    if len(block) == 1:
        (node,) = block
        loop = walks.get(node, {}).get(node, 0.0)
        solved = {node: outside[node] / (1 - loop) if loop < 1 - TOLERANCE else float("nan")}
    else:
        within = {
            owner: {m: share for m, share in walks.get(owner, {}).items() if m in inside}
            for owner in block
        }
        solved = solve_block(within, outside)
    for owner, value in solved.items():
        for member, share in walks.get(owner, {}).items():
            if member not in inside:
                values[member] = values.get(member, 0.0) + value * share
    return solved


def unknown_part(node: Node, edges: Iterable[Edge]) -> tuple[float, float]:
    """Return the smallest and the largest part of a node whose owners are not known."""
    owners = [edge for edge in edges if edge.member == node]
    known = sum(edge.share for edge in owners)
    most = sum(edge.share if edge.share_max is None else edge.share_max for edge in owners)
    return max(0.0, 1 - most), max(0.0, 1 - known)


def share_ranges(
    head: Node, edges: Sequence[Edge], rounds: int = 50
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
