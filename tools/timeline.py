"""The order of a timeline of many models, and where its pages begin.

Moments fall, then places of the legs rise, then ids fall. A leg dated by days begins each of its
days at the user's midnight.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import NamedTuple
from zoneinfo import ZoneInfo

READ = 1000  # characters of a message that its preview is made of
SHOWN = 190
UNSEEN = re.compile(r"<(style|script|head)\b.*?(</\1>|$)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*(>|$)")


class Leg(NamedTuple):
    """One model in the timeline, and how its records become rows.

    Fields may be those of a record that a record names (``company_id.currency_id``).

    :param model: name of the model
    :param kinds: what its records are, by the values of ``kind_field``: ``{kind: values}``
    :param dates: fields of the date, the first filled one counts
    :param by_day: whether these are days instead of moments
    :param partner: field of the counterparty or contact
    :param documents: instead, models of the documents to which its records belong, with the field
        of the counterparty of each
    :param kind_field: field that tells the kind, empty when there is but one
    :param titles: fields of the title, the first filled one counts; empty when it must be asked
        of each record, as what a user may read of it depends on the record
    :param subtitle: field of what else is said
    :param texts: fields in which a text is looked for
    :param states: fields of the state; the second says more when the first is ``settled``
    :param settled: value of the first state from which on the second counts
    :param where: the domain of all its records in a timeline
    :param checked: whether the model asks the documents of its records who may read them
    :param reads: further models that its rows are read from
    :param once: which of its rows other legs show: the end of the name of a method
    """

    model: str
    kinds: Mapping[str, Sequence[object]]
    dates: tuple[str, ...]
    by_day: bool = False
    partner: str = "partner_id"
    kind_field: str = ""
    titles: tuple[str, ...] = ()
    subtitle: str = ""
    texts: tuple[str, ...] = ()
    amount: str = ""
    currency: str = "currency_id"
    states: tuple[str, ...] = ()
    settled: str = ""
    where: tuple = ()
    checked: bool = False
    documents: Mapping[str, str] | None = None
    once: str = ""
    reads: tuple[str, ...] = ()


class Position(NamedTuple):
    """Where a row stands in the timeline; the next page begins after it."""

    moment: datetime
    place: int
    id: int


class Bound(NamedTuple):
    """What the rows of a leg after a position have in common.

    Days or moments up to ``last`` and, where that is the same as ``last``, ids below ``below``
    only; ``None`` says that ``last`` itself has no such rows, ``ANY_ID`` that all have.
    """

    last: date | datetime
    below: int | None


ANY_ID = 2**62


def parse_position(cursor: Sequence[object]) -> Position:
    """Read a position as :func:`format_position` wrote it.

    :raises ValueError: when it is none
    """
    try:
        moment, place, row_id = cursor
        position = Position(datetime.fromisoformat(str(moment)), int(str(place)), int(str(row_id)))
    except (TypeError, ValueError) as error:
        raise ValueError("no position of a timeline") from error
    if not date.min < position.moment.date() < date.max:
        raise ValueError("no position of a timeline")
    return position


def format_position(position: Position) -> list[object]:
    """Write a position so that it can travel to a browser and back."""
    return [position.moment.isoformat(), position.place, position.id]


def midnight(day: date, zone: str) -> datetime:
    """Return the beginning of a user's day, in UTC without zone as the database keeps moments.

    Where clocks change at midnight the later moment, as PostgreSQL's ``timezone`` takes it.
    """
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)).replace(tzinfo=None)


def local_day(moment: datetime, zone: str) -> date:
    """Return the user's day of a moment in UTC."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def bound_after(position: Position, place: int, by_day: bool, zone: str) -> Bound:
    """Return the bound of the rows of a leg that come after a position.

    :param place: where the leg stands among the legs
    :param by_day: whether its rows have days
    """
    if place == position.place:
        below: int | None = position.id
    else:
        below = ANY_ID if place > position.place else None
    if not by_day:
        return Bound(position.moment, below)
    day = local_day(position.moment, zone)
    # all rows of that day stand at its midnight, which comes after any later moment of it
    return Bound(day, below if midnight(day, zone) == position.moment else ANY_ID)


def bound_until(day: date, by_day: bool, zone: str) -> Bound:
    """Return the bound of rows up to the end of a day."""
    if by_day:
        return Bound(day, ANY_ID)
    return Bound(midnight(day + timedelta(days=1), zone), None)


def start_of(day: date, by_day: bool, zone: str) -> date | datetime:
    """Return where a period that starts with a day starts in a leg."""
    return day if by_day else midnight(day, zone)


def kind_of(leg: Leg, value: object) -> str:
    """Return the kind of a record by the value of its leg's ``kind_field``."""
    if not leg.kind_field:
        return next(iter(leg.kinds))
    return next((kind for kind, values in leg.kinds.items() if value in values), "")


def preview(body: str) -> str:
    """Return the beginning of a message in HTML as a line of text, for reading and not as HTML."""
    text = unescape(TAG.sub(" ", UNSEEN.sub(" ", body)))
    line = " ".join(text.split())
    return f"{line[:SHOWN].rstrip()} […]" if len(line) > SHOWN else line
