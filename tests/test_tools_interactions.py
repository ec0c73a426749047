from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ..tools.interactions import KINDS, PERSONAL_KINDS, kind_of_activity, read_about

MOMENT = datetime(2026, 3, 9, 10)


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsInteractions(BaseCase):
    def test_calls_meetings_and_mails_are_contacts_and_work_is_not(self):
        cases = [
            ("phonecall", False, "call"),
            ("meeting", False, "meeting"),
            ("default", True, "email"),
            ("default", False, None),
            ("upload_file", False, None),
            (None, False, None),
        ]
        for category, is_email, expected in cases:
            with self.subTest(category=category, is_email=is_email):
                self.assertEqual(kind_of_activity(category, is_email=is_email), expected)

    def test_what_people_log_are_kinds_of_interactions(self):
        self.assertLess(set(PERSONAL_KINDS), {kind for kind, _name in KINDS})

    def test_only_what_is_understood_is_said_of_a_contact(self):
        pays = {
            "promised_on": date(2026, 3, 9),
            "promised_amount": 50.0,
            "promised_currency_id": 1,
        }
        agreed = {"result": "neutral", **pays}
        cases = [
            ({}, {}),
            (agreed, agreed),
            (pays, {}),
            ({**agreed, "result": "negative"}, {"result": "negative"}),
            ({**agreed, "promised_amount": 0}, {"result": "neutral"}),
            ({**agreed, "promised_amount": "50"}, {"result": "neutral"}),
            ({**agreed, "promised_on": "2026-03-09"}, {"result": "neutral"}),
            ({**agreed, "promised_currency_id": False}, {"result": "neutral"}),
            ({"direction": "in", "date": MOMENT}, {"direction": "in", "date": MOMENT}),
            ({"direction": "up", "date": "2026-03-09 10:00:00"}, {}),
            ({"kind": "visit", "note": "Agreed"}, {"kind": "visit", "note": "Agreed"}),
            ({"kind": "mailing", "result": "great", "importance": "9"}, {}),
            ({"origin": "install", "note": ["x"], "result": "neutral"}, {"result": "neutral"}),
            ({"importance": "1", "note": False, "kind": None}, {"importance": "1"}),
        ]
        for said, expected in cases:
            with self.subTest(said=said):
                self.assertEqual(read_about(said), expected)
