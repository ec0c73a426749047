"""Tables in CSV and XLSX files: rows of texts by column, with the line they stand in."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from .sheets import FORMULA_MARKS, plain_text

XLSX_MARK = b"PK\x03\x04"
# a small file may unfold to gigabytes
MAX_UNFOLDED = 200 * 1024**2


class UnreadableTableError(ValueError):
    """A file that is no table we can read."""


def read_table(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield ``(line, {column: text})`` of the first sheet; line 1 holds the names of the columns.

    CSV is read as UTF-8 with comma, semicolon or tab; dates of XLSX become ISO texts.

    :raises UnreadableTableError: when the file is neither
    """
    rows = _xlsx_rows(content) if content.startswith(XLSX_MARK) else _csv_rows(content)
    header = [name.strip().lower() for name in next(rows, [])]
    for line, row in enumerate(rows, 2):
        if any(row):
            yield line, dict(zip(header, row, strict=False))


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV, as :func:`read_table` reads it and spreadsheets open it.

    A text that begins like a formula gets an apostrophe, which reading takes off again.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([plain_text(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as XLSX, as :func:`read_table` reads it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_as_cell(sheet, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _as_cell(sheet: Any, value: object) -> object:
    """Return a value so that no text of others becomes a formula, or breaks the file."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTableError("not UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        yield [_without_mark(cell.strip()) for cell in row]


def _without_mark(text: str) -> str:
    """Take off the apostrophe that kept a text from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_MARKS) else text


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNFOLDED:
                raise UnreadableTableError("too large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except UnreadableTableError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableTableError("not a workbook") from error
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
