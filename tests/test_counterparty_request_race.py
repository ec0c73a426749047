from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestRace(RaceCase):
    """Two people do the same at the same instant, each in a transaction of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            groups = "counterparty_crm.group_user,sales_team.group_sale_salesman"
            users = [new_test_user(env, f"race{number}", groups=groups) for number in (1, 2)]
            cls.user_ids = [user.id for user in users]
            cls.partner_id = env["res.partner"].create({"name": "Race"}).id
            cls.team_id = env["counterparty.request.team"].create({"name": "Race"}).id
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["counterparty.request"].search([("partner_id", "=", cls.partner_id)]).unlink()
            env["crm.lead"].search([("partner_id", "=", cls.partner_id)]).unlink()
            env["counterparty.request.team"].browse(cls.team_id).unlink()
            partners = env["res.partner"].browse(cls.partner_id)
            partners.counterparty_role_ids.unlink()
            users = env["res.users"].browse(cls.user_ids)
            partners |= users.partner_id
            users.unlink()
            partners.unlink()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.request_id = (
                env["counterparty.request"]
                .create(
                    {
                        "name": "Race",
                        "partner_id": self.partner_id,
                        "team_id": self.team_id,
                        "category_id": env.ref("counterparty_crm.request_category_help").id,
                    }
                )
                .id
            )

    def _request(self, cr, number=None):
        user_id = SUPERUSER_ID if number is None else self.user_ids[number]
        return api.Environment(cr, user_id, {})["counterparty.request"].browse(self.request_id)

    def _collide(self, act):
        """Let both act on what they read before; the second waits for the first.

        :return: how often the second has to start again, as the host lets it
        """
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = self._request(first, 0), self._request(second, 1)
            theirs.read(["state", "user_id"])  # the snapshot of before
            act(mine)
            mine.env.flush_all()

            def come_second():
                act(theirs)
                theirs.env.flush_all()

            return self._come_second(first, second, come_second)

    def test_two_who_take_it_at_once(self):
        self.assertEqual(self._collide(lambda request: request.action_take()), 1)

        with self.registry.cursor() as cr:
            again = self._request(cr, 1)
            with self.assertRaisesRegex(UserError, "took"):
                again.action_take()
            self.assertEqual(again.user_id.id, self.user_ids[0])

    def test_two_who_convert_at_once_make_one_document(self):
        def convert(request):
            kind = request.env.ref("counterparty_crm.request_conversion_opportunity")
            return request._convert(kind)

        self.assertEqual(self._collide(convert), 1)

        with self.registry.cursor() as cr:
            again = self._request(cr, 1)
            lead = convert(again)
            self.assertEqual(again.document_ids._get_document(), lead)
            self.assertEqual(again.env["crm.lead"].search_count([("id", "=", lead.id)]), 1)
            self.assertEqual(again.document_count, 1)

    def test_two_who_close_at_once(self):
        self.assertEqual(self._collide(lambda request: request.action_close()), 1)

        with self.registry.cursor() as cr:
            again = self._request(cr, 1)
            again.action_close()
            self.assertEqual(again.state, "closed")
            self.assertEqual(len(again.interval_ids.filtered(lambda row: not row.ended_at)), 1)

    def test_two_who_merge_crosswise_make_no_circle(self):
        with self.registry.cursor() as cr:
            twin_id = self._request(cr).copy().id
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = self._request(first, 0), self._request(second, 1)
            theirs.read(["merged_into_id"])  # the snapshot of before
            mine._merge_into(mine.browse(twin_id))
            mine.env.flush_all()

            def come_second():
                theirs.browse(twin_id)._merge_into(theirs)
                theirs.env.flush_all()

            self.assertEqual(self._come_second(first, second, come_second), 1)

        with self.registry.cursor() as cr:
            again = self._request(cr)
            self.assertEqual(again.merged_into_id.id, twin_id)
            self.assertFalse(again.merged_into_id.merged_into_id)
