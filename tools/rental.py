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


def first_day(start: date | None, entered: date, unit: str) -> date | None:
    """Return the day from which a contract is invoiced unless somebody says otherwise.

    One entered up to a period late is invoiced from its first day; of older ones what lies before
    the present period was invoiced elsewhere.

    :param entered: the day on which the contract was entered
    """
    present = calendar_period(entered, unit)
    previous = calendar_period(present.start - timedelta(days=1), unit)
    return present.start if start and start < previous.start else start


def next_due(
    day: date, unit: str, contract: Period, invoiced: list[Period], settled: list[Period]
) -> Period | None:
    """Return the stretch of a rental to invoice on a day, ``None`` when all is invoiced.

    The earliest stretch never dealt with comes first, so that no forgotten period and no rest of a
    contract made longer is lost; then what the day's own period still lacks.

    :param contract: from the first day to invoice to the last
    :param invoiced: stretches with an invoice that counts
    :param settled: stretches ever invoiced, those with a cancelled invoice too
    """
    present = due_period(day, unit, contract)
    last = present.end if present else min(day, contract.end or day)
    starts = [other.start for other in settled] or ([present.start] if present else [])
    start = contract.start or min(starts, default=None)
    gap = first_gap(Period(start, last), settled) if start and start <= last else None
    if gap:
        return due_period(gap.start, unit, Period(gap.start, min(gap.end, contract.end or gap.end)))
    if not present:
        return None
    return first_gap(Period(max(present.start, start), present.end), invoiced)


def first_gap(period: Period, taken: list[Period]) -> Period | None:
    """Return the first stretch of a bounded period that no taken one shares, if any."""
    start = period.start
    for other in sorted(taken):
        if other.end < start:
            continue
        if other.start > start:
            return Period(start, min(period.end, other.start - timedelta(days=1)))
        start = other.end + timedelta(days=1)
        if start > period.end:
            return None
    return Period(start, period.end)


def due_share(due: Period, unit: str) -> Decimal:
    """Return which share of the whole period is due, by days, to six decimals."""
    whole = calendar_period(due.start, unit)
    days, all_days = (due.end - due.start).days + 1, (whole.end - whole.start).days + 1
    return (Decimal(days) / Decimal(all_days)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
