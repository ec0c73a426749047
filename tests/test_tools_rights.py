from odoo.tests import BaseCase, tagged

from ..tools.rights import EXTRAS, LEVELS, PRESETS, level_of, missing_groups

USER, OFFICER, MANAGER = LEVELS
PROFIT, PERSONAL, CREDIT = EXTRAS


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestToolsRights(BaseCase):
    def test_highest_level_counts(self):
        cases = [
            (set(), None),
            ({PROFIT, PERSONAL}, None),
            ({USER}, USER),
            ({USER, OFFICER}, OFFICER),
            ({MANAGER, USER, CREDIT}, MANAGER),
        ]
        for groups, expected in cases:
            with self.subTest(groups=groups):
                self.assertEqual(level_of(groups), expected)

    def test_preset_gives_what_is_missing(self):
        cases = [
            ("sales", set(), (USER,)),
            ("sales", {USER}, ()),
            ("sales", {USER, OFFICER, MANAGER}, ()),
            ("accounts", set(), (OFFICER, PROFIT)),
            ("accounts", {USER}, (OFFICER, PROFIT)),
            ("accounts", {USER, OFFICER, PROFIT}, ()),
            ("accounts", {USER, OFFICER, MANAGER}, (PROFIT,)),
            ("management", {PROFIT}, (MANAGER, CREDIT)),
            ("management", {USER, OFFICER, MANAGER, PROFIT, CREDIT}, ()),
        ]
        for preset, groups, expected in cases:
            with self.subTest(preset=preset, groups=groups):
                self.assertEqual(missing_groups(preset, groups), expected)

    def test_preset_applied_twice_adds_nothing(self):
        for preset in PRESETS:
            with self.subTest(preset=preset):
                self.assertEqual(missing_groups(preset, missing_groups(preset, set())), ())

    def test_no_preset_gives_personal_documents(self):
        given = {group for groups in PRESETS.values() for group in groups}

        self.assertNotIn(PERSONAL, given)

    def test_unknown_preset_is_refused(self):
        with self.assertRaises(KeyError):
            missing_groups("marketing", set())
