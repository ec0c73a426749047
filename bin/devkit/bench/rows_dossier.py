"""The dossier: what the tiles of a counterparty cost when its tab is opened."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

Prepared = dict[str, Any]


def _prepare(_env: Any) -> Prepared:
    return {"ids": cycle(range(FIRST_ID + 1, FIRST_ID + 51))}


def _read_tiles(env: Any, prepared: Prepared) -> int:
    partner = env["res.partner"].browse(next(prepared["ids"]))
    return len(partner.get_counterparty_tiles())


def _count_stock(env: Any, prepared: Prepared) -> int:
    """Count what the host's own buttons of the form count for the same partner."""
    partner = env["res.partner"].browse(next(prepared["ids"]))
    names = [
        name
        for name in ("sale_order_count", "purchase_order_count", "meeting_count", "total_invoiced")
        if name in partner._fields
    ]
    return len(partner.read(names)[0])


ROWS = [
    Row(
        "tiles of a dossier",
        Limit(seconds=0.05),
        ours=Side(_read_tiles, _prepare),
        bound=Side(_count_stock, _prepare),
        repeat=100,
    ),
]
