"""Requests are made in batches, made by hand, and listed."""

from __future__ import annotations

from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

BATCH = 10_000
PAGE = 80
BY_HAND = 20
# where tasks are, the desk is compared with them
PROJECT = ("project",)
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


def _rows(count: int = BATCH, **values: Any) -> list[dict[str, Any]]:
    return [
        {"name": f"Call {number}", "partner_id": FIRST_ID + 1 + number % 1000, **values}
        for number in range(count)
    ]


def _batch(env: Any, _prepared: None, count: int = BATCH) -> int:
    rows = _rows(count, channel="generator")
    for number, row in enumerate(rows):
        row["generation_key"] = f"bench:{number}"
    # generators are jobs of the system: nobody else says what a request is about
    made = len(env["counterparty.request"].sudo().with_context(**QUIET).create(rows))
    env.flush_all()
    return made


class Tasks:
    """A project as an administrator makes it, with the stages of its tasks, for each run."""

    def __init__(self, _env: Any) -> None:
        self.project: Any = None

    def begin(self, env: Any, **values: Any) -> None:
        stages = [(0, 0, {"name": name}) for name in ("New", "Open", "Done")]
        project = {"name": "Desk", "type_ids": stages, **values}
        self.project = env["project.project"].create(project)
        env.flush_all()


def _batch_of_tasks(env: Any, tasks: Tasks) -> int:
    count = len(env["project.task"].create(_rows(project_id=tasks.project.id)))
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


def _by_hand(env: Any, model: str) -> int:
    for _number in range(BY_HAND):
        env[model].create(
            {"name": "Second pallet is missing", "partner_id": FIRST_ID + 1, "user_id": env.uid}
        )
        env.flush_all()
    return BY_HAND


def _alone(env: Any, model: str) -> int:
    """Create one as the web client does: a call of its own, in which only its user is known."""
    env.user.partner_id.mapped("name")
    env[model].create(
        {"name": "Second pallet is missing", "partner_id": FIRST_ID + 1, "user_id": env.uid}
    )
    env.flush_all()
    env.cr.precommit.run()
    return 1


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
        "10,000 requests in a batch (stock: tasks)",
        Limit(ratio=0.05, bound=5, total=BATCH // 20),
        ours=Side(_batch),
        stock=Side(_batch_of_tasks, Tasks, lambda env, tasks: tasks.begin(env)),
        bound=Side(_copy, _list_columns, lambda env, _columns: _batch(env, None)),
        repeat=1,
        modules=PROJECT,
    ),
    Row(
        "20 requests by hand, one by one (stock: leads)",
        Limit(ratio=1.0, total=BY_HAND * 12),
        ours=Side(lambda env, _prepared: _by_hand(env, "counterparty.request")),
        stock=Side(lambda env, _prepared: _by_hand(env, "crm.lead")),
        repeat=9,
    ),
    Row(
        "a request by hand, in a transaction of its own (stock: a lead)",
        # two of them find out who is asking: every call of the web client does so first
        Limit(ratio=1.0, total=12 + 2),
        ours=Side(lambda env, _prepared: _alone(env, "counterparty.request")),
        stock=Side(lambda env, _prepared: _alone(env, "crm.lead")),
        repeat=25,
    ),
    Row(
        "list of 80 open requests",
        Limit(seconds=0.2, total=15),
        ours=Side(_list, before=lambda env, _prepared: _batch(env, None, 10 * PAGE)),
    ),
]
