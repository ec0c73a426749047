"""Validity, reminders and renewal of dated documents."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from .periods import Period, covers

FUTURE, VALID, EXPIRING, EXPIRED, RENEWED = "future", "valid", "expiring", "expired", "renewed"


def document_state(
    period: Period, reminder_days: int, today: date, *, is_renewed: bool = False
) -> str:
    """Return the state of a document on a day; one without validity has a period without ends.

    :param reminder_days: days before the last one from which the document counts as expiring
    :param is_renewed: a later document takes this one's place
    """
    if period.end is not None and period.end < today:
        return RENEWED if is_renewed else EXPIRED
    if not covers(period, today):
        return FUTURE
    reminder = reminder_date(period.end, reminder_days)
    if reminder is not None and reminder <= today and not is_renewed:
        return EXPIRING
    return VALID


def reminder_date(last_day: date | None, reminder_days: int) -> date | None:
    """Return the day of the reminder, ``None`` without an end of validity."""
    return last_day - timedelta(days=reminder_days) if last_day else None


def following_period(period: Period) -> Period:
    """Return the period of the same length that begins the day after.

    Whole months stay whole months: 1 January to 31 March is followed by 1 April to 30 June.

    :raises ValueError: for a period without both ends
    """
    if period.start is None or period.end is None:
        raise ValueError("a period without both ends has no following one")
    start = period.end + timedelta(days=1)
    length = relativedelta(start, period.start)
    months = length.years * 12 + length.months
    if months and not length.days:
        first_of_months = period.start + relativedelta(months=2 * months)
        return Period(start, first_of_months - timedelta(days=1))
    return Period(start, start + (period.end - period.start))


def normalised_number(number: str | None) -> str | None:
    """Return a card's or declaration's number as it is compared: no blanks, upper case."""
    return "".join((number or "").split()).upper() or None
