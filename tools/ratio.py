"""Ratios of money that say nothing instead of infinity, and are never averaged."""


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
