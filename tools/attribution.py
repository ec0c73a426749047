"""Share an amount among the contacts that led to a sale, exact to the smallest coin.

The models are those that marketing knows: all to the last contact, all to the first, the same to
each, more to the younger (time decay), or 40 % to the first and the last each (position).
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

LAST, FIRST, LINEAR, DECAY, POSITION = MODELS = (
    "last",
    "first",
    "linear",
    "time_decay",
    "position",
)
END_WEIGHT = Decimal("0.4")
MIDDLE_WEIGHT = Decimal("0.2")

# a remainder is compared after rounding, so that equal weights tie in every arithmetic
PRECISION = Decimal("0.000001")


class Touch(NamedTuple):
    """One contact that may have led to a sale.

    :param key: what earns, any hashable: a campaign, or campaign with medium and source
    :param age: days from the contact to the invoice date, never negative
    """

    key: object
    age: Decimal


def deciding_model(own_models: Sequence[str | None], default: str) -> str:
    """Return the model that shares a sale: the last contact's campaign decides.

    :param own_models: the model of the campaign of each contact in the order of time; ``None`` for
        a campaign that has none of its own
    :param default: the company's model
    """
    return (own_models[-1] if own_models else None) or default


def weights(model: str, ages: Sequence[Decimal], half_life: Decimal = Decimal(7)) -> list[Decimal]:
    """Return the weight of each contact, from the oldest to the youngest; they need not sum to 1.

    :param ages: days before the invoice date, in the order of time
    :param half_life: days after which a contact counts half, for time decay
    :raises ValueError: for a model that does not exist, or a half-life that is not positive
    """
    count = len(ages)
    if model == LAST:
        return [Decimal(position == count - 1) for position in range(count)]
    if model == FIRST:
        return [Decimal(position == 0) for position in range(count)]
    if model == LINEAR:
        return [Decimal(1)] * count
    if model == DECAY:
        if half_life <= 0:
            raise ValueError("a half-life is longer than zero days")
        # relative to the youngest contact: very old ones alone still have a weight
        youngest = min(ages, default=Decimal(0))
        return [Decimal(2) ** (-(Decimal(age) - youngest) / Decimal(half_life)) for age in ages]
    if model == POSITION:
        return _position_weights(count)
    raise ValueError(f"no attribution model {model!r}")


def _position_weights(count: int) -> list[Decimal]:
    if count <= 2:
        return [Decimal(1)] * count
    middle = MIDDLE_WEIGHT / (count - 2)
    return [END_WEIGHT, *[middle] * (count - 2), END_WEIGHT]


def split(amount: Decimal, parts: Sequence[Decimal], coin: Decimal) -> list[Decimal]:
    """Split an amount by weights so that the parts sum to it exactly (largest remainder).

    :param amount: any sign; a multiple of the coin
    :param parts: weights, none negative; when all are zero, the first part takes all
    :param coin: the smallest amount of the currency, 0.01 for most
    :return: one amount per weight; coins left over go to the largest remainders, ties to the
        earlier part
    :raises ValueError: when there is nothing to split by
    """
    if not parts:
        raise ValueError("nothing to split by")
    total = sum(parts)
    if not total:
        return [amount] + [amount * 0] * (len(parts) - 1)
    coins = (abs(amount) / coin).to_integral_value(ROUND_HALF_UP)
    exact = [(coins * part / total).quantize(PRECISION, ROUND_HALF_UP) for part in parts]
    whole = [value // 1 for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (whole[at] - exact[at], at))
    for position in by_remainder[: int(coins - sum(whole))]:
        whole[position] += 1
    sign = -1 if amount < 0 else 1
    return [sign * value * coin for value in whole]


def attribute(
    amount: Decimal,
    touches: Iterable[Touch],
    model: str,
    coin: Decimal,
    half_life: Decimal = Decimal(7),
) -> dict[object, Decimal]:
    """Return what each key earns of an amount; contacts of one key are summed before rounding.

    :param touches: in the order of time, the oldest first
    :return: amounts that sum to the given one; empty without contacts
    :raises ValueError: for a model that does not exist
    """
    touches = list(touches)
    if not touches:
        return {}
    by_key: dict[object, Decimal] = {}
    ages = [touch.age for touch in touches]
    for touch, weight in zip(touches, weights(model, ages, half_life), strict=True):
        by_key[touch.key] = by_key.get(touch.key, Decimal(0)) + weight
    shares = split(amount, list(by_key.values()), coin)
    return {key: share for key, share in zip(by_key, shares, strict=True) if by_key[key]}
