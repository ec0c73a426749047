import base64

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, Command, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestGroupCreditRace(RaceCase):
    """Two members order at the same instant, each in a transaction of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            cls._set_up_world(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
        cls.addClassCleanup(cls._remove_world)

    @classmethod
    def _set_up_world(cls, env):
        partners = env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Race head", "Race A", "Race B")]
        )
        head, *members = partners
        kind = env.ref("counterparty_crm.membership_kind_owned")
        env["counterparty.membership"].create(
            [
                {"owner_id": head.id, "member_id": member.id, "kind_id": kind.id, "equity": 100}
                for member in members
            ]
        )
        holding = env["counterparty.holding"].create({"head_id": head.id})
        company = env.ref("base.main_company")
        limit = env["counterparty.holding.limit"].create(
            {"holding_id": holding.id, "company_id": company.id, "amount": 1000}
        )
        company.counterparty_credit_mode = "block"
        product = env["product.product"].create({"name": "Race", "type": "service"})
        line = {"product_id": product.id, "price_unit": 700, "tax_ids": [Command.clear()]}
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": member.id,
                    "company_id": company.id,
                    "order_line": [Command.create(line)],
                }
                for member in members
            ]
        )
        seller = env.ref("base.user_admin")
        cls.seller_id, cls.company_id, cls.order_ids = seller.id, company.id, orders.ids
        cls.ids = {
            "sale.order": orders.ids,
            "counterparty.holding.limit": limit.ids,
            "counterparty.holding": holding.ids,
            "counterparty.membership": holding._get_members(holding._get_day())
            and env["counterparty.membership"].search([("owner_id", "=", head.id)]).ids,
            "product.template": product.product_tmpl_id.ids,
            "res.partner": partners.ids,
        }

    @classmethod
    def _remove_world(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.company"].browse(cls.company_id).counterparty_credit_mode = "off"
            env["sale.order"].browse(cls.order_ids)._action_cancel()
            for model, ids in cls.ids.items():
                if model == "res.partner":
                    # who has done business keeps its role as long as there are records of it
                    cr.execute("DELETE FROM counterparty_role WHERE partner_id = ANY(%s)", [ids])
                    env.invalidate_all()
                env[model].browse(ids).exists().unlink()

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            orders = self._orders(cr, SUPERUSER_ID)
            orders.filtered(lambda order: order.state == "sale")._action_cancel()
            orders.action_draft()
            orders.write({"state": "draft", "counterparty_credit_state": False})

    def _orders(self, cr, user_id, **context):
        return api.Environment(cr, user_id, context)["sale.order"].browse(self.order_ids)

    def _states(self):
        with self.registry.cursor() as cr:
            orders = self._orders(cr, SUPERUSER_ID)
            return [(order.state, order.counterparty_credit_state) for order in orders]

    def test_the_second_of_two_sellers_starts_again_and_is_refused(self):
        """The waiter on the lock does not go on with the exposure of before."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine = self._orders(first, self.seller_id)[0]
            theirs = self._orders(second, self.seller_id)[1]
            theirs.read(["state"])  # the snapshot of the second is taken before the first commits
            mine.action_confirm()

            refused = self._come_second(first, second, theirs.action_confirm)

        self.assertEqual(refused, 1)
        self.assertEqual([state for state, _mark in self._states()], ["sale", "draft"])

    def test_a_job_that_comes_second_leaves_the_order_to_the_repeating_job(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine = self._orders(first, self.seller_id)[0]
            job = self._orders(second, self.seller_id, cron_end_time=0)[1]
            job.read(["state"])
            mine.action_confirm()
            first.commit()

            with mute_logger("odoo.sql_db"):
                job.action_confirm()
            second.commit()
        self.assertEqual(self._states()[1], ("sent", "repeat"))

        with self.registry.cursor() as cr:
            self._orders(cr, SUPERUSER_ID, cron_end_time=0)[1].action_confirm()

        self.assertEqual(self._states(), [("sale", False), ("sent", "hold")])

    def test_a_job_that_comes_second_never_holds_an_order_that_passes_anyway(self):
        for case in ("warn", "prepaid"):
            with self.subTest(case=case):
                self.setUp()
                self._let_pass(case)

                self._collide(cron_end_time=0)

                self.assertEqual(self._states()[1], ("sale", False))
                self._let_pass(None)

    def test_a_customer_who_comes_second_starts_again(self):
        with self.assertRaises(SerializationFailure):
            self._collide()

        self.assertEqual(self._states()[1], ("draft", False))

    def _let_pass(self, case):
        with self.registry.cursor() as cr:
            order = self._orders(cr, SUPERUSER_ID)[1]
            order.company_id.counterparty_credit_mode = "warn" if case == "warn" else "block"
            terms = order.env["account.payment.term"]
            if case == "prepaid":
                terms = terms.create({"name": "In advance", "counterparty_is_prepaid": True})
            order.payment_term_id = terms

    def _collide(self, **context):
        """Let the second order be confirmed by the system on the figures before the first."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine = self._orders(first, self.seller_id)[0]
            theirs = self._orders(second, SUPERUSER_ID, **context)[1]
            theirs.read(["state"])
            mine.action_confirm()
            first.commit()
            with mute_logger("odoo.sql_db"):
                theirs.action_confirm()
            second.commit()

    def test_two_owners_raised_at_once_are_added_up(self):
        with self.registry.cursor() as cr:
            to_first, to_other = self._two_owners(cr)
        self.addCleanup(self._one_owner, to_first, to_other)

        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = self._membership(first, to_first), self._membership(second, to_other)
            theirs.read(["equity"])
            mine.equity = 60
            mine.flush_recordset()
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                theirs.equity = 60
            second.rollback()

    def test_of_the_same_membership_added_twice_at_once_one_is_refused_in_words(self):
        head, member = self.ids["res.partner"][0], self.ids["res.partner"][1]
        with self.registry.cursor() as cr:
            kind = api.Environment(cr, SUPERUSER_ID, {}).ref(
                "counterparty_crm.membership_kind_family"
            )
            vals = {"owner_id": head, "member_id": member, "kind_id": kind.id}

        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine, theirs = (
                api.Environment(cr, SUPERUSER_ID, {})["counterparty.membership"]
                for cr in (first, second)
            )
            theirs.search_count([])
            self.addCleanup(self._remove_membership, mine.create(vals).id)
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation) as refused:
                theirs.create(vals)
            second.rollback()
            message = theirs._sql_error_to_message(refused.exception)

        self.assertIn("already there and goes on", message)

    def _remove_membership(self, membership_id):
        with self.registry.cursor() as cr:
            self._membership(cr, membership_id).unlink()

    def test_an_import_that_comes_second_starts_again(self):
        with self.registry.cursor() as cr:
            row = self._membership(cr, self.ids["counterparty.membership"][0])
            row.equity, member, seller = 10, row.member_id.name, self._orders(cr, 1).partner_id
            other = (seller - row.member_id).name
        self.addCleanup(self._set_equity, row.id, 100)

        with self.registry.cursor() as first, self.registry.cursor() as second:
            mine = self._membership(first, row.id)
            env = api.Environment(second, SUPERUSER_ID, {})
            content = f"owner,member,kind,equity\n{other},{member},owned,60\n".encode()
            wizard = env["counterparty.membership.import"].create(
                {"content": base64.b64encode(content), "filename": "edges.csv"}
            )
            mine.equity = 60
            mine.flush_recordset()
            first.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                wizard.action_import()
            second.rollback()

    def _set_equity(self, membership_id, equity):
        with self.registry.cursor() as cr:
            self._membership(cr, membership_id).equity = equity

    def _membership(self, cr, membership_id):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["counterparty.membership"].browse(membership_id)

    def _two_owners(self, cr):
        row = self._membership(cr, self.ids["counterparty.membership"][0])
        row.equity = 10
        other = self._orders(cr, SUPERUSER_ID).partner_id - row.member_id
        return row.id, row.copy({"owner_id": other.id}).id

    def _one_owner(self, kept, gone):
        with self.registry.cursor() as cr:
            self._membership(cr, gone).unlink()
            self._membership(cr, kept).equity = 100

    def test_orders_of_one_group_after_each_other_see_each_other(self):
        with self.registry.cursor() as cr:
            self._orders(cr, SUPERUSER_ID)[0].action_confirm()
        with self.registry.cursor() as cr:
            self._orders(cr, SUPERUSER_ID)[1].action_confirm()

        self.assertEqual(self._states(), [("sale", False), ("sent", "hold")])
