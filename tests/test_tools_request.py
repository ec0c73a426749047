from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import request_load, request_states
from ..tools.request_load import Candidate


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsRequest(BaseCase):
    """The life of a request and the sharing out of work, on paper."""

    def test_every_state_has_its_moves(self):
        self.assertEqual(set(request_states.MOVES), set(request_states.STATES))
        for before, after in request_states.MOVES.items():
            with self.subTest(before=before):
                self.assertNotIn(before, after)
                self.assertNotIn("new", after)

    def test_moves(self):
        cases = [
            ("new", "open", True),
            ("open", "pending", True),
            ("pending", "hold", True),
            ("hold", "solved", True),
            ("solved", "closed", True),
            ("closed", "open", True),
            ("cancelled", "open", True),
            ("open", "new", False),
            ("closed", "pending", False),
            ("solved", "hold", False),
            ("cancelled", "closed", False),
        ]
        for before, after, expected in cases:
            with self.subTest(before=before, after=after):
                self.assertIs(request_states.can_move(before, after), expected)

    # ------------------------------------------------------------
    # Sharing out
    # ------------------------------------------------------------

    def test_the_smallest_share_of_the_own_capacity_wins(self):
        early, late = datetime(2026, 3, 1), datetime(2026, 3, 2)
        cases = [
            ("nobody", [], None),
            ("full", [Candidate(1, 5, 5)], None),
            ("no capacity", [Candidate(1, 0, 0)], None),
            ("share, not number", [Candidate(1, 4, 20), Candidate(2, 2, 4)], 1),
            ("free one", [Candidate(1, 5, 5), Candidate(2, 9, 10)], 2),
            ("longest wait", [Candidate(1, 1, 10, late), Candidate(2, 1, 10, early)], 2),
            ("never had one", [Candidate(1, 1, 10, early), Candidate(2, 1, 10)], 2),
            ("lower key", [Candidate(7, 0, 5), Candidate(3, 0, 5)], 3),
        ]
        for name, candidates, expected in cases:
            with self.subTest(name):
                self.assertEqual(request_load.choose(candidates), expected)

    def test_each_request_counts_for_the_next(self):
        people = [Candidate(1, 0, 2), Candidate(2, 0, 1)]

        given = request_load.share_out(
            [(10, [1, 2]), (11, [1, 2]), (12, [1]), (13, [1, 2])], people
        )

        self.assertEqual(given, {10: 1, 11: 2, 12: 1})

    def test_requests_go_only_to_those_who_can(self):
        people = [Candidate(1, 0, 5), Candidate(2, 3, 5)]

        given = request_load.share_out([(10, [2]), (11, []), (12, [9])], people)

        self.assertEqual(given, {10: 2})
