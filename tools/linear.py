"""Small systems of linear equations of ownership, without a numerical library."""

from collections.abc import Mapping
from typing import TypeVar

Node = TypeVar("Node")

# elimination costs n³: 150 nodes about half a second in plain Python; larger blocks are sparse
DENSE_LIMIT = 60
PRECISION = 1e-12
SWEEPS = 10_000


def solve_block(
    within: Mapping[Node, Mapping[Node, float]], outside: Mapping[Node, float]
) -> dict[Node, float]:
    """Return x with x[j] = outside[j] + sum of x[i] * within[i][j]; ``nan`` where there is none.

    :param within: owner → member → share, both inside the block
    :param outside: what each node of the block gets from outside it
    """
    if len(outside) <= DENSE_LIMIT:
        return _eliminate(within, outside)
    return _iterate(within, outside)


def _eliminate(
    within: Mapping[Node, Mapping[Node, float]], outside: Mapping[Node, float]
) -> dict[Node, float]:
    """Solve exactly by Gaussian elimination with partial pivoting."""
    nodes = list(outside)
    place = {node: number for number, node in enumerate(nodes)}
    size = len(nodes)
    rows = [[0.0] * size + [outside[node]] for node in nodes]
    for number in range(size):
        rows[number][number] = 1.0
    for owner, line in within.items():
        for member, share in line.items():
            rows[place[member]][place[owner]] -= share
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < PRECISION:
            return dict.fromkeys(nodes, float("nan"))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        for row in rows[column + 1 :]:
            factor = row[column] / top[column]
            if factor:
                for place_ in range(column, size + 1):
                    row[place_] -= factor * top[place_]
    solved = [0.0] * size
    for number in reversed(range(size)):
        row = rows[number]
        known = sum(row[place_] * solved[place_] for place_ in range(number + 1, size))
        solved[number] = (row[size] - known) / row[number]
    return dict(zip(nodes, solved, strict=True))


def _iterate(
    within: Mapping[Node, Mapping[Node, float]], outside: Mapping[Node, float]
) -> dict[Node, float]:
    """Solve by Gauss-Seidel sweeps; each uses the newest values."""
    nodes = list(outside)
    place = {node: number for number, node in enumerate(nodes)}
    owners: list[list[tuple[int, float]]] = [[] for _node in nodes]
    loops = [0.0] * len(nodes)
    for owner, line in within.items():
        for member, share in line.items():
            if owner == member:
                loops[place[member]] = share
            else:
                owners[place[member]].append((place[owner], share))
    if any(loop > 1 - PRECISION for loop in loops):
        return dict.fromkeys(nodes, float("nan"))
    start = [outside[node] for node in nodes]
    solved = [0.0] * len(nodes)
    for _sweep in range(SWEEPS):
        change = 0.0
        for number, parts in enumerate(owners):
            value = start[number]
            for owner, share in parts:
                value += solved[owner] * share
            value /= 1 - loops[number]
            change = max(change, abs(value - solved[number]))
            solved[number] = value
        if change < PRECISION:
            return dict(zip(nodes, solved, strict=True))
    return dict.fromkeys(nodes, float("nan"))
