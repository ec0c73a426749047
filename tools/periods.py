"""Dated periods: both ends inclusive, ``None`` means unbounded."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Period(NamedTuple):
    """From the first to the last day, both included; ``None`` is without end."""

    start: date | None
    end: date | None


def is_valid(period: Period) -> bool:
    """Tell whether the last day is not before the first."""
    return period.start is None or period.end is None or period.start <= period.end


def covers(period: Period, day: date) -> bool:
    """Tell whether the day lies inside the period."""
    starts = period.start is None or period.start <= day
    ends = period.end is None or day <= period.end
    return starts and ends


def overlap(left: Period, right: Period) -> bool:
    """Tell whether two periods share at least one day."""
    left_first = left.end is None or right.start is None or right.start <= left.end
    right_first = right.end is None or left.start is None or left.start <= right.end
    return left_first and right_first


def joined(periods: Iterable[Period]) -> Period:
    """Return the shortest period that holds all the given ones.

    :raises ValueError: when there is no period to join
    """
    periods = list(periods)
    if not periods:
        raise ValueError("no period to join")
    starts = [period.start for period in periods]
    ends = [period.end for period in periods]
    return Period(
        None if None in starts else min(starts),
        None if None in ends else max(ends),
    )
