"""What is written down: facts by name, so that two days can be compared fact by fact."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from odoo.exceptions import AccessError

Facts = dict[str, str]
# by kind of user, and by aspect: what was looked at
Snapshot = dict[str, dict[str, Facts]]
REFUSED = "refused"

Look = Callable[[str], Iterable[tuple[str, str]]]


def text(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)


def each(names: Iterable[str], look: Look) -> Facts:
    """Look at one after the other. That access is refused is a fact of its own, and must stay."""
    return dict(fact for name in names for fact in _seen_or_refused(name, look))


def _seen_or_refused(name: str, look: Look) -> list[tuple[str, str]]:
    try:
        return list(look(name))
    except AccessError:
        return [(name, REFUSED)]
