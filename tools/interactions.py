"""What counts as contact with a counterparty."""

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
CATEGORY_KINDS = {"phonecall": "call", "meeting": "meeting"}


def kind_of_activity(category: str | None, *, is_email: bool = False) -> str | None:
    """Return which kind of interaction a done activity of a type is, None for mere work."""
    if is_email:
        return "email"
    return CATEGORY_KINDS.get(category or "")
