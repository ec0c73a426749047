"""The table that `bin/bench` prints."""

from __future__ import annotations

import os

from .measure import Cost, Result

HEAD = ("row", "ours", "stock", "bound", "of stock", "of bound", "queries", "limit", "")


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
    ratios = ["" if r is None else f"{r:.3f}" for r in (result.ratio, result.bound_ratio)]
    queries = f"{result.ours.queries}" if result.ours.queries else ""
    if result.stock:
        queries = f"{result.ours.queries}/{result.stock.queries}"
    costs = (result.ours, result.stock, result.bound)
    values = [_value(cost, result.unit) for cost in costs]
    verdict = "pass" if result.passes else "FAIL"
    return (result.name, *values, *ratios, queries, str(result.limit), verdict)


def _value(cost: Cost | None, unit: str) -> str:
    if cost is None:
        return ""
    if unit != "s":
        return f"{cost.seconds:.1f} {unit}"
    return f"{cost.seconds:.1f} s" if cost.seconds >= 10 else f"{cost.seconds * 1000:.1f} ms"
