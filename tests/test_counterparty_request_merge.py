from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
@freeze_time("2026-03-16 10:00:00")
class TestCounterpartyRequestMerge(RequestCase):
    # ------------------------------------------------------------
    # Duplicates
    # ------------------------------------------------------------

    def test_requests_about_the_same_are_proposed(self):
        first = self._request("warranty", product_id=self.service.id)
        twin = self._request("warranty", product_id=self.service.id)
        self._request("warranty", self.freight, product_id=self.service.id)
        self._request("help")
        self._request("warranty", product_id=self.service.id, state="closed")
        with freeze_time("2026-01-01 10:00:00"):
            self._request("warranty", product_id=self.service.id)

        self.assertEqual(twin.duplicate_ids, first)

    def test_strangers_are_known_by_their_address(self):
        nobody = self.env["res.partner"]
        first = self._request("help", nobody, partner_email="nora@x.example")
        twin = self._request("help", nobody, partner_email="Nora@X.example")
        without = self._request("help", nobody)

        self.assertEqual(twin.duplicate_ids, first)
        self.assertFalse(without.duplicate_ids)

    def test_solved_requests_about_the_same_product_show_what_helped(self):
        solved = self._request("warranty", product_id=self.service.id, state="solved")
        self._request("warranty", product_id=self.service.id)

        request = self._request("warranty", self.freight, product_id=self.service.id)

        self.assertEqual(request.similar_ids, solved)

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def test_messages_files_people_and_links_go_on_in_the_other(self):
        target, source = self._request(), self._request("information")
        message = self._write_as(source, self.ada, "Where is it?")
        file = self.env["ir.attachment"].create(
            {"name": "photo", "res_model": source._name, "res_id": source.id}
        )
        source.message_subscribe(partner_ids=self.ada.ids)
        kind = self.env.ref("counterparty_crm.request_conversion_lead")
        lead = source._convert(kind)

        source._merge_into(target)

        self.assertEqual((message.res_id, file.res_id), (target.id, target.id))
        self.assertIn(self.ada, target.message_partner_ids)
        self.assertEqual(lead.counterparty_request_id, target)
        self.assertEqual((source.state, source.closed_by), ("closed", "system"))
        self.assertEqual(source._follow_merged(), target)
        self.assertTrue(target.awaiting_since)

    def test_tags_and_urgency_of_both_are_kept(self):
        hurry, export = self.env["counterparty.request.tag"].create(
            [{"name": name} for name in ("Hurry", "To the island")]
        )
        target = self._request(tag_ids=export.ids, priority="1")
        urgent = self._request(tag_ids=hurry.ids, priority="3")
        calm = self._request(tag_ids=export.ids)

        (urgent + calm)._merge_into(target)

        self.assertEqual(target.tag_ids, hurry + export)
        self.assertEqual(target.priority, "3")

    def test_merges_after_merges_lead_to_the_end(self):
        first, second, third = self._request(), self._request(), self._request()

        first._merge_into(second)
        second._merge_into(third)

        self.assertEqual(first.merged_into_id, third)
        self.assertEqual(first._follow_merged(), third)
        with self.assertRaisesRegex(UserError, "choose that one"):
            third._merge_into(second)

    def test_merged_requests_are_not_reopened(self):
        target, source = self._request(), self._request()
        source._merge_into(target)

        self.assertFalse(source.is_reopenable)

    def test_what_belongs_to_others_stays_apart(self):
        mine, theirs = self._request(), self._request(partner=self.freight)

        with self.assertRaisesRegex(UserError, "stay apart"):
            theirs._merge_into(mine)

        self.assertEqual(theirs.state, "new")

    def test_what_is_internal_is_not_shown_by_a_merge(self):
        shown, internal = self._request(), self._request(confidentiality="internal")

        with self.assertRaisesRegex(UserError, "is internal"):
            internal._merge_into(shown)
        shown._merge_into(internal)

        self.assertEqual(shown.merged_into_id, internal)

    def test_merging_needs_the_right_on_both(self):
        elsewhere = self.env["counterparty.request.team"].create({"name": "Elsewhere"})
        mine = self._request(user_id=self.user.id).with_user(self.user)
        theirs = self._request(user_id=self.officer.id, team_id=elsewhere.id)

        with self.assertRaises(AccessError):
            mine._merge_into(theirs.with_user(self.user))

    def test_the_dialog_merges_into_the_oldest(self):
        first, second = self._request(), self._request()
        action = second.with_user(self.user).action_merge()

        wizard = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        self.assertEqual(wizard.request_ids, first | second)
        self.assertEqual(wizard.target_id, first)
        result = wizard.action_merge()

        self.assertEqual(result["res_id"], first.id)
        self.assertEqual(second.merged_into_id, first)

    # ------------------------------------------------------------
    # Split
    # ------------------------------------------------------------

    def test_messages_about_another_thing_become_a_request_of_their_own(self):
        request = self._request(user_id=self.user.id)
        self._write_as(request, self.ada, "My pallet is missing")
        other = self._write_as(request, self.ada, "By the way: the price of a rack?")

        wizard = self.env["counterparty.request.split"].create(
            {
                "request_id": request.id,
                "name": "Price of a rack",
                "message_ids": [Command.set(other.ids)],
            }
        )
        split = self.env["counterparty.request"].browse(wizard.action_split()["res_id"])

        self.assertEqual((split.parent_id, split.user_id), (request, self.user))
        self.assertEqual((other.res_id, split.name), (split.id, "Price of a rack"))
        self.assertNotEqual(split.number, request.number)

    def _at(self, day, hour, request, author, body="And?"):
        with freeze_time(f"2026-03-{day} {hour}:00:00"):
            message = self._write_as(request, author, body)
            message.date = fields.Datetime.now()
            self.env.flush_all()
        return message

    def test_what_is_split_has_waited_since_it_was_written(self):
        with freeze_time("2026-03-16 08:00:00"):
            request = self._request(user_id=self.user.id, channel="email")
        first = self._at(16, "09", request, self.ada, "My pallet is missing")
        other = self._at(16, "11", request, self.ada, "And the price of a rack?")

        with freeze_time("2026-03-18 10:00:00"):
            split = request.with_user(self.user)._split(other, "Price")
            again = request.with_user(self.user)._split(first, "Pallet")

        self.assertEqual((split.opened_at, split.awaiting_since), (other.date, other.date))
        self.assertEqual((again.opened_at, again.awaiting_since), (first.date, first.date))
        self.assertFalse(split.first_response_at)
        self.assertFalse(request.awaiting_since)
        self.assertFalse(request.interval_ids.filtered(lambda row: row.kind == "exchange"))

    def test_what_stays_behind_keeps_its_own_wait(self):
        with freeze_time("2026-03-16 08:00:00"):
            request = self._request(user_id=self.user.id, channel="email")
        first = self._at(16, "09", request, self.ada)
        second = self._at(16, "11", request, self.ada)
        third = self._at(17, "11", request, self.ada)

        with freeze_time("2026-03-18 10:00:00"):
            request._split(second, "Price")
            self.assertEqual(request.awaiting_since, first.date)
            request._split(first, "Pallet")

        self.assertEqual(request.awaiting_since, third.date)

    def test_what_was_answered_waits_for_nobody_after_a_split(self):
        with freeze_time("2026-03-16 08:00:00"):
            request = self._request(user_id=self.user.id, channel="email")
        asked = self._at(16, "09", request, self.ada)
        answer = self._at(16, "10", request, self.user.partner_id)
        later = self._at(17, "11", request, self.ada)

        with freeze_time("2026-03-18 10:00:00"):
            split = request._split(asked, "Price")

        self.assertEqual((split.opened_at, split.first_response_at), (asked.date, answer.date))
        self.assertFalse(split.awaiting_since)
        self.assertEqual(request.awaiting_since, later.date)

    def test_notes_of_employees_are_split_off_as_new(self):
        request = self._request(user_id=self.user.id, channel="email")
        self._at(16, "09", request, self.ada)
        note = self._at(17, "11", request, self.user.partner_id)

        with freeze_time("2026-03-18 10:00:00"):
            split = request._split(note, "Price")

        self.assertEqual(str(split.opened_at), "2026-03-18 10:00:00")
        self.assertFalse(split.awaiting_since)

    def test_messages_of_another_request_are_not_taken(self):
        request, foreign = self._request(), self._request(partner=self.freight)
        message = self._write_as(foreign, self.cora)
        wizard = self.env["counterparty.request.split"].create(
            {
                "request_id": request.id,
                "name": "Mine",
                "message_ids": [Command.set(message.ids)],
            }
        )

        with self.assertRaisesRegex(UserError, "Choose the messages"):
            wizard.action_split()

        self.assertEqual(message.res_id, foreign.id)

    # ------------------------------------------------------------
    # By phone
    # ------------------------------------------------------------

    def _found(self, text):
        partners = self.env["res.partner"].with_user(self.user)
        partners = partners.with_context(counterparty_find=True)
        return {partner_id for partner_id, _name in partners.name_search(text)}

    def test_callers_are_found_by_what_they_say(self):
        self.ada.phone = "+359 888 123 456"
        self.freight.vat = "RO9900700022"
        request = self._request(partner=self.ben)

        cases = [
            ("Ada", self.ada),
            ("0888 123 456", self.ada),
            ("888123456", self.ada),
            ("RO9900700022", self.freight),
            (request.number, self.ben),
            (request.number.lower(), self.ben),
        ]
        for text, partner in cases:
            with self.subTest(text=text):
                self.assertIn(partner.id, self._found(text))

    def test_other_searches_stay_as_the_host_has_them(self):
        request = self._request(partner=self.ben)

        self.assertFalse(self.env["res.partner"].name_search(request.number))

    def test_a_call_is_saved_with_two_fields(self):
        open_one = self._request(user_id=self.uri.id)
        order = self._order(confirmed=True)
        seller = new_test_user(self.env, "sela", groups="sales_team.group_sale_salesman_all_leads")

        with Form(self.env["counterparty.request.phone"].with_user(seller)) as call:
            call.partner_id = self.late_payer
            call.name = "Wants another pallet"
            self.assertEqual(call.open_request_ids.ids, open_one.ids)
            self.assertEqual(call.order_ids.ids, order.ids)
        request = self.env["counterparty.request"].browse(call.record.action_save()["res_id"])

        self.assertEqual((request.channel, request.user_id), ("phone", seller))
        self.assertEqual((request.partner_id, request.state), (self.late_payer, "open"))

    def test_agents_who_do_not_sell_take_calls_too(self):
        with Form(self.env["counterparty.request.phone"].with_user(self.user)) as call:
            call.partner_id = self.late_payer
            call.name = "Wants another pallet"
            call.note = "Calls again\nat noon <b>"
            call.take = False
        call.record.action_save_and_next()

        request = self.env["counterparty.request"].search([("channel", "=", "phone")], limit=1)
        self.assertFalse(request.user_id)
        self.assertIn("&lt;b&gt;", request.description)

    # ------------------------------------------------------------
    # Several at once
    # ------------------------------------------------------------

    def _answer(self, requests, **values):
        wizard = self.env["counterparty.request.answer"].with_user(self.officer)
        wizard.with_context(active_ids=requests.ids).create(values).action_apply()

    def test_one_answer_goes_to_each_and_closes(self):
        self.late_payer.email = "office@late.example"
        self.freight.email = "office@northwind.example"
        requests = self._request() | self._request(partner=self.freight)

        self._answer(requests, body="<p>It is on its way.</p>", close=True, user_id=self.uri.id)

        for request in requests:
            self.assertEqual((request.state, request.user_id), ("closed", self.uri))
            message = request.message_ids.filtered(lambda m: "on its way" in m.body)
            self.assertEqual(message.partner_ids, request.partner_id)
            self.assertTrue(request.first_response_at)

    def test_categories_change_without_a_word(self):
        requests = self._request() | self._request()

        self._answer(requests, category_id=self.categories["information"].id)

        self.assertEqual(requests.category_id, self.categories["information"])
        self.assertFalse(requests.filtered("first_response_at"))

    def test_tags_are_added_to_those_of_each(self):
        hurry, export = self.env["counterparty.request.tag"].create(
            [{"name": name} for name in ("Hurry", "To the island")]
        )
        tagged, plain = self._request(tag_ids=export.ids), self._request()

        self._answer(tagged | plain, tag_ids=hurry.ids)

        self.assertEqual((tagged.tag_ids, plain.tag_ids), (hurry + export, hurry))

    def test_what_is_done_already_is_named(self):
        live, done = self._request(), self._request(state="closed")

        with self.assertRaisesRegex(UserError, done.number):
            self._answer(live | done, close=True)

        self.assertEqual(live.state, "new")

    # ------------------------------------------------------------
    # Partner
    # ------------------------------------------------------------

    def test_the_partner_shows_what_is_open_in_the_family(self):
        self._request(partner=self.ben)
        self._request(partner=self.foods, state="closed")
        foods = self.foods.with_user(self.user)

        self.assertEqual(
            (foods.counterparty_request_count, foods.counterparty_request_open), (2, 1)
        )
        action = self.ben.with_user(self.user).action_open_counterparty_requests()
        found = self.env["counterparty.request"].search(action["domain"])
        self.assertEqual(len(found), 2)

    def test_requests_follow_merged_partners(self):
        request = self._request(partner=self.freight)

        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.freight | self.foods).ids, self.foods
        )

        self.env.invalidate_all()
        self.assertEqual(request.partner_id, self.foods)
        self.assertEqual(request.commercial_partner_id, self.foods)
