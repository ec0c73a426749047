from odoo.tests import BaseCase, tagged

from ..tools.mail_filing import PRIVATE_ADDRESSES, is_private, words


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsMailFiling(BaseCase):
    def test_addresses_names_and_domains_are_excluded(self):
        excluded = words("hr, Boss@Example.com ; @home.example.org")
        cases = [
            (["hr@example.com"], True),
            (["HR+2026@example.com"], True),
            (["boss@example.com"], True),
            (["boss+private@example.com"], True),
            (["ada@home.example.org"], True),
            (["sales@example.com"], False),
            (["chr@example.com", "ada@example.org"], False),
            (["sales@example.com", "hr@example.com"], True),
            ([], False),
        ]
        for addresses, expected in cases:
            with self.subTest(addresses=addresses):
                self.assertIs(is_private(addresses, excluded), expected)

    def test_addresses_of_personnel_are_excluded_from_the_start(self):
        excluded = words(PRIVATE_ADDRESSES)

        for address in ("jobs@example.com", "resurse.umane@example.com", "rrhh@example.com"):
            with self.subTest(address=address):
                self.assertTrue(is_private([address], excluded))

    def test_parts_of_our_own_addresses_say_what_they_are_for(self):
        excluded = words(PRIVATE_ADDRESSES)

        for address in (
            "human.resources@example.com",
            "hr-department@example.com",
            "humanresources@example.com",
            "jobs_2026@example.com",
        ):
            with self.subTest(address=address):
                self.assertTrue(is_private([address], excluded, ours=True))
        self.assertFalse(is_private(["steve.jobs@example.com"], excluded))
        self.assertFalse(is_private(["sales@example.com"], excluded, ours=True))

    def test_empty_setting_excludes_nothing(self):
        self.assertEqual(words(None), set())
        self.assertFalse(is_private(["hr@example.com"], words(" , ")))
