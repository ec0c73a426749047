import io
import zipfile
from datetime import date, datetime
from unittest.mock import patch

from openpyxl import Workbook

from odoo.tests import BaseCase, tagged

from ..tools import tables
from ..tools.sheets import FORMULA_MARKS


@tagged("post_install", "-at_install", "counterparty_holding")
class TestToolsTables(BaseCase):
    def test_both_formats_read_what_they_write(self):
        rows = [("a", "b;c", "ș"), ("1", "", "x, y")]
        for write in (tables.write_csv, tables.write_xlsx):
            with self.subTest(write=write.__name__):
                read = list(tables.read_table(write(("P", "Q", "R"), rows)))

                self.assertEqual([line for line, _cells in read], [2, 3])
                self.assertEqual([tuple(cells.values()) for _line, cells in read], rows)

    def test_other_files_are_refused(self):
        for content in (b"PK\x03\x04nonsense", b"\xff\xfe\x00d"):
            with self.subTest(content=content), self.assertRaises(tables.UnreadableTableError):
                list(tables.read_table(content))

    def test_a_file_that_unfolds_to_gigabytes_is_refused(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 1000)
        with (
            patch.object(tables, "MAX_UNFOLDED", 999),
            self.assertRaisesRegex(tables.UnreadableTableError, "too large"),
        ):
            list(tables.read_table(stream.getvalue()))

    def _read_one(self, content):
        return [cells for _line, cells in tables.read_table(content)]

    def test_separators_marks_and_empty_lines(self):
        cases = [
            (b"a,b\n1,2\n", "comma"),
            (b"A;B\n1;2\n\n;\n", "semicolon, empty lines, capitals in the head"),
            (b"a\tb\n1\t2\n", "tab"),
            (b"\xef\xbb\xbfa,b\r\n1, 2 \r\n", "mark of the encoding, blanks"),
            (b"a,b\n1,2,3\n", "more cells than columns"),
        ]
        for content, case in cases:
            with self.subTest(case=case):
                self.assertEqual(self._read_one(content), [{"a": "1", "b": "2"}])

    def test_an_empty_file_has_no_lines(self):
        for content in (b"", b"\xef\xbb\xbf", b"a,b\n"):
            with self.subTest(content=content):
                self.assertEqual(self._read_one(content), [])

    def test_lines_are_counted_as_an_editor_counts_them(self):
        lines = [line for line, _cells in tables.read_table(b"a\nx\n\ny\n")]

        self.assertEqual(lines, [2, 4])

    def test_cells_of_workbooks_are_texts(self):
        cases = [
            (date(2026, 3, 1), "2026-03-01"),
            (datetime(2026, 3, 1, 12), "2026-03-01"),
            (12.0, "12"),
            (12.5, "12.5"),
            (" x ", "x"),
            (None, ""),
        ]
        book = Workbook()
        book.active.append(["mark", "value"])
        for value, _text in cases:
            book.active.append(["x", value])
        content = io.BytesIO()
        book.save(content)

        read = [cells["value"] for cells in self._read_one(content.getvalue())]

        self.assertEqual(read, [text for _value, text in cases])

    def test_no_text_becomes_a_formula(self):
        texts = [f"{mark}1+1" for mark in FORMULA_MARKS if mark.strip()]

        content = tables.write_csv(["text"], [[text] for text in texts])

        self.assertEqual(content.decode("utf-8-sig").split()[1:], [f"'{text}" for text in texts])
        self.assertEqual([cells["text"] for cells in self._read_one(content)], texts)

    def test_numbers_of_a_table_stay_numbers(self):
        content = tables.write_csv(["number"], [[-12.5]])

        self.assertEqual(content.decode("utf-8-sig").split(), ["number", "-12.5"])

    def test_what_no_workbook_takes_is_left_out(self):
        self.assertEqual(self._read_one(tables.write_xlsx(["a"], [["x\x07y"]])), [{"a": "xy"}])
