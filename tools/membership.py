"""How dated memberships of merged counterparties join, and what a list of them must keep to."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from .periods import Period, gaps_joined, joined, overlap


class MembershipFacts(NamedTuple):
    """The part of a membership that a merge decides on.

    :param key: identifies the row (its database id)
    :param shares: everything that must be equal for two rows to say the same
    """

    key: int
    owner: int
    member: int
    kind: int
    period: Period
    shares: Hashable
    allows_self: bool = False


class MembershipMerge(NamedTuple):
    """What a merge does to memberships.

    :param drop: keys of rows that say nothing any more
    :param extend: key of a kept row → its new period
    :param conflicts: pairs of keys that contradict each other
    """

    drop: tuple[int, ...]
    extend: dict[int, Period]
    conflicts: tuple[tuple[int, int], ...]


def merge_memberships(
    rows: Iterable[MembershipFacts], sources: set[int], target: int
) -> MembershipMerge:
    """Return how memberships change when the sources become the target.

    Memberships between the merged ones vanish, rows that say the same on touching periods become
    one, rows that say something else on a common day are conflicts.
    """
    groups: dict[tuple[int, int, int], list[MembershipFacts]] = defaultdict(list)
    drop: list[int] = []
    for row in rows:
        owner = target if row.owner in sources else row.owner
        member = target if row.member in sources else row.member
        if owner == member and not row.allows_self:
            drop.append(row.key)
        else:
            groups[owner, member, row.kind].append(row)
    extend: dict[int, Period] = {}
    conflicts: list[tuple[int, int]] = []
    for group in groups.values():
        _join_group(sorted(group, key=lambda row: row.key), drop, extend, conflicts)
    return MembershipMerge(tuple(drop), extend, tuple(conflicts))


def _join_group(
    group: list[MembershipFacts],
    drop: list[int],
    extend: dict[int, Period],
    conflicts: list[tuple[int, int]],
) -> None:
    kept: list[MembershipFacts] = []
    for row in group:
        same = [
            other
            for other in kept
            if other.shares == row.shares and gaps_joined([other.period, row.period])
        ]
        if not same:
            conflicts += [
                (other.key, row.key) for other in kept if overlap(other.period, row.period)
            ]
            kept.append(row)
            continue
        first, *rest = same
        period = joined([row.period, *(other.period for other in same)])
        drop += [row.key, *(other.key for other in rest)]
        kept = [other for other in kept if other not in same]
        kept.append(first._replace(period=period))
        extend.pop(first.key, None)
        for other in rest:
            extend.pop(other.key, None)
        if period != next(g for g in group if g.key == first.key).period:
            extend[first.key] = period
