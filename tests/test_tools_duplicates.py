from odoo.tests import BaseCase, tagged

from ..tools import duplicates


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsDuplicates(BaseCase):
    def test_tax_numbers_compare_without_country_and_signs(self):
        cases = [
            ("RO 9900700006", "9900700006"),
            ("9900700006", "9900700006"),
            ("ro-9900.700.006", "9900700006"),
            ("ESB99990012", "B99990012"),
            ("", ""),
            (None, ""),
        ]
        for written, key in cases:
            with self.subTest(written=written):
                self.assertEqual(duplicates.vat_key(written), key)

    def test_telephones_compare_with_and_without_prefix(self):
        spellings = ["+359 888 123 456", "0888/123-456", "00359888123456", "(0888) 123456"]

        self.assertEqual({duplicates.phone_key(text) for text in spellings}, {"88123456"})
        landlines = ["02 987 6543", "+359 2 987 6543", "00359 2 9876543"]
        self.assertEqual({duplicates.phone_key(text) for text in landlines}, {"29876543"})
        self.assertEqual(duplicates.phone_key("112"), "")
        self.assertEqual(duplicates.phone_key(None), "")

    def test_short_telephones_have_a_key_with_and_one_without_prefix(self):
        cases = [
            ("+372 5123456", "", ["25123456", "5123456"]),
            ("00372 512345", "", ["72512345", "2512345", "512345"]),
            ("5123456", "372", ["5123456", "25123456"]),
            ("0721 234 567", "40", ["21234567"]),
            ("+40 721 234 567", "40", ["21234567"]),
            ("112", "372", []),
            (None, "372", []),
        ]
        for number, code, keys in cases:
            with self.subTest(number=number):
                self.assertEqual(duplicates.phone_keys(number, code), keys)

    def test_patterns_know_accents_and_capitals(self):
        for word, name in (
            ("santier", "ȘANTIER"),
            ("santier", "Şantier"),
            ("nunez", "Núñez"),
            ("иван", "Иван"),
            ("ион", "Йон"),
            ("c3", "c3"),
        ):
            with self.subTest(name=name):
                self.assertRegex(name, duplicates.spelling_pattern(word))
        self.assertNotRegex("Santor", duplicates.spelling_pattern("santier"))

    def test_names_compare_by_their_words(self):
        same = [
            ("Carpatia Retail SRL", "CARPATIA  RETAIL S.R.L."),
            ("Dunav Build EOOD", "Dunav Build"),
            ("Дунав ЕООД", "дунав"),
            ("Brașov Rafturi", "Brasov Rafturi"),
            ("SC Construct SRL", "Construct SRL"),
            ("Retail Carpatia", "Carpatia Retail"),
            ("Sierra Storage Systems", "Sierra Storage Sistems"),
        ]
        for left, right in same:
            with self.subTest(left=left, right=right):
                self.assertTrue(duplicates.are_similar(left, right))
        different = [
            ("Carpatia Retail", "Carpatia Logistics"),
            ("Northwind", "Southwind"),
            ("", ""),
            ("Ana", "Ina"),
        ]
        for left, right in different:
            with self.subTest(left=left, right=right):
                self.assertFalse(duplicates.are_similar(left, right))

    def test_a_name_of_a_legal_form_alone_keeps_it(self):
        self.assertEqual(duplicates.name_key("SA"), "sa")
