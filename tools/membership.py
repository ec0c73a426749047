"""How dated memberships of merged counterparties join, and what a list of them must keep to."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from itertools import combinations
from typing import NamedTuple

from .periods import Period, covers, gaps_joined, joined, overlap, peak

# published registers round; a hundredth of a percent over 100 is no contradiction
SUM_TOLERANCE = 0.01


class MembershipFacts(NamedTuple):
    """The part of a membership that a merge decides on.

    :param key: identifies the row (its database id)
    :param shares: everything that must be equal for two rows to say the same
    :param is_exclusive: a member has one owner of this kind at a time
    :param part: percentage that counts in the sum of the owners' shares
    """

    key: int
    owner: int
    member: int
    kind: int
    period: Period
    shares: Hashable
    allows_self: bool = False
    is_exclusive: bool = False
    part: float = 0.0


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
    one, rows that say something else on a common day are conflicts. So are two owners at once where
    there is one, and owners that have more than all together.
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
    kept: list[MembershipFacts] = []
    for (_owner, member, _kind), group in groups.items():
        rest = _join_group(sorted(group, key=lambda row: row.key), drop, extend, conflicts)
        if member == target:
            kept += rest
    conflicts += _find_second_owners(kept) or _find_excess(kept)
    return MembershipMerge(tuple(drop), extend, tuple(conflicts))


def _join_group(
    group: list[MembershipFacts],
    drop: list[int],
    extend: dict[int, Period],
    conflicts: list[tuple[int, int]],
) -> list[MembershipFacts]:
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
    return kept


def _find_second_owners(kept: list[MembershipFacts]) -> list[tuple[int, int]]:
    """Return pairs of exclusive memberships of one member that meet."""
    rows = sorted((row for row in kept if row.is_exclusive), key=lambda row: row.key)
    return [
        (left.key, right.key)
        for left, right in combinations(rows, 2)
        if left.kind == right.kind and overlap(left.period, right.period)
    ]


def _find_excess(kept: list[MembershipFacts]) -> list[tuple[int, int]]:
    """Return the two largest parts of a member of which the owners have more than all."""
    total, day = peak([(row.period, row.part) for row in kept])
    if total <= 100 + SUM_TOLERANCE:
        return []
    present = [row for row in kept if covers(row.period, day or date.min)]
    largest = sorted(present, key=lambda row: -row.part)[:2]
    first, second = sorted(row.key for row in largest)
    return [(first, second)]
