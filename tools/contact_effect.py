"""Tell whether those who were contacted bought more than similar ones who were not.

Like is compared with like: customers fall into strata (the month, and how much they bought in the
window before), the contacted of a stratum are compared with those of the same stratum who were
not contacted, and the differences are weighed by the number of the contacted.

Shares of buyers: Wilson's interval for each share (E. B. Wilson, 1927), combined over the strata
by the method of variance estimates recovery (Newcombe 1998; Zou and Donner 2008). Money: Welch's
standard error over the strata, only where enough of both have bought, since sales are so skewed
that with fewer the interval is too narrow.

A customer nobody contacts is similar in many months, and its months tell the same story again. It
counts once: the shares and means are those of all its months, their uncertainty is that of as many
observations as there are customers (the design effect of clusters that agree in full, Kish 1965).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

Z95 = 1.959964
MIN_CUSTOMERS = 20
MIN_BUYERS = 100


@dataclass(frozen=True)
class Moments:
    """Customers of a stratum and what they bought.

    :param count: customers, of the others once for each month
    :param buyers: those who bought in the window after
    :param total: sum of the changes, sales after less sales before, in company currency
    :param squares: sum of the squares of the changes
    """

    count: int = 0
    buyers: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def share(self) -> float:
        """Share of buyers, 0 to 1."""
        return self.buyers / self.count

    @property
    def mean(self) -> float:
        """Mean change of a customer."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Sample variance of the changes, 0 for a single customer."""
        if self.count < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.count) / (self.count - 1))


class Stratum(NamedTuple):
    """Customers who are alike, contacted or not."""

    contacted: Moments
    others: Moments


class Interval(NamedTuple):
    """A difference with its 95 % interval."""

    difference: float
    low: float
    high: float

    @property
    def tells(self) -> bool:
        """Whether chance alone hardly explains the difference: its interval leaves out zero."""
        return self.low > 0 or self.high < 0


class Effect(NamedTuple):
    """What the comparison found; ``None`` where the data are not enough to tell.

    :param contacted: contacted customers who have similar ones that were not contacted
    :param others: those similar customers
    :param share_contacted: share of buyers among the contacted, 0 to 1
    :param share_others: the same among the others, weighed as the contacted
    :param buying: difference of the two shares
    :param money: difference of the mean change of sales per customer
    """

    contacted: int
    others: int
    share_contacted: float
    share_others: float
    buying: Interval | None
    money: Interval | None


def wilson(buyers: int, count: int, z: float = Z95) -> tuple[float, float]:
    """Return the limits of a share between 0 and 1 by Wilson's score interval."""
    share = buyers / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half /= 1 + z * z / count
    return max(0.0, middle - half), min(1.0, middle + half)


def is_usable(stratum: Stratum) -> bool:
    """Tell whether a stratum has somebody on both sides."""
    return bool(stratum.contacted.count and stratum.others.count)


def compare(strata: Iterable[Stratum], customers: int | None = None) -> Effect:
    """Return how the contacted differ from similar customers who were not contacted.

    :param customers: how many different customers the others of the usable strata are; each one
        another when not given
    """
    usable = [stratum for stratum in strata if is_usable(stratum)]
    if not usable:
        return Effect(0, 0, 0.0, 0.0, None, None)
    contacted = sum(stratum.contacted.count for stratum in usable)
    months = sum(stratum.others.count for stratum in usable)
    others = months if customers is None else customers
    once = others / months
    weights = [stratum.contacted.count / contacted for stratum in usable]
    share_contacted = sum(
        weight * stratum.contacted.share for weight, stratum in zip(weights, usable, strict=True)
    )
    share_others = sum(
        weight * stratum.others.share for weight, stratum in zip(weights, usable, strict=True)
    )
    enough = contacted >= MIN_CUSTOMERS and others >= MIN_CUSTOMERS
    return Effect(
        contacted,
        others,
        share_contacted,
        share_others,
        _compare_buying(usable, weights, once) if enough else None,
        _compare_money(usable, weights, once) if enough and _has_buyers(usable, once) else None,
    )


def _has_buyers(strata: list[Stratum], once: float) -> bool:
    return (
        sum(stratum.contacted.buyers for stratum in strata) >= MIN_BUYERS
        and once * sum(stratum.others.buyers for stratum in strata) >= MIN_BUYERS
    )


def _compare_buying(strata: list[Stratum], weights: list[float], once: float = 1.0) -> Interval:
    """Combine the intervals of the strata: each limit recovers the variance on its own side.

    :param once: customers for each observation of the others, 0 to 1
    """
    difference = below = above = 0.0
    for weight, (contacted, others) in zip(weights, strata, strict=True):
        low, high = wilson(contacted.buyers, contacted.count)
        others_low, others_high = wilson(others.buyers, others.count)
        difference += weight * (contacted.share - others.share)
        more, fewer = others_high - others.share, others.share - others_low
        below += weight**2 * ((contacted.share - low) ** 2 + more**2 / once)
        above += weight**2 * ((high - contacted.share) ** 2 + fewer**2 / once)
    return Interval(difference, difference - sqrt(below), difference + sqrt(above))


def _compare_money(strata: list[Stratum], weights: list[float], once: float) -> Interval | None:
    """Return the weighed difference of mean changes; none where a variance is not known."""
    if any(min(part.count for part in stratum) < 2 for stratum in strata):
        # a single customer tells nothing of how much others differ: leave such strata out
        strata = [stratum for stratum in strata if min(part.count for part in stratum) >= 2]
        contacted = sum(stratum.contacted.count for stratum in strata)
        if not strata or not _has_buyers(strata, once):
            return None
        weights = [stratum.contacted.count / contacted for stratum in strata]
    difference = variance = 0.0
    for weight, (contacted, others) in zip(weights, strata, strict=True):
        difference += weight * (contacted.mean - others.mean)
        variance += weight**2 * (
            contacted.variance / contacted.count + others.variance / (once * others.count)
        )
    half = Z95 * sqrt(variance)
    return Interval(difference, difference - half, difference + half)
