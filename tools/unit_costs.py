"""Read unit costs of past periods from a file."""

import csv
import io
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple

COLUMNS = ("product", "from", "to", "unit cost")
# no unit of anything costs more, in any currency
TOO_MUCH = Decimal("1e12")


class UnitCost(NamedTuple):
    """What one unit of a product cost in a period, both days included."""

    row: int
    product: str
    start: date
    end: date
    cost: Decimal


class BadRowError(ValueError):
    """A row that cannot be read. The message is for the user's log, ``row`` counts from 1."""

    def __init__(self, row: int, column: str):
        super().__init__(f"row {row}: {column}")
        self.row = row
        self.column = column


def read(content: bytes) -> list[UnitCost]:
    """Return the rows of a CSV file with the columns product, from, to, unit cost.

    Commas or semicolons separate; numbers may have a decimal comma where semicolons separate.

    :raises BadRowError: for the first row that cannot be read, or gives a product another cost
        for a day that an earlier row has given one
    """
    text = _decode(content)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        # a picture, a program, one endless word
        rows = []
    if not rows or tuple(cell.strip().lower() for cell in rows[0][:4]) != COLUMNS:
        raise BadRowError(1, ", ".join(COLUMNS))
    costs = [_unit_cost(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    _check_overlaps(costs)
    return costs


def _check_overlaps(costs: list[UnitCost]) -> None:
    by_product = sorted(costs, key=lambda cost: (cost.product, cost.start, cost.row))
    for earlier, later in pairwise(by_product):
        if earlier.product == later.product and later.start <= earlier.end:
            raise BadRowError(max(earlier.row, later.row), "from")


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # references and numbers read the same in all single-byte encodings
        return content.decode("latin-1")


def _unit_cost(number: int, row: list[str]) -> UnitCost:
    cells = [cell.strip() for cell in row] + [""] * 4
    if not cells[0]:
        raise BadRowError(number, "product")
    start, end = _day(number, "from", cells[1]), _day(number, "to", cells[2])
    if end < start:
        raise BadRowError(number, "to")
    return UnitCost(number, cells[0], start, end, _amount(number, cells[3]))


def _day(number: int, column: str, cell: str) -> date:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", cell)
    parts = found.groups() if found else ()
    if not parts and (found := re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{4})", cell)):
        parts = reversed(found.groups())
    try:
        return date(*map(int, parts))
    except (TypeError, ValueError):
        raise BadRowError(number, column) from None


def _amount(number: int, cell: str) -> Decimal:
    try:
        amount = Decimal(cell.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        raise BadRowError(number, "unit cost") from None
    if not amount.is_finite() or not 0 <= amount < TOO_MUCH:
        raise BadRowError(number, "unit cost")
    return amount
