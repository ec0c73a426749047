import io
from datetime import date

from openpyxl import load_workbook

from odoo.tests import BaseCase, tagged

from ..tools import sheets


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsSheets(BaseCase):
    def _read(self, *rows, name="Statement"):
        content = sheets.write_workbook([sheets.Sheet(name, (10, 20), rows, frozenset({0}))])
        return load_workbook(io.BytesIO(content)).worksheets[0]

    def test_texts_never_become_formulas(self):
        for mark in sheets.FORMULA_MARKS:
            with self.subTest(mark=mark):
                cell = self._read([f"{mark}1+1"])["A1"]
                self.assertEqual((cell.data_type, cell.value[0]), ("s", "'"))

    def test_numbers_and_days_stay_what_they_are(self):
        page = self._read(["Date", "Amount"], [date(2026, 3, 1), -12.5])

        self.assertEqual(page["A2"].value.date(), date(2026, 3, 1))
        self.assertEqual((page["B2"].value, page["B2"].data_type), (-12.5, "n"))
        self.assertTrue(page["A1"].font.bold)

    def test_names_of_sheets_are_what_a_workbook_takes(self):
        self.assertEqual(self._read(["x"], name="a/b[c]:*?" + "x" * 40).title, "abc" + "x" * 28)
        self.assertEqual(self._read(["x"], name="[]").title, "1")
