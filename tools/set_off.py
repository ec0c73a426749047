"""A proposal to set off what a partner owes us against what we owe the partner."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Claim(NamedTuple):
    """An open document; the amount is positive on both sides, that of a credit negative."""

    document: str
    day: date | None
    due: date | None
    amount: float


class Part(NamedTuple):
    """How much of a document is set off; the rest stays open, or is for credits to settle."""

    claim: Claim
    amount: float
    rest: float


class Proposal(NamedTuple):
    """Both sides of a set-off in one currency; the parts of each add up to the amount."""

    amount: float
    theirs: Sequence[Part]
    ours: Sequence[Part]


def propose(theirs: Iterable[Claim], ours: Iterable[Claim], digits: int = 2) -> Proposal | None:
    """Return what can be set off, oldest due first; None when one side owes nothing.

    Credits that are not used yet settle the oldest documents of their side: these are not owed.

    :param theirs: what the partner owes us
    :param ours: what we owe the partner
    """
    sides = [_without_credits(_oldest_first(side), digits) for side in (theirs, ours)]
    amount = min(round(sum(left for _claim, left in side), digits) for side in sides)
    if amount <= 0:
        return None
    return Proposal(amount, *(_take(side, amount, digits) for side in sides))


def _without_credits(claims: Sequence[Claim], digits: int) -> list[tuple[Claim, float]]:
    """Return the documents with what is owed of each once the credits are used."""
    credit = round(-sum(claim.amount for claim in claims if claim.amount < 0), digits)
    result = []
    for claim in claims:
        if claim.amount <= 0:
            continue
        used = min(claim.amount, credit)
        credit = round(credit - used, digits)
        result.append((claim, round(claim.amount - used, digits)))
    return result


def _oldest_first(claims: Iterable[Claim]) -> list[Claim]:
    last = date.max
    return sorted(claims, key=lambda claim: (claim.due or last, claim.day or last, claim.document))


def _take(owed: Iterable[tuple[Claim, float]], amount: float, digits: int) -> list[Part]:
    parts = []
    for claim, left in owed:
        part = min(left, amount)
        if part <= 0:
            continue
        parts.append(Part(claim, round(part, digits), round(claim.amount - part, digits) + 0.0))
        amount = round(amount - part, digits)
    return parts
