"""Measure the addon against stock Odoo and the lower bound, interleaved in one run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from devkit import database, environment, paths, progress, shell
from devkit.odoo import Environment

from . import base, load
from .measure import Cost, Result, measure, worker
from .row import Limit, Row, all_rows
from .table import print_table

INSTALL = "install, with all roles"
INSTALL_LIMIT = Limit(seconds=60)


def main() -> int:
    """Print the table; return 1 if a limit is passed."""
    options, rows = _parse()
    env = environment.ensure(browser=False)
    if options.load:
        rounds = options.repeat or load.ROUNDS
        results = load.measure_all(env, options.rows, clock=options.clock, rounds=rounds)
        print_table(results)
        return int(any(not result.passes for result in results))
    results: list[Result] = []
    # rows that compare with the same modules share their databases
    for modules in sorted({row.modules for row in rows}):
        chosen = [row for row in rows if row.modules == modules]
        results += _measure(env, base.ensure(env, options.scale, modules), chosen, options)
    print_table(results)
    return int(any(not result.passes for result in results))


def _measure(
    env: Environment, scaled: str, rows: list[Row], options: argparse.Namespace
) -> list[Result]:
    """Measure rows in two copies of one database, with the addon and without."""
    results = []
    with (
        _with_addon(env, scaled, rows[0].modules, options) as (name, install),
        _without_addon(env, scaled) as plain,
        ExitStack() as stack,
    ):
        if install and not options.rows and not rows[0].modules:
            results.append(install)
        ours = stack.enter_context(worker(env, name, options.clock))
        stock = stack.enter_context(worker(env, plain, options.clock))
        clients = {"ours": ours, "stock": stock, "bound": ours}
        for row in rows:
            with progress.step(row.name):
                results.append(measure(row, clients, options.repeat, options.scale))
    return results


def _parse() -> tuple[argparse.Namespace, list[Row]]:
    rows = all_rows()
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description=__doc__,
        epilog="rows:\n"
        + "\n".join(f"  {row.name:28} {row.limit}" for row in [*rows, *load.PAGES]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only rows that contain this text")
    parser.add_argument("--scale", type=float, default=1, help="1 is 100,000 companies")
    parser.add_argument("--repeat", type=int, help="runs of each side")
    parser.add_argument("--keep", action="store_true", help="keep the database with the addon")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu counts what a query costs alone, on a machine that is busy with other work",
    )
    parser.add_argument("--on", metavar="DB", help="use a database that --keep left")
    parser.add_argument(
        "--load",
        action="store_true",
        help="the pages of the portal instead, asked for by several users of two servers at once",
    )
    options = parser.parse_args()
    rows = load.PAGES if options.load else rows
    chosen = [row for row in rows if not options.rows or any(t in row.name for t in options.rows)]
    if not chosen:
        parser.error("no such row")
    return options, chosen


@contextmanager
def _with_addon(
    env: Environment, scaled: str, modules: tuple[str, ...], options: argparse.Namespace
) -> Iterator[tuple[str, Result | None]]:
    """Install the addon into a copy of the scaled database, and time that."""
    if options.on:
        yield options.on, None
        return
    name = database.scratch_name(env, "bench")
    if options.keep:
        # not named after a process: the next command would take it for left by a killed one
        name = "_".join(("kept", paths.checkout_key(env.checkout), "bench", *modules))
    database.clone(env, scaled, name)
    try:
        started = time.monotonic()
        database.install_addon(env, name)
        env.psql(name, "ANALYZE")
        cost = Cost(time.monotonic() - started, 0)
        yield name, Result(INSTALL, INSTALL_LIMIT, cost)
    finally:
        if options.keep:
            progress.note(f"The database with the addon is {name}")
        else:
            database.drop(env, name)


@contextmanager
def _without_addon(env: Environment, scaled: str) -> Iterator[str]:
    """Copy the scaled database: nobody can copy one that somebody is connected to."""
    name = database.scratch_name(env, "stock")
    database.clone(env, scaled, name)
    try:
        yield name
    finally:
        database.drop(env, name)


if __name__ == "__main__":
    shell.main(main)
