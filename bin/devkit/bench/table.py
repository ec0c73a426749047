"""The table that `bin/bench` prints."""

from __future__ import annotations

import os

from .measure import Cost, Result

HEAD = ("row", "ours", "stock", "bound", "ratio", "queries", "limit", "")


def print_table(results: list[Result]) -> None:
    """Print the results in columns, and how many keep their limits."""
    lines = [HEAD, *map(_cells, results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    print()
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        print("  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip())
    passed = sum(result.passes for result in results)
    print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}")
    print(f"bench: {passed} within their limits, {len(results) - passed} not")


def _cells(result: Result) -> tuple[str, ...]:
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    queries = f"{result.ours.queries}" if result.ours.queries else ""
    if result.stock:
        queries = f"{result.ours.queries}/{result.stock.queries}"
    times = [_time(result.ours), _time(result.stock), _time(result.bound)]
    verdict = "pass" if result.passes else "FAIL"
    return (result.name, *times, ratio, queries, str(result.limit), verdict)


def _time(cost: Cost | None) -> str:
    if cost is None:
        return ""
    return f"{cost.seconds:.1f} s" if cost.seconds >= 10 else f"{cost.seconds * 1000:.1f} ms"
