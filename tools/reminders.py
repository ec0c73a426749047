"""When people are reminded of what: anniversaries, long silence, and not too much on one day."""

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# hours of a person's own clock between which the day begins
MORNING, NOON = 5, 12


@dataclass(frozen=True)
class Due:
    """Something that somebody is to be reminded of.

    :param kind: birthday, founded or silence
    :param day: the day of the event: of the anniversary, or of the last contact
    :param type_id: the type whose days of silence have passed, else 0
    """

    kind: str
    partner_id: int
    user_id: int
    day: date
    type_id: int = 0

    @property
    def urgency(self) -> tuple:
        """What comes first where there is not room for all: days that pass, then the longest."""
        return (self.kind == "silence", self.day, self.partner_id, self.type_id)


def anniversary(day: date, year: int) -> date:
    """Return the day of an anniversary in a year; the 29th of February moves to the 28th."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def anniversaries_between(day: date, start: date, end: date) -> list[date]:
    """Return the anniversaries of a day from start to end, both included, in later years."""
    found = (anniversary(day, year) for year in range(start.year, end.year + 1))
    return [when for when in found if start <= when <= end and when.year > day.year]


def months_and_days(start: date, end: date) -> list[int]:
    """Return 100 × month + day of every day whose anniversary falls from start to end.

    In a common year the 28th of February is also the anniversary of the 29th.
    """
    marks = set()
    for distance in range((end - start).days + 1):
        day = start + timedelta(days=distance)
        marks.add(100 * day.month + day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            marks.add(229)
    return sorted(marks)


def within_limit(due: Iterable[Due], made: Mapping[int, int], limit: int) -> list[Due]:
    """Return what may be made today so that nobody gets more than the limit.

    :param made: how many reminders each user has got today already
    :param limit: for one person and day; 0 or less means none at all
    """
    counts = Counter(made)
    chosen = []
    for item in sorted(due, key=lambda item: item.urgency):
        if counts[item.user_id] < limit:
            counts[item.user_id] += 1
            chosen.append(item)
    return chosen
