from unittest.mock import patch

from odoo.tests import tagged

from ..models import counterparty_timeline_whose
from .common_timeline import TimelineCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTimelineActivity(TimelineCase):
    """What is planned and done about a counterparty and its documents, and what was said."""

    def test_plans_about_documents_stand_there_and_lead_to_them(self):
        for done in (False, True):
            plan = self.order.activity_schedule(
                "mail.mail_activity_data_call",
                summary=f"Call, {done}",
                user_id=self.officer.id,
                date_deadline="2026-03-20",
            )
            if done:
                plan.action_feedback(feedback="They sign in May")
        self.env.flush_all()

        rows = [row for row in self._rows(kinds=["activity"]) if row["model"] == "sale.order"]

        self.assertEqual({row["title"] for row in rows}, {"Call, False", "They sign in May"})
        self.assertEqual({row["id"] for row in rows}, set(self.order.ids))
        self.assertIn(self.order.name, rows[0]["subtitle"])
        # nobody sees more of them than of the order
        self.order.user_id = self.officer
        self.env.flush_all()
        titles = self._titles(self.seller, kinds=["activity"])
        self.assertNotIn("Call, False", titles)
        self.assertNotIn("They sign in May", titles)

    def test_what_was_agreed_on_a_planned_call_is_said_and_found(self):
        for record in (self.customer, self.order):
            call = record.activity_schedule(
                "mail.mail_activity_data_call", summary="Ask", user_id=self.officer.id
            )
            call.action_feedback(feedback="They sign in May")
        self.env.flush_all()

        rows = self._rows(kinds=["activity"], text="sign in")

        self.assertEqual({row["model"] for row in rows}, {"res.partner", "sale.order"})
        for row in rows:
            self.assertIn("They sign in May", row["title"] + row["subtitle"])
        # the words of what was done about an order are for who may read the order
        self.order.user_id = self.officer
        self.env.flush_all()
        found = self._rows(self.seller, kinds=["activity"], text="sign in")
        self.assertEqual([row["model"] for row in found], ["res.partner"])

    def test_done_to_dos_about_documents_stand_there_for_who_reads_the_document(self):
        todo = self.order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Check the stock",
            user_id=self.officer.id,
            date_deadline="2026-03-20",
        )
        todo.action_feedback(feedback="Enough of all")
        self.env.flush_all()

        [row] = [row for row in self._rows(kinds=["activity"]) if row["model"] == "sale.order"]

        self.assertEqual((row["title"], row["state"]), ("Check the stock", "Done"))
        self.assertIn("Enough of all", row["subtitle"])
        for text in ("check the", "enough"):
            self.assertEqual(len(self._rows(kinds=["activity"], text=text)), 1, text)
        self.assertEqual((row["id"], row["day"]), (self.order.id, str(todo.date_done)))
        self.assertIn("Check the stock", self._titles(self.seller, kinds=["activity"]))
        self.order.user_id = self.officer
        self.env.flush_all()
        self.assertNotIn("Check the stock", self._titles(self.seller, kinds=["activity"]))
        # taken up again it is planned, and stands once
        todo.action_unarchive()
        self.env.flush_all()
        [row] = [row for row in self._rows(kinds=["activity"]) if row["model"] == "sale.order"]
        self.assertEqual(row["title"], "Check the stock")
        self.assertNotEqual(row["state"], "Done")

    def test_what_was_done_before_we_came_stands_there_too(self):
        todo = self.order.activity_schedule("mail.mail_activity_data_todo", summary="Of old")
        todo.action_done()
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_activity SET counterparty_partner_id = NULL")
        self.env.invalidate_all()
        self.assertNotIn("Of old", self._titles(kinds=["activity"]))

        self.env["mail.activity"]._fill_counterparties()

        self.assertIn("Of old", self._titles(kinds=["activity"]))

    def test_plans_about_many_documents_are_found_like_those_about_few(self):
        self.order.activity_schedule("mail.mail_activity_data_todo", user_id=self.officer.id)
        self.env.flush_all()
        few = [row["key"] for row in self._rows(kinds=["activity"])]
        Timeline = self._timeline()

        with patch.object(counterparty_timeline_whose, "FEW_DOCUMENTS", 1):
            _present, many = Timeline._find_present(Timeline._get_legs(), self.customer.ids, {})
            self.assertIn("sale.order", many)
            self.assertNotIn("purchase.order", many)
            self.assertEqual([row["key"] for row in self._rows(kinds=["activity"])], few)

    def test_done_and_planned_activities_say_which_they_are(self):
        states = {row["title"]: row["state"] for row in self._rows(kinds=["activity"])}

        self.assertEqual(
            states, {"Ask about the shelves": "Planned", "Called about the racks": "Done"}
        )

    def test_what_somebody_wrote_stands_once_wherever_it_was_written(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        for where in (self.contact, self.customer, stranger):
            where.message_post(
                body=f"Under {where.name}", message_type="email", author_id=self.contact.id
            )
        self.env.flush_all()

        titles = self._titles(kinds=["message"])

        for where in (self.contact, self.customer, stranger):
            self.assertEqual(titles.count(f"Under {where.name}"), 1, where.name)
