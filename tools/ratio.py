"""Ratios of money that say nothing instead of infinity, and are never averaged."""

from collections.abc import Mapping

NEEDED = {
    "margin": frozenset(("profit", "revenue", "unknown")),
    "markup": frozenset(("profit", "cost")),
}


def ratio(part: float, whole: float) -> float | None:
    """Return the part of the whole, or ``None`` when there is no whole to compare with."""
    return part / whole if whole else None


def margin(profit: float, revenue: float) -> float | None:
    """Return the margin on sales: profit for each unit of revenue.

    Of a negative revenue (more credited than sold) a margin would change its sign: no answer.
    """
    return ratio(profit, revenue) if revenue > 0 else None


def markup(profit: float, cost: float) -> float | None:
    """Return the markup on cost: profit for each unit of cost of the goods."""
    return ratio(profit, cost) if cost > 0 else None


def roi(profit: float, cost: float) -> float | None:
    """Return what a campaign returned on its cost: (profit - cost) / cost."""
    return ratio(profit - cost, cost) if cost > 0 else None


def change(now: float, before: float) -> float | None:
    """Return the growth against a period before; no answer when nothing was sold then."""
    return ratio(now - before, before) if before > 0 else None


def needed(name: str) -> frozenset[str]:
    """Return the measures that a ratio of exported sums is made of.

    :param name: ``margin`` or ``markup``
    """
    return NEEDED[name]


def exported(name: str, sums: Mapping[str, float | None]) -> float | None:
    """Return a ratio of exported sums in percent, or ``None`` when one of them is not exported.

    :param name: ``margin`` or ``markup``
    :param sums: measure -> its sum; of a measure without any value the sum is ``None``
    """
    if not needed(name) <= sums.keys():
        return None
    profit = sums["profit"] or 0
    whole = sums["cost"] if name == "markup" else (sums["revenue"] or 0) - (sums["unknown"] or 0)
    return 100 * profit / whole if whole and whole > 0 else None
