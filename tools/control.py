"""Who controls whom: the votes that somebody holds, with all he controls, are a majority.

Nodes, edges and fractions as in ``ownership``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .ownership import TOLERANCE, Edge, Node, reached


class Controllers(NamedTuple):
    """The last controllers of a node.

    :param nodes: those that control it and that nobody else controls, sorted
    :param is_mutual: they control each other in a loop, so none of them is the last one
    """

    nodes: tuple[Node, ...]
    is_mutual: bool


class Rule(NamedTuple):
    """What makes a majority.

    :param threshold: fraction of the votes
    :param is_strict: more than the threshold is needed; otherwise the threshold is enough, as
        under the 50 percent rule of sanctions
    """

    threshold: float = 0.5
    is_strict: bool = True

    @property
    def needed(self) -> float:
        """Return the votes that have to be exceeded."""
        return self.threshold + TOLERANCE if self.is_strict else self.threshold - TOLERANCE


def controlled_by(
    head: Node,
    edges: Sequence[Edge],
    threshold: float = 0.5,
    is_strict: bool = True,
    is_possible: bool = False,
) -> set[Node]:
    """Return what a head controls: the votes it and all it controls hold are a majority.

    The smallest solution of the company control problem: a company is only controlled when that
    follows from votes outside a loop, never because a loop would support itself.

    :param threshold: see :class:`Rule`
    :param is_possible: with the most votes that known ranges allow, instead of those that are sure
    """
    left = _all_votes(edges) if is_possible else None
    return _controlled(head, _by_owner(edges), Rule(threshold, is_strict), left)


def controllers(
    node: Node,
    edges: Sequence[Edge],
    threshold: float = 0.5,
    is_strict: bool = True,
    is_possible: bool = False,
) -> set[Node]:
    """Return all that control a node, directly or through others; parameters as above."""
    rule = Rule(threshold, is_strict)
    left = _all_votes(edges) if is_possible else None
    by_owner, ancestors = _ancestry(node, edges)
    return {a for a in ancestors if node in _controlled(a, by_owner, rule, left)}


def ultimate_controllers(
    node: Node, edges: Sequence[Edge], threshold: float = 0.5, is_strict: bool = True
) -> Controllers:
    """Return who controls a node and is controlled by nobody outside its own circle.

    Owners that control each other form a mutual block; no one of them is picked.
    """
    rule = Rule(threshold, is_strict)
    by_owner, ancestors = _ancestry(node, edges)
    reach = {a: _controlled(a, by_owner, rule) for a in ancestors}
    found = {a for a in ancestors if node in reach[a]}
    last = {a for a in found if all(b in reach[a] for b in found if b != a and a in reach[b])}
    is_mutual = any(a in reach[b] for a in last for b in last if a != b)
    return Controllers(tuple(sorted(last)), is_mutual)


def _ancestry(node: Node, edges: Sequence[Edge]) -> tuple[Mapping[Node, Sequence[Edge]], set[Node]]:
    """Return the edges that lead to a node by their owner, and all that stand above it."""
    above = defaultdict(list)
    for edge in edges:
        above[edge.member].append(edge.owner)
    ancestors = reached([node], above) - {node}
    return _by_owner(edge for edge in edges if edge.owner in ancestors or edge.owner == node), (
        ancestors
    )


def _by_owner(edges: Iterable[Edge]) -> dict[Node, list[Edge]]:
    by_owner = defaultdict(list)
    for edge in edges:
        by_owner[edge.owner].append(edge)
    return by_owner


def _all_votes(edges: Iterable[Edge]) -> dict[Node, float]:
    """Return the votes in each member that its owners hold for sure."""
    votes: dict[Node, float] = defaultdict(float)
    for edge in edges:
        votes[edge.member] += edge.votes
    return votes


def _controlled(
    head: Node,
    by_owner: Mapping[Node, Sequence[Edge]],
    rule: Rule,
    all_votes: Mapping[Node, float] | None = None,
) -> set[Node]:
    """Return what a head controls.

    :param all_votes: sure votes of all owners of each member, to ask for the most votes possible:
        the largest ones of the head's side, but no more than the sure ones of others leave
    """
    needed = rule.needed
    votes: dict[Node, float] = defaultdict(float)
    sure: dict[Node, float] = defaultdict(float)
    controlled: set[Node] = set()
    work = [head]
    while work:
        for edge in by_owner.get(work.pop(), ()):
            member = edge.member
            if member == head or member in controlled or edge.forced is False:
                continue
            if all_votes is None:
                votes[member] += edge.votes
                held = votes[member]
            else:
                votes[member] += edge.votes if edge.votes_max is None else edge.votes_max
                sure[member] += edge.votes
                held = min(votes[member], 1 - (all_votes[member] - sure[member]))
            if edge.forced or held > needed:
                controlled.add(member)
                work.append(member)
    return controlled
