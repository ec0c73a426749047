import io
from datetime import date, datetime

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.counterparty_statement_send import FOLLOW_CRON, SEND_CRON
from ..tools.periods import Period
from .common_statement import StatementCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementPart(StatementCase):
    """What a paper tells of itself: which part of the books, of which day, and that it is void."""

    def _cells(self, issued):
        sheet = load_workbook(io.BytesIO(issued._get_xlsx())).worksheets[0]
        return [cell.value for row in sheet.iter_rows() for cell in row if cell.value]

    def test_paper_of_a_part_says_so_everywhere(self):
        self._move(100, currency_id=self.other.id)
        self._move(45, kind="in_invoice")
        only = "A part of our books only: "
        cases = [
            ({}, None),
            ({"side": "supplier"}, only + "As supplier"),
            ({"sections": ["receivable"]}, only + "Customer receivables"),
            ({"currency": self.other.id}, only + "EUR"),
            ({"side": "supplier", "currency": self.own.id}, only + "As supplier, USD"),
            ({"amounts": "company"}, "All amounts in USD, those of other currencies at the rates"),
        ]
        for kind in ("statement", "confirmation"):
            for terms, expected in cases:
                issued = self._issue(kind, **terms)
                html, cells = issued._get_html().decode(), "\n".join(map(str, self._cells(issued)))
                with self.subTest(kind=kind, terms=terms):
                    for text in (html, cells):
                        if expected:
                            self.assertIn(expected, text)
                        else:
                            self.assertNotIn(only, text)
                            self.assertNotIn("All amounts in", text)

    def test_workbook_of_a_withdrawn_or_partial_paper_says_so(self):
        self._move(100)
        issued = self._issue("statement", periods=[Period(date(2026, 1, 1), date(2026, 6, 30))])
        self.assertIn("Some days only", "\n".join(map(str, self._cells(issued))))
        self.assertNotIn("void", "\n".join(map(str, self._cells(issued))))

        issued.action_cancel()

        self.assertIn("This statement was withdrawn and is void.", self._cells(issued))

    def test_paper_and_workbook_tell_the_day_of_issue(self):
        self._move(100)
        with freeze_time("2027-01-05 10:00"):
            issued = self._issue()
        old = {key: value for key, value in issued._get_content().items() if key != "issued_on"}

        self.assertIn("01/05/2027", issued._get_html().decode())
        self.assertIn(datetime(2027, 1, 5), self._cells(issued))
        self.assertIn("As of", self._cells(issued))
        # papers of before have the moment only
        self.patch(type(self.Statement), "_get_content", lambda _self: old)
        self.assertIn("01/05/2027", issued._get_html().decode())


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementTerm(StatementCase):
    """Who gets a paper of a run, from whom, and how long there is to answer."""

    def _run(self, **values):
        return (
            self.env["counterparty.statement.run"]
            .with_user(self.clerk)
            .create({"date_to": "2026-12-31", "company_id": self.company.id, **values})
        )

    def test_zero_balances_are_for_who_moved_in_the_year(self):
        for partner, day in ((self.slowpay, "2020-03-01"), (self.northwind, "2026-03-01")):
            self._pay(self._move(100, day, partner_id=partner.id), day=day)

        run = self._run(with_zero=True)
        run.action_prepare()

        self.assertEqual(run.statement_ids.partner_id, self.northwind)

    def test_days_to_answer_are_counted_from_the_day_it_goes_out(self):
        self._move(100)
        self._move(100, partner_id=self.slowpay.id)
        with freeze_time("2027-01-05 10:00"):
            run = self._run()
            run.action_prepare()
        mailed = run.statement_ids.filtered("recipient_email").sudo()
        printed = run.statement_ids.sudo() - mailed
        self.assertEqual(mailed.answer_by, date(2027, 1, 10))
        before = mailed._keep_file()

        with freeze_time("2027-01-20 10:00"):
            printed.action_mark_sent()
            mailed.action_send()
            with self.enter_registry_test_mode():
                self.env.ref(SEND_CRON).method_direct_trigger()
            with self.enter_registry_test_mode():
                self.env.ref(FOLLOW_CRON).method_direct_trigger()

        for paper in (mailed, printed):
            self.assertEqual((paper.state, paper.answer_by), ("sent", date(2027, 1, 25)))
        [message] = mailed.message_ids.filtered("partner_ids")
        self.assertIn("01/25/2027", message.body)
        self.assertNotEqual(mailed.paper_id, before)

    def test_day_to_answer_that_was_given_by_hand_stays_when_it_is_later(self):
        self._move(100)
        run = self._run()
        run.action_prepare()
        paper = run.statement_ids.sudo()
        paper.answer_by = date(2999, 1, 1)

        paper.action_mark_sent()

        self.assertEqual(paper.answer_by, date(2999, 1, 1))

    def test_mail_comes_from_who_is_responsible_else_from_the_company(self):
        self._move(100)
        self.clerk.email = "clara@ours.example"
        self.company.email = "books@ours.example"
        for responsible, sender in ((self.clerk, "clara@ours"), (None, "books@ours")):
            run = self._run(user_id=responsible and responsible.id)
            run.action_prepare()
            run.action_send()
            with self.enter_registry_test_mode():
                self.env.ref(SEND_CRON).method_direct_trigger()
            with self.subTest(sender=sender):
                [message] = run.statement_ids.message_ids.filtered("partner_ids")
                self.assertIn(sender, message.email_from)
                self.assertIn(sender, message.author_id.email)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementLog(StatementCase):
    """What was said stays in the log, whatever is said later."""

    def setUp(self):
        super().setUp()
        self._move(100)
        self.paper = self._issue()
        self.paper.action_mark_sent()

    def test_what_was_said_first_stays_in_the_log(self):
        self.paper.user_id = self.clerk
        self.paper._answer(
            False,
            name="Ben",
            way="link",
            address="10.0.0.7",
            amounts={self.paper.balance_ids.id: 80.0},
        )
        self.assertIn("80.00", self.paper.activity_ids.note)
        self.paper._answer(True, name="Anna", way="portal", address="10.0.0.8")

        self.assertEqual(self.paper.balance_ids.answered_amount, 100)
        [objection] = self.paper.message_ids.filtered(lambda one: "Ben objects" in one.body)
        for word in ("80.00", "100.00", "Customer", "By the link of the mail", "10.0.0.7"):
            with self.subTest(word=word):
                self.assertIn(word, objection.body)
        [answer] = self.paper.message_ids.filtered(lambda one: "Confirmed by Anna" in one.body)
        self.assertIn("10.0.0.8", answer.body)

    def test_nobody_agrees_with_other_amounts(self):
        context = self.paper.action_answer()["context"]
        reply = self.env["counterparty.statement.reply"].with_user(self.clerk)
        reply = reply.with_context(**context).create({"signed_by": "Maria, accountant"})
        reply.line_ids.answered_amount = 80

        with self.assertRaises(UserError):
            reply.action_record()

        self.assertEqual(self.paper.state, "sent")
        reply.line_ids.answered_amount = 100
        reply.action_record()
        self.assertEqual(self.paper.state, "confirmed")
