"""Discounts agreed with a supplier, by category of articles or by turnover."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Discount(NamedTuple):
    """One line of an agreement whose turnover is reached.

    :param category: id of a category with all below it, ``None`` for all articles
    :param percent: of the price
    """

    category: int | None
    percent: float


def best_discount(discounts: Iterable[Discount], path: Sequence[int]) -> float:
    """Return the discount in percent that an article gets: the best of those that hold.

    :param path: ids of the article's category and of those above it
    """
    holding = (
        discount.percent
        for discount in discounts
        if discount.category is None or discount.category in path
    )
    return max(holding, default=0.0)
