from odoo import SUPERUSER_ID
from odoo.tests import tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyRoleFill(CounterpartyCase):
    """The roles found at installation, when the documents were there first."""

    def _fill(self):
        return self.env["counterparty.role"]._fill_at_install()

    def _found(self, partner, kind=None):
        roles = self._roles(partner).filtered(lambda role: role.source == "install")
        return roles.filtered(lambda role: role.type_id == kind) if kind else roles

    def test_documents_of_a_used_database_become_roles(self):
        self._order(self.late_payer, confirmed=True, date_order=f"{self._day(-70)} 12:00:00")
        self._order(self.ben, date_order=f"{self._day(-50)} 12:00:00")
        self._purchase(self.freight, confirmed=True, date_order=f"{self._day(-30)} 12:00:00")

        self._fill()

        customer = self._found(self.late_payer)
        self.assertEqual((customer.type_id, customer.state), (self.customer, "active"))
        self.assertEqual(customer.date_from, self._day(-70))
        self.assertEqual(customer.date_business, self._day(-70))
        self.assertEqual(self._found(self.foods).state, "prospect")
        self.assertEqual(self._found(self.freight).type_id, self.supplier)
        self.assertFalse(self._found(self.ben) | self._found(self.holding))

    def test_filling_twice_adds_nothing(self):
        self._order(confirmed=True)
        self.freight.supplier_rank = 1
        self.assertGreater(self._fill(), 0)

        again = self._fill()

        self.assertEqual(again, 0)

    def test_existing_roles_are_kept_as_they_are(self):
        role = self._role(date_from="2020-01-01", note="Ours")
        self._order(confirmed=True)

        self._fill()

        self.assertEqual(self._roles(self.late_payer), role)
        self.assertEqual((role.source, role.note), ("manual", "Ours"))

    # ------------------------------------------------------------
    # Ranks and doubts
    # ------------------------------------------------------------

    def test_rank_without_document_is_doubtful(self):
        self.late_payer.customer_rank = 2
        self.ada.supplier_rank = 1

        self._fill()

        customer, supplier = self._found(self.late_payer), self._found(self.ada)
        self.assertEqual((customer.type_id, customer.state), (self.customer, "active"))
        self.assertEqual((supplier.type_id, supplier.state), (self.supplier, "active"))
        self.assertEqual({customer.doubt, supplier.doubt}, {"no_document"})
        self.assertFalse(customer.date_business)

    def test_rank_counts_at_installation_only(self):
        self.late_payer.customer_rank = 2

        self.env["counterparty.role"]._fill_from_documents(partner_ids=self.late_payer.ids)

        self.assertFalse(self._roles(self.late_payer))

    def test_doubts_say_what_to_look_at(self):
        own = self.env.company.partner_id
        gone, quiet = self._company("Gone"), self._company("Quiet")
        for partner in (own, gone, self.late_payer):
            self._order(partner)
        self._order(quiet, confirmed=True, date_order=f"{self._day(-1200)} 12:00:00")
        gone.active = False

        self._fill()

        doubts = [self._found(p, self.customer).doubt for p in (own, gone, quiet, self.late_payer)]
        self.assertEqual(doubts, ["own_company", "archived", "long_ago", False])

    # ------------------------------------------------------------
    # Employees
    # ------------------------------------------------------------

    def test_internal_users_become_employees(self):
        self._fill()

        role = self._found(self.user.partner_id)
        self.assertEqual((role.type_id, role.state), (self.employee, "active"))
        self.assertFalse(self._found(self.portal.partner_id))
        self.assertFalse(self._found(self.env.ref("base.partner_root")))

    def test_user_who_left_or_is_a_company_is_no_employee(self):
        left = self._user("leo", active=False)
        firm = self._user("firm")
        firm.partner_id.is_company = True

        self._fill()

        self.assertFalse(self._found(left.partner_id) | self._found(firm.partner_id))

    def test_roles_found_are_searched_and_grouped_like_others(self):
        self.user.partner_id.parent_id = self.foods
        self._order(self.foods, confirmed=True)
        self._fill()
        people = self.foods | self.ben | self.user.partner_id

        employees, customers = (
            self.env["res.partner"].search(
                [("id", "in", people.ids), ("counterparty_type_ids", "in", kind.ids)]
            )
            for kind in (self.employee, self.customer)
        )
        groups = self.env["res.partner"].formatted_read_group(
            [("id", "in", people.ids)], ["counterparty_type_ids"], ["__count"]
        )

        self.assertEqual(employees, self.user.partner_id)
        self.assertEqual(customers, people.sorted())
        counts = {group["counterparty_type_ids"][1]: group["__count"] for group in groups}
        self.assertEqual(counts, {"Customer": 3, "Employee": 1})

    def test_former_employee_is_not_taken_on_again(self):
        self._role(self.user.partner_id, self.employee, date_to=self._day(-100))

        self._fill()

        self.assertFalse(self._found(self.user.partner_id))

    def test_purchase_for_an_employee_makes_no_supplier(self):
        self._purchase(self.user.partner_id, confirmed=True)

        self._fill()

        self.assertEqual(self._found(self.user.partner_id).type_id, self.employee)

    def test_purchase_for_an_employee_makes_no_supplier_of_the_own_company(self):
        own = self.env.company.partner_id
        self.user.partner_id.parent_id = own
        self._purchase(self.user.partner_id, confirmed=True)

        self._fill()

        self.assertFalse(self._found(own, self.supplier))

    # ------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------

    def test_documents_of_all_companies_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        far = self._company("Far Away", company_id=other.id)
        self._purchase(far, company_id=other.id)

        self._fill()

        role = self._found(far)
        self.assertEqual((role.type_id, role.company_id), (self.supplier, other))
        self.assertFalse(role.with_user(self.officer).search([("id", "=", role.id)]))

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def test_undo_removes_only_what_nobody_has_changed(self):
        self._order(self.late_payer, confirmed=True)
        self._order(self.freight, confirmed=True)
        manual = self._role(self.foods)
        self._fill()
        changed = self._found(self.freight)
        changed.with_user(self.manager).note = "A good one"

        found = self.env["counterparty.role"].search_count([("source", "=", "install")])
        count = self.env["counterparty.role"].with_user(self.manager)._undo_install()

        self.assertEqual(count, found - 1)
        self.assertFalse(self._found(self.late_payer))
        self.assertTrue(changed.exists() and manual.exists())

    def test_undo_leaves_what_somebody_changed_before_the_first_order(self):
        self._order(self.late_payer)
        self._fill()
        role = self._found(self.late_payer)
        role.with_user(self.manager).note = "Met at the fair"
        self._order(self.late_payer, confirmed=True)
        self.env["counterparty.role"]._fill_from_documents(partner_ids=self.late_payer.ids)
        self.assertEqual(role.state, "active")

        self.env["counterparty.role"].with_user(self.manager)._undo_install()

        self.assertTrue(role.exists())

    def test_undo_reaches_all_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        far = self._company("Far Away", company_id=other.id)
        self._purchase(far, company_id=other.id)
        self._fill()

        self.env["counterparty.role"].with_user(self.manager)._undo_install()

        self.assertFalse(self._found(far))

    def test_archived_type_is_not_given(self):
        self.customer.active = False
        self._order(confirmed=True)

        self._fill()

        self.assertFalse(self._found(self.late_payer))

    def test_undone_fill_can_be_done_again(self):
        self._order(confirmed=True)
        first = self._fill()
        removed = self.env["counterparty.role"]._undo_install()

        second = self._fill()

        self.assertGreaterEqual(removed, first)
        self.assertEqual(second, removed)

    def test_roles_found_belong_to_the_system(self):
        self._order(confirmed=True)

        self._fill()

        self.assertEqual(self._found(self.late_payer).write_uid.id, SUPERUSER_ID)

    def test_installation_writes_no_messages_and_no_activities(self):
        self._order(confirmed=True)
        self.env.flush_all()
        models = ("mail.message", "mail.mail", "mail.activity")
        before = [self.env[model].search_count([]) for model in models]

        self._fill()

        self.assertEqual([self.env[model].search_count([]) for model in models], before)
