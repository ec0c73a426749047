"""Credit of a group: one pot for all, or pots reserved for some of its members.

Amounts are in one currency, that of the company that gives the credit.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from .periods import Period

Node = Hashable


class Pot(NamedTuple):
    """What one limit of a group covers.

    :param owner: the member whose limit it is; the head for the limit of the group
    :param limit: the limit, what is reserved for others already taken off
    :param exposure: what the members that draw on this pot owe
    :param carved: what is reserved for others
    """

    owner: Node
    limit: float
    exposure: float
    carved: float = 0.0

    @property
    def nominal(self) -> float:
        """Return the limit as somebody entered it."""
        return self.limit + self.carved

    @property
    def available(self) -> float:
        """Return what may still be ordered; negative when the pot is overdrawn."""
        return self.limit - self.exposure


class Event(NamedTuple):
    """A change of a group's exposure in the past; with an order when the change is one."""

    moment: datetime
    amount: float
    order: int | None = None


class Excess(NamedTuple):
    """An order of the past that would not have passed."""

    order: int
    exposure: float
    missing: float


def shared_pot(head: Node, limit: float, exposures: Mapping[Node, float]) -> Pot:
    """Return the pot on which all members draw alike."""
    return Pot(head, limit, sum(exposures.values()))


def reserved_pots(
    head: Node,
    parents: Mapping[Node, Node | None],
    limits: Mapping[Node, float],
    exposures: Mapping[Node, float],
) -> dict[Node, Pot]:
    """Return the pot that each member draws on when limits of members are reserved for them.

    A member with a limit of its own has its own pot; the limit is carved out of the nearest pot
    above it. All others share what is left in the nearest pot above them (Oracle Financials Cloud,
    "How the Credit Limit is Derived in a Party Hierarchy").

    :param parents: member → the one above it; ``None`` for the head
    :param limits: limits of the head and of members that have one
    :param exposures: what each member owes by itself
    :raises KeyError: when the head has no limit
    """
    nodes = {*parents, *exposures, head}
    owners = {node: _pot_owner(node, head, parents, limits) for node in nodes}
    carved: dict[Node, float] = defaultdict(float)
    for node in limits:
        if node != head:
            above = parents.get(node)
            above = head if above is None else above
            carved[_pot_owner(above, head, parents, limits)] += limits[node]
    drawn: dict[Node, float] = defaultdict(float)
    for node, exposure in exposures.items():
        drawn[owners[node]] += exposure
    pots = {
        owner: Pot(owner, limits[owner] - carved[owner], drawn[owner], carved[owner])
        for owner in set(owners.values())
    }
    return {node: pots[owner] for node, owner in owners.items()}


def _pot_owner(
    node: Node, head: Node, parents: Mapping[Node, Node | None], limits: Mapping[Node, float]
) -> Node:
    seen = set()
    while node not in limits and node != head and node not in seen:
        seen.add(node)
        above = parents.get(node)
        node = head if above is None else above
    return node if node in limits else head


def missing_amount(pot: Pot, amount: float, rounding: float = 0.01) -> float:
    """Return by how much an order exceeds a pot; 0 when it fits.

    The whole limit may be used: exposure and order are compared with the nominal limit.
    """
    missing = amount - pot.available
    return missing if missing >= rounding / 2 else 0.0


def felt_by_group(events: Iterable[Event], stays: Iterable[Period]) -> list[Event]:
    """Return the events of one member as its group felt them.

    When the member comes, all that it owes comes along, and goes with it the day after its last
    one; orders of other days are none of the group's.

    :param stays: the times in which it drew on the pot; they do not overlap
    """
    events = sorted(events, key=lambda event: event.moment)
    felt: list[Event] = []
    for stay in stays:
        first = datetime.min if stay.start is None else datetime.combine(stay.start, time.min)
        last = datetime.max
        if stay.end is not None:
            last = datetime.combine(stay.end + timedelta(days=1), time.min)
        before = sum(event.amount for event in events if event.moment < first)
        during = [event for event in events if first <= event.moment < last]
        if before:
            felt.append(Event(first, before))
        felt += during
        if stay.end is not None:
            felt.append(Event(last, -before - sum(event.amount for event in during)))
    return felt


def replay(limit: float, events: Iterable[Event]) -> list[Excess]:
    """Return the orders that a limit would have stopped, had it been there all along.

    A stopped order is taken to be confirmed later all the same, as it was: it counts for those
    after it. At one moment, payments and invoices come before orders.
    """
    exposure = 0.0
    stopped = []
    for event in sorted(events, key=lambda e: (e.moment, e.order is not None, e.order or 0)):
        if event.order is not None:
            missing = missing_amount(Pot(None, limit, exposure), event.amount)
            if missing:
                stopped.append(Excess(event.order, exposure, missing))
        exposure += event.amount
    return stopped
