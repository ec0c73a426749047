"""What becomes of a mail: an answer, a note, a new request, or a place in quarantine."""

from dataclasses import dataclass

# how a mail points at a request, the surest first
TOKEN, REFERENCE, NUMBER, NOTHING = "token", "reference", "number", ""

# what becomes of it
ANSWER = "answer"  # of the counterparty or of an employee, with all effects
COMMENT = "comment"  # seen by all, but the request stays as it is
NOTE = "note"  # seen by employees only, no effects
NEW = "new"
POSSIBLE = "possible"  # new, and employees see which request it may be about
FOLLOW_UP = "follow_up"  # new, after a request that is done
QUARANTINE = "quarantine"
DISCARD = "discard"  # put away: a machine that does not stop

# why it waits
UNVERIFIED, FORGED, FLOOD = "unverified", "forged", "flood"

# one person, one request, two hours: nobody writes more than that
FLOOD_MAILS = 20
FLOOD_HOURS = 2
# the same words over and over are no new requests, though no header says so
REPEATS = 10
REOPENINGS_PER_DAY = 3

ACK_PER_HOUR, ACK_PER_DAY, ACK_PER_MINUTE = 3, 10, 60


@dataclass(frozen=True)
class Situation:
    """What is known about a mail when its fate is decided."""

    automatic: bool = False
    proof: str = NOTHING
    # the sender is the contact, a colleague, in copy, or an employee
    takes_part: bool = False
    is_employee: bool = False
    # not a participant, but an address or a company that we know
    is_known: bool = False
    # our own mail server says that the sender is not who it claims to be
    is_forged: bool = False
    # the request it points at is done and cannot be reopened any more
    is_over: bool = False
    is_solved: bool = False
    reopenings_today: int = 0
    # mails of this sender in the last hours, to this request or to none
    recent_mails: int = 0
    # mails of this sender in the last hours that opened a request of the same subject
    repeats: int = 0
    # a program wrote, and we answered or noted this address within a day
    has_recent_request: bool = False


def decide(mail: Situation) -> tuple[str, str]:
    """Return what becomes of a mail and, for quarantine, why."""
    if mail.is_forged:
        return QUARANTINE, FORGED
    if mail.recent_mails >= FLOOD_MAILS:
        return (DISCARD if mail.automatic else QUARANTINE), FLOOD
    if mail.proof in (TOKEN, REFERENCE):
        return _decide_proven(mail)
    if mail.proof == NUMBER:
        if mail.takes_part and mail.is_employee:
            # anybody may write a number and a sender: our word goes out only with proof
            return NOTE, ""
        if mail.takes_part:
            return _decide_participant(mail), ""
        if not mail.automatic:
            # a number is no secret: whoever knows it learns nothing and joins nothing
            return POSSIBLE, ""
    if mail.automatic and mail.has_recent_request:
        return NOTE, ""
    if mail.repeats >= REPEATS and not mail.is_over:
        return ANSWER, ""
    return NEW, ""


def _decide_proven(mail: Situation) -> tuple[str, str]:
    if mail.takes_part:
        return _decide_participant(mail), ""
    if mail.is_known and not mail.automatic:
        return POSSIBLE, ""
    return QUARANTINE, UNVERIFIED


def _decide_participant(mail: Situation) -> str:
    if mail.automatic:
        return NOTE
    if mail.is_employee:
        return ANSWER
    if mail.is_over:
        return FOLLOW_UP
    if mail.is_solved and mail.reopenings_today >= REOPENINGS_PER_DAY:
        return COMMENT
    return ANSWER


# ------------------------------------------------------------
# Acknowledgement
# ------------------------------------------------------------


@dataclass(frozen=True)
class Sender:
    """Who would get an acknowledgement, and how many went out already."""

    address: str = ""
    automatic: bool = False
    is_robot: bool = False
    is_own: bool = False
    is_employee: bool = False
    is_blocked: bool = False
    last_hour: int = 0
    last_day: int = 0
    # to anybody
    last_minute: int = 0


def refusal(
    sender: Sender,
    per_hour: int = ACK_PER_HOUR,
    per_day: int = ACK_PER_DAY,
    per_minute: int = ACK_PER_MINUTE,
) -> str:
    """Return why a sender gets no acknowledgement, in one word; empty when one goes out."""
    reasons = (
        (not sender.address, "address"),
        (sender.automatic, "automatic"),
        (sender.is_own, "own"),
        (sender.is_employee, "employee"),
        (sender.is_robot, "robot"),
        (sender.is_blocked, "blocked"),
        (sender.last_hour >= per_hour, "hour"),
        (sender.last_day >= per_day, "day"),
        (sender.last_minute >= per_minute, "minute"),
    )
    return next((word for holds, word in reasons if holds), "")
