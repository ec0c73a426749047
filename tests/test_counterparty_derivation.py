from odoo import SUPERUSER_ID
from odoo.tests import Form, tagged

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
class TestCounterpartyDerivation(CounterpartyCase):
    """The report of the roles found at installation."""

    def _report(self, user=None):
        return self.env["counterparty.derivation"].with_user(user or self.manager).create({})

    def _counts(self):
        lines = self._report().line_ids
        return {
            line.type_id: (line.role_count, line.prospect_count, line.doubtful_count)
            for line in lines
        }

    def test_report_counts_what_was_found_by_type(self):
        before = self._counts()
        self._order(self.freight, confirmed=True)
        self._order(self.foods)
        self.late_payer.customer_rank = 1
        self._role(self.holding)
        self.env["counterparty.role"]._fill_at_install()

        counts = self._counts()

        old = before.get(self.customer, (0, 0, 0))
        new = tuple(now - then for now, then in zip(counts[self.customer], old, strict=True))
        self.assertEqual(new, (3, 1, 1))
        self.assertNotIn(self.head, counts)
        self.assertEqual(list(counts), sorted(counts, key=lambda kind: kind.sequence))

    def test_report_counts_the_doubtful_of_all_types(self):
        before = self._report().doubtful_count
        self.late_payer.customer_rank = 1
        self.freight.supplier_rank = 1
        self.env["counterparty.role"]._fill_at_install()

        report = self._report()

        self.assertEqual(report.doubtful_count, before + 2)

    def test_report_opens_in_its_form(self):
        form = Form(self.env["counterparty.derivation"].with_user(self.manager))

        self.assertTrue(len(form.line_ids))
        self.assertTrue(form.save().line_ids)

    def test_report_opens_the_doubtful_and_all_that_was_found(self):
        self.late_payer.customer_rank = 1
        self._order(self.freight, confirmed=True)
        self._role(self.foods, doubt="long_ago")
        self.env["counterparty.role"]._fill_at_install()
        report = self._report()

        doubtful = report.action_open_doubtful()
        found = report.action_open_found()

        Role = self.env["counterparty.role"]
        self.assertIn(self.late_payer, Role.search(doubtful["domain"]).partner_id)
        self.assertFalse(Role.search(doubtful["domain"]).partner_id & (self.freight | self.foods))
        self.assertLessEqual(
            self.late_payer | self.freight, Role.search(found["domain"]).partner_id
        )

    def test_undo_removes_what_was_found_and_says_how_much(self):
        self._order(self.freight, confirmed=True)
        self.env["counterparty.role"]._fill_at_install()
        found = self.env["counterparty.role"].search_count([("source", "=", "install")])

        action = self._report().action_undo()

        self.assertIn(f"{found} roles", action["params"]["message"])
        self.assertFalse(self._roles(self.freight))

    def test_documents_are_read_again(self):
        self._report().action_undo()
        self._order(self.freight, confirmed=True)

        action = self._report().action_derive()

        role = self._roles(self.freight)
        self.assertEqual((role.type_id, role.source), (self.customer, "install"))
        self.assertRegex(action["params"]["message"], r"^[1-9]\d* roles were added")

    def test_roles_read_again_by_a_manager_are_undone_too(self):
        self._order(self.freight, confirmed=True)
        self._report().action_derive()
        self.assertEqual(self._roles(self.freight).write_uid.id, SUPERUSER_ID)

        self._report().action_undo()

        self.assertFalse(self._roles(self.freight))

    def test_looks_right_ticks_the_step(self):
        self._report().action_accept()

        setup = self.env["onboarding.onboarding"].with_user(self.manager).get_counterparty_setup()
        done = [step["action"] for step in setup["steps"] if step["done"]]
        self.assertEqual(done, ["action_open_counterparty_derivation"])

    # ------------------------------------------------------------
    # Banks
    # ------------------------------------------------------------

    def _bank(self, name):
        return self.env["res.bank"].create({"name": name, "city": "Cluj", "email": "b@example.com"})

    def test_companies_with_the_name_of_a_bank_are_proposed(self):
        self._bank(" first BANK ")
        self._bank("Ada Vale")
        self.env.flush_all()

        self.assertEqual(self._report().bank_partner_ids, self.first_bank)

    def test_companies_that_are_banks_already_are_not_proposed(self):
        self._bank("First Bank")
        self._role(self.first_bank, self.bank)
        self.env.flush_all()

        self.assertFalse(self._report().bank_partner_ids)

    def test_chosen_companies_are_marked_as_banks(self):
        self._bank("First Bank")
        self.env.flush_all()
        report = self._report()
        report.bank_partner_ids |= self.late_payer | self.cora

        report.action_mark_banks()

        for partner in (self.first_bank, self.late_payer, self.freight):
            with self.subTest(partner=partner.name):
                self.assertEqual(partner.counterparty_type_ids, self.bank)

    def test_banks_are_marked_once(self):
        report = self._report()
        report.bank_partner_ids = self.first_bank

        report.action_mark_banks()
        report.action_mark_banks()

        self.assertEqual(len(self._roles(self.first_bank)), 1)

    def test_banks_without_contact_are_created_as_such(self):
        self._bank("First Bank")
        second = self._bank("Second Bank")
        linked = self._bank("Third Bank")
        linked.partner_id = self.freight
        self.env.flush_all()
        report = self._report()
        self.assertIn(second, report.missing_bank_ids)
        self.assertNotIn("First Bank", report.missing_bank_ids.mapped("name"))
        self.assertNotIn(linked, report.missing_bank_ids)
        keeper = self._user("kim", "group_manager", "base.group_partner_manager")

        report = self._report(keeper)
        report.action_create_banks()

        partner = self.env["res.partner"].search([("name", "=", "Second Bank")])
        self.assertEqual(partner.counterparty_type_ids, self.bank)
        self.assertTrue(partner.is_company)
        self.assertEqual((partner.city, partner.email), ("Cluj", "b@example.com"))
        self.env.flush_all()
        self.assertNotIn(second, self._report(keeper).missing_bank_ids)
