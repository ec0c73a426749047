"""Requests are made in batches, made by hand, and listed."""

from __future__ import annotations

from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

BATCH = 10_000
PAGE = 80
QUIET = {"tracking_disable": True}
LIST = (
    "priority", "number", "name", "commercial_partner_id", "category_id", "user_id",
    "clock_label", "sla_status", "activity_ids", "activity_exception_icon", "tag_ids", "state",
)  # fmt: skip
# the same rows with all their columns and indexes, and nothing thought over
COPY = """
    INSERT INTO counterparty_request ({columns})
    SELECT {values} FROM counterparty_request WHERE generation_key LIKE 'bench:%%'
"""


def _rows(**values: Any) -> list[dict[str, Any]]:
    return [
        {"name": f"Call {number}", "partner_id": FIRST_ID + 1 + number % 1000, **values}
        for number in range(BATCH)
    ]


def _batch(env: Any, _prepared: None) -> int:
    rows = _rows(channel="generator")
    for number, row in enumerate(rows):
        row["generation_key"] = f"bench:{number}"
    # generators are jobs of the system: nobody else says what a request is about
    count = len(env["counterparty.request"].sudo().with_context(**QUIET).create(rows))
    env.flush_all()
    return count


def _batch_of_leads(env: Any, _prepared: None) -> int:
    count = len(env["crm.lead"].create(_rows(type="opportunity")))
    env.flush_all()
    return count


def _copy(env: Any, columns: list[str]) -> int:
    own = {"number": "'copy' || id", "generation_key": "'copy:' || id"}
    env.cr.execute(
        COPY.format(
            columns=", ".join(columns),
            values=", ".join(own.get(column, column) for column in columns),
        )
    )
    return env.cr.rowcount


def _list_columns(env: Any) -> list[str]:
    fields = env["counterparty.request"]._fields.values()
    return [
        field.name for field in fields if field.column_type and field.store and field.name != "id"
    ]


def _make_one(env: Any, _prepared: None) -> int:
    request = env["counterparty.request"].create(
        {"name": "Second pallet is missing", "partner_id": FIRST_ID + 1, "user_id": env.uid}
    )
    env.flush_all()
    return len(request)


def _make_one_lead(env: Any, _prepared: None) -> int:
    lead = env["crm.lead"].create(
        {"name": "Second pallet is missing", "partner_id": FIRST_ID + 1, "user_id": env.uid}
    )
    env.flush_all()
    return len(lead)


def _list(env: Any, _prepared: None) -> int:
    env.invalidate_all()
    specification = {name: {} for name in LIST}
    for name in ("commercial_partner_id", "category_id", "user_id"):
        specification[name] = {"fields": {"display_name": {}}}
    found = env["counterparty.request"].web_search_read(
        [("state", "in", ["new", "open", "pending", "hold"])], specification, limit=PAGE
    )
    return len(found["records"])


ROWS = [
    Row(
        "10,000 requests in a batch (stock: leads)",
        Limit(ratio=0.05, bound=5),
        ours=Side(_batch),
        stock=Side(_batch_of_leads),
        bound=Side(_copy, _list_columns, lambda env, _columns: _batch(env, None)),
        repeat=1,
    ),
    Row(
        "one request by hand, with its deadlines (stock: a lead)",
        Limit(ratio=1.0),
        ours=Side(_make_one),
        stock=Side(_make_one_lead),
    ),
    Row(
        "list of 80 open requests",
        Limit(seconds=0.2),
        ours=Side(_list, lambda env: _batch(env, None) and None),
    ),
]
