"""Lines that reverse others: in which order they are computed, at what price they credit."""

from collections.abc import Iterator, Mapping


def waves(origins: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield lines that may be computed together, until all are given.

    A line waits for the line that it reverses, and for earlier lines that reverse the same one,
    because the original gives away no more than it has.

    :param origins: line -> the line that it reverses; who is first takes first
    """
    pending = dict(origins)
    while pending:
        first: dict[int, int] = {}
        for line, origin in pending.items():
            if origin not in pending:
                first.setdefault(origin, line)
        # lines that reverse each other in a circle wait for nobody
        wave = sorted(first.values()) or list(pending)
        yield wave
        for line in wave:
            del pending[line]


def price_gap(
    sold: float, sold_quantity: float, credited: float, credited_quantity: float, coin: float
) -> float:
    """Return how much less a credit is than what its quantity was sold for; 0 when it is the same.

    Totals are net, so that discounts and included taxes count like prices. Each is rounded to the
    coin: what that explains is no gap.

    :param sold: net total of the line sold, of ``sold_quantity``
    :param credited: net total of the credit, of ``credited_quantity`` in the same unit
    :param coin: the least amount of the currency
    """
    if not sold_quantity:
        return 0.0
    part = credited_quantity / sold_quantity
    gap = sold * part - credited
    # a thousandth of a coin for what binary fractions add
    return gap if abs(gap) > coin * (0.501 + 0.5 * abs(part)) else 0.0
