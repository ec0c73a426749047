"""Workbooks for people: bold heads, numbers as numbers, and texts that never become formulas."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

# what a spreadsheet may take for the beginning of a formula
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Sheet(NamedTuple):
    """One sheet of a workbook.

    :param widths: width of each column in characters
    :param rows: cells of each row; a row in ``heads`` is printed bold
    """

    name: str
    widths: Sequence[int]
    rows: Sequence[Sequence[object]]
    heads: frozenset[int] = frozenset()


def plain_text(value: str) -> str:
    """Return a text that no spreadsheet reads as a formula, also when it is saved as CSV later."""
    return f"'{value}" if value.startswith(FORMULA_MARKS) else value


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of texts, numbers and days."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": "#,##0.00"})
    strong = book.add_format({"num_format": "#,##0.00", "bold": True})
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name))
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width)
        for at, row in enumerate(sheet.rows):
            is_head = at in sheet.heads
            for column, value in enumerate(row):
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    page.write_number(at, column, value, strong if is_head else money)
                elif isinstance(value, date):
                    page.write_datetime(at, column, value, day)
                elif value:
                    text = plain_text(str(value))
                    page.write_string(at, column, text, bold if is_head else None)
    book.close()
    return content.getvalue()


def _sheet_name(name: str) -> str:
    kept = "".join(character for character in name if character not in "[]:*?/\\'")
    return kept[:31] or "1"
