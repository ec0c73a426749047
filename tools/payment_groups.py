"""Which open documents go into one payment, and whether it can be made."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

MAX_DOCUMENTS = 200


class Due(NamedTuple):
    """An open document: invoices are positive, credit notes negative.

    :param group: what one payment has in common: our company, the partner, the currency
    """

    id: int
    group: tuple[Hashable, ...]
    residual: float


class Group(NamedTuple):
    """Documents that one payment settles.

    :param to_pay: what the invoices come to after the credit notes
    """

    key: tuple[Hashable, ...]
    ids: tuple[int, ...]
    invoiced: float
    credited: float
    to_pay: float


def groups(documents: Iterable[Due], digits: int = 2) -> list[Group]:
    """Return the payments of ticked documents, in the order in which groups come first."""
    found: dict[tuple[Hashable, ...], list[Due]] = {}
    for document in documents:
        found.setdefault(document.group, []).append(document)
    return [
        Group(
            key,
            tuple(document.id for document in of_group),
            _sum(of_group, 1, digits),
            _sum(of_group, -1, digits),
            round(sum(document.residual for document in of_group), digits) + 0.0,
        )
        for key, of_group in found.items()
    ]


def is_payable(group: Group) -> bool:
    """Tell whether something is left to pay after the credit notes."""
    return group.to_pay > 0 and group.invoiced > 0


def read_ids(values: Iterable[str]) -> list[int]:
    """Read the ids of documents as a browser sends them, each once, not too many."""
    ids = [int(value) for value in values if value.isdecimal() and len(value) < 10]
    return list(dict.fromkeys(ids))[:MAX_DOCUMENTS]


def _sum(documents: Iterable[Due], sign: int, digits: int) -> float:
    parts = (document.residual for document in documents if document.residual * sign > 0)
    return abs(round(sum(parts), digits))
