from itertools import permutations

from odoo.tests import BaseCase, tagged

from ..tools.banner import BannerLine, top_line

DANGER = BannerLine("danger", 50, "Over the limit")
WARNING = BannerLine("warning", 10, "Contract ends")
INFO = BannerLine("info", 1, "Found at installation")


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestToolsBanner(BaseCase):
    def test_nothing_to_say_shows_nothing(self):
        self.assertIsNone(top_line([]))

    def test_level_wins_over_sequence_in_any_order(self):
        for lines in permutations([DANGER, WARNING, INFO]):
            with self.subTest(lines=lines):
                self.assertEqual(top_line(iter(lines)), DANGER)
        self.assertEqual(top_line([INFO, WARNING]), WARNING)

    def test_lower_sequence_wins_within_a_level(self):
        later = INFO._replace(sequence=90, text="Later")

        self.assertEqual(top_line([later, INFO]), INFO)

    def test_first_given_wins_a_tie(self):
        twin = INFO._replace(text="Twin")

        self.assertEqual(top_line([twin, INFO]), twin)
        self.assertEqual(top_line([INFO, twin]), INFO)

    def test_unknown_level_is_refused(self):
        with self.assertRaises(ValueError):
            top_line([BannerLine("fatal", 1, "?")])
