from odoo.tests import BaseCase, tagged

from ..tools.answer_search import Entry, best, stems


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsAnswerSearch(BaseCase):
    def _entry(self, id_, title, text=""):
        return Entry(id_, stems(title), stems(text))

    def test_words_count_without_accents_endings_and_what_is_short(self):
        cases = [
            ("Palete", {"palet"}),
            ("PALETELOR și à", {"palet"}),
            ("Când vine factura?", {"cand", "vine", "factu"}),
            ("Кога идва фактурата", {"кога", "идва", "факту"}),
            ("a an of", set()),
            ("", set()),
        ]
        for text, expected in cases:
            with self.subTest(text):
                self.assertEqual(stems(text), expected)

    def test_the_best_three_are_offered(self):
        entries = [
            self._entry(1, "How do I return a pallet?", "Call us"),
            self._entry(2, "Where is my invoice?", "In the portal, under pallets"),
            self._entry(3, "Return of goods", "Every pallet can be returned"),
            self._entry(4, "Pallet sizes"),
            self._entry(5, "Pallet colours"),
        ]
        cases = [
            ("I want to return a pallet", [1, 3, 4]),
            ("invoices", [2]),
            ("hello", []),
            ("", []),
        ]
        for question, expected in cases:
            with self.subTest(question):
                self.assertEqual(best(question, entries), expected)

    def test_one_word_of_a_text_is_not_enough(self):
        entries = [self._entry(1, "Opening hours", "invoice payment delivery from nine to five")]

        self.assertEqual(best("my invoice", entries), [])
        self.assertEqual(best("payment of the invoice at delivery", entries), [1])

    def test_equals_keep_their_order(self):
        entries = [self._entry(id_, "Pallet") for id_ in (7, 3, 9, 1)]

        self.assertEqual(best("pallets", entries), [7, 3, 9])
