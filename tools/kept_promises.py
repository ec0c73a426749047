"""Whether promises to pay were kept."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# less is lost by rounding
DUST = 0.005


class Promise(NamedTuple):
    """To pay an amount until a day, given on another."""

    made: date
    due: date
    amount: float


class Payment(NamedTuple):
    """What was received on a day, in the currency of the promises."""

    day: date
    amount: float


def judge(
    promises: Iterable[Promise], payments: Iterable[Payment], today: date
) -> list[bool | None]:
    """Tell of each promise, by its day, whether it was kept; ``None`` while it may still be.

    A promise is kept when what was received from the day it was given to the day it was given for
    covers the amount. A payment counts for one promise: what a kept one took is gone. The same
    amount for the same day, noted twice, is one promise.
    """
    first: dict[tuple[date, float], Promise] = {}
    for promise in sorted(promises):
        first.setdefault((promise.due, promise.amount), promise)
    left = [[payment.day, payment.amount] for payment in sorted(payments)]
    verdicts: list[bool | None] = []
    for promise in sorted(first.values(), key=lambda one: (one.due, one.made)):
        within = [part for part in left if promise.made <= part[0] <= promise.due]
        kept = sum(amount for _day, amount in within) > promise.amount - DUST
        if kept:
            _take(within, promise.amount)
        verdicts.append(True if kept else None if promise.due >= today else False)
    return verdicts


def _take(within: list[list], amount: float) -> None:
    """Use up an amount, the earliest payments first."""
    for part in within:
        taken = min(part[1], amount)
        part[1] -= taken
        amount -= taken
