from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import web_form

MB = 1024 * 1024


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsWebForm(BaseCase):
    """What strangers send is cleaned and read before anything is stored."""

    def test_texts_lose_what_cannot_be_stored_or_deceives(self):
        cases = [
            (" Second pallet\x00 missing ", "Second pallet missing"),
            ("a\u202egpj.exe", "agpj.exe"),
            ("half \ud83d a pair", "half  a pair"),
            ("Șină și țeavă 🙂", "Șină și țeavă 🙂"),
            (None, ""),
            (["a"], ""),
        ]
        for sent, kept in cases:
            with self.subTest(sent=sent):
                self.assertEqual(web_form.clean_text(sent), kept)
        self.assertEqual(web_form.clean_text("a\nb"), "a\nb")
        self.assertEqual(len(web_form.clean_text("x" * 10**6)), web_form.TEXT)

    def test_lines_are_single_and_short(self):
        self.assertEqual(web_form.clean_line("Subject\r\nBcc: all@x.com"), "Subject Bcc: all@x.com")
        self.assertEqual(len(web_form.clean_line("x " * 1000)), web_form.LINE - 1)

    def test_names_of_files_lose_their_way(self):
        cases = [
            ("../../etc/passwd", "passwd"),
            ("docs\\2026\\offer.pdf", "offer.pdf"),
            (".htaccess", "htaccess"),
            ("..", "file"),
            ("a\x00b.pdf", "ab.pdf"),
        ]
        for sent, kept in cases:
            with self.subTest(sent=sent):
                self.assertEqual(web_form.file_name(sent), kept)

    def test_files_are_refused_with_the_reason(self):
        cases = [
            ([("a.pdf", 1), ("b.JPG", 10 * MB)], []),
            ([("a.pdf", 0)], [("a.pdf", web_form.EMPTY)]),
            ([("a.pdf", 10 * MB + 1)], [("a.pdf", web_form.TOO_LARGE)]),
            ([("a.svg", 1)], [("a.svg", web_form.FORBIDDEN)]),
            ([("a.html", 1)], [("a.html", web_form.FORBIDDEN)]),
            ([("a.pdf.exe", 1)], [("a.pdf.exe", web_form.FORBIDDEN)]),
            ([("pdf", 1)], [("pdf", web_form.FORBIDDEN)]),
            ([("a.pdf", 1)] * 6, [("", web_form.TOO_MANY)]),
            ([("a.pdf", 1), ("b.exe", 0)], [("b.exe", web_form.FORBIDDEN)]),
        ]
        for files, problems in cases:
            with self.subTest(files=files):
                self.assertEqual(web_form.file_problems(files), problems)

    def test_amounts_are_read_as_people_write_them(self):
        cases = [
            ("120", 120.0),
            ("1,5", 1.5),
            ("1.5", 1.5),
            ("1,234.50", 1234.5),
            ("1.234,50", 1234.5),
            ("1 234,50", 1234.5),
            ("1.234", 1234.0),
            ("1,234,567", 1234567.0),
            ("12'000.5", 12000.5),
            ("0", None),
            ("-5", None),
            ("1e309", None),
            ("NaN", None),
            ("9" * 20, None),
            ("5 lei", None),
        ]
        for text, amount in cases:
            with self.subTest(text=text):
                self.assertEqual(web_form.read_amount(text), amount)

    def test_moments_are_read_in_the_zone_of_the_visitor(self):
        cases = [
            ("2026-03-16T10:00", "Europe/Sofia", datetime(2026, 3, 16, 8)),
            ("2026-07-16T10:00", "Europe/Sofia", datetime(2026, 7, 16, 7)),
            ("2026-03-16T10:00", "No/Where", datetime(2026, 3, 16, 10)),
            ("2026-03-16T10:00", "../../etc/passwd", datetime(2026, 3, 16, 10)),
            ("2026-02-31T10:00", "UTC", None),
            ("9999-12-31T10:00", "UTC", None),
            ("tomorrow", "UTC", None),
        ]
        for text, zone, moment in cases:
            with self.subTest(text=text, zone=zone):
                self.assertEqual(web_form.read_moment(text, zone), moment)

    def test_a_visitor_of_the_new_internet_is_a_whole_network(self):
        cases = [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::2", "2001:db8::/64"),
            ("nonsense", ""),
            (None, ""),
        ]
        for address, visitor in cases:
            with self.subTest(address=address):
                self.assertEqual(web_form.network(address), visitor)

    def test_limits_of_an_hour_and_of_a_day(self):
        cases = [(9, 9, False), (10, 10, True), (0, 39, False), (0, 40, True)]
        for hour, day, too_many in cases:
            with self.subTest(hour=hour, day=day):
                self.assertEqual(web_form.is_too_many(hour, day, 10), too_many)

    def test_page_numbers_are_read_from_anything(self):
        cases = [
            ("2", 2),
            (3, 3),
            ("x", 1),
            ("-1", 1),
            ("", 1),
            (None, 1),
            ("9" * 19, web_form.MAX_ID),
        ]
        for value, expected in [*cases, ("9" * 30, 1), ("٣", 1)]:
            with self.subTest(value=value):
                self.assertEqual(web_form.page_number(value), expected)

    def test_cells_are_no_formulas(self):
        for text in ("=1+1", "+1", "-1", "@x", "\t=1"):
            with self.subTest(text=text):
                self.assertFalse(web_form.plain_cell(text).startswith(("=", "+", "-", "@", "\t")))
        self.assertEqual(web_form.plain_cell("Steel"), "Steel")
        self.assertEqual(web_form.plain_cell(None), "")

    def test_accounts_have_right_check_digits(self):
        good = ("RO49 AAAA 1B31 0075 9384 0000", "BG80BNBG96611020345678", "123/4567-8", "1234567")
        bad = ("RO49AAAA1B31007593840001", "1", "x" * 43, "BG80", "<img src=x>", "")
        for text, expected in [*((one, True) for one in good), *((one, False) for one in bad)]:
            with self.subTest(text=text):
                self.assertEqual(web_form.is_account(text), expected)

    def test_tax_numbers_have_digits_and_no_code(self):
        for text in ("RO 123456", "BG123456789", "ES-B12345678", "A-2"):
            self.assertTrue(web_form.is_tax_number(text), text)
        for text in ("W", "ABC", '"><img src=1>', "1" * 25, ""):
            self.assertFalse(web_form.is_tax_number(text), text)
