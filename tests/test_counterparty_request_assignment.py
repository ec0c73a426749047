from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.counterparty_request_message import AUTOMATIC
from .common_request import RequestCase

WORD_LOGGER = "odoo.addons.counterparty_crm.models.counterparty_request_word"


@tagged("post_install", "-at_install", "counterparty_request")
@freeze_time("2026-03-16 10:00:00")
class TestCounterpartyRequestAssignment(RequestCase):
    def _members(self):
        return {member.user_id: member for member in self.team.member_ids}

    def _told(self, request):
        """Return who was told of a request, once the job has run."""
        self._tell()
        messages = self.env["mail.message"].search(
            [("model", "=", request._name), ("res_id", "=", request.id)]
        )
        users = messages.notification_ids.res_partner_id.user_ids
        return {user.login for user in users}

    def _woken(self, request):
        """Return who was told that the counterparty wrote on a request, once the job has run."""
        self._tell()
        messages = self.env["mail.message"].search(
            [
                ("model", "=", request._name),
                ("res_id", "=", request.id),
                ("subject", "=like", "The counterparty wrote%"),
            ]
        )
        users = messages.notification_ids.res_partner_id.user_ids
        return sorted(user.login for user in users)

    # ------------------------------------------------------------
    # Take it
    # ------------------------------------------------------------

    def test_taking_assigns_and_opens(self):
        request = self._request().with_user(self.user)

        request.action_take()

        self.assertEqual((request.user_id, request.state), (self.user, "open"))
        self.assertEqual(request.assigned_at, fields.Datetime.now())
        self.assertIn(self.user.partner_id, request.message_partner_ids)

    def test_who_has_it_from_the_start_has_it_since_then(self):
        request = self._request(user_id=self.user.id)

        self.assertEqual(request.assigned_at, fields.Datetime.now())
        self.assertFalse(self._request().assigned_at)
        with self.assertRaisesRegex(UserError, r"Una took .* at \S+"):
            request.with_user(self.uri).action_take()

    def test_the_second_reads_who_took_it(self):
        request = self._request()
        request.with_user(self.user).action_take()

        with self.assertRaisesRegex(UserError, "Una took .* at "):
            request.with_user(self.uri).action_take()

        self.assertEqual(request.user_id, self.user)

    def test_taking_again_what_is_mine_changes_nothing(self):
        request = self._request().with_user(self.user)
        request.action_take()

        request.action_take()

        self.assertEqual(request.user_id, self.user)

    def test_what_is_done_cannot_be_taken(self):
        request = self._request(state="closed")

        with self.assertRaisesRegex(UserError, "done already"):
            request.with_user(self.user).action_take()

    def test_taken_requests_stay_new_while_something_is_missing(self):
        request = self._request("service").with_user(self.user)

        request.action_take()
        self.assertEqual(request.state, "new")
        request.write({"wanted_date": "2026-03-20 08:00:00", "wanted_place": "Ruse"})

        self.assertEqual(request.state, "open")

    # ------------------------------------------------------------
    # By the team
    # ------------------------------------------------------------

    def test_a_balanced_team_shares_out_by_load_against_capacity(self):
        self.team.assign_method = "balanced"
        self._members()[self.user].capacity = 2
        self._members()[self.uri].capacity = 1

        requests = self._request() | self._request() | self._request() | self._request()

        self.assertEqual(
            [request.user_id for request in requests],
            [self.user, self.uri, self.user, self.env["res.users"]],
        )

    def test_a_batch_is_shared_out_together(self):
        self.team.assign_method = "balanced"
        vals = {
            "name": "Help",
            "team_id": self.team.id,
            "category_id": self.categories["help"].id,
        }

        requests = self.env["counterparty.request"].create([dict(vals) for _n in range(6)])

        self.assertEqual(len(requests.filtered(lambda r: r.user_id == self.user)), 3)
        self.assertEqual(len(requests.filtered(lambda r: r.user_id == self.uri)), 3)

    def test_skills_and_absence_count(self):
        self.team.assign_method = "balanced"
        self._members()[self.user].category_ids = self.categories["warranty"]

        self.assertEqual(self._request().user_id, self.uri)
        self.uri.out_of_office_from = "2026-03-01 00:00:00"
        self.assertFalse(self._request().user_id)

    def test_whoever_looks_after_the_counterparty_gets_its_requests(self):
        self.team.assign_method = "responsible"
        self._role(self.late_payer, responsible_id=self.officer.id)
        self.freight.user_id = self.uri

        self.assertEqual(self._request().user_id, self.officer)
        self.assertEqual(self._request(partner=self.cora).user_id, self.uri)
        self.assertFalse(self._request(partner=self.ada).user_id)

    def test_requests_of_those_who_leave_wait_for_the_team(self):
        mine = self._request(user_id=self.user.id)
        done = self._request(user_id=self.user.id, state="solved")
        his = self._request(user_id=self.uri.id)

        self._members()[self.user].unlink()
        self.uri.active = False

        self.assertFalse(mine.user_id or his.user_id)
        self.assertEqual(done.user_id, self.user)

    # ------------------------------------------------------------
    # Telling people
    # ------------------------------------------------------------

    def test_the_team_hears_of_a_request_that_nobody_has(self):
        request = self._request(partner=self.ada)

        self.assertEqual(self._told(request), {"una", "uri"})

    def test_whoever_made_it_is_not_told(self):
        Request = self.env["counterparty.request"].with_user(self.user)

        request = Request.create({"name": "Help", "team_id": self.team.id})

        self.assertEqual(self._told(request), {"uri"})

    def test_those_without_the_skill_are_not_told(self):
        self._members()[self.user].category_ids = self.categories["warranty"]

        self.assertEqual(self._told(self._request()), {"uri"})

    def test_generated_requests_tell_nobody(self):
        self.assertFalse(self._told(self._request(channel="generator")))

    def test_whoever_gets_a_request_is_told_and_nobody_else(self):
        request = self._request(user_id=self.user.id)

        self.assertEqual(self._told(request), {"una"})

    def test_people_are_told_as_they_prefer(self):
        self.user.notification_type = "inbox"
        self.uri.notification_type = "email"

        request = self._request()
        self._tell()

        kinds = {
            notification.res_partner_id.user_ids.login: notification.notification_type
            for notification in self.env["mail.notification"].search(
                [("mail_message_id.res_id", "=", request.id)]
            )
            if notification.mail_message_id.model == request._name
        }
        self.assertEqual(kinds, {"una": "inbox", "uri": "email"})

    def test_of_what_comes_together_there_is_one_word(self):
        requests = self._request() | self._request() | self._request(user_id=self.user.id)

        told = self._tell()

        self.assertEqual(len(told), 2, "one to the team, one to whoever got a request")
        both = told.filtered(lambda message: message.model != requests._name)
        self.assertEqual(both.subject, "New requests: 2")
        self.assertEqual(both.notification_ids.res_partner_id.user_ids, self.user | self.uri)
        for request in requests[:2]:
            self.assertIn(request.number, both.body)
        self.assertFalse(self._tell(), "once")

    def test_each_reads_it_in_their_own_language(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        self.user.lang, self.uri.lang = "ro_RO", "en_US"
        field = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "counterparty.request"), ("field_id.name", "=", "untold")]
        )
        field.filtered(lambda word: word.value == "arrived").with_context(
            lang="ro_RO"
        ).name = "Cerere nouă"
        self.env.registry.clear_cache()

        self._request(partner=self.ada)
        subjects = {
            message.notification_ids.res_partner_id.user_ids: message.subject.partition(":")[0]
            for message in self._tell()
        }

        self.assertEqual(subjects, {self.user: "Cerere nouă", self.uri: "New request"})

    def test_what_somebody_took_in_the_meantime_is_no_news(self):
        request = self._request()
        request.with_user(self.user).action_take()

        self.assertFalse(self._tell())

    def test_whoever_assigned_a_request_speaks(self):
        request = self._request()
        request.with_user(self.uri).user_id = self.user

        word = self._tell()

        self.assertEqual(word.author_id, self.uri.partner_id)
        self.assertEqual(word.notification_ids.res_partner_id, self.user.partner_id)
        self.assertIn(request.number, word.subject)

    def test_one_that_fails_does_not_keep_the_others_from_being_told(self):
        good, bad = self._request(), self._request()
        give = type(good)._give_word

        def _break(requests, word, partners):
            if bad in requests:
                raise ValueError
            return give(requests, word, partners)

        waiting = good | bad
        with (
            patch.object(self.env.registry["counterparty.request"], "_give_word", _break),
            mute_logger(WORD_LOGGER),
        ):
            waiting._tell_safely()

        self.assertFalse(good.untold or bad.untold)
        told = self.env["mail.message"].search([("subject", "=like", "New request:%")])
        self.assertIn(good.id, told.mapped("res_id"))

    def test_the_job_is_called_and_tells(self):
        job = self.env.ref("counterparty_crm.ir_cron_request_words")
        called = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        request = self._request()
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        self.assertEqual(triggers, called + 1)

        self.env.flush_all()
        with self.enter_registry_test_mode():
            job.method_direct_trigger()

        self.env.invalidate_all()
        self.assertFalse(request.untold)

    def test_an_empty_team_is_no_fault(self):
        self.team.member_ids = [Command.clear()]
        self.team.assign_method = "balanced"

        request = self._request()

        self.assertFalse(request.user_id or self._told(request))

    # ------------------------------------------------------------
    # What the counterparty writes
    # ------------------------------------------------------------

    def test_the_team_hears_of_further_messages_on_what_nobody_has(self):
        request = self._request()
        members = sorted(self.team.member_ids.user_id.mapped("login"))

        self._write_as(request, self.ada, "My pallet is missing")
        self.assertFalse(self._woken(request), "the arrival told the team")
        self._write_as(request, self.ada, "Is anybody there?")

        self.assertEqual(self._woken(request), members)

    def test_whoever_has_a_request_hears_alone_unless_they_are_gone(self):
        request = self._request(user_id=self.user.id)

        self._write_as(request, self.ada)
        self.assertFalse(self._woken(request))
        self.user.active = False
        self._tell()
        self._write_as(request, self.ada)

        self.assertEqual(self._woken(request), [self.uri.login])

    def test_the_team_hears_when_a_solved_request_comes_back_to_nobody(self):
        request = self._request()
        self._tell()
        request.action_solve()

        self._write_as(request, self.ada, "It broke again")

        self.assertEqual(request.state, "open")
        self.assertEqual(self._woken(request), ["una", "uri"])

    def test_the_team_is_left_alone_by_machines_and_colleagues(self):
        request = self._request()
        request.action_solve()

        self._write_as(request, self.user.partner_id)
        self._write_as(request.with_context(**{AUTOMATIC: True}), self.ada, "Out of office")

        self.assertFalse(self._woken(request))
