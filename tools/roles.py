"""What a dated role is on a given day, and how the roles of two counterparties become one's."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from .periods import Period, covers, joined, overlap

FUTURE, PROSPECT, ACTIVE, FORMER = "future", "prospect", "active", "former"


class RoleFacts(NamedTuple):
    """The part of a role that a merge decides on.

    :param key: identifies the row (its database id)
    :param kind: identifies the type, only roles of one type ever join
    :param business_start: first day of real business, ``None`` for a prospect
    """

    key: int
    kind: int
    period: Period
    is_prospect: bool
    business_start: date | None


class Join(NamedTuple):
    """One role to keep with its new values, and the roles that it replaces."""

    keep: RoleFacts
    drop: tuple[int, ...]


def role_state(period: Period, is_prospect: bool, today: date) -> str:
    """Return the state of a role on a day.

    :return: ``future``, ``prospect``, ``active`` or ``former``
    """
    if not covers(period, today):
        return FORMER if period.end is not None and period.end < today else FUTURE
    return PROSPECT if is_prospect else ACTIVE


def section_string(codes: Iterable[str]) -> str:
    """Return codes as ``,a,b,``: at least ``,``, so that form expressions can test ``',a,' in x``.

    An empty or false value would break those expressions where the form is evaluated in Python.
    """
    unique = dict.fromkeys(codes)
    return "," + "".join(f"{code}," for code in unique)


def join_roles(kept: Sequence[RoleFacts], moved: Sequence[RoleFacts]) -> list[Join]:
    """Return how the moved roles of a merged counterparty join the kept ones.

    Roles of one type whose periods share a day become one: the longest period that holds them,
    real business wins over prospect and the earliest start of business stays. Others move as
    they are and are not listed.

    :param kept: roles of the counterparty that stays
    :param moved: roles of the counterparty that goes
    """
    joins: dict[int, Join] = {role.key: Join(role, ()) for role in kept}
    for role in moved:
        partners = [
            join
            for join in joins.values()
            if join.keep.kind == role.kind and overlap(join.keep.period, role.period)
        ]
        if not partners:
            # two sources may overlap each other although the target has no such role
            joins[role.key] = Join(role, ())
            continue
        first, *rest = partners
        for join in rest:
            del joins[join.keep.key]
        joins[first.keep.key] = Join(
            _joined_facts([first.keep, *(join.keep for join in rest), role]),
            first.drop
            + tuple(key for join in rest for key in (join.keep.key, *join.drop))
            + (role.key,),
        )
    return [join for join in joins.values() if join.drop]


def _joined_facts(roles: Sequence[RoleFacts]) -> RoleFacts:
    """Return the first role with what all of them say together."""
    starts = [role.business_start for role in roles if role.business_start]
    return roles[0]._replace(
        period=joined(role.period for role in roles),
        is_prospect=all(role.is_prospect for role in roles),
        business_start=min(starts) if starts else None,
    )
