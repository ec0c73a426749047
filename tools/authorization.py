"""What a portal authorization opens: scopes, and the days on which a head has a member."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from .periods import Period, gaps_joined, joined, overlap

STATEMENT = "statement"
INVOICES = "invoices"
PAY = "pay"
ORDERS = "orders"
DELIVERIES = "deliveries"
REQUESTS = "requests"
SUPPLIER = "supplier"
DOCUMENTS = "documents"
MANAGE = "manage"
SCOPES = (
    STATEMENT,
    INVOICES,
    PAY,
    ORDERS,
    DELIVERIES,
    REQUESTS,
    SUPPLIER,
    DOCUMENTS,
    MANAGE,
)
# how far the scope of requests goes
OWN, ALL = "own", "all"
ALWAYS = Period(None, None)


class Link(NamedTuple):
    """A member belongs to an owner during a period."""

    owner: Hashable
    member: Hashable
    period: Period


def common(left: Period, right: Period) -> Period | None:
    """Return the days of both periods, none where they share no day."""
    if not overlap(left, right):
        return None
    starts = [day for day in (left.start, right.start) if day]
    ends = [day for day in (left.end, right.end) if day]
    return Period(max(starts, default=None), min(ends, default=None))


def united(periods: Iterable[Period]) -> list[Period]:
    """Return the same days in as few periods as possible, in their order."""
    result: list[Period] = []
    for period in sorted(periods, key=lambda one: one.start or date.min):
        if result and gaps_joined([result[-1], period]):
            result[-1] = joined([result[-1], period])
        else:
            result.append(period)
    return result


def links_by_member(links: Iterable[Link]) -> dict[Hashable, list[Link]]:
    """Return the links to its owners of each member: the ways up of many are laid out once."""
    owners: dict[Hashable, list[Link]] = {}
    for link in links:
        owners.setdefault(link.member, []).append(link)
    return owners


def group_periods(
    owners: Mapping[Hashable, list[Link]], head: Hashable, member: Hashable, limit: int = 50
) -> list[Period]:
    """Return when a member belonged to a head, directly or through others.

    A way through several owners holds on the days on which each of its links does. Owners that
    own each other are followed once.

    :param owners: all memberships on the ways up from the member, by member; others do no harm
    :param limit: links of the longest way that is followed
    """
    found: list[Period] = []
    reached: dict[Hashable, list[Period]] = {member: [ALWAYS]}
    fresh = dict(reached)
    for _step in range(limit):
        following: dict[Hashable, list[Period]] = {}
        for child, days in fresh.items():
            for link in owners.get(child, []):
                shared = [both for day in days if (both := common(day, link.period))]
                if link.owner == head:
                    found += shared
                elif shared and not _covered(shared, reached.get(link.owner, [])):
                    following.setdefault(link.owner, []).extend(shared)
        if not following:
            break
        for owner, days in following.items():
            reached[owner] = united([*reached.get(owner, []), *days])
        fresh = {owner: united(days) for owner, days in following.items()}
    return united(found)


def _covered(periods: list[Period], known: list[Period]) -> bool:
    return united([*known, *periods]) == united(known)


def days_around(today: date) -> tuple[date, date]:
    """Return yesterday and tomorrow: somewhere on earth it is either of them already or still."""
    return today - timedelta(days=1), today + timedelta(days=1)
