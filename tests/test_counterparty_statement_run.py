from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import counterparty_statement
from ..models.counterparty_statement_send import FOLLOW_CRON, SEND_CRON
from .common_statement import StatementCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementRun(StatementCase):
    def _run(self, **values):
        return (
            self.env["counterparty.statement.run"]
            .with_user(self.clerk)
            .create({"date_to": "2026-12-31", "company_id": self.company.id, **values})
        )

    def test_run_prepares_one_paper_for_everybody_with_a_balance(self):
        self._move(100)
        self._move(45, kind="in_invoice", partner_id=self.slowpay.id)
        run = self._run()

        run.action_prepare()
        run.action_prepare()

        self.assertEqual(run.statement_ids.partner_id, self.northwind | self.slowpay)
        self.assertEqual((run.statement_count, run.no_email_count), (2, 1))
        self.assertEqual(run.state_counts, "Not sent: 2")

    def test_paper_asks_for_the_answer_by_the_day_of_its_run(self):
        self._move(100)
        for days, expected in ((5, "Within 5 days"), (12, "return this statement to us by")):
            run = self._run(answer_days=days)
            run.action_prepare()
            with self.subTest(days=days):
                self.assertIn(expected, run.statement_ids._get_html().decode())

    def test_no_more_is_printed_at_once_than_an_address_holds(self):
        self._move(100)
        self.patch(counterparty_statement, "MAX_PRINTED", 1)
        issued = self._issue() | self._issue()

        self.assertIn(f"/print/{issued[0].id}", issued[0].action_print()["url"])
        for papers in (issued, issued.browse()):
            with self.subTest(papers=papers), self.assertRaises(UserError):
                papers.action_print()

    def test_small_and_zero_balances_are_left_out_unless_wanted(self):
        settled = self._move(100, partner_id=self.slowpay.id)
        self._pay(settled)
        self._move(10)

        cases = [({}, 1), ({"minimum": 50}, None), ({"with_zero": True}, 2)]
        for values, expected in cases:
            with self.subTest(values=values):
                run = self._run(**values)
                if expected is None:
                    with self.assertRaises(UserError):
                        run.action_prepare()
                else:
                    run.action_prepare()
                    self.assertEqual(run.statement_count, expected)

    def test_side_section_and_counterparties_narrow_a_run(self):
        self._move(100)
        self._move(45, kind="in_invoice", partner_id=self.slowpay.id)

        for values, expected in (
            ({"side": "supplier"}, self.slowpay),
            ({"section": "receivable"}, self.northwind),
            ({"partner_ids": [(6, 0, self.ben.ids)]}, self.northwind),
        ):
            with self.subTest(values=values):
                run = self._run(**values)
                run.action_prepare()
                self.assertEqual(run.statement_ids.partner_id, expected)

    def test_nobody_is_told_anything_before_somebody_sends(self):
        self._move(100)
        run = self._run()
        before = self.env["mail.mail"].search_count([])

        run.action_prepare()

        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(run.statement_ids.state, "draft")

    def test_sending_mails_the_paper_to_who_has_an_address(self):
        self._move(100)
        self._move(100, partner_id=self.slowpay.id)
        run = self._run()
        run.action_prepare()
        run.action_send()
        queued = run.statement_ids.filtered(lambda one: one.state == "queued")
        self.assertEqual(queued.partner_id, self.northwind)

        with self.enter_registry_test_mode():
            self.env.ref(SEND_CRON).method_direct_trigger()

        self.assertEqual((queued.state, queued.recipient_id), ("sent", self.northwind))
        message = queued.message_ids.filtered(lambda one: one.partner_ids)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertIn("access_token", message.body)
        with self.assertRaises(UserError):
            run.action_send()

    def test_what_cannot_be_mailed_goes_back_with_its_reason(self):
        self._move(100)
        run = self._run()
        run.action_prepare()
        run.action_send()

        def fail(_self, _template):
            raise ValueError("no paper")

        self.patch(type(self.Statement), "_mail", fail)
        with (
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.counterparty_crm.models.counterparty_statement_send"),
        ):
            self.env.ref(SEND_CRON).method_direct_trigger()

        self.assertEqual(run.statement_ids.state, "draft")
        self.assertEqual(run.statement_ids.send_error, "no paper")

    def test_reminder_then_no_answer(self):
        self._move(100)
        run = self._run(remind_days=3)
        run.action_prepare()
        paper = run.statement_ids.sudo()
        paper.action_mark_sent()
        paper.answer_by = date(2020, 1, 1)

        with self.enter_registry_test_mode():
            self.env.ref(FOLLOW_CRON).method_direct_trigger()
        self.assertEqual((paper.state, paper.reminder_count), ("sent", 1))
        paper.answer_by = date(2020, 1, 1)
        with self.enter_registry_test_mode():
            self.env.ref(FOLLOW_CRON).method_direct_trigger()

        self.assertEqual((paper.state, paper.reminder_count), ("silent", 1))
        paper._answer(True, name="Late")
        self.assertEqual(paper.state, "confirmed")

    def test_without_reminders_nobody_is_mailed(self):
        self._move(100)
        run = self._run()
        run.action_prepare()
        paper = run.statement_ids.sudo()
        paper.action_mark_sent()
        paper.answer_by = date(2020, 1, 1)
        messages = len(paper.message_ids)

        with self.enter_registry_test_mode():
            self.env.ref(FOLLOW_CRON).method_direct_trigger()

        self.assertEqual(paper.state, "silent")
        self.assertFalse(paper.message_ids[: -messages or None].filtered("partner_ids"))

    def test_differences_of_a_run_are_listed(self):
        self._move(100)
        run = self._run()
        run.action_prepare()
        paper = run.statement_ids.sudo()
        paper.action_mark_sent()
        paper._answer(False, name="Ben", amounts={paper.balance_ids.id: 70.0})

        self.assertEqual(run.difference_count, 1)
        domain = run.action_open_differences()["domain"]
        lines = self.env["counterparty.statement.balance"].search(domain)
        self.assertEqual(lines.difference, -30)
