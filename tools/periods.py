"""Dated periods: both ends inclusive, ``None`` means unbounded."""

from collections.abc import Iterable
from datetime import date, timedelta
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


def peak(parts: Iterable[tuple[Period, float]]) -> tuple[float, date | None]:
    """Return the largest sum on any day and the first day on which it is reached.

    :return: ``(0.0, None)`` without parts; the day is ``None`` when the peak has no beginning
    """
    parts = list(parts)
    best, best_day = 0.0, None
    # a sum can only grow on a day on which some period starts
    starts = sorted({period.start or date.min for period, _part in parts})
    for start in starts:
        total = sum(part for period, part in parts if covers(period, start))
        if total > best:
            best, best_day = total, start
    return best, None if best_day == date.min else best_day


def gaps_joined(periods: Iterable[Period]) -> bool:
    """Tell whether periods, put in order, touch or overlap without leaving a day out."""
    ordered = sorted(periods, key=lambda period: period.start or date.min)
    end = ordered[0].end if ordered else None
    for period in ordered[1:]:
        if end is None:
            return True
        if period.start is not None and period.start > end + timedelta(days=1):
            return False
        end = None if period.end is None else max(end, period.end)
    return True
