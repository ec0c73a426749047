"""What counts as contact with a counterparty."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

KINDS = [
    ("call", "Call"),
    ("meeting", "Meeting"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("mailing", "Mailing delivered"),
    ("open", "Mailing opened"),
    ("click", "Link clicked"),
    ("reply", "Reply"),
    ("request", "Request"),
    ("other", "Other"),
]
# what people do themselves, and therefore log and plan; the rest is counted by programs
PERSONAL_KINDS = ("call", "meeting", "visit", "email", "other")
# a mailing is noticed by nobody before it is answered
UNNOTICED_KINDS = ("mailing", "open", "click")
# what people did with a mailing of ours
MAILING_ANSWERS = ("open", "click", "reply")
RESULTS = ("positive", "neutral", "negative")
# whoever is told off the phone has been promised nothing
PROMISING_RESULTS = ("positive", "neutral")
PROMISE = ("promised_on", "promised_amount", "promised_currency_id")
CATEGORY_KINDS = {"phonecall": "call", "meeting": "meeting"}


def kind_of_activity(category: str | None, *, is_email: bool = False) -> str | None:
    """Return which kind of interaction a done activity of a type is, None for mere work."""
    if is_email:
        return "email"
    return CATEGORY_KINDS.get(category or "")


def read_about(said: Mapping) -> dict[str, Any]:
    """Return what may be said of a contact of one's own.

    Its kind, moment, direction, note, result and importance, and a promise to pay.

    :param said: whatever came with the call; what is not understood is left out
    """
    about = {}
    if said.get("kind") in PERSONAL_KINDS:
        about["kind"] = said["kind"]
    if isinstance(said.get("date"), datetime):
        about["date"] = said["date"]
    if said.get("direction") in ("in", "out"):
        about["direction"] = said["direction"]
    if said.get("result") in RESULTS:
        about["result"] = said["result"]
    if said.get("importance") in ("0", "1"):
        about["importance"] = said["importance"]
    if isinstance(said.get("note"), str):
        about["note"] = said["note"]
    if may_promise(said.get("result")) and is_promise(said):
        about |= {name: said[name] for name in PROMISE}
    return about


def may_promise(result: str | None) -> bool:
    """Tell whether a contact with such a result may have ended with a promise to pay."""
    return result in PROMISING_RESULTS


def is_promise(said: Mapping) -> bool:
    """Tell whether somebody has promised to pay: a day, an amount and the currency's id."""
    day, amount, currency = (said.get(name) for name in PROMISE)
    return (
        isinstance(day, date)
        and isinstance(amount, int | float)
        and amount > 0
        and isinstance(currency, int)
        and currency > 0
    )
