"""Own fields on a web form: what partners send for one is read, and shown again, by its kind."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import web_form
from .day_input import DAY_LENGTH, YEARS, read_day

# links would show partners what else there is
KINDS = (
    "char",
    "text",
    "integer",
    "float",
    "boolean",
    "date",
    "datetime",
    "selection",
    "tags",
)
STORED_MOMENT = "%Y-%m-%d %H:%M:%S"
SHOWN_MOMENT = "%Y-%m-%dT%H:%M"
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,6})?")


def read_value(entry: Mapping, sent: Sequence[str], zone: str):
    """Return the value to store of what a form sent for an own field; False when it is empty.

    :param entry: the definition of the field
    :param sent: all that came under its name; boxes send an empty text before what is ticked
    :param zone: name of the visitor's time zone
    :raises ValueError: when it is no value of that kind
    """
    kind = entry["type"]
    if kind not in KINDS:
        raise ValueError(kind)
    texts = [web_form.clean_text(text.replace("\r\n", "\n"), web_form.TEXT + 1) for text in sent]
    chosen = [text for text in texts if text]
    if not chosen:
        return False
    if kind == "boolean":
        return True
    if kind in ("selection", "tags"):
        return _read_choice(entry, chosen)
    reader = {
        "integer": _read_integer,
        "float": _read_float,
        "date": _read_day,
        "datetime": lambda text: _read_moment(text, zone),
        "text": lambda text: _fitting(text, web_form.TEXT),
        "char": lambda text: _fitting(" ".join(text.split()), web_form.LINE),
    }[kind]
    return reader(chosen[-1])


def shown_value(entry: Mapping, value, zone: str) -> list[str]:
    """Return what the form of an own field shows as sent: the other way round of `read_value`."""
    kind = entry["type"]
    if kind == "tags":
        return list(value or ())
    if value is None or value is False or value == "":
        return []
    if kind == "boolean":
        return ["1"]
    if kind == "float":
        return [f"{value:.6f}".rstrip("0").rstrip(".")]
    if kind == "datetime":
        moment = datetime.strptime(value, STORED_MOMENT).replace(tzinfo=UTC)
        return [moment.astimezone(_get_zone(zone)).strftime(SHOWN_MOMENT)]
    return [str(value)]


def is_changed(before, value) -> bool:
    """Tell whether a read value differs from the stored one: nothing is no zero."""
    before = False if before is None or before in ("", []) else before
    return (value is False) != (before is False) or value != before


def _read_choice(entry, chosen):
    kind = entry["type"]
    options = {option[0] for option in entry.get(kind) or ()}
    if not options.issuperset(chosen):
        raise ValueError(chosen)
    return list(dict.fromkeys(chosen)) if kind == "tags" else chosen[-1]


def _read_integer(text):
    number = _read_float(text)
    if not number.is_integer() or abs(number) > web_form.MAX_ID:
        raise ValueError(text)
    return int(number)


def _read_float(text):
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    return float(plain.replace(",", "."))


def _read_day(text):
    day = read_day(text, *YEARS)
    if not day or len(text) != DAY_LENGTH:
        raise ValueError(text)
    return day.isoformat()


def _read_moment(text, zone):
    moment = web_form.read_moment(text, zone)
    if not moment:
        raise ValueError(text)
    return moment.strftime(STORED_MOMENT)


def _fitting(text, limit):
    if len(text) > limit:
        raise ValueError(text[:limit])
    return text


def _get_zone(zone):
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
