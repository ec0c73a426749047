from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.contact_effect import Interval
from .common import CounterpartyCase

TODAY = date(2026, 6, 30)
CONTACT = date(2026, 2, 15)


@tagged("post_install", "-at_install", "counterparty_history")
@freeze_time(f"{TODAY} 10:00:00")
class TestCounterpartyContactEffect(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids |= cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.env.user.group_ids |= cls.env.ref("counterparty_crm.group_cost_profit")
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.env.company.id)], limit=1
        )

    def _customers(self, count, name):
        partners = self.env["res.partner"].create(
            [{"name": f"{name} {number}", "is_company": True} for number in range(count)]
        )
        self.env["counterparty.role"].create(
            [
                {"partner_id": partner.id, "type_id": self.customer.id, "date_from": False}
                for partner in partners
            ]
        )
        return partners

    def _sell(self, partners, day, price=100.0):
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": day,
                    "journal_id": self.journal.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.service.id,
                                "quantity": 1,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()

    def _contact(self, partners, day=CONTACT, **values):
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": fields.Datetime.to_datetime(day),
                    "company_id": self.env.company.id,
                    "partner_id": partner.id,
                    "kind": "call",
                    "user_id": self.user.id,
                    **values,
                }
                for partner in partners
            ]
        )

    def _compare(self, user=None, **values):
        effect = (
            self.env["counterparty.contact.effect"]
            .with_user(user or self.env.user)
            .create({"date_from": date(2026, 1, 1), "date_to": TODAY, "days": 60, **values})
        )
        effect.action_compare()
        return {line.name: line for line in effect.line_ids}

    def test_sales_before_and_after_are_those_of_the_window(self):
        [partner] = self._customers(1, "Buyer")
        self._contact(partner)
        for days, price in (
            (-61, 1.0),
            (-60, 10.0),
            (-1, 20.0),
            (0, 300.0),
            (59, 400.0),
            (60, 5.0),
        ):
            self._sell(partner, CONTACT + timedelta(days=days), price)

        line = self._compare()["Call"]

        self.assertEqual((line.revenue_before, line.revenue_after), (30.0, 700.0))
        self.assertEqual((line.contacted_count, line.recent_count), (1, 0))

    def test_sales_between_own_companies_are_no_effect(self):
        [partner] = self._customers(1, "Buyer")
        self._contact(partner)
        self._sell(partner, CONTACT + timedelta(days=5), 300.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET is_internal = TRUE WHERE commercial_partner_id = %s",
            partner.ids,
        )
        self.env.invalidate_all()

        line = self._compare()["Call"]

        self.assertEqual((line.revenue_before, line.revenue_after), (0.0, 0.0))

    def test_counterparty_counts_once_with_its_first_contact(self):
        [partner] = self._customers(1, "Buyer")
        self._contact(partner, CONTACT + timedelta(days=30))
        self._contact(partner, CONTACT)
        self._sell(partner, CONTACT + timedelta(days=10))

        line = self._compare()["Call"]

        self.assertEqual((line.contacted_count, line.revenue_before), (1, 0.0))
        self.assertEqual(line.revenue_after, 100.0)

    def test_contacted_are_compared_with_similar_customers(self):
        called = self._customers(30, "Called")
        others = self._customers(40, "Quiet")
        self._contact(called)
        self._sell(called | others, CONTACT - timedelta(days=20))
        self._sell(called[:24] | others[:8], CONTACT + timedelta(days=20))

        line = self._compare()["Call"]

        self.assertEqual((line.compared_count, line.other_count), (30, 40))
        self.assertAlmostEqual(line.share_contacted, 80.0)
        self.assertAlmostEqual(line.share_others, 20.0)
        self.assertAlmostEqual(line.difference, 60.0)
        self.assertGreater(line.difference_low, 0)
        self.assertIn("60.0 % points more", line.sentence)

    def test_customers_quiet_all_year_are_counted_once(self):
        others = self._customers(3, "Quiet")
        for month in range(1, 11):
            called = self._customers(3, f"Called {month}")
            self._contact(called, date(2025, month, 10))
            for other in range(1, 13):
                # no month without a contact: these are nobody's comparison
                self._contact(called, date(2025, other, 11), kind="visit")
        self.assertEqual(len(others), 3)

        lines = self._compare(date_from=date(2025, 1, 1), date_to=date(2025, 12, 31), kind="call")
        line = lines["Call"]

        self.assertEqual((line.compared_count, line.other_count), (30, 3))
        self.assertIn("Not enough data", line.sentence)

    def test_suppliers_who_were_called_are_no_contacted_customers(self):
        called = self._customers(25, "Called")
        others = self._customers(25, "Quiet")
        suppliers = self.env["res.partner"].create(
            [{"name": f"Supplier {number}", "is_company": True} for number in range(25)]
        )
        self.env["counterparty.role"].create(
            [
                {"partner_id": partner.id, "type_id": self.supplier.id, "date_from": False}
                for partner in suppliers
            ]
        )
        self._contact(called | suppliers)
        self._sell(called[:15] | others[:10], CONTACT + timedelta(days=20))

        line = self._compare()["Call"]

        self.assertEqual((line.contacted_count, line.compared_count), (25, 25))
        self.assertAlmostEqual(line.share_contacted, 60.0)

    def test_who_became_a_customer_by_the_contact_counts_and_is_not_compared(self):
        [visitor] = self._customers(1, "Visitor of the fair")
        visitor.counterparty_role_ids.date_from = CONTACT + timedelta(days=10)
        [former] = self._customers(1, "Former")
        former.counterparty_role_ids.date_to = CONTACT - timedelta(days=10)
        self._contact(visitor | former)
        self._sell(visitor, CONTACT + timedelta(days=10), 300.0)

        line = self._compare()["Call"]

        self.assertEqual((line.contacted_count, line.recent_count), (1, 0))
        self.assertEqual((line.revenue_after, line.compared_count), (300.0, 0))

    def test_a_fall_of_sales_is_told_as_one(self):
        wizard = self.env["counterparty.contact.effect"].create({})
        cases = [
            (Interval(-500, -900, -100), "500", "less than theirs"),
            (Interval(500, 100, 900), "500", "more than theirs"),
        ]
        for money, amount, word in cases:
            with self.subTest(money=money):
                sentence = wizard._say_money(money).replace("\N{NO-BREAK SPACE}", " ")

                self.assertIn(word, sentence)
                self.assertRegex(sentence, rf"grew by \D*(?<!-){amount}")

    def test_customers_of_another_size_are_not_similar(self):
        called = self._customers(25, "Called")
        others = self._customers(25, "Big")
        self._contact(called)
        self._sell(called, CONTACT - timedelta(days=20), 10.0)
        self._sell(others, CONTACT - timedelta(days=20), 90000.0)

        line = self._compare()["Call"]

        self.assertEqual(line.compared_count, 0)
        self.assertIn("Not enough data", line.sentence)

    def test_who_pauses_is_not_like_a_prospect_that_never_bought(self):
        called = self._customers(30, "Called")
        paused = self._customers(40, "Paused")
        self._customers(200, "Cold prospect")
        self._contact(called)
        self._sell(called | paused, CONTACT - timedelta(days=200))
        self._sell(called[:9] | paused[:12], CONTACT + timedelta(days=20))

        line = self._compare()["Call"]

        self.assertEqual((line.compared_count, line.other_count), (30, 40))
        self.assertAlmostEqual(line.share_others, 30.0)
        self.assertAlmostEqual(line.difference, 0.0)

    def test_chance_is_called_chance(self):
        called = self._customers(25, "Called")
        others = self._customers(25, "Quiet")
        self._contact(called)
        self._sell(called[:6] | others[:5], CONTACT + timedelta(days=20))

        line = self._compare()["Call"]

        self.assertIn("may be chance", line.sentence)

    def test_customers_contacted_otherwise_are_nobodys_comparison(self):
        called = self._customers(20, "Called")
        mailed = self._customers(20, "Mailed")
        self._contact(called)
        self._contact(mailed, CONTACT, kind="email")

        line = self._compare(kind="call")["Call"]

        self.assertLess(line.other_count, 20)

    def test_mailings_are_contacts_and_the_mailed_are_no_comparison(self):
        called = self._customers(20, "Called")
        mailed = self._customers(20, "Mailed")
        self._contact(called)
        self._contact(mailed, kind="mailing")
        self._contact(mailed[:5], kind="click", direction="in")

        lines = self._compare(group_by="kind")

        self.assertEqual(lines["Mailing delivered"].contacted_count, 20)
        self.assertEqual(lines["Link clicked"].contacted_count, 5)
        self.assertEqual(self._compare(kind="click")["Link clicked"].contacted_count, 5)
        self.assertLess(lines["Call"].other_count, 20)

    def test_contacts_from_them_are_no_contacts_of_ours(self):
        [partner] = self._customers(1, "Caller")
        self._contact(partner, direction="in")

        self.assertFalse(self._compare())

    def test_recent_contacts_are_told_apart(self):
        [partner] = self._customers(1, "Buyer")
        self._contact(partner, TODAY - timedelta(days=5))

        line = self._compare()["Call"]

        self.assertEqual((line.contacted_count, line.recent_count), (1, 1))
        self.assertEqual(line.compared_count, 0)

    def test_groups_are_those_asked_for(self):
        first, second = self._customers(2, "Buyer")
        medium = self.env["utm.medium"].create({"name": "Fair stand"})
        self._contact(first, medium_id=medium.id)
        self._contact(second, CONTACT + timedelta(days=31), user_id=self.officer.id, kind="visit")

        fair, letter = self.env["utm.source"].create(
            [{"name": "Fair of Plovdiv"}, {"name": "Letter of spring"}]
        )
        first.counterparty_source_id = fair
        self._lead(second, source_id=letter.id)

        cases = {
            "kind": {"Call", "Visit"},
            "user_id": {self.user.name, self.officer.name},
            # a visit is direct, a call for which nothing else is noted would be by phone
            "medium_id": {"Fair stand", "Direct"},
            "source_id": {"Fair of Plovdiv", "Letter of spring"},
            "month": {"2026-02", "2026-03"},
        }
        for group_by, names in cases.items():
            with self.subTest(group_by=group_by):
                self.assertEqual(set(self._compare(group_by=group_by)), names)
        self.assertEqual(set(self._compare(user_id=self.officer.id)), {"Visit"})

    def test_other_companies_do_not_count(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        [partner] = self._customers(1, "Buyer")
        self._contact(partner, company_id=elsewhere.id)

        self.assertFalse(self._compare())
        with self.assertRaises(AccessError):
            self._compare(user=self.manager, company_id=elsewhere.id)

    def test_questions_without_an_answer_are_refused(self):
        with self.assertRaisesRegex(UserError, "ends before"):
            self._compare(date_to=date(2025, 12, 31))
        with self.assertRaisesRegex(UserError, "at most 36 months"):
            self._compare(date_from=date(2020, 1, 1))

    def test_effect_is_the_managers(self):
        self.assertEqual(self._compare(user=self.manager), {})
        with self.assertRaises(AccessError):
            self._compare(user=self.officer)

    def test_who_sees_own_documents_alone_is_told_no_sums_of_all(self):
        own = self._user("olga_own", "group_manager", "sales_team.group_sale_salesman")

        with self.assertRaises(AccessError):
            self._compare(user=own)

    def test_profit_is_for_those_who_see_it(self):
        [partner] = self._customers(1, "Buyer")
        self._contact(partner)
        self._sell(partner, CONTACT + timedelta(days=10))
        line = self._compare()["Call"]

        self.assertIn("profit_after", line.read()[0])
        with self.assertRaises(AccessError):
            line.with_user(self.manager).read(["profit_after"])

    def test_window_of_the_company_is_proposed(self):
        self.env.company.counterparty_effect_days = 45

        effect = self.env["counterparty.contact.effect"].with_user(self.manager).create({})

        self.assertEqual(effect.days, 45)
