from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
@freeze_time("2026-03-16 10:00:00")
class TestCounterpartyRequest(RequestCase):
    # ------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------

    def test_numbers_follow_each_other_with_the_prefix_of_the_company(self):
        first, second = self._request(), self._request()

        prefix, number = first.number.rsplit("-", 1)
        self.assertEqual(second.number, f"{prefix}-{int(number) + 1:05d}")
        self.assertEqual(first.display_name, f"{first.number} Second pallet is missing")

    def test_every_company_counts_for_itself(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})

        mine, theirs = self._request(), self._request(company_id=other.id, team_id=False)

        self.assertNotEqual(mine.number.split("-")[0], theirs.number.split("-")[0])
        self.assertTrue(theirs.number.endswith("-00001"))

    def test_a_block_of_numbers_is_drawn_at_once(self):
        self.env.company._draw_request_numbers(1)

        with self.assertQueryCount(1):
            numbers = self.env.company._draw_request_numbers(500)

        self.assertEqual(len(set(numbers)), 500)

    @mute_logger("odoo.sql_db")
    def test_a_number_is_given_once(self):
        number = self._request().number

        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._request(number=number)

    @mute_logger("odoo.sql_db")
    def test_one_open_request_per_generation_key(self):
        first = self._request(generation_key="overdue:1")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._request(generation_key="overdue:1")

        first._close("system")

        self.assertTrue(self._request(generation_key="overdue:1"))

    # ------------------------------------------------------------
    # Life
    # ------------------------------------------------------------

    def test_a_whole_life(self):
        request = self._request()

        request.action_open()
        request.action_wait_for_partner()
        request.action_hold()
        request.action_open()
        request.action_solve()
        request.action_close()

        self.assertEqual(request.state, "closed")
        self.assertEqual((request.solved_at, request.closed_at), (fields.Datetime.now(),) * 2)
        self.assertEqual(request.closed_by, "employee")

    def test_closing_at_once_solves_too(self):
        request = self._request()

        request._close("partner")

        self.assertEqual((request.solved_at, request.closed_by), (request.closed_at, "partner"))

    def test_reopening_takes_the_end_back_and_counts(self):
        request = self._request()
        request.action_close()

        request.action_reopen()

        self.assertEqual(request.state, "open")
        self.assertFalse(request.solved_at or request.closed_at or request.closed_by)
        self.assertEqual((request.reopen_count, request.cycle), (1, 2))

    def test_after_the_grace_period_a_follow_up_takes_over(self):
        request = self._request(user_id=self.user.id, product_id=self.service.id)
        request.action_close()

        with freeze_time("2026-03-24 10:00:01"):
            self.env.invalidate_all()
            self.assertFalse(request.is_reopenable)
            with self.assertRaisesRegex(UserError, "too long ago"):
                request.action_reopen()
            action = request.action_follow_up()

        follow_up = self.env["counterparty.request"].browse(action["res_id"])
        self.assertEqual(follow_up.parent_id, request)
        self.assertEqual((follow_up.user_id, follow_up.state), (self.user, "open"))
        self.assertEqual(follow_up.product_id, self.service)
        self.assertNotEqual(follow_up.number, request.number)

    def test_a_follow_up_waits_for_the_team_when_its_worker_has_left(self):
        request = self._request(user_id=self.user.id)
        request.action_close()
        self.user.active = False

        self.assertFalse(request._create_follow_up().user_id)

    def test_moves_that_make_no_sense_are_refused(self):
        request = self._request()
        request.action_close()

        for move in (request.action_hold, request.action_wait_for_partner, request.action_cancel):
            with self.subTest(move=move), self.assertRaisesRegex(UserError, "is Closed"):
                move()

    def test_a_card_dragged_to_another_column_moves_with_its_facts(self):
        request = self._request()

        request.write({"state": "solved", "priority": "2"})

        self.assertEqual((request.state, request.priority), ("solved", "2"))
        self.assertTrue(request.solved_at)
        with self.assertRaisesRegex(UserError, "not new any more"):
            request.state = "new"

    def test_what_is_imported_as_done_is_done(self):
        request = self._request(state="closed")

        self.assertTrue(request.closed_at)

    def test_solved_requests_close_by_themselves_when_nobody_comes_back(self):
        old, young = self._request(), self._request()
        old.action_solve()
        with freeze_time("2026-03-20 10:00:00"):
            young.action_solve()

        with freeze_time("2026-03-23 10:00:01"), self.enter_registry_test_mode():
            self.env.ref("counterparty_crm.ir_cron_request_close").method_direct_trigger()

        self.assertEqual((old.state, old.closed_by), ("closed", "system"))
        self.assertEqual(young.state, "solved")

    # ------------------------------------------------------------
    # What a category asks
    # ------------------------------------------------------------

    def test_work_does_not_start_without_what_the_category_requires(self):
        request = self._request("service")
        self.assertEqual(request.missing_fields, "Wanted Date, Place")
        with self.assertRaisesRegex(UserError, "Wanted Date, Place"):
            request.action_open()

        request.write({"wanted_date": fields.Datetime.now(), "wanted_place": "Ruse"})
        request.action_open()

        self.assertEqual(request.state, "open")

    def test_what_is_missing_stops_neither_an_answer_nor_the_customer(self):
        request = self._request("service", user_id=self.user.id)

        self._write_as(request, self.user.partner_id)
        self.assertEqual((request.state, bool(request.first_response_at)), ("new", True))
        request._close("partner")

        self.assertEqual(request.state, "closed")

    def test_the_category_brings_team_text_and_confidentiality(self):
        category = self.categories["help"]
        category.write({"team_id": self.team, "template": "<p>Since when?</p>"})
        category.portal_visible = False

        request = self.env["counterparty.request"].create(
            {"name": "Help", "category_id": category.id}
        )

        self.assertEqual(request.team_id, self.team)
        self.assertEqual(request.description, "<p>Since when?</p>")
        self.assertEqual(request.confidentiality, "internal")

    def test_the_contact_brings_its_address_and_language(self):
        self.ben.write({"email": "ben@foods.example", "phone": "123", "lang": "en_US"})

        request = self._request(partner=self.ben)

        self.assertEqual(request.partner_email, "ben@foods.example")
        self.assertEqual((request.partner_phone, request.lang), ("123", "en_US"))
        self.assertEqual(request.commercial_partner_id, self.foods)

    def test_a_request_outlives_its_contact(self):
        contact = self.env["res.partner"].create({"name": "Zed", "email": "zed@x.example"})
        request = self._request(partner=contact)
        self.env.flush_all()

        contact.active = False
        self.assertEqual(request.partner_id, contact)
        contact.counterparty_role_ids.unlink()
        contact.unlink()

        self.env.invalidate_all()
        self.assertFalse(request.partner_id or request.commercial_partner_id)
        self.assertEqual((request.partner_name, request.partner_email), ("Zed", "zed@x.example"))
        request.with_user(self.officer).action_close()
        self.assertEqual(request.state, "closed")

    def test_a_document_of_somebody_else_is_refused(self):
        order = self._order(self.freight)

        with self.assertRaisesRegex(ValidationError, "Northwind Freight"):
            self._request("account", subject_ref=f"sale.order,{order.id}")

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def test_the_first_public_answer_is_the_first_response(self):
        request = self._request(user_id=self.user.id)
        request.message_post(body="Note", author_id=self.user.partner_id.id)
        self.assertFalse(request.first_response_at)

        self._write_as(request, self.user.partner_id)
        with freeze_time("2026-03-17 10:00:00"):
            self._write_as(request, self.user.partner_id)

        self.assertEqual(request.first_response_at, fields.Datetime.now())

    def test_a_message_of_the_customer_waits_for_an_answer(self):
        request = self._request(user_id=self.user.id)

        self._write_as(request, self.ada)
        self.assertEqual(request.awaiting_since, fields.Datetime.now())
        self._write_as(request, self.user.partner_id)

        self.assertFalse(request.awaiting_since)

    def test_a_message_of_the_customer_wakes_what_waits(self):
        for state in ("pending", "hold", "solved"):
            with self.subTest(state=state):
                request = self._request(user_id=self.user.id, state=state)

                self._write_as(request, self.ada)

                self.assertEqual(request.state, "open")
                self.assertEqual(request.reopen_count, int(state == "solved"))

    def test_a_request_that_comes_back_all_day_stays_solved(self):
        request = self._request(user_id=self.user.id, state="solved")
        for _time in range(3):
            self._write_as(request, self.ada)
            self.assertEqual(request.state, "open")
            request.action_solve()

        self._write_as(request, self.ada)

        self.assertEqual(request.state, "solved")
        self.assertTrue(request.awaiting_since)

    def test_whoever_works_on_it_answers_a_stranger(self):
        """People of the desk need no right to create contacts."""
        self.assertFalse(self.env["res.partner"].with_user(self.user).has_access("create"))
        nobody = self.env["res.partner"]
        request = self._request(partner=nobody, partner_email="zoe@new.example")

        context = request.with_user(self.user).action_answer()["context"]
        request.with_user(self.user)._answer("<p>Hello</p>")

        zoe = nobody.search([("email_normalized", "=", "zoe@new.example")])
        self.assertEqual(context["default_partner_ids"], zoe.ids)
        self.assertEqual(request.message_ids[0].partner_ids, zoe)
        self.assertTrue(request.first_response_at)

    def test_who_may_only_read_makes_no_contact(self):
        elsewhere = self.env["counterparty.request.team"].create({"name": "Elsewhere"})
        request = self._request(
            partner=self.env["res.partner"],
            partner_email="zoe@new.example",
            team_id=elsewhere.id,
            user_id=self.officer.id,
        ).with_user(self.user)
        self.assertFalse(request.has_access("write"))

        with self.assertRaises(AccessError):
            request.action_answer()

    def test_automatic_mail_wakes_nobody(self):
        request = self._request(user_id=self.user.id, state="pending")
        robot = request.with_context(counterparty_automatic_message=True)

        self._write_as(robot, self.ada)

        self.assertEqual((request.state, request.awaiting_since), ("pending", False))

    def test_what_was_closed_takes_no_replies(self):
        request = self._request(user_id=self.user.id)
        self.assertTrue(request._can_take_reply())
        request.action_solve()
        self.assertTrue(request._can_take_reply())

        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertFalse(request._can_take_reply())
        request.action_close()

        self.assertFalse(request._can_take_reply())

    def test_the_number_stands_in_the_subject_of_mails(self):
        request = self._request()

        self.assertEqual(
            request._message_compute_subject(), f"[{request.number}] Second pallet is missing"
        )

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_user_changes_own_unassigned_and_those_of_the_team(self):
        other_team = self.env["counterparty.request.team"].create({"name": "Others"})
        cases = [
            ({"user_id": self.user.id, "team_id": other_team.id}, True),
            ({"team_id": other_team.id}, True),
            ({"user_id": self.uri.id}, True),
            ({"user_id": self.uri.id, "team_id": other_team.id}, False),
        ]
        for values, allowed in cases:
            with self.subTest(values=values):
                request = self._request(**values).with_user(self.user)
                self.assertIs(request.has_access("write"), allowed)
                self.assertTrue(request.with_user(self.officer).has_access("write"))

    def test_requests_of_another_company_are_invisible(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        request = self._request(company_id=other.id, team_id=False)

        for user in (self.user, self.officer, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                request.with_user(user).read(["name"])

    # ------------------------------------------------------------
    # History of contacts
    # ------------------------------------------------------------

    def _history(self, request):
        interactions = self.env["counterparty.interaction"].search(
            [
                "|",
                "&",
                ("res_model", "=", request._name),
                ("res_id", "=", request.id),
                "&",
                ("res_model", "=", "mail.message"),
                ("res_id", "in", request.message_ids.ids),
            ],
            order="id",
        )
        return [(row.kind, row.direction, row.partner_id) for row in interactions]

    def test_a_demand_and_its_letters_stand_in_the_history(self):
        request = self._request(partner=self.ben)
        self._write_as(request, self.ben)
        self._write_as(request, self.user.partner_id)
        request.message_post(body="Note", author_id=self.user.partner_id.id)

        self.assertEqual(
            self._history(request),
            [
                ("request", "in", self.ben),
                ("email", "in", self.ben),
                ("email", "out", self.ben),
            ],
        )

    def test_what_nobody_asked_for_is_no_contact(self):
        self.assertFalse(self._history(self._request(channel="generator")))
        self.assertFalse(self._history(self._request(partner=self.env["res.partner"])))

    # ------------------------------------------------------------
    # Batches
    # ------------------------------------------------------------

    def test_a_batch_is_the_same_as_its_requests_one_by_one(self):
        Request = self.env["counterparty.request"].with_context(tracking_disable=True)
        self.ben.write({"email": "ben@foods.example", "lang": "en_US"})
        names = [
            name
            for name, field in Request._fields.items()
            if field.store and field.column_type and name not in ("id", "number", "generation_key")
        ]

        batch = Request.create(self._batch(3))
        single = Request.browse()
        for vals in self._batch(3, generation_key=False):
            single |= Request.create([vals])

        self.env.flush_all()
        self.env.invalidate_all()
        for one, other in zip(batch, single, strict=True):
            self.assertEqual(one.read(names)[0] | {"id": 0}, other.read(names)[0] | {"id": 0})
        self.assertEqual(len(set(batch.mapped("number"))), 3)

    def test_a_batch_costs_next_to_no_queries(self):
        Request = self.env["counterparty.request"].with_context(tracking_disable=True)
        Request.create(self._batch(2, generation_key=False))
        self.env.flush_all()

        with self.assertQueryCount(25):
            Request.create(self._batch(500))
            self.env.flush_all()

    def test_a_batch_keeps_to_companies_and_rights(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self._company("Far Away", company_id=other.id)
        Request = self.env["counterparty.request"].with_context(tracking_disable=True)

        with self.assertRaises(UserError):
            Request.create(self._batch(2, partner_id=partner.id))
        with self.assertRaises(AccessError):
            Request.with_user(self.plain).create(self._batch(2))

    def test_a_batch_for_a_balanced_team_is_shared_out(self):
        self.team.assign_method = "balanced"
        Request = self.env["counterparty.request"].with_context(tracking_disable=True)

        requests = Request.create(self._batch(4, team_id=self.team.id))

        self.assertEqual(requests.user_id, self.user | self.uri)
        self.assertEqual(set(requests.mapped("state")), {"open"})

    # ------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------

    def test_nobody_writes_facts_by_hand(self):
        other = self._request()
        request = self._request(user_id=self.user.id)
        facts = {
            "number": "RQ-1",
            "opened_at": "2030-01-01 10:00:00",
            "first_response_at": "2026-03-16 10:00:00",
            "merged_into_id": other.id,
            "closed_by": "partner",
            "channel": "portal",
            "access_token": "abc",
            "generation_key": "mine",
        }
        before = request.read(list(facts))[0]

        request.with_user(self.officer).with_context(counterparty_request_moving=True).write(facts)
        forged = request.with_user(self.officer).with_context(default_access_token="abc")
        created = forged.create({"name": "Mine", **facts})

        self.env.invalidate_all()
        self.assertEqual(request.read(list(facts))[0], before)
        self.assertFalse(created.merged_into_id or created.access_token or created.generation_key)
        self.assertFalse(created.first_response_at)
        self.assertNotEqual(created.number, "RQ-1")

    def test_a_forged_context_does_not_get_round_the_moves(self):
        request = self._request(user_id=self.user.id)

        request.with_user(self.user).with_context(counterparty_request_moving=True).write(
            {"state": "closed"}
        )

        self.assertTrue(request.closed_at)

    def test_whoever_takes_a_call_has_it_from_the_first_moment(self):
        request = self._request(user_id=self.user.id)

        self.assertEqual(request.assigned_at, fields.Datetime.now())

    def test_what_lacks_something_may_wait_and_be_closed(self):
        waiting, closed = self._request("service"), self._request("service")

        waiting.action_wait_for_partner()
        closed.action_close()

        self.assertEqual((waiting.state, closed.state), ("pending", "closed"))

    def test_an_employee_who_asks_waits_for_an_answer(self):
        asking = self._request(partner=self.uri.partner_id, user_id=self.user.id)
        forwarded = self._request(channel="email", user_id=self.user.id)

        self._write_as(asking, self.uri.partner_id)
        forwarded.message_post(
            body="Fwd",
            author_id=self.uri.partner_id.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )

        for request in (asking, forwarded):
            self.assertFalse(request.first_response_at)
            self.assertTrue(request.awaiting_since)

    def test_what_is_due_comes_first(self):
        self.env["counterparty.request.sla"].create(
            {"name": "Quick", "first_hours": 1, "category_ids": self.categories["help"].ids}
        )
        free, due = self._request("information"), self._request("help")
        younger = self._request("information")

        found = self.env["counterparty.request"].search([("id", "in", (free + due + younger).ids)])

        self.assertEqual(found.ids, [due.id, younger.id, free.id])
