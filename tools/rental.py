"""Which period of a rental a day falls into, and what is due for it."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from .periods import Period

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"


def calendar_period(day: date, unit: str) -> Period:
    """Return the whole week, month, quarter or year that a day falls into.

    :raises ValueError: for an unknown unit
    """
    if unit == WEEK:
        start = day - timedelta(days=day.weekday())
        return Period(start, start + timedelta(days=6))
    if unit == MONTH:
        start, length = day.replace(day=1), relativedelta(months=1)
    elif unit == QUARTER:
        start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        length = relativedelta(months=3)
    elif unit == YEAR:
        start, length = day.replace(month=1, day=1), relativedelta(years=1)
    else:
        raise ValueError(f"unknown period {unit!r}")
    return Period(start, start + length - timedelta(days=1))


def due_period(day: date, unit: str, contract: Period) -> Period | None:
    """Return the part of the day's period that the contract covers, ``None`` outside of it."""
    whole = calendar_period(day, unit)
    start = max(whole.start, contract.start or whole.start)
    end = min(whole.end, contract.end or whole.end)
    return Period(start, end) if start <= end else None


def due_share(due: Period, unit: str) -> Decimal:
    """Return which share of the whole period is due, by days, to six decimals."""
    whole = calendar_period(due.start, unit)
    days, all_days = (due.end - due.start).days + 1, (whole.end - whole.start).days + 1
    return (Decimal(days) / Decimal(all_days)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
