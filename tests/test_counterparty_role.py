from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date, html2plaintext

from .common import CounterpartyCase

TODAY = date(2026, 3, 15)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyRole(CounterpartyCase):
    def _roles_by_state(self):
        """Create a role at each border of each state; return them by state."""
        dates = {
            "active": [(None, None), (TODAY, None), (None, TODAY), (TODAY, TODAY)],
            "prospect": [(None, None), (YESTERDAY, TODAY)],
            "future": [(TOMORROW, None), (TOMORROW, TOMORROW)],
            "former": [(None, YESTERDAY), (YESTERDAY, YESTERDAY)],
        }
        roles = {}
        for state, periods in dates.items():
            for number, (start, end) in enumerate(periods):
                partner = self._company(f"{state} {number}")
                values = {"date_from": start, "date_to": end, "is_prospect": state == "prospect"}
                roles.setdefault(state, self.env["counterparty.role"])
                roles[state] |= self._role(partner, **values)
        return roles

    # ------------------------------------------------------------
    # State
    # ------------------------------------------------------------

    def test_state_follows_from_the_dates(self):
        for state, roles in self._roles_by_state().items():
            with self.subTest(state=state):
                self.assertEqual(set(roles.mapped("state")), {state})

    def test_state_changes_at_midnight_without_a_write(self):
        role = self._role(date_from=TODAY, date_to=TOMORROW)
        self.env.flush_all()

        states = {}
        for day in ("2026-03-14", "2026-03-15", "2026-03-16", "2026-03-17"):
            with freeze_time(f"{day} 12:00:00"):
                self.env.invalidate_all()
                states[day] = role.state

        self.assertEqual(list(states.values()), ["future", "active", "active", "former"])

    def test_state_is_that_of_the_day_of_the_user(self):
        role = self._role(date_from=TOMORROW)
        far_east = role.with_context(tz="Pacific/Auckland")

        with freeze_time("2026-03-15 20:00:00"):
            found = far_east.search([("id", "=", role.id), ("state", "=", "active")])

            self.assertEqual(far_east.state, "active")
            self.assertEqual(found, role)

    def test_state_is_searched(self):
        roles = self._roles_by_state()
        everything = self.env["counterparty.role"].union(*roles.values())

        for state, expected in roles.items():
            for operator, value, result in [
                ("=", state, expected),
                ("in", [state], expected),
                ("!=", state, everything - expected),
                ("not in", [state], everything - expected),
            ]:
                with self.subTest(operator=operator, value=value):
                    domain = [("id", "in", everything.ids), ("state", operator, value)]
                    self.assertEqual(everything.search(domain), result.sorted())

    def test_several_states_are_searched_at_once(self):
        roles = self._roles_by_state()
        everything = self.env["counterparty.role"].union(*roles.values())
        domain = [("id", "in", everything.ids)]

        today = everything.search([*domain, ("state", "in", ["prospect", "active"])])
        other = everything.search([*domain, ("state", "not in", ["prospect", "active"])])

        self.assertEqual(today, (roles["prospect"] | roles["active"]).sorted())
        self.assertEqual(other, (roles["future"] | roles["former"]).sorted())

    def test_lists_group_by_state(self):
        roles = self._roles_by_state()
        everything = self.env["counterparty.role"].union(*roles.values())

        groups = everything.with_user(self.user).formatted_read_group(
            [("id", "in", everything.ids)], ["state"], ["__count"]
        )

        counts = {group["state"]: group["__count"] for group in groups}
        self.assertEqual(counts, {state: len(found) for state, found in roles.items()})
        for group in groups:
            domain = [("id", "in", everything.ids), *group["__extra_domain"]]
            self.assertEqual(everything.search_count(domain), group["__count"])

    def test_pivot_crosses_type_and_state(self):
        self._role(self.freight, is_prospect=True)
        self._role(self.freight, self.supplier)

        groups = self.env["counterparty.role"].formatted_read_group(
            [("partner_id", "=", self.freight.id)], ["type_id", "state"], ["__count"]
        )

        found = {(group["type_id"][0], group["state"]): group["__count"] for group in groups}
        self.assertEqual(
            found, {(self.customer.id, "prospect"): 1, (self.supplier.id, "active"): 1}
        )

    # ------------------------------------------------------------
    # Names
    # ------------------------------------------------------------

    def test_name_says_type_and_state_unless_active(self):
        roles = self._roles_by_state()

        names = {state: found[0].display_name for state, found in roles.items()}

        self.assertEqual(
            names,
            {
                "active": "Customer",
                "prospect": "Customer (Prospect)",
                "future": "Customer (Not yet)",
                "former": "Customer (Former)",
            },
        )

    def test_roles_are_found_by_counterparty_and_by_type(self):
        role = self._role(self.freight, self.bank)

        by_partner = self.env["counterparty.role"].name_search("northwind fre")
        by_type = self.env["counterparty.role"].name_search("Bank")

        self.assertIn((role.id, "Bank"), by_partner)
        self.assertIn((role.id, "Bank"), by_type)

    def test_colour_is_that_of_the_type(self):
        role = self._role()

        self.customer.color = 9

        role.invalidate_recordset()
        self.assertEqual(role.color, 9)

    # ------------------------------------------------------------
    # End and resume
    # ------------------------------------------------------------

    def test_end_makes_today_the_last_day(self):
        open_one = self._role(self.late_payer)
        later = self._role(self.freight, date_to=TOMORROW)
        former = self._role(self.foods, date_to=YESTERDAY)

        (open_one | later | former).action_end()

        self.assertEqual(open_one.date_to, TODAY)
        self.assertEqual(later.date_to, TODAY)
        self.assertEqual(former.date_to, YESTERDAY)

    def test_role_ended_today_says_so_at_once(self):
        role = self._role()
        self.assertEqual(role.display_name, "Customer")

        role.action_end()

        self.assertEqual(role.display_name, f"Customer until {format_date(self.env, TODAY)}")

    def test_role_that_has_not_begun_cannot_end(self):
        role = self._role(date_from=TOMORROW)

        with self.assertRaisesRegex(UserError, "Slowpay Ltd is Customer only from"):
            role.action_end()

        self.assertFalse(role.date_to)

    # ------------------------------------------------------------
    # Deletion
    # ------------------------------------------------------------

    def test_role_with_business_is_ended_instead_of_deleted(self):
        role = self._role(date_business=YESTERDAY)

        with self.assertRaisesRegex(UserError, "End the role instead of deleting it"):
            role.with_user(self.officer).unlink()

        self.assertTrue(role.exists())

    def test_role_without_business_is_deleted(self):
        role = self._role(is_prospect=True)

        role.with_user(self.officer).unlink()

        self.assertFalse(role.exists())

    # ------------------------------------------------------------
    # Trace
    # ------------------------------------------------------------

    def _lines(self):
        messages = self.late_payer.message_ids.sorted("id")
        return [html2plaintext(message.body) for message in messages]

    def test_what_people_do_with_a_role_stands_in_the_chatter(self):
        self.env = self.env(context={})
        before = len(self._lines())
        role = self._role(is_prospect=True)
        role.action_end()
        role.action_resume()
        role.unlink()

        day = format_date(self.env, TODAY)
        self.assertEqual(
            self._lines()[before:],
            [
                "Role added: Customer (Prospect)",
                f"Last day as Customer: {day}",
                "Role goes on: Customer (Prospect)",
                "Role deleted: Customer (Prospect)",
            ],
        )

    def test_roles_of_documents_and_files_are_not_logged(self):
        self.env = self.env(context={})
        before = len(self._lines())

        self._role(source="document")
        self._role(kind=self.supplier, source="import")

        self.assertEqual(len(self._lines()), before)

    # ------------------------------------------------------------
    # Role given by hand
    # ------------------------------------------------------------

    def test_customer_added_by_hand_starts_as_prospect(self):
        form = Form(self.env["counterparty.role"].with_user(self.officer))
        form.type_id = self.customer
        form.partner_id = self.late_payer

        self.assertTrue(form.is_prospect)

        form.type_id = self.authority

        self.assertFalse(form.save().is_prospect)

    def test_types_offered_fit_and_are_not_held_already(self):
        self._role(self.late_payer)
        self._role(self.late_payer, self.authority, date_to=YESTERDAY)

        def offered(partner):
            role = self.env["counterparty.role"].new({"partner_id": partner.id})
            return role.possible_type_ids._origin

        self.assertLessEqual(self.supplier | self.authority, offered(self.late_payer))
        self.assertFalse((self.customer | self.employee) & offered(self.late_payer))
        self.assertIn(self.employee, offered(self.ada))

    def test_role_of_a_colleague_opens_to_be_read(self):
        own = self._role(responsible_id=self.user.id)
        of_colleague = self._role(self.freight, responsible_id=self.officer.id)

        self.assertTrue(own.with_user(self.user).can_edit)
        self.assertFalse(of_colleague.with_user(self.user).can_edit)
        self.assertTrue(of_colleague.with_user(self.officer).can_edit)
        self.assertTrue(self.env["counterparty.role"].with_user(self.user).new().can_edit)

    def test_responsible_shows_whichever_is_chosen_first(self):
        self.late_payer.user_id = self.user
        form = Form(self.env["counterparty.role"].with_user(self.officer))
        form.type_id = self.customer

        form.partner_id = self.late_payer

        self.assertEqual(form.responsible_id, self.user)

    def test_resumed_role_goes_on(self):
        role = self._role(date_to=YESTERDAY)

        role.action_resume()

        self.assertFalse(role.date_to)
        self.assertEqual(role.state, "active")

    def test_settled_doubt_is_gone(self):
        role = self._role(doubt="long_ago")

        role.action_settle_doubt()

        self.assertFalse(role.doubt)
