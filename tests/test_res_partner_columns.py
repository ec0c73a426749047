from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerColumns(CounterpartyCase):
    """What the list of counterparties says of each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = cls._user("bill", "group_user", "account.group_account_invoice")

    def _seen(self, partner, user=None, **context):
        return partner.with_user(user or self.user).with_context(**context)

    def _ended(self, partner, kind):
        return self._role(partner, kind, date_from=self._day(-9), date_to=self._day(-1))

    def test_state_is_that_of_the_strongest_role(self):
        self._ended(self.foods, self.bank)
        self._role(self.foods, self.customer, is_prospect=True)
        self._ended(self.freight, self.supplier)

        self.assertEqual(self._seen(self.foods).counterparty_state, "prospect")
        self.assertEqual(self._seen(self.ben).counterparty_state, "prospect")
        self.assertEqual(self._seen(self.freight).counterparty_state, "former")
        self.assertFalse(self._seen(self.late_payer).counterparty_state)

    def test_list_of_a_type_tells_the_state_of_that_role(self):
        self._role(self.foods, self.customer, responsible_id=self.officer.id)
        self._role(self.foods, self.supplier, is_prospect=True, responsible_id=self.manager.id)

        seen = self._seen(self.foods, counterparty_default_type="supplier")

        self.assertEqual(seen.counterparty_state, "prospect")
        self.assertEqual(seen.counterparty_responsible_ids, self.manager)
        both = self._seen(self.foods).counterparty_responsible_ids
        self.assertEqual(both, self.officer | self.manager)

    def test_contacts_of_the_past_and_the_future(self):
        meetings = self.env["calendar.event"].with_user(self.user)
        for day, partner in ((-5, self.ben), (-3, self.foods), (4, self.ben), (9, self.foods)):
            start = fields.Datetime.to_datetime(self._day(day))
            meetings.create(
                {
                    "name": "Visit",
                    "start": start.replace(hour=10),
                    "stop": start.replace(hour=11),
                    "partner_ids": [Command.set(partner.ids)],
                }
            )
        seen = self._seen(self.foods)

        self.assertEqual(seen.counterparty_last_contact, self._day(-3))
        self.assertEqual(seen.counterparty_next_contact, self._day(4))
        keeper = self._user("kim", "group_user", "base.group_partner_manager")
        self.ben.with_user(keeper).activity_schedule(
            "mail.mail_activity_data_call", self._day(2), user_id=self.user.id
        )
        seen.invalidate_recordset()
        self.assertEqual(seen.counterparty_next_contact, self._day(2))
        self.assertFalse(self._seen(self.freight).counterparty_last_contact)

    @freeze_time("2026-03-16 10:00:00")
    def test_next_contact_is_also_that_of_documents_and_not_what_was_missed(self):
        lead = self._lead(self.ben)
        for day in ("2026-02-03", "2026-03-17", "2026-03-20"):
            lead.activity_schedule("mail.mail_activity_data_call", day, user_id=self.user.id)
        missed = self._lead(self.freight)
        missed.activity_schedule("mail.mail_activity_data_call", "2026-02-03", user_id=self.user.id)
        self.env["calendar.event"].with_user(self.user).create(
            {
                "name": "Visit",
                "start": "2026-03-18 10:00:00",
                "stop": "2026-03-18 11:00:00",
                "partner_ids": [Command.set(self.first_bank.ids)],
            }
        )
        self._lead(self.first_bank).activity_schedule(
            "mail.mail_activity_data_call", "2026-02-03", user_id=self.user.id
        )
        hidden = self._lead(self.late_payer)
        hidden.activity_schedule(
            "mail.mail_activity_data_call", "2026-03-17", user_id=self.officer.id
        )

        days = [
            str(self._seen(partner).counterparty_next_contact)
            for partner in (self.foods, self.freight, self.late_payer, self.first_bank)
        ]

        self.assertEqual(days, ["2026-03-17", "2026-03-16", "False", "2026-03-18"])

    def test_interactions_are_contacts(self):
        self.env.cr.execute(
            """INSERT INTO counterparty_interaction
                    (date, commercial_partner_id, partner_id, kind, direction, res_model, res_id)
               VALUES ('2026-01-05 10:00', %s, %s, 'call', 'out', 'res.partner', %s)""",
            [self.foods.id, self.ben.id, self.ben.id],
        )

        self.assertEqual(str(self._seen(self.foods).counterparty_last_contact), "2026-01-05")

    def test_sales_show_to_those_who_see_profit(self):
        names = self.env["res.partner"].with_user(self.user).fields_get()

        self.assertNotIn("counterparty_sales_12m", names)
        self.assertIn("counterparty_state", names)

    @freeze_time("2026-03-15 10:00:00")
    def test_columns_cost_the_same_for_one_and_for_fifty(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Column {number}", "is_company": True} for number in range(50)]
        )
        for partner in partners:
            self._role(partner, self.customer)
        names = [
            "counterparty_state",
            "counterparty_responsible_ids",
            "counterparty_last_contact",
            "counterparty_next_contact",
        ]

        def cost(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.biller).read(names)
            return self.env.cr.sql_log_count - before

        cost(partners)
        self.assertEqual(cost(partners), cost(partners[:1]))
