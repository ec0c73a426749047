"""What settlements take out of the ledgers of a statement, beyond what their items say.

An invoice in a foreign currency that is paid in ours stands in one ledger, its payment in
another. Each is settled, so nothing is open; without a line for the settlement both ledgers would
close with a balance that nobody owes. The line closes its item, on the day of the later one.
"""

from typing import NamedTuple


class Side(NamedTuple):
    """One of the two items that a settlement brings together.

    :param ledger: counterparty and currency of the item; None where it is not posted
    :param amount: how much of the item is settled, in that currency, not negative
    """

    ledger: tuple[int | None, int] | None
    amount: float


def leg(own: Side, other: Side) -> float:
    """Return how much a settlement takes out of the ledger of one of its items.

    Nothing where the other item stands there with the same amount, and takes it out by itself.
    """
    return 0.0 if own == other else own.amount
