from odoo.tests import BaseCase, tagged

from ..tools.languages import guess_language

ALL = ("en_US", "ro_RO", "bg_BG", "es_ES")


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsLanguages(BaseCase):
    def test_texts_are_recognised(self):
        cases = [
            ("Hello, the pallet is broken. Please send another.", "en_US"),
            ("Bună ziua, paletul este rupt. Vă rog să trimiteți altul.", "ro_RO"),
            ("Buna ziua, am primit factura gresita, multumesc", "ro_RO"),
            ("Здравейте, палетът е счупен. Моля изпратете друг.", "bg_BG"),
            ("Hola, el palé está roto. Por favor envíen otro.", "es_ES"),
            ("RQ-000012", None),
            ("ok", None),
            ("", None),
        ]
        for text, code in cases:
            with self.subTest(text=text):
                self.assertEqual(guess_language(text, ALL), code)

    def test_only_available_languages_are_chosen(self):
        text = "Здравейте, палетът е счупен. Моля изпратете друг."

        self.assertIsNone(guess_language(text, ("en_US", "ro_RO")))
        self.assertEqual(guess_language(text, ("fr_FR", "bg_BG")), "bg_BG")
        self.assertIsNone(guess_language(text, ()))

    def test_the_quotation_below_does_not_decide(self):
        text = "Моля за отговор, благодаря. " + "x " * 1500 + "the and is was you have " * 50

        self.assertEqual(guess_language(text, ALL), "bg_BG")
