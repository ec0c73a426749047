"""Drives two workers in turn and turns their times into rows of results."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from devkit import paths, shell
from devkit.odoo import Environment

from .row import Limit, Row


@dataclass(frozen=True)
class Cost:
    """The median of one side's runs."""

    seconds: float  # or what the row's unit says
    queries: int


@dataclass(frozen=True)
class Result:
    """A row of the table, measured."""

    name: str
    limit: Limit
    ours: Cost
    stock: Cost | None = None
    bound: Cost | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Return our time as a multiple of stock's."""
        return self.ours.seconds / self.stock.seconds if self.stock else None

    @property
    def bound_ratio(self) -> float | None:
        """Return our time as a multiple of the bound's."""
        return self.ours.seconds / self.bound.seconds if self.bound else None

    @property
    def passes(self) -> bool:
        """Tell whether we keep every limit."""
        limit, stock = self.limit, self.stock
        for value, most in (
            (self.ours.seconds, limit.seconds),
            (self.ratio, limit.ratio),
            (self.bound_ratio, limit.bound),
        ):
            if value is not None and most is not None and value > most:
                return False
        if limit.total is not None and self.ours.queries > limit.total:
            return False
        more = self.ours.queries - (stock.queries if stock else self.ours.queries)
        return limit.queries is None or more <= limit.queries


class Client:
    """The parent's end of a worker."""

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process = process
        self._name = name

    def ask(self, row: str, side: str) -> dict[str, float]:
        """Have one run measured."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"row": row, "side": side}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the worker has stopped"}
        if "error" in answer:
            raise shell.Trouble(f"{row}, {side}, on {self._name}: {answer['error']}")
        if not answer["found"]:
            raise shell.Trouble(f"{row}, {side}: found nothing, so there is nothing to measure")
        return answer


@contextmanager
def worker(env: Environment, name: str, clock: str) -> Iterator[Client]:
    """Start a worker on a database."""
    path = os.pathsep.join([str(env.odoo_path), str(paths.DEVKIT.parent)])
    log = paths.state("logs", f"bench-{name}.log")
    with (
        open(log, "w") as errors,
        subprocess.Popen(
            [env.python, "-m", "devkit.bench.worker", str(env.conf), name, clock],
            env={**env.variables, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield Client(process, name)
        finally:
            process.terminate()


def measure(row: Row, clients: dict[str, Client], repeat: int | None, scale: float) -> Result:
    """Measure a row's sides in turn, so that a busy moment of the machine meets them all."""
    runs: dict[str, list[dict[str, float]]] = {side: [] for side in row.sides}
    for turn in range(repeat or row.repeat):
        order = list(runs)
        for side in order if turn % 2 else reversed(order):
            runs[side].append(clients[side].ask(row.name, side))
    costs = {
        side: Cost(
            statistics.median(run["seconds"] for run in found),
            round(statistics.median(run["queries"] for run in found)),
        )
        for side, found in runs.items()
    }
    return Result(row.name, row.limit.at(scale), unit=row.unit, **costs)
