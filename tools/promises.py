"""Which service level a request gets: the first whose conditions all fit."""

from collections.abc import Iterable
from typing import NamedTuple

NOTHING: frozenset[int] = frozenset()


class Demand(NamedTuple):
    """What is known of a request; ids, ``None`` where it names nothing.

    :param priority: "0" to "3"
    :param kinds: counterparty types that the partner has in force
    :param tags: labels that people gave it
    """

    company: int | None = None
    category: int | None = None
    team: int | None = None
    priority: str = "0"
    partner: int | None = None
    kinds: frozenset[int] = NOTHING
    tags: frozenset[int] = NOTHING


class Promise(NamedTuple):
    """The conditions of a service level; an empty one holds for all.

    :param priority: the least urgent priority that it is for
    :param partners: counterparties with whom it is agreed
    :param tags: a request that has any of them fits
    """

    id: int
    company: int | None = None
    categories: frozenset[int] = NOTHING
    teams: frozenset[int] = NOTHING
    priority: str = "0"
    partners: frozenset[int] = NOTHING
    kinds: frozenset[int] = NOTHING
    tags: frozenset[int] = NOTHING


def fits(promise: Promise, demand: Demand) -> bool:
    """Tell whether a request meets all conditions of a service level."""
    return (
        promise.company in (None, demand.company)
        and (not promise.categories or demand.category in promise.categories)
        and (not promise.teams or demand.team in promise.teams)
        and demand.priority >= promise.priority
        and (not promise.partners or demand.partner in promise.partners)
        and (not promise.kinds or bool(promise.kinds & demand.kinds))
        and (not promise.tags or bool(promise.tags & demand.tags))
    )


def first_fitting(promises: Iterable[Promise], demand: Demand) -> int | None:
    """Return the id of the first service level that fits.

    What is agreed with the partner by name comes before all else, whatever the order.
    """
    fitting = [promise for promise in promises if fits(promise, demand)]
    agreed = next((promise.id for promise in fitting if promise.partners), None)
    return agreed if agreed else next((promise.id for promise in fitting), None)
