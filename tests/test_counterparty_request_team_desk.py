from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestTeamDesk(RequestCase):
    """The first screen of the desk counts what waits."""

    def test_a_team_counts_what_waits_for_it(self):
        self._request(user_id=self.user.id)
        self._request(user_id=self.uri.id)
        self._request()
        self._request()._cancel()
        late = self._request()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE counterparty_request SET sla_status = 'breached' WHERE id = %s", [late.id]
        )
        self.env.invalidate_all()

        team = self.team.with_user(self.user)

        self.assertEqual(
            (team.open_count, team.mine_count, team.unassigned_count, team.late_count),
            (4, 1, 2, 1),
        )

    def test_a_count_opens_what_it_counts(self):
        mine = self._request(user_id=self.user.id)
        self._request()
        team = self.team.with_user(self.user)

        action = team.with_context(counterparty_requests="mine").action_open_requests()

        self.assertEqual(action["domain"], [("team_id", "=", self.team.id)])
        self.assertEqual(action["context"]["search_default_mine"], 1)
        requests = self.env["counterparty.request"].with_user(self.user)
        found = requests.search([*action["domain"], ("user_id", "=", self.user.id)])
        self.assertEqual(found, mine.with_user(self.user))

    def test_an_archived_team_gets_no_new_requests(self):
        category = self.categories["help"]
        category.team_id = self.team
        self.team.active = False

        request = self.env["counterparty.request"].create(
            {"name": "A pallet", "category_id": category.id}
        )
        default = self.env["counterparty.request.team"]._get_default(self.env.company)

        self.assertTrue(default)
        self.assertEqual(request.team_id, default)
        request.category_id = self.categories["warranty"]
        request.category_id = category
        self.assertEqual(request.team_id, default)

    def test_a_team_with_work_is_not_archived(self):
        request = self._request()

        with self.assertRaisesRegex(UserError, "Front Desk still has open requests: 1"):
            self.team.active = False
        request._cancel()
        self.team.action_archive()

        self.assertFalse(self.team.active)

    def test_a_team_with_a_mailbox_is_not_archived(self):
        self.team.alias_name = "desk"

        with self.assertRaisesRegex(UserError, "Switch off the mailbox of Front Desk"):
            self.team.active = False

    def test_counts_of_many_teams_are_read_at_once(self):
        teams = self.env["counterparty.request.team"].create(
            [{"name": f"Team {number}"} for number in range(10)]
        )
        self._request()
        self.env.flush_all()
        self.env.invalidate_all()
        self.team.open_count  # noqa: B018  rules and settings are read once
        self.env.invalidate_all()

        with self.assertQueryCount(3):
            (teams | self.team).mapped("open_count")

        self.assertFalse(any(teams.mapped("open_count")))
