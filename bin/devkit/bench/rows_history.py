"""What passed between us and a counterparty, what it owes, what is not delivered yet."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID
from .views import specification

LARGEST = FIRST_ID + 1  # with its contact it has some 50,000 documents
ORDINARY = range(FIRST_ID + 50_001, FIRST_ID + 50_051)
BUYERS = range(FIRST_ID + 20, FIRST_ID + 30)  # each with a few open lines
PAGE = 80  # of the host's lists
COUNT_LIMIT = 10001
TWO_YEARS_BACK = "2023-06-30"
TIMELINE = "counterparty.timeline"
OPEN = "counterparty.trade.open"

# what a user of the host opens one after the other: model, date, further domain
LISTS: list[tuple[str, str, list[Any]]] = [
    ("sale.order", "date_order", []),
    ("account.move", "invoice_date", [("move_type", "in", ("out_invoice", "out_refund"))]),
    ("account.payment", "date", []),
    ("stock.picking", "date_done", []),
    ("purchase.order", "date_order", []),
]

Prepared = dict[str, Any]


def _page(partners: Any, filters: dict[str, str]) -> Side:
    def prepare(_env: Any) -> Prepared:
        return {"ids": cycle(partners)}

    def run(env: Any, prepared: Prepared) -> int:
        return len(env[TIMELINE].get_page(next(prepared["ids"]), filters)["rows"])

    return Side(run, prepare)


def _lists(until: str | None = None) -> Side:
    def prepare(env: Any) -> Prepared:
        return {model: specification(env, None, model, "list") for model, *_rest in LISTS}

    def run(env: Any, specs: Prepared) -> int:
        found = 0
        for model, day, domain in LISTS:
            whose = [("partner_id", "child_of", LARGEST)]
            when = [(day, "<=", until)] if until else []
            page = env[model].web_search_read(
                whose + when + domain, specs[model], limit=PAGE, count_limit=COUNT_LIMIT
            )
            found += len(page["records"])
        return found

    return Side(run, prepare)


def _read(name: str) -> Side:
    def run(env: Any, _prepared: None) -> int:
        return int(env["res.partner"].browse(LARGEST)[name])

    return Side(run)


def _undelivered(partners: Any = None) -> Side:
    def prepare(_env: Any) -> Prepared:
        return {"ids": cycle(partners or [None])}

    def run(env: Any, prepared: Prepared) -> int:
        partner = next(prepared["ids"])
        whose = [("partner_id", "=", partner)] if partner else []
        rows = env[OPEN]._read_group(
            [("side", "=", "out"), *whose], ["partner_id"], ["product_quantity:sum"]
        )
        return len(rows)

    return Side(run, prepare)


def _ordered_and_delivered(env: Any, _prepared: None) -> int:
    """Read what the host's analysis of sales knows: two sums to take one from the other."""
    rows = env["sale.report"]._read_group(
        [("state", "=", "sale")], ["partner_id"], ["product_uom_qty:sum", "qty_delivered:sum"]
    )
    return len([row for row in rows if row[1] > row[2]])


ROWS = [
    Row(
        "history, first page",
        Limit(ratio=1 / 50, seconds=0.02),
        ours=_page([LARGEST], {}),
        stock=_lists(),
    ),
    Row(
        "history, page two years back",
        Limit(ratio=1 / 50, seconds=0.02),
        ours=_page([LARGEST], {"until": TWO_YEARS_BACK}),
        stock=_lists(TWO_YEARS_BACK),
    ),
    Row(
        "history of an ordinary partner",
        Limit(seconds=0.005),
        ours=_page(ORDINARY, {}),
        repeat=100,
    ),
    Row(
        "balance of a large customer",
        Limit(ratio=1 / 50),
        ours=_read("counterparty_balance"),
        stock=_read("credit"),
    ),
    Row(
        "undelivered of all customers",
        Limit(ratio=1 / 8),
        ours=_undelivered(),
        stock=Side(_ordered_and_delivered),
    ),
    Row(
        "undelivered of one customer",
        Limit(seconds=0.002),
        ours=_undelivered(BUYERS),
        repeat=100,
    ),
    Row(
        "undelivered of the largest customer",  # 450 open lines
        Limit(seconds=0.02),
        ours=_undelivered([LARGEST]),
    ),
]
