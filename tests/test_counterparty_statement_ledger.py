from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.periods import Period
from .common_statement import YEAR_END, StatementCase

NEW_YEAR = date(2026, 1, 1)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementLedger(StatementCase):
    def test_invoice_credit_note_payment_and_advance_make_the_balance(self):
        invoice = self._move(100)
        self._move(30, "2026-03-12", "out_refund")
        self._move(45, "2026-03-15", "in_invoice")
        self._pay(invoice, 60)
        self._entry(self.advances, -25)

        closings = self._closings()

        key = self.own.id
        self.assertEqual(
            closings,
            {("receivable", key): 10, ("payable", key): -45, ("advance_received", key): -25},
        )
        [ledger, *_others] = self._ledgers()
        self.assertEqual(
            [(line.item.kind, line.balance) for line in ledger.lines],
            [("invoice", 100), ("credit_note", 70), ("payment", 10)],
        )

    def test_items_of_contacts_count_and_those_of_others_do_not(self):
        self._move(100, partner_id=self.ben.id)
        self._entry(self.company_data["default_account_receivable"], 7, partner=self.ben)
        self._move(900, partner_id=self.slowpay.id)

        self.assertEqual(self._closings(), {("receivable", self.own.id): 107})

    def test_drafts_and_cancelled_documents_do_not_count(self):
        self._move(10)
        self._move(100).button_draft()
        self._move(200).button_cancel()

        self.assertEqual(self._closings(), {("receivable", self.own.id): 10})

    def test_each_currency_has_its_ledger_and_all_fit_into_one_of_the_company(self):
        self._move(100, currency_id=self.other.id)
        self._move(40)

        own = self._closings()
        together = self._closings(amounts="company")

        self.assertEqual(own, {("receivable", self.other.id): 100, ("receivable", self.own.id): 40})
        self.assertEqual(list(together), [("receivable", self.own.id)])
        self.assertEqual(
            self._closings(currency=self.other.id), {("receivable", self.other.id): 100}
        )

    def test_side_and_section_choose_what_is_shown(self):
        self._move(100)
        self._move(45, kind="in_invoice")
        self._entry(self.advances, -25)

        for options, expected in (
            ({"side": "supplier"}, {"payable"}),
            ({"side": "customer"}, {"receivable", "advance_received"}),
            ({"side": "employee"}, set()),
            ({"sections": ["advance_received"]}, {"advance_received"}),
        ):
            with self.subTest(options=options):
                self.assertEqual({key[0] for key in self._closings(**options)}, expected)

    def test_branches_belong_to_their_company(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self._entry(self.company_data["default_account_receivable"], 40)
        move = self._entry(self.company_data["default_account_receivable"], 5)
        self.env.flush_all()
        # the host lets nobody post there in this small world
        self.env.cr.execute(
            "UPDATE account_move_line SET company_id = %s WHERE move_id = %s", [branch.id, move.id]
        )
        self.env.invalidate_all()

        found = self.source._get_ledgers(self.northwind, branch, NEW_YEAR, YEAR_END)

        self.assertEqual([ledger.closing for ledger in found], [45])

    def test_other_companies_do_not_count(self):
        self._move(100)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        # an account may be of several companies
        move = self._entry(self.company_data["default_account_receivable"], 7)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET company_id = %s WHERE move_id = %s", [other.id, move.id]
        )
        self.env.invalidate_all()
        of_ours = self.source._get_ledgers(self.northwind, self.company, NEW_YEAR, YEAR_END)
        self.assertEqual([ledger.closing for ledger in of_ours], [100])

        found = self.source._get_ledgers(self.northwind, other, NEW_YEAR, YEAR_END)

        self.assertEqual(found, [])

    def test_a_delegate_of_the_group_sees_the_days_of_the_membership_only(self):
        self._move(100, "2026-02-01")
        self._move(40, "2026-05-01")
        self._move(7, "2026-09-01")
        member = [Period(date(2026, 3, 1), date(2026, 6, 30))]

        [ledger] = self._ledgers("2026-04-01", YEAR_END, periods=member)

        self.assertEqual((ledger.opening, ledger.closing), (0, 40))
        self.assertEqual([one.amount for one in self._open(periods=member)], [40])
        self.assertEqual(self._ledgers(periods=[]), [])

    def test_open_items_are_those_of_the_day(self):
        invoice = self._move(100, due="2026-04-01")
        self._pay(invoice, 60, "2026-05-05")
        self._pay(invoice, 40, "2026-07-07")

        for day, expected in (
            (date(2026, 5, 4), [100]),
            (date(2026, 5, 5), [40]),
            (date(2026, 7, 7), []),
        ):
            with self.subTest(day=day):
                self.assertEqual([one.amount for one in self._open(day)], expected)
        self.assertEqual(self._open(), [])

    def test_accounts_that_nobody_settles_show_one_rest(self):
        self.advances.reconcile = False
        self._entry(self.advances, -25, "2026-02-01")
        self._entry(self.advances, 10, "2026-03-01")

        for day in (None, YEAR_END):
            with self.subTest(day=day):
                [rest] = self._open(day)
                self.assertEqual((rest.amount, rest.kind, rest.due), (-15, "balance", None))
        sums = self.source._get_open_sums(self.northwind, self.company, YEAR_END)
        [rest] = sums[self.northwind.id]
        self.assertEqual((rest.amount, rest.due, rest.count), (-15, None, 1))

    def test_balance_of_today(self):
        self._move(100, due="2026-03-20")
        self._move(50, "2026-03-01", due="2999-01-01")
        self._move(20, kind="out_refund")
        self._move(45, kind="in_invoice", due="2026-03-11")

        balance = self.source._get_balances(self.northwind, self.company)[self.northwind.id]

        one = balance[self.own.id]
        self.assertEqual((one.receivable, one.overdue, one.credits), (150, 100, 20))
        self.assertEqual((one.payable, one.payable_overdue, one.net), (45, 45, 85))

    # ------------------------------------------------------------
    # Settled in another ledger
    # ------------------------------------------------------------

    def _check_days(self, *cases, partner=None):
        """Check that ledgers close with what is open by currency at the end of days."""
        for day, expected in cases:
            day = fields.Date.to_date(day)
            with self.subTest(day=day):
                closings = self._closings(end=day, partner=partner)
                self.assertEqual(
                    {key: value for key, value in closings.items() if value},
                    {("receivable", currency.id): value for currency, value in expected},
                )
                opened = [(one.currency, one.amount) for one in self._open(day, partner)]
                self.assertEqual(
                    sorted(opened), sorted((currency.id, value) for currency, value in expected)
                )

    def _rate(self, rate, day="2026-01-01", currency=None):
        self.env["res.currency.rate"].create(
            {
                "currency_id": (currency or self.other).id,
                "company_id": self.company.id,
                "name": day,
                "rate": rate,
            }
        )

    def test_invoice_paid_in_our_currency_is_open_nowhere(self):
        self._rate(0.2)
        self._rate(0.25, "2026-04-01")
        invoice = self._move(100, "2026-03-10", currency_id=self.other.id)
        payment = self._pay(invoice, 400, "2026-04-10", self.own)

        self.assertEqual(invoice.amount_residual, 0)
        self._check_days(
            ("2026-03-09", []),
            ("2026-04-09", [(self.other, 100)]),
            ("2026-04-10", []),
            (YEAR_END, []),
        )
        lines = {
            ledger.currency: [
                (line.item.kind, line.item.document, line.item.amount) for line in ledger.lines
            ]
            for ledger in self._ledgers()
        }
        self.assertEqual(
            lines,
            {
                self.other.id: [("invoice", invoice.name, 100), ("converted", invoice.name, -100)],
                self.own.id: [
                    ("payment", payment.move_id.name, -400),
                    ("converted", payment.move_id.name, 400),
                ],
            },
        )
        texts = {
            line.item.text
            for ledger in self._ledgers()
            for line in ledger.lines
            if line.item.kind == "converted"
        }
        self.assertEqual(
            texts,
            {
                f"{payment.move_id.name} ({self.own.name})",
                f"{invoice.name} ({self.other.name})",
            },
        )

    def test_part_paid_in_our_currency_leaves_the_rest_open(self):
        self._rate(0.2)
        invoice = self._move(100, "2026-03-10", currency_id=self.other.id)
        self._pay(invoice, 150, "2026-04-10", self.own)

        self._check_days(("2026-04-09", [(self.other, 100)]), (YEAR_END, [(self.other, 70)]))

    def test_invoice_paid_in_a_third_currency_is_open_nowhere(self):
        third = self.setup_other_currency("CHF", rounding=0.01)
        self._rate(0.2)
        self._rate(0.25, currency=third)
        invoice = self._move(100, "2026-03-10", currency_id=self.other.id)
        self._pay(invoice, None, "2026-04-10", third)

        self._check_days(("2026-04-09", [(self.other, 100)]), ("2026-04-10", []))

    def test_day_of_a_settlement_is_that_of_the_later_item_whenever_it_is_made(self):
        receivable = self.company_data["default_account_receivable"]
        self._rate(0.2)
        invoice = self._entry(receivable, 100, "2026-03-10", self.other, own=500)
        payment = self._entry(receivable, -500, "2026-02-01")
        items = (invoice | payment).line_ids.filtered(lambda line: line.account_id == receivable)
        before = self._issue("statement", date_to=date(2026, 3, 31))
        with freeze_time("2026-06-06"):
            items.reconcile()

        # paid before it was invoiced: an advance until then, nothing after
        self._check_days(
            ("2026-02-28", [(self.own, -500)]),
            ("2026-03-10", []),
            ("2026-06-05", []),
            (YEAR_END, []),
        )
        # what was issued before says what the books said
        self.assertTrue(before.is_intact)
        closings = {one["currency"]: one["closing"] for one in before._get_content()["ledgers"]}
        self.assertEqual(closings, {self.other.id: 100, self.own.id: -500})
        items.remove_move_reconcile()
        self._check_days((YEAR_END, [(self.other, 100), (self.own, -500)]))

    def test_invoice_that_somebody_else_paid_is_open_for_neither(self):
        receivable = self.company_data["default_account_receivable"]
        invoice = self._entry(receivable, 100, "2026-03-10")
        payment = self._entry(receivable, -100, "2026-04-10", partner=self.slowpay)
        items = (invoice | payment).line_ids.filtered(lambda line: line.account_id == receivable)
        items.reconcile()

        for partner, amount in ((self.northwind, -100), (self.slowpay, 100)):
            self._check_days((YEAR_END, []), partner=partner)
            for amounts in ("own", "company"):
                [ledger] = self._ledgers(partner=partner, amounts=amounts)
                last = ledger.lines[-1].item
                # who it was is nobody's business
                self.assertEqual((last.kind, last.text, last.amount), ("elsewhere", "", amount))
                self.assertEqual(ledger.closing, 0)

    def test_nobody_is_asked_to_confirm_what_is_paid(self):
        self._rate(0.2)
        invoice = self._move(100, "2026-03-10", currency_id=self.other.id)
        self._pay(invoice, 500, "2026-04-10", self.own)

        self.assertFalse(self._issue(with_zero=False))
        paper = self._issue("statement")
        self.assertEqual(paper.balance_ids.mapped("amount"), [0, 0])
        self.assertIn("Settled in another currency", paper._get_html().decode())

    def test_currency_that_was_chosen_keeps_its_settlements(self):
        self._rate(0.2)
        invoice = self._move(100, "2026-03-10", currency_id=self.other.id)
        self._pay(invoice, 150, "2026-04-10", self.own)

        closings = self._closings(currency=self.other.id)

        self.assertEqual(closings, {("receivable", self.other.id): 70})

    def test_queries_do_not_depend_on_the_number_of_items(self):
        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._ledgers()
            self._open(YEAR_END)
            self.source._get_balances(self.northwind, self.company)
            return self.env.cr.sql_log_count - before

        self._move(1)
        count()
        few = count()
        for number in range(30):
            self._entry(self.advances, -number - 1)

        self.assertEqual(count(), few)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementAccount(StatementCase):
    def _sections(self, company=None):
        sections, _loose = self.env["counterparty.statement.account"]._get_sections(
            company or self.company
        )
        return sections

    def test_rules_of_the_company_decide(self):
        receivable = self.company_data["default_account_receivable"]
        self.assertEqual(self._sections()[self.advances.id], "advance_received")
        self.assertEqual(self._sections()[receivable.id], "receivable")

        self.rule.section = "excluded"
        self.rule.copy({"code_prefix": receivable.code, "section": "doubtful"})

        self.assertNotIn(self.advances.id, self._sections())
        self.assertEqual(self._sections()[receivable.id], "doubtful")

    def test_accounts_that_come_later_follow_the_rule(self):
        later = self.advances.copy({"code": "419200"})

        self.assertEqual(self._sections()[later.id], "advance_received")
        self.rule.invalidate_recordset()
        self.assertEqual(self.rule.account_names, "419100, 419200")

    def test_a_company_without_rules_has_those_of_its_chart(self):
        self.env["counterparty.statement.account"].search([]).unlink()

        self.assertEqual(set(self._sections().values()), {"receivable", "payable"})
        self.env["counterparty.statement.account"].with_company(self.company).action_take_preset()
        self.assertEqual(set(self._sections().values()), {"receivable", "payable"})

    def test_rules_made_by_hand_stay_when_the_module_fills_again(self):
        rules = self.env["counterparty.statement.account"]
        before = rules.search_count([])

        rules._fill_at_install()

        self.assertEqual(rules.search_count([("company_id", "=", self.company.id)]), 3)
        self.assertGreaterEqual(rules.search_count([]), before)

    def test_a_rule_names_accounts_one_way(self):
        rules = self.env["counterparty.statement.account"]
        cases = [
            {"code_prefix": "419"},
            {"code_prefix": "5", "account_type": "asset_receivable"},
            {},
        ]
        for values in cases:
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                rules.create({"section": "payable", "company_id": self.company.id, **values})
                self.env.flush_all()
        with self.assertRaises(ValidationError):
            self.rule.code_prefix = "41%"

    def test_a_company_that_gets_a_chart_gets_its_rules(self):
        company = self.env["res.company"].create({"name": "New"})

        company.chart_template = "generic_coa"

        rules = self.env["counterparty.statement.account"].search([("company_id", "=", company.id)])
        self.assertEqual(rules.mapped("section"), ["receivable", "payable"])
