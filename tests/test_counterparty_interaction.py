from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit", "counterparty_campaign")
class TestCounterpartyInteraction(ProfitCase):
    def _count(self):
        return self.env["counterparty.interaction"].search_count(
            [("commercial_partner_id", "=", self.customer.id)]
        )

    def test_contact_of_a_person_belongs_to_the_company_too(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")

        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.contact.id)])
        self.assertEqual(found.commercial_partner_id, self.customer)
        self.assertEqual((found.direction, found.importance), ("out", "0"))

    def test_one_document_is_logged_once_for_each_contact_and_kind(self):
        document = {"res_model": "crm.lead", "res_id": 7}
        self._interaction(self.spring, "2026-03-01 10:00:00", **document)
        self._interaction(self.spring, "2026-03-02 10:00:00", **document)
        self._interaction(self.spring, "2026-03-02 10:00:00", **document, kind="email")

        self.assertEqual(self._count(), 2)

    def test_a_batch_takes_one_statement(self):
        vals = {"date": "2026-03-01 10:00:00", "kind": "call", "res_model": "crm.lead"}
        self.contact.commercial_partner_id  # noqa: B018 - read before
        before = self.env.cr.sql_log_count

        added = self.env["counterparty.interaction"]._insert_interactions(
            [{**vals, "partner_id": self.contact.id, "res_id": number} for number in range(50)]
        )

        self.assertEqual(added, 50)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 1)

    def test_merge_keeps_one_of_two_contacts_about_one_document(self):
        twin = self.env["res.partner"].create({"name": "Ben", "parent_id": self.customer.id})
        document = {"res_model": "crm.lead", "res_id": 7}
        self._interaction(self.spring, "2026-03-01 10:00:00", **document)
        self._interaction(self.spring, "2026-03-01 10:00:00", **document, partner_id=twin.id)
        self._interaction(self.spring, "2026-03-01 10:00:00", partner_id=twin.id)

        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.contact | twin).ids, self.contact)

        self.env.invalidate_all()
        self.assertEqual(self._count(), 2)

    def test_interactions_and_money_spent_follow_a_contact_to_its_new_company(self):
        lone = self.env["res.partner"].create({"name": "Lone"})
        below = self.env["res.partner"].create({"name": "Below", "parent_id": lone.id})
        for number, partner in enumerate((lone, below)):
            self._interaction(
                self.spring, "2026-03-01 10:00:00", partner_id=partner.id, res_id=number
            )
        cost = self.env["counterparty.cost"].create(
            {"name": "Gift", "amount": 5, "commercial_partner_id": lone.id}
        )

        lone.parent_id = self.customer

        found = self.env["counterparty.interaction"].search(
            [("partner_id", "in", (lone | below).ids)]
        )
        self.assertEqual(found.commercial_partner_id, self.customer)
        self.assertEqual(len(found), 2)
        self.assertEqual(cost.commercial_partner_id, self.customer)
        self.assertEqual(self._by_campaign(self._invoice()), {"Spring": 100})

    def test_contact_that_becomes_a_company_takes_its_own_interactions(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")

        self.contact.is_company = True

        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.contact.id)])
        self.assertEqual(found.commercial_partner_id, self.contact)
        self.assertEqual(self._count(), 0)

    def test_contact_in_the_future_is_refused_by_name(self):
        with self.assertRaisesRegex(ValidationError, "Ben Cole .* in the future"):
            self._interaction(self.spring, "2199-03-01 10:00:00")
        self.assertEqual(self._count(), 0)

    def test_users_read_and_nobody_writes_the_past(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")
        reader = self._profit_user("rea", "group_user")
        officer = self._profit_user("offa", "group_officer")
        found = self.env["counterparty.interaction"].search([("partner_id", "=", self.contact.id)])

        self.assertEqual(found.with_user(reader).kind, "call")
        found.with_user(officer).result = "positive"
        with self.assertRaisesRegex(UserError, "logged stays"):
            found.with_user(officer).kind = "email"
        with self.assertRaises(AccessError):
            found.with_user(reader).write({"result": "negative"})
        with self.assertRaises(AccessError):
            found.with_user(officer).unlink()

    def test_used_campaign_of_an_interaction_is_kept(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")

        with self.assertRaisesRegex(UserError, "Archive it"):
            self.spring.unlink()
