"""A proposal to set off what a partner owes us against what we owe the partner."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Claim(NamedTuple):
    """An open document; the amount is positive on both sides."""

    document: str
    day: date | None
    due: date | None
    amount: float


class Part(NamedTuple):
    """How much of a document is set off."""

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

    :param theirs: what the partner owes us
    :param ours: what we owe the partner
    """
    theirs, ours = _oldest_first(theirs), _oldest_first(ours)
    totals = [round(sum(claim.amount for claim in side), digits) for side in (theirs, ours)]
    amount = min(totals)
    if amount <= 0:
        return None
    return Proposal(amount, _take(theirs, amount, digits), _take(ours, amount, digits))


def _oldest_first(claims: Iterable[Claim]) -> list[Claim]:
    last = date.max
    return sorted(claims, key=lambda claim: (claim.due or last, claim.day or last, claim.document))


def _take(claims: Iterable[Claim], amount: float, digits: int) -> list[Part]:
    parts = []
    for claim in claims:
        part = min(claim.amount, amount)
        if part <= 0:
            break
        parts.append(Part(claim, round(part, digits), round(claim.amount - part, digits) + 0.0))
        amount = round(amount - part, digits)
    return parts
