"""Who gets the next request: whoever carries least of what they can carry."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Candidate(NamedTuple):
    """Somebody who may get a request.

    :param key: what the caller knows the person by
    :param load: open requests now
    :param capacity: open requests the person can carry
    :param last: when the person was given a request, None for never
    """

    key: int
    load: int
    capacity: int
    last: datetime | None = None


def choose(candidates: Iterable[Candidate]) -> int | None:
    """Return the key of whoever gets the next request, None when all are full.

    The smallest share of the own capacity wins, then whoever waited longest, then the lower key.
    """
    free = [candidate for candidate in candidates if candidate.load < candidate.capacity]
    if not free:
        return None
    return min(
        free,
        key=lambda candidate: (
            candidate.load / candidate.capacity,
            candidate.last or datetime.min,
            candidate.key,
        ),
    ).key


def share_out(
    requests: Iterable[tuple[int, Iterable[int]]], candidates: Iterable[Candidate]
) -> dict[int, int]:
    """Give requests to candidates one after the other.

    :param requests: key of a request and keys of those who may get it, in order of their turn
    :return: request -> candidate; requests nobody is free for are left out
    """
    now = {candidate.key: candidate for candidate in candidates}
    given = {}
    for request, able in requests:
        key = choose(now[key] for key in able if key in now)
        if key is not None:
            given[request] = key
            now[key] = now[key]._replace(load=now[key].load + 1)
    return given
