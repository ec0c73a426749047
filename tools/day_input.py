"""Days as people type them and browsers send them."""

from datetime import date

# a day of a time zone before or after these may lie beyond all dates
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)
# of documents and people
YEARS = (FIRST_DAY, date(2200, 12, 31))
DAY_LENGTH = len("2000-01-31")


def read_day(value: object, first: date = date.min, last: date = date.max) -> date | None:
    """Return the day that a text begins with; None for what is no day from first to last."""
    try:
        day = date.fromisoformat(str(value or "").strip()[:DAY_LENGTH])
    except ValueError:
        return None
    return day if first <= day <= last else None


def clamp_day(day: date) -> date:
    """Return a day moved into the years of calendars.

    The second of May in the year 202 is what a browser sends while somebody types 2026.
    """
    return min(max(day, FIRST_DAY), LAST_DAY)
