from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.unit_costs import AmbiguousAmountError, BadRowError, UnitCost, encodings, read

HEAD = "product,from,to,unit cost\n"


@tagged("post_install", "-at_install", "counterparty_profit")
class TestToolsUnitCosts(BaseCase):
    def test_rows_are_read_in_the_usual_forms(self):
        expected = UnitCost(2, "A-1", date(2024, 1, 1), date(2024, 12, 31), Decimal("12.5"))
        files = [
            HEAD + "A-1,2024-01-01,2024-12-31,12.5\n",
            "Product;From;To;Unit Cost\nA-1;01.01.2024;31.12.2024;12,5\n",
            HEAD + "A-1,01/01/2024,31/12/2024,12.5,a note\n\n",
        ]
        for text in files:
            for encoding in ("utf-8", "utf-8-sig", "cp1251"):
                with self.subTest(text=text, encoding=encoding):
                    self.assertEqual(read(text.encode(encoding)), [expected])

    def test_references_may_be_in_several_encodings(self):
        text = HEAD + "Ж-100,2024-01-01,2024-12-31,12.5\n"
        cases = [
            (text.encode(), ["utf-8-sig"], ["Ж-100"]),
            (text.encode("cp1251"), ["cp1251", "cp1250", "latin-1"], ["Ж-100", "Ć-100", "Æ-100"]),
            # 0x98 is nothing in the Cyrillic one, 0x81 neither in that of Central Europe
            (b"\x98\x81", ["latin-1"], None),
        ]
        for content, names, references in cases:
            with self.subTest(names=names):
                self.assertEqual(encodings(content), names)
                if references:
                    found = [read(content, name)[0].product for name in names]
                    self.assertEqual(found, references)

    def test_bad_rows_are_named(self):
        cases = [
            ("", 1, "product, from, to, unit cost"),
            ("a,b\n", 1, "product, from, to, unit cost"),
            (HEAD + ",2024-01-01,2024-12-31,1\n", 2, "product"),
            (HEAD + "A,soon,2024-12-31,1\n", 2, "from"),
            (HEAD + "A,2024-01-01,2024-13-31,1\n", 2, "to"),
            (HEAD + "A,2024-01-01,2023-12-31,1\n", 2, "to"),
            (HEAD + "A,2024-01-01,2024-12-31,=1+1\n", 2, "unit cost"),
            (HEAD + "A,2024-01-01,2024-12-31,-1\n", 2, "unit cost"),
            (HEAD + "A,2024-01-01,2024-12-31,NaN\n", 2, "unit cost"),
            (HEAD + "A,2024-01-01,2024-12-31\n", 2, "unit cost"),
            (HEAD + "A,2024-01-01,2024-12-31,1e30\n", 2, "unit cost"),
            (HEAD + 'A,2024-01-01,2024-12-31,"12,34,567"\n', 2, "unit cost"),
            (HEAD + 'A,2024-01-01,2024-12-31,"1,2345.6"\n', 2, "unit cost"),
            ("product" + "x" * 200_000 + "\n", 1, "product, from, to, unit cost"),
        ]
        for text, row, column in cases:
            with self.subTest(text=text), self.assertRaises(BadRowError) as caught:
                read(text.encode())
            self.assertEqual((caught.exception.row, caught.exception.column), (row, column))

    def test_marks_of_thousands_and_decimals_are_told_apart(self):
        cases = [
            (",", "12.5", "12.5"),
            (",", "1.234", "1.234"),
            (",", "12,50", "12.5"),
            (",", "0,125", "0.125"),
            (",", "1,234.50", "1234.5"),
            (",", "1,234,567", "1234567"),
            (",", "1 234.5", "1234.5"),
            (";", "12,5", "12.5"),
            (";", "1,234", "1.234"),
            (";", "0.125", "0.125"),
            (";", "1.234,50", "1234.5"),
            (";", "1.234.567", "1234567"),
        ]
        for separator, cell, expected in cases:
            head = HEAD.replace(",", separator)
            row = separator.join(["A", "2024-01-01", "2024-12-31", f'"{cell}"'])
            with self.subTest(separator=separator, cell=cell):
                [cost] = read(f"{head}{row}\n".encode())
                self.assertEqual(cost.cost, Decimal(expected))

    def test_amount_that_may_be_two_is_refused(self):
        for separator, cell in ((",", "1,234"), (",", "12,345"), (";", "1.234")):
            head = HEAD.replace(",", separator)
            row = separator.join(["A", "2024-01-01", "2024-12-31", f'"{cell}"'])
            with self.subTest(cell=cell), self.assertRaises(AmbiguousAmountError) as caught:
                read(f"{head}{row}\n".encode())
            self.assertEqual((caught.exception.row, caught.exception.cell), (2, cell))

    def test_day_with_two_costs_is_named(self):
        rows = [
            "B,2024-03-01,2024-04-30,2",
            "A,2024-01-01,2024-06-30,1",
            "A,2024-06-30,2024-07-31,2",
        ]

        with self.assertRaises(BadRowError) as caught:
            read((HEAD + "\n".join(rows)).encode())

        self.assertEqual((caught.exception.row, caught.exception.column), (4, "from"))

    def test_periods_that_meet_are_no_conflict(self):
        rows = ["A,2024-07-01,2024-12-31,2", "A,2024-01-01,2024-06-30,1"]

        self.assertEqual(len(read((HEAD + "\n".join(rows)).encode())), 2)
