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
# 1,234,567 and 1.234,50
GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
# 1,234 is a thousand to some, and little more than one to others
AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
# the mark of decimals where this separates columns
DECIMAL_MARKS = {",": ".", ";": ","}
# what spreadsheets write that do not write UTF-8: Cyrillic, Central and Western Europe
SINGLE_BYTE = ("cp1251", "cp1250", "latin-1")


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


class AmbiguousAmountError(BadRowError):
    """An amount whose only mark may be that of thousands or of decimals."""

    def __init__(self, row: int, cell: str):
        super().__init__(row, "unit cost")
        self.cell = cell


def encodings(content: bytes) -> list[str]:
    """Return the encodings that a file may be in, the likelier first.

    Amounts and days read the same in all of one byte; references may not.
    """
    if _is_in(content, "utf-8-sig"):
        return ["utf-8-sig"]
    return [name for name in SINGLE_BYTE if _is_in(content, name)]


def _is_in(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read(content: bytes, encoding: str = "") -> list[UnitCost]:
    """Return the rows of a CSV file with the columns product, from, to, unit cost.

    Commas or semicolons separate. Numbers may have marks of thousands, and a decimal comma.

    :param encoding: one of :func:`encodings`; the first without one
    :raises AmbiguousAmountError: where the only mark of an amount may be either
    :raises BadRowError: for the first row that cannot be read, or gives a product another cost
        for a day that an earlier row has given one
    """
    text = content.decode(encoding or encodings(content)[0])
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        # a picture, a program, one endless word
        rows = []
    if not rows or tuple(cell.strip().lower() for cell in rows[0][:4]) != COLUMNS:
        raise BadRowError(1, ", ".join(COLUMNS))
    costs = [
        _unit_cost(number, row, DECIMAL_MARKS[delimiter])
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]
    _check_overlaps(costs)
    return costs


def _check_overlaps(costs: list[UnitCost]) -> None:
    by_product = sorted(costs, key=lambda cost: (cost.product, cost.start, cost.row))
    for earlier, later in pairwise(by_product):
        if earlier.product == later.product and later.start <= earlier.end:
            raise BadRowError(max(earlier.row, later.row), "from")


def _unit_cost(number: int, row: list[str], mark: str) -> UnitCost:
    cells = [cell.strip() for cell in row] + [""] * 4
    if not cells[0]:
        raise BadRowError(number, "product")
    start, end = _day(number, "from", cells[1]), _day(number, "to", cells[2])
    if end < start:
        raise BadRowError(number, "to")
    return UnitCost(number, cells[0], start, end, _amount(number, cells[3], mark))


def _day(number: int, column: str, cell: str) -> date:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", cell)
    parts = found.groups() if found else ()
    if not parts and (found := re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{4})", cell)):
        parts = reversed(found.groups())
    try:
        return date(*map(int, parts))
    except (TypeError, ValueError):
        raise BadRowError(number, column) from None


def _amount(number: int, cell: str, mark: str) -> Decimal:
    """Return an amount.

    :param mark: the usual mark of decimals; another one alone before three digits is doubtful
    """
    text = re.sub(r"[ \u00a0\u202f]", "", cell)
    marks = re.findall("[.,]", text)
    if len(marks) > 1:
        if not GROUPED.fullmatch(text):
            raise BadRowError(number, "unit cost")
        text = text.replace(marks[0], "")
    elif marks and marks[0] != mark and AMBIGUOUS.fullmatch(text):
        raise AmbiguousAmountError(number, cell)
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise BadRowError(number, "unit cost") from None
    if not amount.is_finite() or not 0 <= amount < TOO_MUCH:
        raise BadRowError(number, "unit cost")
    return amount
