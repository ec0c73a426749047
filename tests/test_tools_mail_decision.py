from odoo.tests import BaseCase, tagged

from ..tools.mail_decision import Sender, Situation, decide, refusal

PROVEN = ("token", "reference")


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsMailDecision(BaseCase):
    def _assert_fates(self, cases, **common):
        for facts, fate in cases:
            with self.subTest(**facts, **common):
                expected = fate if isinstance(fate, tuple) else (fate, "")
                self.assertEqual(decide(Situation(**common, **facts)), expected)

    def test_mails_about_no_request(self):
        self._assert_fates(
            [
                ({}, "new"),
                ({"is_known": True}, "new"),
                ({"is_employee": True}, "new"),
                ({"recent_mails": 19}, "new"),
                ({"recent_mails": 20}, ("quarantine", "flood")),
                ({"repeats": 9}, "new"),
                ({"repeats": 10}, "answer"),
                ({"repeats": 10, "is_over": True}, "new"),
                ({"repeats": 20, "recent_mails": 20}, ("quarantine", "flood")),
                ({"automatic": True, "recent_mails": 20}, ("discard", "flood")),
                ({"is_forged": True}, ("quarantine", "forged")),
                ({"automatic": True}, "new"),
                ({"automatic": True, "has_recent_request": True}, "note"),
                ({"has_recent_request": True}, "new"),
            ]
        )

    def test_participants_with_any_proof(self):
        for proof in (*PROVEN, "number"):
            self._assert_fates(
                [
                    ({}, "answer"),
                    ({"is_solved": True}, "answer"),
                    ({"is_solved": True, "reopenings_today": 2}, "answer"),
                    ({"is_solved": True, "reopenings_today": 3}, "comment"),
                    ({"is_over": True}, "follow_up"),
                    ({"automatic": True}, "note"),
                    ({"automatic": True, "is_over": True}, "note"),
                    ({"recent_mails": 20}, ("quarantine", "flood")),
                    ({"is_forged": True}, ("quarantine", "forged")),
                ],
                proof=proof,
                takes_part=True,
            )

    def test_employees_speak_for_us_with_proof_only(self):
        for proof, expected in (("token", "answer"), ("reference", "answer"), ("number", "note")):
            self._assert_fates(
                [({}, expected), ({"is_over": True}, expected), ({"is_solved": True}, expected)],
                proof=proof,
                takes_part=True,
                is_employee=True,
            )

    def test_strangers_with_a_proof_wait(self):
        for proof in PROVEN:
            self._assert_fates(
                [
                    ({}, ("quarantine", "unverified")),
                    ({"automatic": True}, ("quarantine", "unverified")),
                    ({"is_known": True}, "possible"),
                    ({"is_known": True, "automatic": True}, ("quarantine", "unverified")),
                    ({"is_known": True, "is_forged": True}, ("quarantine", "forged")),
                ],
                proof=proof,
            )

    def test_strangers_with_a_number_open_a_request_of_their_own(self):
        self._assert_fates(
            [
                ({}, "possible"),
                ({"is_over": True}, "possible"),
                ({"automatic": True}, "new"),
                ({"automatic": True, "has_recent_request": True}, "note"),
            ],
            proof="number",
        )

    def test_acknowledgements_go_to_people_and_not_too_often(self):
        cases = [
            ({}, ""),
            ({"address": ""}, "address"),
            ({"automatic": True}, "automatic"),
            ({"is_own": True}, "own"),
            ({"is_employee": True}, "employee"),
            ({"is_robot": True}, "robot"),
            ({"is_blocked": True}, "blocked"),
            ({"last_hour": 2, "last_day": 9, "last_minute": 59}, ""),
            ({"last_hour": 3}, "hour"),
            ({"last_day": 10}, "day"),
            ({"last_minute": 60}, "minute"),
            ({"automatic": True, "last_hour": 3}, "automatic"),
        ]
        for facts, reason in cases:
            with self.subTest(**facts):
                sender = Sender(**{"address": "ada@x.example", **facts})
                self.assertEqual(refusal(sender), reason)

    def test_limits_may_be_others(self):
        sender = Sender(address="ada@x.example", last_hour=1)

        self.assertEqual(refusal(sender, per_hour=1), "hour")
        self.assertEqual(refusal(sender, per_hour=0, per_day=0), "hour")
