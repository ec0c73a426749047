from datetime import date, timedelta

from freezegun import freeze_time
from lxml import etree
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import CounterpartyCase


class DocumentCase(CounterpartyCase):
    """Documents of the register, one builder for all kinds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._user("kate", "group_user", "group_personal_documents")

    def _kind(self, code):
        return self.env.ref(f"counterparty_crm.kind_{code}")

    def _document(self, code="contract", partner=None, **values):
        return self.env["counterparty.document"].create(
            {
                "kind_id": self._kind(code).id,
                "partner_id": (partner or self.late_payer).id,
                "responsible_id": self.keeper.id,
                **values,
            }
        )


@tagged("post_install", "-at_install", "counterparty_counterparty")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyDocument(DocumentCase):
    # ------------------------------------------------------------
    # Dates and states
    # ------------------------------------------------------------

    def test_states_are_searched_as_they_are_computed(self):
        renewed = self._document(date_from="2025-01-01", date_to="2025-12-31")
        renewed.action_renew()
        documents = renewed | renewed.next_ids
        for start, end in (
            (False, False),
            ("2026-03-16", False),
            ("2026-01-01", "2026-05-10"),
            ("2026-01-01", "2026-12-31"),
            ("2025-01-01", "2026-03-14"),
        ):
            documents |= self._document(date_from=start, date_to=end)

        for state in ("future", "valid", "expiring", "expired", "renewed"):
            with self.subTest(state=state):
                found = self.env["counterparty.document"].search(
                    [("state", "=", state), ("id", "in", documents.ids)]
                )
                self.assertEqual(found, documents.filtered(lambda d, s=state: d.state == s))
                self.assertTrue(found)

    def test_filter_of_what_expires_knows_the_kinds_without_validity(self):
        papers = self._document("contract", date_to="2026-03-20", reminder_days=30)
        kind = papers.kind_id.create({"name": "Loose", "code": "loose", "has_validity": False})
        loose = papers.copy({"kind_id": kind.id, "date_to": "2026-03-20", "reminder_days": 30})
        self.assertEqual(loose.state, "valid")
        self.assertIn(loose, loose.search([("state", "=", "valid")]))
        self.assertNotIn(loose, loose.search([("state", "=", "expiring")]))
        view = self.env["counterparty.document"].get_view(
            self.env.ref("counterparty_crm.counterparty_document_view_search").id, "search"
        )
        [shown] = etree.fromstring(view["arch"]).xpath("//filter[@name='expiring']")

        found = papers.search(safe_eval(shown.get("domain")))

        self.assertIn(papers, found)
        self.assertNotIn(loose, found)

    def test_last_day_before_the_first_is_refused(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._document(date_from="2026-02-01", date_to="2026-01-31")

    def test_kind_gives_reminder_and_retention(self):
        document = self._document(date_to="2026-12-31")

        self.assertEqual(document.reminder_date, date(2026, 11, 1))
        self.assertEqual(document.retention_date, date(2036, 12, 31))

    def test_renewal_follows_and_is_made_once(self):
        document = self._document(date_from="2026-01-01", date_to="2026-12-31", number="7/2026")

        first = document.action_renew()
        second = document.action_renew()

        renewal = document.next_ids
        self.assertEqual(first["res_id"], renewal.id)
        self.assertEqual(second["res_id"], renewal.id)
        self.assertEqual(renewal.date_from, date(2027, 1, 1))
        self.assertEqual(renewal.date_to, date(2027, 12, 31))
        self.assertFalse(renewal.number)

    def test_renewal_is_kept_as_long_as_its_own_end_asks(self):
        document = self._document(date_from="2026-01-01", date_to="2026-12-31")

        document.action_renew()

        self.assertEqual(document.next_ids.retention_date, date(2037, 12, 31))

    def test_whoever_may_change_a_document_renews_it(self):
        document = self._document(
            date_from="2026-01-01", date_to="2026-12-31", responsible_id=self.user.id
        )

        action = document.with_user(self.user).action_renew()

        self.assertEqual(action["res_id"], document.next_ids.id)

    def test_renewal_of_a_colleagues_document_is_not_offered(self):
        document = self._document(date_from="2026-01-01", date_to="2026-12-31")
        theirs = document.with_user(self.user)

        self.assertFalse(theirs.can_edit)
        self.assertTrue(document.with_user(self.officer).can_edit)
        with self.assertRaisesRegex(UserError, self.keeper.name):
            theirs.action_renew()

        document.action_renew()
        self.assertEqual(theirs.action_renew()["res_id"], document.next_ids.id)

    def test_paper_without_validity_is_kept_from_its_day_on(self):
        declaration = self._document(
            "customs", number="26RO0001", office_id=self.tax_office.id, date_issue="2026-02-01"
        )

        self.assertEqual(declaration.retention_date, date(2036, 2, 1))

    def test_a_document_has_one_renewal(self):
        document = self._document(date_from="2026-01-01", date_to="2026-12-31")
        document.action_renew()

        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            document.copy({"previous_id": document.id}).flush_recordset()

    def test_document_without_end_is_not_renewed(self):
        with self.assertRaises(UserError):
            self._document().action_renew()

    def test_document_of_another_company_of_the_partner_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.foods.company_id = other

        with self.assertRaises(ValidationError):
            self._document(partner=self.foods)

    def test_documents_follow_their_counterparty_to_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        everywhere = self._document(partner=self.foods, company_id=False)
        personal = self._document("identity", self.foods)
        elsewhere = self._document(partner=self.freight)

        self.foods.company_id = other

        self.assertEqual((everywhere | personal).company_id, other)
        self.assertEqual(elsewhere.company_id, self.env.company)

    def test_what_orders_and_invoices_rely_on_is_archived_not_deleted(self):
        card = self._document("card", number="77")
        self._order().counterparty_card_id = card
        rental = self._document("rental", rental_object="Car", rental_rate=10, rental_unit="month")
        rental.action_invoice_period()
        free = self._document()

        for used in (card, rental):
            with self.subTest(used=used), self.assertRaisesRegex(UserError, "Archive"):
                (used | free).unlink()
        free.unlink()

        self.assertFalse(free.exists())

    # ------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------

    def _remind(self, day="2026-03-16", hour=10):
        job = self.env.ref("counterparty_crm.ir_cron_document_reminders")
        with freeze_time(f"{day} {hour:02}:00:00"), self.enter_registry_test_mode():
            job.method_direct_trigger()

    def test_reminder_is_off_until_the_settings_switch_it_on(self):
        cron = self.env.ref("counterparty_crm.ir_cron_document_reminders")
        self.assertFalse(cron.active)

        self.env["res.config.settings"].create({"counterparty_document_reminders": True}).execute()

        self.assertTrue(cron.active)
        self.assertTrue(self.env["res.config.settings"].create({}).counterparty_document_reminders)

    def test_responsible_is_reminded_once(self):
        due = self._document(date_to="2026-04-01")
        later = self._document(date_to="2026-12-31")

        self._remind()
        self._remind()

        self.assertEqual(len(due.activity_ids), 1)
        self.assertEqual(due.activity_ids.user_id, self.keeper)
        self.assertEqual(due.activity_ids.date_deadline, date(2026, 4, 1))
        self.assertFalse(later.activity_ids)

    def test_days_off_are_quiet(self):
        due = self._document(date_to="2026-04-01")

        self._remind("2026-03-15")
        self.assertFalse(due.activity_ids)

        self._remind("2026-03-16")
        self.assertTrue(due.activity_ids)

    def test_people_are_reminded_in_their_own_morning(self):
        self.keeper.tz = "Pacific/Kiritimati"
        # a Monday there
        due = self._document(date_to="2026-04-17")
        first = due.reminder_date

        # two in the night there, and the day itself: fourteen hours before Greenwich
        self._remind(str(first - timedelta(days=1)), hour=12)
        self.assertFalse(due.activity_ids)

        self._remind(str(first - timedelta(days=1)), hour=20)
        self.assertTrue(due.activity_ids)

    def test_a_document_that_has_expired_where_the_person_lives_reminds_of_nothing(self):
        self.keeper.tz = "Pacific/Kiritimati"
        late = self._document(date_to="2026-03-16")

        self._remind("2026-03-16", hour=20)

        self.assertFalse(late.activity_ids)

    def test_when_the_responsible_has_left_another_one_is_reminded(self):
        orphan = self._document(date_to="2026-04-01", partner=self.foods)
        looked_after = self._document(date_to="2026-04-01")
        self._role(responsible_id=self.officer.id)
        self.keeper.active = False

        self._remind()

        self.assertEqual(looked_after.activity_ids.user_id, self.officer)
        self.assertFalse(orphan.activity_ids)
        self.assertFalse(orphan.reminded_on)

    def test_prolonged_document_reminds_again(self):
        document = self._document(date_to="2026-04-01")
        self._remind()

        document.date_to = "2026-04-10"
        self._remind()

        self.assertEqual(len(document.activity_ids), 2)

    def test_expired_and_renewed_documents_do_not_remind(self):
        expired = self._document(date_to="2026-03-14")
        renewed = self._document(date_from="2025-04-01", date_to="2026-04-01")
        renewed.action_renew()

        self._remind()

        self.assertFalse((expired | renewed).activity_ids)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_users_change_own_and_unassigned_documents(self):
        theirs = self._document().with_user(self.user)
        own = self._document(responsible_id=self.user.id).with_user(self.user)
        nobodys = self._document(responsible_id=False).with_user(self.user)

        self.assertTrue(theirs.has_access("read"))
        self.assertFalse(theirs.has_access("write"))
        self.assertTrue(own.has_access("write"))
        self.assertTrue(nobodys.has_access("write"))
        self.assertTrue(theirs.with_user(self.officer).has_access("unlink"))

    def test_documents_of_other_companies_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        hidden = self._document(company_id=other.id)
        shared = self._document(company_id=False)

        found = (
            self.env["counterparty.document"]
            .with_user(self.user)
            .search([("id", "in", (hidden | shared).ids)])
        )

        self.assertEqual(found, shared)

    def test_employees_without_rights_see_no_documents(self):
        with self.assertRaises(AccessError):
            self._document().with_user(self.plain).read(["name"])

    # ------------------------------------------------------------
    # Kinds
    # ------------------------------------------------------------

    def test_core_kinds_keep_their_code_and_are_not_deleted(self):
        kind = self._kind("contract")

        for values in ({"code": "deal"}, {"is_personal": True}, {"usage": "plain"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                kind.write(values)
        with self.assertRaises(UserError):
            kind.unlink()
        kind.write({"reminder_days": 90, "name": "Agreement"})

    def test_nobody_adds_core_kinds(self):
        values = {"name": "Permit", "code": "permit", "is_core": True}

        with self.assertRaises(UserError):
            self.env["counterparty.document.kind"].with_user(self.manager).create(values)

    def test_required_fields_are_fields_of_contacts(self):
        with self.assertRaises(ValidationError):
            self.env["counterparty.requirement"].create({"name": "Nope", "field_name": "nope"})

    def test_used_kinds_are_archived_not_deleted(self):
        kind = self.env["counterparty.document.kind"].create({"name": "Permit", "code": "permit"})
        self.env["counterparty.document"].create({"kind_id": kind.id, "partner_id": self.foods.id})

        with self.assertRaises(UserError):
            kind.unlink()
        with self.assertRaises(UserError):
            kind.is_personal = True
        kind.active = False

        self.assertFalse(kind.active)

    def test_kinds_of_the_personal_section_are_personal(self):
        section = self.env.ref("counterparty_crm.section_personal")
        vals = {"name": "Diploma", "code": "diploma", "section_id": section.id}
        Kind = self.env["counterparty.document.kind"].with_user(self.manager)

        with self.assertRaises(ValidationError):
            Kind.create(vals)

        self.assertTrue(Kind.create({**vals, "is_personal": True}))

    def test_unused_kinds_of_users_may_go(self):
        kind = self.env["counterparty.document.kind"].create({"name": "Permit", "code": "permit"})

        kind.unlink()

        self.assertFalse(kind.exists())

    def test_managers_add_kinds_and_users_do_not(self):
        values = {"name": "Permit", "code": "permit"}
        Kind = self.env["counterparty.document.kind"]

        with self.assertRaises(AccessError):
            Kind.with_user(self.officer).create(values)
        self.assertTrue(Kind.with_user(self.manager).create(values))

    def test_form_asks_for_what_the_kind_needs(self):
        self.user.group_ids += self.env.ref("stock.group_stock_user")
        with Form(self.env["counterparty.document"].with_user(self.user)) as form:
            form.kind_id = self._kind("rental")
            form.partner_id = self.foods
            form.rental_object = "Forklift"
            form.rental_rate = 100

        self.assertEqual(form.record.section_id.code, "rentals")
