from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
@freeze_time("2026-03-16 10:00:00")
class TestCounterpartyRequestCost(RequestCase):
    """What a request costs, and that what is kept for it holds."""

    def test_one_request_with_its_deadlines_costs_twelve_queries(self):
        self.env["counterparty.request.sla"].create({"name": "Standard", "first_hours": 4})
        Request = self.env["counterparty.request"].with_user(self.user)
        vals = {
            "name": "Second pallet is missing",
            "partner_id": self.late_payer.id,
            "category_id": self.categories["help"].id,
            "team_id": self.team.id,
        }
        for assignee in (self.user, self.uri, self.user.browse()):
            vals["user_id"] = assignee.id
            Request.create(dict(vals))
            self.env.flush_all()

            with self.subTest(assignee=assignee.login), self.assertQueryCount(12):
                request = Request.create(dict(vals))
                self.env.flush_all()

            self.assertTrue(request.due_at)

    def _begin_anew(self, user):
        """Do as the next call of the web client finds things: its user known, nothing else read."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.cr.precommit.clear()
        self.cr._now = None
        user.with_user(user).mapped("partner_id.name")

    def _prepare_form_vals(self):
        """Return what the form sends when a new request is saved."""
        form = Form(self.env["counterparty.request"].with_user(self.user))
        form.name = "Second pallet is missing"
        form.category_id = self.categories["help"]
        form.partner_id = self.late_payer
        form.team_id = self.team
        return form._get_save_values()

    def test_a_request_by_hand_in_a_call_of_its_own_costs_twelve_queries(self):
        """Nothing is in the cache of records, as when the web client saves a form."""
        self.env["counterparty.request.sla"].create({"name": "Standard", "first_hours": 4})
        # with followers and history, as people work
        Request = self.env(context={"lang": "en_US"})["counterparty.request"]
        vals = self._prepare_form_vals()
        for user in (self.user, self.officer):
            for assignee in (user, self.uri, self.user.browse()):
                vals["user_id"] = assignee.id
                Request.with_user(user).create(dict(vals))
                self._begin_anew(user)

                with (
                    self.subTest(user=user.login, assignee=assignee.login),
                    self.assertQueryCount(12),
                ):
                    request = Request.with_user(user).create(dict(vals))
                    self.env.flush_all()
                    self.cr.precommit.run()

                self.assertTrue(request.due_at)
                self.assertEqual(request.state, "open" if assignee else "new")

    def test_policy_that_changes_holds_for_the_next_request(self):
        category = self.categories["help"]
        other = self.team.copy({"name": "Back Desk"})
        category.write({"team_id": self.team.id, "portal_visible": True})
        self._request(team_id=False)
        vals = {"name": "Help", "category_id": category.id, "partner_id": self.late_payer.id}

        category.write({"team_id": other.id, "portal_visible": False, "ask_place": "required"})
        request = self.env["counterparty.request"].create({**vals, "user_id": self.user.id})

        self.assertEqual(request.team_id, other)
        self.assertEqual((request.confidentiality, request.state), ("internal", "new"))

        other.assign_method = "balanced"
        other.member_ids = [fields.Command.create({"user_id": self.uri.id})]
        request = self.env["counterparty.request"].create(vals)

        self.assertEqual(request.user_id, self.uri)

    def test_whoever_joins_a_team_changes_what_it_has(self):
        request = self._request(user_id=self.uri.id)
        ola = self._user("ola", "group_user")
        with self.assertRaises(AccessError):
            request.with_user(ola).name = "Mine"

        member = self.env["counterparty.request.member"].create(
            {"team_id": self.team.id, "user_id": ola.id}
        )
        request.with_user(ola).name = "Ours"
        member.unlink()

        with self.assertRaises(AccessError):
            request.with_user(ola).name = "Mine"

    def test_an_agent_enters_requests_for_other_teams_and_people(self):
        self.team.assign_method = "balanced"
        ola = self._user("ola", "group_user")
        Request = self.env["counterparty.request"].with_user(ola)
        vals = {"name": "Call back", "team_id": self.team.id}

        given = Request.create({**vals, "user_id": self.uri.id})
        shared = Request.create(vals)
        self.team.assign_method = "manual"
        handed = Request.create(vals)
        handed.user_id = self.uri

        for request in (given, handed):
            self.assertEqual((request.user_id, request.state), (self.uri, "open"))
        self.assertEqual(shared.state, "open")
        self.assertIn(shared.user_id, self.user | self.uri)
        with self.assertRaises(AccessError):
            given.name = "Mine"

    def test_whoever_enters_a_request_for_another_follows_it_too(self):
        Request = self.env(context={})["counterparty.request"].with_user(self.user)
        request = Request.create({"name": "Call back", "user_id": self.uri.id})

        self.assertEqual(request.message_partner_ids, (self.user | self.uri).partner_id)
        followers = request.message_follower_ids
        self.assertEqual(followers[0].subtype_ids, followers[1].subtype_ids)

    def test_a_page_of_the_list_costs_the_same_for_one_and_for_eighty(self):
        Request = self.env["counterparty.request"].with_context(tracking_disable=True)
        Request.create(self._batch(80))
        view = self.env.ref("counterparty_crm.counterparty_request_view_list")
        fields_ = Request.get_views([(view.id, "list")])["models"][Request._name]["fields"]
        specification = {
            name: {"fields": {"display_name": {}}} if field["type"] == "many2one" else {}
            for name, field in fields_.items()
        }
        reader = Request.with_user(self.user).with_context(tracking_disable=False)
        reader.web_search_read([], specification, limit=1)

        for limit in (1, 80):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(limit=limit), self.assertQueryCount(15):
                found = reader.web_search_read([], specification, limit=limit)
            self.assertEqual(len(found["records"]), limit)
