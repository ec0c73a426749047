"""Small systems of linear equations of ownership, without a numerical library."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node")

# elimination costs n³: 150 nodes about half a second in plain Python; larger blocks are sparse
DENSE_LIMIT = 60
PRECISION = 1e-12
# enough for what is only shown
SHOWN = 1e-8
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
    nodes = list(outside)
    solved = _Sweeps(within, nodes).solve(list(outside.values()))
    return dict(zip(nodes, solved or [float("nan")] * len(nodes), strict=True))


class _Sweeps:
    """A sparse system, solved by Gauss-Seidel sweeps; each uses the newest values."""

    def __init__(self, within: Mapping[Node, Mapping[Node, float]], nodes: Sequence[Node]) -> None:
        self.place = {node: number for number, node in enumerate(nodes)}
        self.owners: list[list[tuple[int, float]]] = [[] for _node in nodes]
        # what is left of each node when its own shares are taken off
        self.kept = [1.0] * len(nodes)
        for owner, line in within.items():
            for member, share in line.items():
                if owner == member:
                    self.kept[self.place[member]] = 1 - share
                else:
                    self.owners[self.place[member]].append((self.place[owner], share))

    def solve(self, start: Sequence[float], precision: float = PRECISION) -> list[float] | None:
        """Return the solution; ``None`` where sweeps do not end.

        :param start: what each node gets from outside the block
        :param precision: a sweep that changes nothing by more is the last
        """
        if any(kept < PRECISION for kept in self.kept):
            return None
        solved = list(start)
        for _sweep in range(SWEEPS):
            change = 0.0
            for number, parts in enumerate(self.owners):
                value = start[number]
                for owner, share in parts:
                    value += solved[owner] * share
                value /= self.kept[number]
                change = max(change, abs(value - solved[number]))
                solved[number] = value
            if change < precision:
                return solved
        return None


def inverse_diagonal(
    within: Mapping[Node, Mapping[Node, float]], nodes: Sequence[Node], asked: Sequence[Node]
) -> dict[Node, float]:
    """Return the diagonal of (I - W)^-1 for some nodes of a block; ``nan`` where there is none.

    :param within: owner → member → share, both inside the block
    :param nodes: all nodes of the block
    """
    if len(nodes) <= DENSE_LIMIT:
        inverse = _invert(within, nodes)
        place = {node: number for number, node in enumerate(nodes)}
        return {node: inverse[place[node]] for node in asked}
    system = _Sweeps(within, nodes)
    found = {}
    for node in asked:
        start = [0.0] * len(nodes)
        start[system.place[node]] = 1.0
        solved = system.solve(start, SHOWN)
        found[node] = solved[system.place[node]] if solved else float("nan")
    return found


def _invert(within: Mapping[Node, Mapping[Node, float]], nodes: Sequence[Node]) -> list[float]:
    """Return the diagonal of the inverse, by elimination of all columns at once."""
    size = len(nodes)
    place = {node: number for number, node in enumerate(nodes)}
    rows = [[0.0] * size + [float(column == row) for column in range(size)] for row in range(size)]
    for number in range(size):
        rows[number][number] = 1.0
    for owner, line in within.items():
        for member, share in line.items():
            rows[place[member]][place[owner]] -= share
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < PRECISION:
            return [float("nan")] * size
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        top = rows[column] = [value / lead for value in rows[column]]
        for number, row in enumerate(rows):
            factor = row[column]
            if factor and number != column:
                rows[number] = [
                    value - factor * above for value, above in zip(row, top, strict=True)
                ]
    return [rows[number][size + number] for number in range(size)]
