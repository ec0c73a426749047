"""Read unit costs of past periods from a file."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

COLUMNS = ("product", "from", "to", "unit cost")
DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
ENCODINGS = ("utf-8-sig", "cp1251", "cp1250")


class UnitCost(NamedTuple):
    """What one unit of a product cost in a period, both days included."""

    row: int
    product: str
    start: date
    end: date
    cost: Decimal


class BadRow(ValueError):
    """A row that cannot be read. The message is for the user's log, ``row`` counts from 1."""

    def __init__(self, row: int, column: str):
        super().__init__(f"row {row}: {column}")
        self.row = row
        self.column = column


def read(content: bytes) -> list[UnitCost]:
    """Return the rows of a CSV file with the columns product, from, to, unit cost.

    Commas or semicolons separate; numbers may have a decimal comma where semicolons separate.

    :raises BadRow: for the first row that cannot be read
    """
    text = _decode(content)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if not rows or tuple(cell.strip().lower() for cell in rows[0][:4]) != COLUMNS:
        raise BadRow(1, ", ".join(COLUMNS))
    return [
        _unit_cost(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)
    ]


def _decode(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _unit_cost(number: int, row: list[str]) -> UnitCost:
    cells = [cell.strip() for cell in row] + [""] * 4
    if not cells[0]:
        raise BadRow(number, "product")
    start, end = _day(number, "from", cells[1]), _day(number, "to", cells[2])
    if end < start:
        raise BadRow(number, "to")
    return UnitCost(number, cells[0], start, end, _amount(number, cells[3]))


def _day(number: int, column: str, cell: str) -> date:
    for pattern in DAY_FORMATS:
        try:
            return datetime.strptime(cell, pattern).date()
        except ValueError:
            continue
    raise BadRow(number, column)


def _amount(number: int, cell: str) -> Decimal:
    try:
        amount = Decimal(cell.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        raise BadRow(number, "unit cost") from None
    if not amount.is_finite() or amount < 0:
        raise BadRow(number, "unit cost")
    return amount
