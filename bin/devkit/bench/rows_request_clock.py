"""Deadlines of requests are worked out, stored and watched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

# three clocks each: first answer, the answer owed now, the solution
REQUESTS = 3_334
DEADLINES = 3 * REQUESTS
OPEN = 100_000
OPENED = datetime(2026, 1, 5)


def _insert(env: Any, count: int) -> Any:
    """Write requests in plain SQL: answered after an hour, written to again after two."""
    env.cr.execute(
        """
        INSERT INTO counterparty_request (
            id, number, name, company_id, currency_id, category_id, sla_id, state, priority,
            channel, confidentiality, cycle, opened_at, first_response_at, awaiting_since, check_at)
        SELECT %(first)s + n, 'BENCH-' || n, 'Request ' || n, c.id, c.currency_id, k.id, s.id,
               'open', '0', 'email', 'partner', 1, o.at, o.at + interval '1 hour',
               o.at + interval '2 hours', now() + interval '1 day'
          FROM generate_series(1, %(count)s) n,
               LATERAL (SELECT %(opened)s + n %% 30000 * interval '7 minutes' AS at) o,
               (SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1) c,
               (SELECT id FROM counterparty_request_category ORDER BY id LIMIT 1) k,
               (SELECT id FROM counterparty_request_sla ORDER BY id LIMIT 1) s""",
        {"first": FIRST_ID, "count": count, "opened": OPENED},
    )
    env.invalidate_all()
    return env["counterparty.request"].browse(range(FIRST_ID + 1, FIRST_ID + count + 1))


class _Requests:
    """Requests written anew for each run, with their deadlines stored or not."""

    def __init__(self, _env: Any) -> None:
        self.requests: Any = None

    def insert(self, env: Any) -> None:
        self.requests = _insert(env, REQUESTS)

    def settle(self, env: Any) -> None:
        self.insert(env)
        self.requests._update_deadlines()
        env.flush_all()


def _recompute(env: Any, prepared: _Requests) -> int:
    requests = env["counterparty.request"].browse(prepared.requests.ids)
    requests._update_deadlines()
    env.flush_all()
    return len(requests)


def _plan_hours(env: Any, _prepared: None) -> int:
    calendar = env.company.resource_calendar_id
    found = 0
    for number in range(DEADLINES):
        start = OPENED + timedelta(minutes=7 * (number % REQUESTS))
        found += bool(calendar.plan_hours(8, start, compute_leaves=True))
    return found


def _many_open(env: Any, _prepared: None) -> None:
    _insert(env, OPEN)
    env.cr.execute("ANALYZE counterparty_request")


def _check_due(env: Any, _prepared: None) -> int:
    env["counterparty.request"]._cron_check_due()
    return OPEN


def _look_at_index(env: Any, _prepared: None) -> int:
    env.cr.execute(
        "SELECT id FROM counterparty_request"
        " WHERE state IN ('new', 'open') AND check_at <= now() ORDER BY check_at LIMIT 500"
    )
    return OPEN - len(env.cr.fetchall())


ROWS = [
    Row(
        "10,000 deadlines worked out again",
        Limit(ratio=1 / 50),
        ours=Side(_recompute, _Requests, lambda env, prepared: prepared.settle(env)),
        stock=Side(_plan_hours),
        repeat=3,
    ),
    Row(
        "10,000 deadlines worked out, stored",
        Limit(seconds=2),
        ours=Side(_recompute, _Requests, lambda env, prepared: prepared.insert(env)),
        repeat=3,
    ),
    Row(
        "job: 100,000 open, none due",
        Limit(seconds=0.1, total=1),
        ours=Side(_check_due, before=_many_open),
        bound=Side(_look_at_index, before=_many_open),
        repeat=3,
    ),
]
