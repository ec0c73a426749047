"""Days on which somebody is at work."""

from collections.abc import Callable
from datetime import date, timedelta

# nobody is away for longer without a calendar that says nothing at all
FARTHEST = 62


def next_working_day(day: date, is_working: Callable[[date], bool]) -> date:
    """Return the day itself or the first working day after it.

    :param is_working: says of a day whether somebody is at work
    :return: the day itself where no working day comes within two months
    """
    for distance in range(FARTHEST):
        candidate = day + timedelta(days=distance)
        if is_working(candidate):
            return candidate
    return day
