from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestResPartnerFilters(CounterpartyCase):
    """The quick filters of the list: who is silent, lost, overdue or waiting."""

    def setUp(self):
        super().setUp()
        self.seller = self._user("sven", "group_user", "sales_team.group_sale_salesman_all_leads")

    def _found(self, *conditions, user=None):
        self.env.flush_all()
        own = (self.foods | self.freight | self.late_payer).ids
        Partner = self.env["res.partner"].with_user(user or self.officer)
        return Partner.search([("id", "in", own), *conditions])

    def _contacted(self, partner, days):
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": fields.Datetime.now() - timedelta(days=days),
                    "partner_id": partner.id,
                    "kind": "call",
                    "res_model": "res.partner",
                    "res_id": partner.id,
                }
            ]
        )

    def test_no_contact_finds_the_silent_and_those_never_contacted(self):
        self._contacted(self.ben, 10)  # of the foods company
        self._contacted(self.freight, 60)

        self.assertEqual(
            self._found(("counterparty_last_contact", "<", "today -30d")),
            self.freight | self.late_payer,
        )
        self.assertEqual(
            self._found(("counterparty_last_contact", "<", "today -90d")), self.late_payer
        )
        self.assertEqual(self._found(("counterparty_last_contact", ">=", "today -30d")), self.foods)
        self.assertEqual(self._found(("counterparty_last_contact", "=", False)), self.late_payer)

    def test_a_meeting_held_is_a_contact_and_a_planned_one_is_none(self):
        now = fields.Datetime.now()
        for partner, days in ((self.foods, -5), (self.freight, 5)):
            self.env["calendar.event"].create(
                {
                    "name": "Visit",
                    "start": now + timedelta(days=days),
                    "stop": now + timedelta(days=days, hours=1),
                    "partner_ids": [Command.set(partner.ids)],
                }
            )

        self.assertEqual(
            self._found(("counterparty_last_contact", "<", "today -30d")),
            self.freight | self.late_payer,
        )

    def test_private_and_declined_meetings_are_told_by_neither_column_nor_filter(self):
        now = fields.Datetime.now()
        meetings = self.env["calendar.event"].with_user(self.officer)
        private, declined = (
            meetings.create(
                {
                    "name": "Visit",
                    "start": now - timedelta(days=2),
                    "stop": now - timedelta(days=2) + timedelta(hours=1),
                    "partner_ids": [Command.set((partner | self.officer.partner_id).ids)],
                }
            )
            for partner in (self.foods, self.freight)
        )
        private.privacy = "private"
        guest = declined.attendee_ids.filtered(lambda one: one.partner_id == self.freight)
        guest.sudo().state = "declined"

        silent = self._found(("counterparty_last_contact", "<", "today -30d"))

        self.assertEqual(silent, self.foods | self.freight | self.late_payer)
        self.assertFalse(silent.with_user(self.user).filtered("counterparty_last_contact"))

    def test_meetings_of_another_company_are_not_told(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        host = self._user(
            "hal", "group_user", company_id=elsewhere.id, company_ids=[(6, 0, elsewhere.ids)]
        )
        start = fields.Datetime.now() - timedelta(days=2)
        self.env["calendar.event"].with_user(host).create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "partner_ids": [Command.set(self.foods.ids)],
            }
        )

        self.assertIn(self.foods, self._found(("counterparty_last_contact", "<", "today -30d")))
        self.assertFalse(self.foods.with_user(self.user).counterparty_last_contact)

    def test_bought_before_and_not_since(self):
        now = fields.Datetime.now()
        self._order(self.ben, confirmed=True, date_order=now - timedelta(days=300))
        self._order(self.freight, confirmed=True, date_order=now - timedelta(days=300))
        self._order(self.freight, confirmed=True, date_order=now - timedelta(days=3))
        self._order(self.late_payer)
        since = ("counterparty_last_order", "<", "today -6m")

        self.assertEqual(self._found(since, user=self.seller), self.foods)
        self.assertEqual(
            self._found(("counterparty_last_order", ">=", "today -6m"), user=self.seller),
            self.freight,
        )
        self.assertEqual(
            self._found(("counterparty_last_order", "=", False), user=self.seller),
            self.late_payer,
        )
        day = (now - timedelta(days=300)).date()
        self.assertEqual(self.foods.with_user(self.seller).counterparty_last_order, day)

    def test_who_may_read_no_orders_finds_nobody_by_them(self):
        self._order(self.foods, confirmed=True)

        self.assertFalse(self._found(("counterparty_last_order", "<", "today +1d"), user=self.user))
        self.assertFalse(self.foods.with_user(self.user).counterparty_last_order)

    def test_the_column_and_the_filter_say_the_same(self):
        self._contacted(self.ben, 10)
        self._contacted(self.freight, 60)
        for days in (5, 10, 11, 59, 60, 61):
            day = fields.Date.today() - timedelta(days=days)
            with self.subTest(days=days):
                found = self._found(("counterparty_last_contact", ">=", day))
                own = (self.foods | self.freight | self.late_payer).with_user(self.officer)
                expected = own.filtered(
                    lambda p, day=day: (
                        p.counterparty_last_contact and p.counterparty_last_contact >= day
                    )
                )
                self.assertEqual(found, expected)

    def test_one_day_and_any_other_day_are_found(self):
        self._contacted(self.ben, 10)
        self._contacted(self.freight, 60)
        self._order(self.ben, confirmed=True, date_order=fields.Datetime.now() - timedelta(days=9))
        day, ordered = self._day(-10), self._day(-9)

        self.assertEqual(self._found(("counterparty_last_contact", "=", day)), self.foods)
        self.assertEqual(
            self._found(("counterparty_last_contact", "!=", day)), self.freight | self.late_payer
        )
        self.assertEqual(
            self._found(("counterparty_last_contact", "in", [day, False])),
            self.foods | self.late_payer,
        )
        self.assertEqual(
            self._found(("counterparty_last_order", "=", ordered), user=self.seller), self.foods
        )
        self.assertFalse(self._found(("counterparty_last_contact", ">=", "9999-12-31")))

    def test_orders_of_archived_contacts_stand_in_the_column_too(self):
        self._order(self.ben, confirmed=True, date_order=fields.Datetime.now() - timedelta(days=9))

        self.ben.active = False
        self.env.flush_all()
        self.env.invalidate_all()

        self.assertEqual(self.foods.with_user(self.seller).counterparty_last_order, self._day(-9))

    def test_open_requests(self):
        request = self.env["counterparty.request"].create(
            {"name": "Where is it?", "partner_id": self.ben.id}
        )

        self.assertEqual(self._found(("counterparty_request_open", ">", 0)), self.foods)
        self.assertNotIn(self.foods, self._found(("counterparty_request_open", "=", 0)))
        request.copy()
        for operator, number, others in (
            (">=", 2, False), ("=", 2, False), ("!=", 2, True), ("<", 2, True), ("<=", 1, True),
            (">", 2, None),
        ):  # fmt: skip
            with self.subTest(operator=operator, number=number):
                found = self._found(("counterparty_request_open", operator, number))
                self.assertEqual(self.foods in found, others is False)
                self.assertEqual(self.freight in found, others is True)
        self.assertTrue(request)

    def test_overdue_is_for_those_who_keep_accounts(self):
        self.assertFalse(self._found(("counterparty_overdue", ">", 0), user=self.user))

    def test_overdue_finds_who_owes_what_was_due(self):
        accountant = self._user("anna", "group_user", "account.group_account_invoice")
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.env.company.id)], limit=1
        )
        if not journal:
            self.skipTest("the company has no accounts")
        for partner, days in ((self.foods, -40), (self.freight, 0)):
            move = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": self._day(days),
                    "invoice_date_due": self._day(days + 10),
                    "invoice_line_ids": [
                        Command.create({"product_id": self.service.id, "price_unit": 10.0})
                    ],
                }
            )
            move.action_post()

        others = self.freight | self.late_payer
        for operator, value, found in [
            (">", 0, self.foods),
            (">=", 0, self.foods | others),
            ("<=", 0, others),
            ("<", 5, others),
            ("=", 0, others),
            ("!=", 0, self.foods),
            ("=", False, others),
        ]:
            with self.subTest(operator=operator, value=value):
                asked = ("counterparty_overdue", operator, value)
                self.assertEqual(self._found(asked, user=accountant), found)
