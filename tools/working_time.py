"""Working time as prefix sums: how much is worked until a moment, and when an amount is worked.

Moments are naive UTC datetimes of whole seconds, amounts are seconds of working time. Two
questions carry everything: ``worked(moment)``, the working time from the beginning of the table
to the moment, and its inverse. Both are one bisection in a table of the worked spells, which
grows by itself as far as it is asked.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytz

EPOCH = datetime(1970, 1, 1)
DAY = 86400
# half a year in one step, whole weeks: most questions are about the next days
STEP_DAYS = 26 * 7
# an amount that takes longer than this is never worked
HORIZON = timedelta(days=3653)


class NoWorkingTimeError(ValueError):
    """The hours asked for are not worked within ten years: the calendar offers (too) few."""


class Shift(NamedTuple):
    """A spell worked every week, in minutes after midnight of the calendar's own zone.

    :param weekday: 0 is Monday
    :param week: 0 or 1 in a rhythm of two weeks, ``None`` for every week
    """

    weekday: int
    start: int
    end: int
    week: int | None = None


class Span(NamedTuple):
    """From a moment to a later one."""

    start: datetime
    end: datetime


class Schedule(NamedTuple):
    """What a calendar says.

    :param shifts: worked spells of the week; what lies between them (lunch, night) is not worked
    :param zone: name of the time zone in which the shifts are meant
    :param leaves: moments at which nobody works, in UTC
    """

    shifts: tuple[Shift, ...]
    zone: str = "UTC"
    leaves: tuple[Span, ...] = ()


def week_of(day: date) -> int:
    """Return 0 or 1: the week's place in a rhythm of two weeks, alike across the years.

    Counted from the first day of the calendar as the host does, so that week 53 breaks nothing.
    """
    return (day.toordinal() - 1) // 7 % 2


def to_seconds(moment: datetime) -> int:
    """Return the seconds from 1970 to a naive UTC moment."""
    delta = moment - EPOCH
    return delta.days * DAY + delta.seconds


def to_moment(seconds: int) -> datetime:
    """Return the naive UTC moment that lies this many seconds after 1970."""
    return EPOCH + timedelta(seconds=seconds)


class RoundTheClock:
    """Working time of a desk that never closes."""

    always = True

    def worked(self, moment: datetime) -> int:
        """Return the seconds worked until the moment, counted from a fixed beginning."""
        return to_seconds(moment)

    def between(self, start: datetime, end: datetime) -> int:
        """Return the seconds worked from the start to the end; none when it ends before."""
        return max(0, to_seconds(end) - to_seconds(start))

    def after(self, start: datetime, seconds: int) -> datetime:
        """Return the moment at which so many seconds are worked since the start."""
        return start + timedelta(seconds=seconds)


class WorkingTime:
    """Working time of one schedule from the day of an origin on.

    Build one per schedule and batch: it keeps nothing beyond its own life.

    :param origin: no later question may lie before this moment
    """

    always = False

    def __init__(self, schedule: Schedule, origin: datetime):
        self._zone = pytz.timezone(schedule.zone)
        self._days = _shifts_by_day(schedule.shifts)
        self._leaves = _merged((to_seconds(a), to_seconds(b)) for a, b in schedule.leaves)
        # two days before: the local day may begin in the UTC day before
        self._next_day = origin.date() - timedelta(days=2)
        self._until = to_seconds(datetime.combine(self._next_day, datetime.min.time()))
        self._origin = to_seconds(origin)
        self._starts: list[int] = []
        self._ends: list[int] = []
        # working time when each spell starts and ends, counted from the table's beginning
        self._before: list[int] = []
        self._after: list[int] = []

    def worked(self, moment: datetime) -> int:
        """Return the seconds worked from the table's beginning to the moment.

        :raises ValueError: for a moment before the origin
        """
        return self._worked(to_seconds(moment))

    def between(self, start: datetime, end: datetime) -> int:
        """Return the seconds worked from the start to the end; none when it ends before.

        :raises ValueError: for a start before the origin
        """
        return max(0, self.worked(end) - self.worked(start)) if end > start else 0

    def after(self, start: datetime, seconds: int) -> datetime:
        """Return the first moment at which so many seconds are worked since the start.

        Work that ends with a shift ends there, not when the next one opens.

        :param seconds: more than zero; nothing to work is done at the start itself
        :raises NoWorkingTimeError: when it takes more than ten years
        """
        if seconds <= 0:
            return start
        first = to_seconds(start)
        wanted = self._worked(first) + seconds
        limit = first + HORIZON.days * DAY
        while not self._after or self._after[-1] < wanted:
            if not self._days or self._until > limit:
                raise NoWorkingTimeError(f"{seconds} seconds are not worked within ten years")
            self._grow()
        index = bisect_left(self._after, wanted)
        found = self._starts[index] + wanted - self._before[index]
        if found > limit:
            raise NoWorkingTimeError(f"{seconds} seconds are not worked within ten years")
        return to_moment(found)

    def spells(self, start: datetime, end: datetime) -> list[Span]:
        """Return the worked spells from the start to the end."""
        low, high = to_seconds(start), to_seconds(end)
        self._worked(high)
        clipped = (
            (max(low, first), min(high, last))
            for first, last in zip(self._starts, self._ends, strict=True)
            if first < high and last > low
        )
        return [Span(to_moment(first), to_moment(last)) for first, last in clipped]

    # ------------------------------------------------------------
    # The table
    # ------------------------------------------------------------

    def _worked(self, seconds: int) -> int:
        if seconds < self._origin:
            raise ValueError("the moment lies before the beginning of the working time")
        while self._until <= seconds:
            self._grow()
        index = bisect_right(self._starts, seconds) - 1
        if index < 0:
            return 0
        return self._before[index] + min(seconds, self._ends[index]) - self._starts[index]

    def _grow(self) -> None:
        """Add the spells of the next half year."""
        last = self._next_day + timedelta(days=STEP_DAYS)
        for start, end in _without(_merged(self._spells_of_days(last)), self._leaves):
            before = self._after[-1] if self._after else 0
            self._starts.append(start)
            self._ends.append(end)
            self._before.append(before)
            self._after.append(before + end - start)
        # a spell of the next day can begin at its local midnight, never before
        self._next_day = last
        self._until = self._utc(last, 0)

    def _spells_of_days(self, last: date) -> Iterator[tuple[int, int]]:
        """Yield the spells of the days from the next one to the day before the last."""
        for monday, midnight in self._weeks(last):
            for number in range(7):
                day = monday + timedelta(days=number)
                for start, end in self._days.get((week_of(day), day.weekday()), ()):
                    if midnight is None:
                        yield self._utc(day, start), self._utc(day, end)
                    else:
                        begin = midnight + number * DAY
                        yield begin + start * 60, begin + end * 60

    def _weeks(self, last: date) -> Iterator[tuple[date, int | None]]:
        """Yield the first day of each seven and its midnight, ``None`` if the clock is changed.

        Asking the zone is what takes the time, and it has news in two weeks of a year.
        """
        day, midnight = self._next_day, self._utc(self._next_day, 0)
        while day < last:
            next_day = day + timedelta(days=7)
            next_midnight = self._utc(next_day, 0)
            yield day, midnight if next_midnight - midnight == 7 * DAY else None
            day, midnight = next_day, next_midnight

    def _utc(self, day: date, minutes: int) -> int:
        """Return the moment of a local time; a time that exists twice or never is the later.

        This is how the host reads such times, so both agree in the night of the change.
        """
        local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
        return to_seconds(local) - round(self._zone.localize(local).utcoffset().total_seconds())


def _shifts_by_day(shifts: Iterable[Shift]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return the spells of each day of the two weeks, as (week, weekday) → (start, end)."""
    days: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for shift in sorted(shifts, key=lambda shift: (shift.start, shift.end)):
        if shift.end > shift.start:
            for week in (0, 1) if shift.week is None else (shift.week,):
                days.setdefault((week, shift.weekday), []).append((shift.start, shift.end))
    return days


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that touch or overlap joined, empty ones left out."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(
    spans: Iterable[tuple[int, int]], holes: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield what the holes leave of the spans; both in order and free of overlaps."""
    ends = [end for _start, end in holes]
    for start, end in spans:
        index = bisect_right(ends, start)
        while index < len(holes) and holes[index][0] < end:
            if holes[index][0] > start:
                yield start, holes[index][0]
            start = holes[index][1]
            index += 1
        if start < end:
            yield start, end
