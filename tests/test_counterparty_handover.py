from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyHandover(CounterpartyCase, MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls._user("sara", "sales_team.group_sale_salesman")
        cls.theo = cls._user("theo", "sales_team.group_sale_salesman")

    def _handover(self, **values):
        return (
            self.env["counterparty.handover"]
            .with_user(self.manager)
            .create({"from_user_id": self.sara.id, "to_user_id": self.theo.id, **values})
        )

    def _work_of_sara(self):
        """Give Sara one of everything that a hand-over moves; return it by counter."""
        self.freight.user_id = self.sara
        self.foods.buyer_id = self.sara
        activity = self.late_payer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.sara.id, summary="Call"
        )
        return {
            "partner_count": self.freight | self.foods,
            "role_count": self._role(self.freight) | self._role(self.foods, self.supplier),
            "activity_count": activity,
            "opportunity_count": self._lead(user_id=self.sara.id),
            "quotation_count": self._order(user_id=self.sara.id),
            "rfq_count": self._purchase(user_id=self.sara.id),
            "document_count": self.env["counterparty.document"].create(
                {
                    "name": "Frame contract",
                    "kind_id": self.env.ref("counterparty_crm.kind_contract").id,
                    "partner_id": self.freight.id,
                    "responsible_id": self.sara.id,
                }
            ),
            "holding_count": self.env["counterparty.holding"].create(
                {"name": "Northwind", "head_id": self.holding.id, "responsible_id": self.sara.id}
            ),
            "request_count": self.env["counterparty.request"].create(
                {
                    "name": "A rack is missing",
                    "partner_id": self.freight.id,
                    "category_id": self.env.ref("counterparty_crm.request_category_help").id,
                    "user_id": self.sara.id,
                }
            ),
        }

    def _owners(self):
        """Return the people who look after the records of Sara's work."""
        return self.freight.user_id | self.foods.buyer_id

    # ------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------

    def test_preview_counts_open_work_and_moves_nothing(self):
        work = self._work_of_sara()

        handover = self._handover()

        for name, records in work.items():
            with self.subTest(counter=name):
                self.assertEqual(handover[name], len(records))
        self.assertEqual(handover.state, "draft")
        self.assertEqual(self._owners(), self.sara)

    def test_preview_shows_in_the_form_as_soon_as_the_person_is_chosen(self):
        self._work_of_sara()

        form = Form(self.env["counterparty.handover"].with_user(self.manager))
        form.from_user_id = self.sara

        self.assertEqual(form.partner_count, 2)
        self.assertEqual(form.quotation_count, 1)

    def test_preview_leaves_out_closed_work(self):
        self._order(user_id=self.sara.id).action_cancel()
        self._order(user_id=self.sara.id, confirmed=True)
        self._lead(user_id=self.sara.id).action_set_lost()
        self._purchase(user_id=self.sara.id, confirmed=True)
        self.late_payer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.sara.id
        ).action_done()

        handover = self._handover()

        names = ("activity_count", "opportunity_count", "quotation_count", "rfq_count")
        self.assertEqual([handover[name] for name in names], [0, 0, 0, 0])

    def test_counterparty_sold_to_and_bought_from_counts_once(self):
        self.freight.write({"user_id": self.sara.id, "buyer_id": self.sara.id})

        handover = self._handover()

        self.assertEqual(handover.partner_count, 1)

    def test_other_companies_are_left_out(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        far = self._company("Far Away", company_id=other.id, user_id=self.sara.id)
        self._role(far)
        far.activity_schedule("mail.mail_activity_data_todo", user_id=self.sara.id)

        handover = self._handover()
        handover.action_hand_over()

        self.assertFalse(handover.line_ids)
        self.assertEqual(far.user_id, self.sara)
        self.assertEqual(far.activity_ids.user_id, self.sara)

    # ------------------------------------------------------------
    # Hand over
    # ------------------------------------------------------------

    def test_everything_of_the_preview_moves(self):
        work = self._work_of_sara()
        handover = self._handover()

        handover.action_hand_over()

        self.assertEqual(self._owners(), self.theo)
        self.assertEqual(work["role_count"].responsible_id, self.theo)
        for name in ("activity_count", "opportunity_count", "quotation_count", "rfq_count"):
            with self.subTest(counter=name):
                self.assertEqual(work[name].user_id, self.theo)
        self.assertEqual(handover.state, "done")

    def test_moved_records_are_listed_and_counted(self):
        work = self._work_of_sara()
        handover = self._handover()

        handover.action_hand_over()

        for name, records in work.items():
            with self.subTest(counter=name):
                self.assertEqual(handover[name], len(records))
        names = set(handover.line_ids.mapped("name"))
        self.assertLessEqual({"Northwind Freight", "Northwind Foods"}, names)
        self.assertIn("Contact", handover.line_ids.mapped("model_name"))

    def test_hand_over_mails_nobody(self):
        self._work_of_sara()
        handover = self._handover()
        self.env.flush_all()

        with self.mock_mail_gateway(), self.mock_mail_app():
            handover.with_context(mail_notrack=False).action_hand_over()
            self.flush_tracking()

        self.assertEqual(self._owners(), self.theo)
        self.assertFalse(self._new_mails)
        self.assertFalse(self._mails)
        self.assertNotIn(self.theo.partner_id, self._new_notifs.res_partner_id)

    def test_role_of_a_third_person_stays_theirs(self):
        self.freight.user_id = self.sara
        role = self._role(self.freight, responsible_id=self.officer.id)
        handover = self._handover()

        handover.action_hand_over()
        self.assertEqual(role.responsible_id, self.officer)
        handover.action_undo()

        self.assertEqual(role.responsible_id, self.officer)

    def test_hand_over_is_made_once(self):
        handover = self._handover()
        handover.action_hand_over()

        with self.assertRaisesRegex(UserError, "from Sara was already made"):
            handover.action_hand_over()

    def test_nobody_hands_over_to_themselves(self):
        with self.assertRaisesRegex(ValidationError, "Sara cannot hand over to themselves"):
            self._handover(to_user_id=self.sara.id)

    def test_counterparties_of_a_person_who_left_are_handed_over(self):
        self._work_of_sara()
        self.sara.active = False

        self._handover().action_hand_over()

        self.assertEqual(self._owners(), self.theo)

    def test_only_managers_hand_over(self):
        for user in (self.user, self.officer, self.plain):
            with self.subTest(user=user.login):
                allowed = self.env["counterparty.handover"].with_user(user).has_access("create")
                self.assertFalse(allowed)

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def test_undo_gives_everything_back(self):
        work = self._work_of_sara()
        handover = self._handover()
        work["rfq_count"].message_subscribe(self.theo.partner_id.ids)
        handover.action_hand_over()
        self.assertIn(self.theo.partner_id, work["quotation_count"].message_partner_ids)

        handover.action_undo()

        self.assertEqual(handover.state, "undone")
        self.assertNotIn(self.theo.partner_id, work["quotation_count"].message_partner_ids)
        self.assertIn(self.theo.partner_id, work["rfq_count"].message_partner_ids)
        self.assertEqual(self._owners(), self.sara)
        self.assertEqual(work["role_count"].responsible_id, self.sara)
        for name in (
            "activity_count",
            "opportunity_count",
            "quotation_count",
            "rfq_count",
            "request_count",
        ):
            with self.subTest(counter=name):
                self.assertEqual(work[name].user_id, self.sara)
        self.assertTrue(all(handover.line_ids.mapped("is_given_back")))

    def test_undo_restores_since_when_the_person_has_the_work(self):
        work = self._work_of_sara()
        moments = {"opportunity_count": "date_open", "request_count": "assigned_at"}
        for counter, moment in moments.items():
            work[counter].sudo()[moment] = "2026-01-07 08:00:00"
        handover = self._handover()
        handover.action_hand_over()
        for counter, moment in moments.items():
            self.assertNotEqual(str(work[counter][moment]), "2026-01-07 08:00:00")

        handover.action_undo()

        for counter, moment in moments.items():
            with self.subTest(counter=counter):
                self.assertEqual(str(work[counter][moment]), "2026-01-07 08:00:00")

    def test_second_undo_says_so(self):
        handover = self._handover()
        handover.action_hand_over()
        handover.action_undo()

        with self.assertRaisesRegex(UserError, "already undone"):
            handover.action_undo()

    def test_undo_leaves_what_somebody_has_changed_since(self):
        work = self._work_of_sara()
        handover = self._handover()
        handover.action_hand_over()
        work["quotation_count"].user_id = self.officer
        work["role_count"][0].responsible_id = self.officer

        handover.action_undo()

        self.assertEqual(work["quotation_count"].user_id, self.officer)
        self.assertEqual(work["role_count"][0].responsible_id, self.officer)
        self.assertEqual(work["rfq_count"].user_id, self.sara)
        kept = handover.line_ids.filtered(lambda line: not line.is_given_back)
        self.assertEqual(set(kept.mapped("model")), {"sale.order", "counterparty.role"})

    def test_undo_passes_over_deleted_records(self):
        work = self._work_of_sara()
        handover = self._handover()
        handover.action_hand_over()
        work["opportunity_count"].unlink()

        handover.action_undo()

        self.assertEqual(self._owners(), self.sara)

    def test_undo_ends_after_a_day(self):
        handover = self._handover()
        handover.action_hand_over()

        with freeze_time("2026-03-16 09:59:00"):
            handover.invalidate_recordset()
            self.assertTrue(handover.can_undo)
        with freeze_time("2026-03-16 10:01:00"):
            handover.invalidate_recordset()
            self.assertFalse(handover.can_undo)
            with self.assertRaisesRegex(UserError, "within 24 hours.*from Theo to Sara"):
                handover.action_undo()

    def test_undo_happens_once_and_not_to_a_preview(self):
        handover = self._handover()
        with self.assertRaises(UserError):
            handover.action_undo()
        handover.action_hand_over()
        handover.action_undo()

        with self.assertRaises(UserError):
            handover.action_undo()
