from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_counterparty_document import DocumentCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyDocumentRental(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("carla", "group_officer", "account.group_account_invoice")

    def _rental(self, **values):
        return self._document(
            "rental",
            **{
                "rental_object": "Forklift",
                "rental_rate": 300.0,
                "rental_product_id": self.service.id,
                "date_from": "2026-01-01",
                **values,
            },
        ).with_user(self.clerk)

    def _moves(self, rental):
        return rental.rental_period_ids.move_id

    def test_one_draft_per_period_however_often_it_is_pressed(self):
        rental = self._rental()

        first = rental.action_invoice_period()
        second = rental.action_invoice_period()

        move = self._moves(rental)
        self.assertEqual((first["res_id"], second["res_id"]), (move.id, move.id))
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.move_type, "out_invoice")
        self.assertEqual(move.partner_id, self.late_payer)
        self.assertEqual(move.amount_untaxed, 300.0)

    def test_the_database_refuses_a_second_invoice_of_a_period(self):
        rental = self._rental()
        rental.action_invoice_period()
        period = rental.sudo().rental_period_ids

        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            period.copy()

    def test_invoicing_writes_the_rental_so_that_the_second_worker_starts_again(self):
        rental = self._rental()

        rental.action_invoice_period()
        rental.action_invoice_period()

        self.assertEqual(rental.rental_serial, 2)

    def test_next_period_gets_its_own_draft(self):
        rental = self._rental()
        rental.action_invoice_period()

        with freeze_time("2026-04-01 10:00:00"):
            rental.action_invoice_period()

        days = rental.rental_period_ids.mapped("date_from")
        self.assertEqual(days, [date(2026, 4, 1), date(2026, 3, 1)])
        self.assertEqual(len(self._moves(rental)), 2)

    def test_deleted_or_cancelled_draft_makes_room(self):
        rental = self._rental()
        rental.action_invoice_period()
        self._moves(rental).unlink()

        rental.action_invoice_period()
        cancelled = self._moves(rental)
        cancelled.button_cancel()
        rental.action_invoice_period()

        live = rental.rental_period_ids.filtered(lambda period: not period.is_replaced)
        self.assertEqual(len(live), 1)
        self.assertNotEqual(live.move_id, cancelled)

    def test_credited_invoice_makes_room(self):
        rental = self._rental()
        rental.action_invoice_period()
        credited = self._moves(rental)
        credited.action_post()
        credited._reverse_moves(cancel=True)
        self.assertEqual(credited.payment_state, "reversed")
        self.assertTrue(rental.rental_due_from)

        rental.action_invoice_period()

        live = rental.rental_period_ids.filtered(lambda period: not period.is_replaced)
        self.assertEqual(live.move_id.state, "draft")
        self.assertNotEqual(live.move_id, credited)

    def test_of_many_rentals_those_due_are_invoiced(self):
        due, other = self._rental(), self._rental()
        ended = self._rental(date_to="2025-12-31", date_from="2025-01-01", rental_from="2026-02-01")
        free = self._rental(rental_rate=0)

        told = (due | ended | free | other).action_invoice_period()["params"]

        self.assertEqual(told["message"], f"{ended.display_name}, {free.display_name}")
        self.assertEqual(told["next"]["res_model"], "account.move")
        self.assertTrue(self._moves(due) and self._moves(other))
        self.assertFalse(self._moves(ended) | self._moves(free))
        with self.assertRaises(UserError):
            (ended | free).action_invoice_period()

    def test_of_many_pressed_again_the_same_invoices_open(self):
        rentals = self._rental(rental_from="2026-03-01") | self._rental(rental_from="2026-03-01")
        future = self._rental(date_from="2027-01-01")
        moves = (rentals | future).action_invoice_period()["params"]["next"]["domain"]

        again = (rentals | future).action_invoice_period()["params"]

        self.assertEqual(again["message"], future.display_name)
        self.assertEqual(again["next"]["domain"], moves)
        self.assertEqual(len(self._moves(rentals)), 2)

    def test_many_left_out_are_counted_not_listed(self):
        due = self._rental()
        free = self._rental(rental_rate=0, number="F")
        for _number in range(11):
            free |= free[0].copy()

        message = (due | free).action_invoice_period()["params"]["message"]

        self.assertIn("and 2 more", message)

    def test_what_is_to_invoice_is_found(self):
        due, done = self._rental(), self._rental()
        free = self._rental(rental_rate=0)
        ended = self._rental(date_to="2025-12-31", date_from="2025-01-01", rental_from="2026-02-01")
        while done.rental_due_from:
            done.action_invoice_period()
        every = due | done | free | ended
        mine = [("id", "in", every.ids)]

        found = every.search([("rental_due_from", "!=", False), *mine])

        self.assertEqual(found, due)
        self.assertEqual(every.search([("rental_due_from", "=", False), *mine]), every - due)

    def test_what_is_to_invoice_is_worked_out_with_few_queries(self):
        few = self._rental() | self._rental()
        many = few | self._rental() | self._rental() | self._rental()
        many.action_invoice_period()
        counts = []
        for rentals in (few, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rentals.mapped("rental_due_from")
            counts.append(self.env.cr.sql_log_count - before)

        self.assertEqual(counts[0], counts[1])

    def test_who_only_supplies_invoices_us(self):
        self._role(self.freight, self.supplier)
        self._role(self.foods, self.supplier)
        self._role(self.foods, self.customer)
        contract = self._document("contract", self.freight, date_from="2026-01-01")

        self.assertEqual(contract.rental_direction, "rent")
        self.assertEqual(self._document("contract", self.foods).rental_direction, "let")
        given = self._document("contract", self.freight, rental_direction="let")
        self.assertEqual(given.rental_direction, "let")
        with Form(given) as form:
            form.partner_id = self.foods
            form.partner_id = self.freight
        self.assertEqual(given.rental_direction, "let")

    def test_partial_period_costs_its_days(self):
        whole = self._rental(date_from="2026-03-17", date_to="2026-12-31", rental_prorata=False)
        partial = self._rental(date_from="2026-03-17", date_to="2026-12-31")

        with freeze_time("2026-03-20 10:00:00"):
            (whole | partial).action_invoice_period()

        self.assertEqual(self._moves(whole).amount_untaxed, 300.0)
        # 15 of 31 days
        self.assertAlmostEqual(self._moves(partial).amount_untaxed, 145.16, 2)

    def test_what_we_rent_gets_a_bill(self):
        rental = self._rental(rental_direction="rent")

        rental.action_invoice_period()

        self.assertEqual(self._moves(rental).move_type, "in_invoice")

    def test_nothing_is_invoiced_outside_of_the_contract(self):
        for values in ({"date_from": "2026-04-01"}, {"date_to": "2026-02-28"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._rental(**values).action_invoice_period()

    def test_rental_without_rate_or_other_document_is_not_invoiced(self):
        with self.assertRaises(UserError):
            self._rental(rental_rate=0).action_invoice_period()
        with self.assertRaises(UserError):
            self._document("contract").with_user(self.clerk).action_invoice_period()

    def test_rental_says_what_it_is_about(self):
        with self.assertRaises(ValidationError):
            self._rental(rental_object=False)

    def test_moved_dates_and_other_units_do_not_invoice_twice(self):
        for values in ({"date_from": "2026-03-05"}, {"rental_unit": "quarter"}):
            with self.subTest(values=values):
                rental = self._rental()
                rental.action_invoice_period()

                rental.write(values)
                rental.action_invoice_period()

                self.assertEqual(len(self._moves(rental)), 1)

    def test_cancelled_draft_comes_back_only_alone(self):
        rental = self._rental()
        rental.action_invoice_period()
        first = self._moves(rental)
        first.button_cancel()
        rental.action_invoice_period()
        second = self._moves(rental) - first

        with self.assertRaises(UserError):
            first.button_draft()
        second.button_cancel()
        first.button_draft()
        opened = rental.action_invoice_period()

        self.assertEqual(opened["res_id"], first.id)
        with self.assertRaises(UserError):
            second.button_draft()

    def test_longer_contract_gets_the_rest_invoiced(self):
        rental = self._rental(date_to="2026-03-22")
        rental.action_invoice_period()

        rental.date_to = False
        rental.action_invoice_period()
        rental.action_invoice_period()

        rest = rental.rental_period_ids[0]
        self.assertEqual(len(rental.rental_period_ids), 2)
        self.assertEqual((rest.date_from, rest.date_to), (date(2026, 3, 23), date(2026, 3, 31)))

    def test_longer_contract_without_days_is_paid_for(self):
        rental = self._rental(date_to="2026-03-22", rental_prorata=False)
        rental.action_invoice_period()

        rental.date_to = False
        rental.action_invoice_period()

        self.assertEqual(len(rental.rental_period_ids), 1)

    def test_forgotten_periods_come_first(self):
        rental = self._rental()
        rental.action_invoice_period()

        with freeze_time("2026-05-10 10:00:00"):
            for _press in range(3):
                rental.action_invoice_period()

        days = rental.rental_period_ids.mapped("date_from")
        self.assertEqual(days, [date(2026, 5, 1), date(2026, 4, 1), date(2026, 3, 1)])

    def test_days_before_the_first_invoice_are_offered_when_asked_for(self):
        rental = self._rental()
        self.assertEqual(rental.rental_from, date(2026, 3, 1))
        rental.action_invoice_period()

        rental.rental_from = "2026-01-15"
        self.assertEqual(rental.rental_due_from, date(2026, 1, 15))
        for _press in range(3):
            rental.action_invoice_period()

        days = rental.rental_period_ids.mapped("date_from")
        self.assertEqual(days, [date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 15)])
        self.assertFalse(rental.rental_due_from)

    def test_contract_entered_a_little_late_is_invoiced_from_its_first_day(self):
        rental = self._rental(date_from="2026-02-10")

        rental.action_invoice_period()

        period = rental.rental_period_ids
        self.assertEqual((period.date_from, period.date_to), (date(2026, 2, 10), date(2026, 2, 28)))
        self.assertEqual(rental.rental_due_from, date(2026, 3, 1))

    def test_contract_with_a_rate_is_invoiced_like_a_rental(self):
        contract = self._document("contract", name="Maintenance", date_from="2026-03-01")
        contract = contract.with_user(self.clerk)
        self.assertFalse(contract.rental_due_from)

        contract.write({"rental_rate": 120, "rental_object": "Maintenance of the lift"})
        contract.action_invoice_period()
        contract.action_invoice_period()

        self.assertEqual(self._moves(contract).amount_untaxed, 120.0)
        self.assertIn("Maintenance of the lift", self._moves(contract).invoice_line_ids.name)

    def test_personal_contract_is_never_invoiced(self):
        kind = self.env["counterparty.document.kind"].create(
            {"name": "Secret", "code": "secret", "usage": "contract", "is_personal": True}
        )
        contract = self._document("contract", responsible_id=False)
        contract = contract.create(
            {"kind_id": kind.id, "partner_id": self.ada.id, "responsible_id": False}
        )
        contract.rental_rate = 100

        with self.assertRaises(UserError):
            contract.action_invoice_period()
        self.assertFalse(contract.rental_due_from)

    def test_who_reads_a_rental_and_may_invoice_does(self):
        biller = self._user("bill", "group_user", "account.group_account_invoice")
        rental = self._rental().with_user(biller)
        self.assertFalse(rental.has_access("write"))

        rental.action_invoice_period()

        self.assertEqual(len(self._moves(rental)), 1)

    def test_those_who_may_not_invoice_are_refused(self):
        with self.assertRaises(AccessError):
            self._rental().with_user(self.officer).action_invoice_period()
