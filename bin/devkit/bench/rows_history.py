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
NAMES = 9  # that a search asks for
TWO_YEARS_BACK = "2023-06-30"
TIMELINE = "counterparty.timeline"
OPEN = "counterparty.trade.open"

# What a user of the host opens one after the other: model, date, further domain. Two stand behind
# buttons of the partner; the others only behind menus, which first show everybody's.
LISTS: list[tuple[str, str, list[Any]]] = [
    ("sale.order", "date_order", []),
    ("account.move", "invoice_date", [("move_type", "in", ("out_invoice", "out_refund"))]),
    ("account.payment", "date", [("partner_type", "=", "customer")]),
    ("stock.picking", "date_done", [("picking_type_code", "=", "outgoing")]),
    ("mail.message", "date", []),
]
BY_MENU = {"account.payment", "stock.picking", "mail.message"}
# what the widget of activities reads beside its field
ACTIVITY = {
    "activity_exception_decoration": {},
    "activity_exception_icon": {},
    "activity_state": {},
    "activity_summary": {},
    "activity_type_icon": {},
    "activity_type_id": {"fields": {"display_name": {}}},
}

Prepared = dict[str, Any]


def _page(partners: Any, filters: dict[str, str]) -> Side:
    def prepare(_env: Any) -> Prepared:
        return {"ids": cycle(partners)}

    def run(env: Any, prepared: Prepared) -> int:
        return len(env[TIMELINE].get_page(next(prepared["ids"]), filters)["rows"])

    return Side(run, prepare)


def _prepare_lists(env: Any) -> Prepared:
    specs = {model: specification(env, None, model, "list") for model, *_rest in LISTS}
    for spec in specs.values():
        if "activity_ids" in spec:
            spec |= {"activity_ids": {"fields": {}}} | ACTIVITY
    return specs


def _whose(model: str) -> list[Any]:
    if model == "mail.message":  # written by the partner or to it
        return ["|", ("author_id", "child_of", LARGEST), ("partner_ids", "child_of", LARGEST)]
    return [("partner_id", "=" if model == "account.payment" else "child_of", LARGEST)]


def _read_list(env: Any, specs: Prepared, model: str, domain: list[Any]) -> int:
    records = env[model].with_context(bin_size=True)
    page = records.web_search_read(domain, specs[model], limit=PAGE, count_limit=COUNT_LIMIT)
    return len(page["records"])


def _opened() -> Side:
    """Open the five lists of a partner as the web client does, one after the other.

    Watched in a browser: these calls go to the server at every opening. Not counted: what the
    client keeps for the session (actions, views), the form between two lists, and of both sides
    what HTTP and drawing take. The partner is picked from the list of names and asked for by id;
    the client asks for deliveries by the text, which costs the host far more.
    """

    def run(env: Any, specs: Prepared) -> int:
        partner = env["res.partner"].browse(LARGEST)
        found = 0
        for model, _day, domain in LISTS:
            whose = _whose(model)
            if model == "account.move":
                whose = partner.action_view_partner_invoices()["domain"]
            elif model in BY_MENU:
                _read_list(env, specs, model, domain)
                env["res.partner"].name_search(partner.name, [], "ilike", NAMES)
            found += _read_list(env, specs, model, whose + domain)
        return found

    return Side(run, _prepare_lists)


def _gone_back(until: str) -> Side:
    """Narrow the five lists, open already, to what was up to a day."""

    def run(env: Any, specs: Prepared) -> int:
        return sum(
            _read_list(env, specs, model, [*_whose(model), (day, "<=", until), *domain])
            for model, day, domain in LISTS
        )

    return Side(run, _prepare_lists)


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
        stock=_opened(),
    ),
    Row(
        "history, page two years back",
        Limit(ratio=1 / 50, seconds=0.02),
        ours=_page([LARGEST], {"until": TWO_YEARS_BACK}),
        stock=_gone_back(TWO_YEARS_BACK),
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
