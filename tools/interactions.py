"""What counts as contact with a counterparty."""

from collections.abc import Mapping

KINDS = [
    ("call", "Call"),
    ("meeting", "Meeting"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("mailing", "Mailing delivered"),
    ("open", "Mailing opened"),
    ("click", "Link clicked"),
    ("reply", "Answer"),
    ("request", "Request"),
    ("other", "Other"),
]
# what people do themselves, and therefore log and plan; the rest is counted by programs
PERSONAL_KINDS = ("call", "meeting", "visit", "email", "other")
RESULTS = ("positive", "neutral", "negative")
CATEGORY_KINDS = {"phonecall": "call", "meeting": "meeting"}


def kind_of_activity(category: str | None, *, is_email: bool = False) -> str | None:
    """Return which kind of interaction a done activity of a type is, None for mere work."""
    if is_email:
        return "email"
    return CATEGORY_KINDS.get(category or "")


def read_about(said: Mapping) -> dict[str, str]:
    """Return what may be said of a contact of one's own: kind, note, result and importance.

    :param said: whatever came with the call; what is not understood is left out
    """
    about = {}
    if said.get("kind") in PERSONAL_KINDS:
        about["kind"] = said["kind"]
    if said.get("result") in RESULTS:
        about["result"] = said["result"]
    if said.get("importance") in ("0", "1"):
        about["importance"] = said["importance"]
    if isinstance(said.get("note"), str):
        about["note"] = said["note"]
    return about
