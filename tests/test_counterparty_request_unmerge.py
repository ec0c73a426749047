from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_request import RequestCase

MORNING, NOON, EVENING = (datetime(2026, 3, 16, hour) for hour in (9, 12, 15))
# what changes with any write, and what the notes of merge and undo leave behind
PASSING = {
    "write_date", "__last_update", "message_ids", "website_message_ids", "activity_ids",
    "message_needaction", "message_needaction_counter", "message_has_error",
}  # fmt: skip


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestUnmerge(RequestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["counterparty.request.sla"].create(
            {"name": "Common", "sequence": 1, "first_hours": 4, "resolution_hours": 16}
        )

    def _merge(self, source, target, when=NOON):
        with freeze_time(when):
            source._merge_into(target)
            self.env.flush_all()

    def _undo(self, source, when=EVENING):
        with freeze_time(when):
            source.action_undo_merge()
            self.env.flush_all()

    def _picture(self, request):
        """Return all that is stored of a request, and of its ledger."""
        request.invalidate_recordset()
        names = [
            name for name, field in request._fields.items() if field.store and name not in PASSING
        ]
        ledger = request.interval_ids.sorted("id")
        return request.read(names)[0], ledger.read(["kind", "started_at", "ended_at"])

    def test_both_are_again_what_they_were(self):
        hurry = self.env["counterparty.request.tag"].create({"name": "Hurry"})
        with freeze_time(MORNING):
            target = self._request(partner=self.env["res.partner"], partner_email="x@y.example")
            source = self._request(
                "warranty",
                product_id=self.service.id,
                tag_ids=hurry.ids,
                priority="2",
                description="<p>Broken</p>",
                user_id=self.user.id,
            )
            self._write_as(source, self.ada, "Where is it?")
            source.message_subscribe(partner_ids=self.ada.ids)
            source.action_wait_for_partner()
            source.sudo().awaiting_since = MORNING
            # the key that links of what was merged lead on with stays
            target.sudo()._portal_ensure_token()
            self.env.flush_all()
        with freeze_time(NOON):
            (source | target)._update_deadlines()
            before = self._picture(source), self._picture(target)
        self._merge(source, target)
        self.assertEqual((target.partner_id, target.priority), (self.late_payer, "2"))

        self._undo(source, NOON)

        self.assertEqual(self._picture(source), before[0])
        self.assertEqual(self._picture(target), before[1])

    def test_what_moved_comes_back_and_what_came_since_stays(self):
        target, source, child = self._request(), self._request("information"), self._request()
        child.sudo().parent_id = source
        message = self._write_as(source, self.ada, "Where is it?")
        file = self.env["ir.attachment"].create(
            {"name": "photo", "res_model": source._name, "res_id": source.id}
        )
        activity = source.activity_schedule("mail.mail_activity_data_todo", user_id=self.user.id)
        lead = source._convert(self.env.ref("counterparty_crm.request_conversion_lead"))
        state = source.state
        self._merge(source, target)
        later = self._write_as(target, self.ada, "And the other one?")

        self._undo(source)

        moved = (message, file, activity)
        self.assertEqual([row.res_id for row in moved], [source.id] * 3)
        self.assertEqual(lead.counterparty_request_id, source)
        self.assertEqual(child.parent_id, source)
        self.assertEqual(later.res_id, target.id)
        self.assertEqual(source._follow_merged(), source)
        self.assertEqual(source.state, state)

    def test_what_somebody_changed_since_is_kept(self):
        target, source = self._request(), self._request(priority="2", product_id=self.service.id)
        self._merge(source, target)
        target.priority = "3"

        self._undo(source)

        self.assertEqual((target.priority, target.product_id.id), ("3", False))

    def test_merges_are_undone_from_the_last(self):
        first, second, third = self._request(), self._request(), self._request()
        message = self._write_as(first, self.ada, "Where is it?")
        self._merge(first, second)
        self._merge(second, third)

        self.assertFalse(first.can_undo_merge)
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            first.action_undo_merge()
        self._undo(second)
        self.assertEqual((first.merged_into_id, message.res_id), (second, second.id))
        self._undo(first)

        self.assertEqual(message.res_id, first.id)
        self.assertFalse((first | second | third).merged_into_id)

    def test_what_was_done_before_is_done_after(self):
        target, source = self._request(), self._request()
        with freeze_time(MORNING):
            source.action_solve()
        self._merge(source, target)

        self._undo(source)

        self.assertEqual((source.state, source.solved_at), ("solved", MORNING))
        self.assertEqual((source.closed_at, source.reopen_count), (False, 0))

    def test_it_is_undone_once(self):
        target, source = self._request(), self._request()
        self._merge(source, target)
        self._undo(source)

        with self.assertRaisesRegex(UserError, "cannot be undone"):
            source.action_undo_merge()

    def test_undoing_needs_the_right_on_both(self):
        elsewhere = self.env["counterparty.request.team"].create({"name": "Elsewhere"})
        mine = self._request(user_id=self.user.id)
        theirs = self._request(user_id=self.officer.id, team_id=elsewhere.id)
        self._merge(mine, theirs)

        with self.assertRaises(AccessError):
            mine.with_user(self.user).action_undo_merge()
        mine.with_user(self.officer).action_undo_merge()

        self.assertFalse(mine.merged_into_id)

    def test_nobody_writes_the_trace(self):
        target, source = self._request(), self._request()
        self._merge(source, target)
        trace = source.merge_trace

        source.with_user(self.officer).write({"merge_trace": {"target_id": target.id}})

        self.assertEqual(source.merge_trace, trace)
