"""How a counterparty is doing, worked out from a few sums."""

from collections.abc import Mapping
from typing import NamedTuple

# a change of less is none that anybody would call one
NOTABLE = 0.1
# of all that was bought in both years together a category must have this part to be named
WEIGHT = 0.05


class Trend(NamedTuple):
    """What became of one category: its key, both amounts, and the change as a part of before.

    The change is ``None`` for what was not bought before.
    """

    key: object
    now: float
    before: float
    change: float | None


def trends(now: Mapping[object, float], before: Mapping[object, float]) -> tuple[list, list]:
    """Return what grew and what shrank, the largest difference of amounts first.

    :param now: amounts of the last twelve months by category
    :param before: amounts of the twelve months before
    """
    whole = sum(abs(amount) for amounts in (now, before) for amount in amounts.values())
    found = []
    for key in {**now, **before}:
        new, old = now.get(key, 0.0), before.get(key, 0.0)
        if abs(new) + abs(old) < whole * WEIGHT or max(new, old) <= 0:
            continue
        change = (new - old) / old if old > 0 else None
        if change is None or abs(change) >= NOTABLE:
            found.append(Trend(key, new, old, change))
    growing = sorted((t for t in found if t.now > t.before), key=lambda t: t.before - t.now)
    shrinking = sorted((t for t in found if t.now < t.before), key=lambda t: t.now - t.before)
    return growing, shrinking


def percent(part: float, whole: float) -> int | None:
    """Return a part in whole percent, never rounded up to all nor down to nothing."""
    if whole <= 0:
        return None
    rounded = round(100 * part / whole)
    if part < whole:
        rounded = min(rounded, 99)
    if part > 0:
        rounded = max(rounded, 1)
    return rounded


def tone_of_share(share: int | None) -> str:
    """Return the colour of a share that should be high."""
    if share is None:
        return ""
    return "success" if share >= 90 else "warning" if share >= 70 else "danger"


def tone_of_days_late(days: float | None) -> str:
    """Return the colour of average days late."""
    if days is None:
        return ""
    return "success" if days < 1 else "warning" if days < 15 else "danger"
