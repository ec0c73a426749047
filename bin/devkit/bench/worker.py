"""Runs inside Odoo, on one database: times what it is asked to, one call after the other.

It reads requests from standard input and answers on standard output, one JSON object per line.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from .row import Side, all_rows

ADMIN_ID = 2  # rights and rules are part of what a user waits for
WARMUPS = 2


class Worker:
    """An environment of Odoo, and what the rows have prepared in it."""

    def __init__(self, conf: str, name: str, clock: str = "wall") -> None:
        import odoo
        import odoo.sql_db
        from odoo.modules.registry import Registry

        odoo.tools.config.parse_config(["-c", conf, "-d", name, "--no-http"], setup_logging=True)
        self._cr = Registry(name).cursor()
        self._sql_db = odoo.sql_db
        self._clock = clock
        if clock == "cpu":
            # workers of a query are processes of their own, whose time nobody would count
            self._cr.execute("SET max_parallel_workers_per_gather = 0")
            self._cr.commit()
        self._env = odoo.api.Environment(self._cr, ADMIN_ID, {"lang": "en_US", "tz": "UTC"})
        self._rows = {row.name: row for row in all_rows()}
        self._prepared: dict[tuple[str, str], Any] = {}

    def answer(self, row: str, side: str) -> dict[str, float]:
        """Measure one run; the first comes after two that fill the caches, unless it is long."""
        chosen = self._rows[row]
        work = chosen.sides[side]
        if (row, side) not in self._prepared:
            self._prepared[row, side] = work.prepare(self._env)
            for _ in range(WARMUPS if chosen.repeat > WARMUPS + 1 else 0):
                self._measure(work, self._prepared[row, side])
        answer = self._measure(work, self._prepared[row, side])
        if chosen.unit != "s":
            answer["seconds"] = answer["found"]
        return answer

    def _measure(self, work: Side, prepared: Any) -> dict[str, float]:
        """Time a run on cold records and warm registry caches, as in a request; undo it."""
        if work.before:
            work.before(self._env, prepared)
        self._env.invalidate_all()
        gc.disable()
        queries, started = self._queries(), self._now()
        found = work.run(self._env, prepared)
        seconds = self._now() - started
        gc.enable()
        queries = self._queries() - queries
        self._env.invalidate_all(flush=False)
        self._cr.rollback()
        return {"seconds": seconds, "queries": queries, "found": found}

    def _queries(self) -> int:
        """Return the queries of this process: work may have transactions of its own."""
        return int(self._sql_db.sql_counter)

    def _now(self) -> float:
        """Return the time, or what this process and its servers have spent of the processor."""
        if self._clock == "wall":
            return time.perf_counter()
        pool = self._sql_db._Pool
        servers = {connection.info.backend_pid for connection in pool._connections}
        files = [Path(f"/proc/{server}/schedstat") for server in servers]
        spent = sum(int(file.read_text().split()[0]) for file in files if file.exists())
        return time.process_time() + spent / 1e9


def main(conf: str, name: str, clock: str = "wall") -> None:
    """Answer requests until there are no more."""
    worker = Worker(conf, name, clock)
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = worker.answer(**json.loads(line))
        except Exception as error:  # noqa: BLE001 - the other side shows it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
