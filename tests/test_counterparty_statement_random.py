import random
from collections import Counter
from contextlib import contextmanager
from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import statement
from .common_statement import YEAR_END, StatementCase

NEW_YEAR = date(2026, 1, 1)
SETTLEMENTS = ("converted", "elsewhere")


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementRandom(StatementCase):
    """Statements of random books say what plain SQL over the journal items says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.setup_other_currency("CHF", rounding=0.01)
        cls.second = cls.setup_other_company(name="Second")["company"]
        cls.env["counterparty.statement.account"]._fill(cls.second)
        # what is paid at another rate leaves an exchange difference
        for day, rates in (
            ("2026-01-01", (2.0, 0.8)),
            ("2026-05-01", (2.5, 0.9)),
            ("2026-09-01", (1.8, 1.1)),
        ):
            for currency, rate in zip((cls.other, cls.third), rates, strict=True):
                cls.env["res.currency.rate"].create(
                    {
                        "currency_id": currency.id,
                        "company_id": cls.company.id,
                        "name": day,
                        "rate": rate,
                    }
                )
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.notes = cls._account("413100", "bills_receivable", "asset_current", reconcile=True)
        cls.doubtful = cls._account("411800", "doubtful", "asset_receivable", reconcile=True)
        cls.paid_ahead = cls._account("409100", "advance_paid", "asset_prepayments")
        types = {"asset_receivable": "receivable", "liability_payable": "payable"}
        cls.sections = {
            account.id: types[account.account_type]
            for account in cls.env["account.account"].search([("account_type", "in", list(types))])
        } | {
            cls.advances.id: "advance_received",
            cls.notes.id: "bills_receivable",
            cls.doubtful.id: "doubtful",
            cls.paid_ahead.id: "advance_paid",
        }

    @classmethod
    def _account(cls, code, section, kind, **values):
        cls.env["counterparty.statement.account"].create(
            {"company_id": cls.company.id, "section": section, "code_prefix": code}
        )
        return cls.env["account.account"].create(
            {"name": section, "code": code, "account_type": kind, **values}
        )

    # ------------------------------------------------------------
    # Books
    # ------------------------------------------------------------

    def _kinds(self):
        """Return which of the hard cases the books of the moment have."""
        parts = self.env["account.partial.reconcile"].search([("company_id", "=", self.company.id)])
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        lines = moves.filtered(lambda move: move.state == "posted").line_ids
        payers = [
            part
            for part in parts
            if part.debit_move_id.partner_id.commercial_partner_id
            != part.credit_move_id.partner_id.commercial_partner_id
        ]
        abroad = parts.filtered(lambda part: part.debit_currency_id != part.credit_currency_id)
        used = abroad.debit_currency_id | abroad.credit_currency_id
        found = {
            "exchange difference": parts.exchange_move_id,
            "two currencies": len(moves.currency_id) > 1,
            "settled in ours": abroad,
            "settled in a third": self.third in used,
            "bill settled abroad": abroad.debit_move_id.account_id.filtered(
                lambda account: account.account_type == "liability_payable"
            ),
            "paid by another": payers,
            "matched with a later item": parts.filtered(
                lambda part: part.debit_move_id.date > part.credit_move_id.date
            ),
            "partial": moves.filtered(lambda move: move.payment_state == "partial"),
            "refund": moves.filtered(lambda move: move.move_type == "out_refund"),
            "reversal": moves.reversed_entry_id,
            "advance": lines.filtered(lambda line: line.account_id == self.advances),
            "bill of exchange": lines.filtered(lambda line: line.account_id == self.notes),
            "doubtful": lines.filtered(lambda line: line.account_id == self.doubtful),
            "account nobody settles": lines.filtered(
                lambda line: line.account_id == self.paid_ahead
            ),
            "second company": self.env["account.move"].search_count(
                [("company_id", "=", self.second.id), ("state", "=", "posted")]
            ),
        }
        return {name for name, count in found.items() if count}

    @contextmanager
    def _in_company(self, company):
        env, self.env = self.env, self.env(context={"allowed_company_ids": company.ids})
        try:
            yield
        finally:
            self.env = env

    def _play(self, chance, turns=70):
        """Post random documents, settle some of them in part, reverse others."""
        invoices = self.env["account.move"]
        steps = ["sale", "sale", "sale", "credit", "bill", "bill", "pay", "pay", "pay", "pay"]
        steps += ["advance", "shift", "other", "second"]
        for _turn in range(turns):
            day = NEW_YEAR + timedelta(days=chance.randrange(360))
            currency = chance.choice([self.own, self.other, self.other, self.third])
            amount = round(chance.uniform(1, 900), 2)
            step = chance.choice(steps)
            if step in ("sale", "credit", "bill"):
                kind = {"sale": "out_invoice", "credit": "out_refund", "bill": "in_invoice"}[step]
                partner = chance.choice([self.northwind, self.ben, self.slowpay])
                invoices |= self._move(
                    amount, day, kind, currency_id=currency.id, partner_id=partner.id
                )
            elif step == "pay":
                self._settle(chance, invoices, day)
            elif step == "advance":
                account = chance.choice([self.advances, self.paid_ahead])
                self._entry(account, -amount, day, currency, own=round(-amount * 0.7, 2))
            elif step == "second":
                with self._in_company(self.second):
                    self._pay(self._move(amount, day), round(amount / 2, 2), day)
            else:
                self._match(chance, step, invoices, day)
        for move in chance.sample(list(invoices), 4):
            if move.payment_state == "not_paid":
                later = move.date + timedelta(days=chance.randrange(30))
                move._reverse_moves([{"date": later, "invoice_date": later}], cancel=True)

    def _settle(self, chance, invoices, day):
        moves = invoices.filtered(lambda move: move.payment_state in ("not_paid", "partial"))
        if not moves:
            return
        move = chance.choice(list(moves))
        # settled in its own currency at another rate: an exchange difference; or in another one
        currency = chance.choice([move.currency_id, move.currency_id, self.own, self.third])
        part = None
        if chance.random() < 0.5:
            part = round(move.amount_residual * chance.uniform(0.1, 0.6), 2) or None
        self._pay(move, part, max(day, move.date), currency)

    def _match(self, chance, step, invoices, day):
        """Settle an invoice by an entry of any day: a note, a doubtful claim, another payer."""
        moves = invoices.filtered(
            lambda move: move.move_type == "out_invoice" and move.payment_state == "not_paid"
        )
        if not moves:
            return
        move = chance.choice(list(moves))
        [term] = move.line_ids.filtered(lambda line: line.account_id == self.receivable)
        partner, currency = term.partner_id, term.currency_id
        amounts, own = term.amount_currency, term.balance
        if step == "shift":
            # from the invoice to another section
            account = chance.choice([self.notes, self.doubtful])
            self._entry(account, amounts, day, currency, partner, own)
        else:
            partner = chance.choice([self.northwind, self.slowpay])
            currency = chance.choice([currency, self.own])
            amounts = amounts if currency != self.own else own
        entry = self._entry(self.receivable, -amounts, day, currency, partner, -own)
        (
            term | entry.line_ids.filtered(lambda line: line.account_id == self.receivable)
        ).reconcile()

    # ------------------------------------------------------------
    # Plain SQL
    # ------------------------------------------------------------

    def _plain(self, partner, company, day, amounts):
        """Return what is posted and what is open at a day by section and currency, and the items.

        Neither knows of the code that is tested: both go item by item.
        """
        self.env.flush_all()
        own = amounts == "own"
        rows = self.env.execute_query(
            SQL(
                """SELECT l.id, l.account_id, %(currency)s, %(amount)s,
                          (SELECT COALESCE(SUM(%(debit)s), 0) FROM account_partial_reconcile r
                            WHERE r.debit_move_id = l.id AND r.max_date <= %(day)s),
                          (SELECT COALESCE(SUM(%(credit)s), 0) FROM account_partial_reconcile r
                            WHERE r.credit_move_id = l.id AND r.max_date <= %(day)s)
                     FROM account_move_line l
                     JOIN account_move m ON m.id = l.move_id AND m.state = 'posted'
                     JOIN res_partner p ON p.id = l.partner_id
                    WHERE COALESCE(p.parent_id, p.id) = %(partner)s AND l.company_id = %(company)s
                      AND l.date <= %(day)s AND l.account_id = ANY(%(accounts)s)""",
                currency=SQL("l.currency_id" if own else "l.company_currency_id"),
                amount=SQL("l.amount_currency" if own else "l.balance"),
                debit=SQL("r.debit_amount_currency" if own else "r.amount"),
                credit=SQL("r.credit_amount_currency" if own else "r.amount"),
                partner=partner.id,
                company=company.id,
                accounts=list(self.sections),
                day=day,
            )
        )
        posted, opened, moved = Counter(), Counter(), {}
        for item, account, currency, amount, debit, credit in rows:
            key = (self.sections[account], currency)
            posted[key] += amount
            opened[key] += amount - debit + credit
            if amount:
                moved[item] = float(amount)
        return _sums(posted), _sums(opened), moved

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    def test_random_books(self):
        kinds = set()
        for seed in (1, 2, 3):
            chance = random.Random(seed)
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._play(chance)
                kinds |= self._kinds()
                for _time in range(6):
                    day = NEW_YEAR + timedelta(days=chance.randrange(1, 364))
                    self._check_day(day)
                self._check_day(YEAR_END)
                self._check_day(YEAR_END, self.slowpay)
                self._check_day(YEAR_END, company=self.second)
                self._check_today()
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(
            kinds,
            {"exchange difference", "two currencies", "settled in ours", "settled in a third"}
            | {"bill settled abroad", "paid by another", "matched with a later item", "partial"}
            | {"refund", "reversal", "advance", "bill of exchange", "doubtful", "second company"}
            | {"account nobody settles"},
        )

    def _check_day(self, day, partner=None, company=None):
        partner, company = partner or self.northwind, company or self.company
        for amounts in ("own", "company"):
            posted, opened, moved = self._plain(partner, company, day, amounts)
            found = self.source._get_ledgers(partner, company, NEW_YEAR, day, amounts=amounts)
            closings = _closings(found)

            # what a ledger closes with is open, by section and currency
            self.assertEqual(closings, opened)
            # every posted item stands there once; what else stands there is a settlement
            items = [line.item for ledger in found for line in ledger.lines]
            booked = [item for item in items if item.kind not in SETTLEMENTS]
            self.assertEqual({item.id: item.amount for item in booked}, moved)
            self.assertEqual(len(booked), len(moved))
            sums = Counter()
            for item in booked:
                sums[item.section, item.currency] += item.amount
            self.assertEqual(_sums(sums), posted)

            # the closing of a period is the opening of the next, and lines lead there
            until = max(YEAR_END, day + timedelta(days=60))
            later = self.source._get_ledgers(
                partner, company, day + timedelta(days=1), until, amounts=amounts
            )
            openings = {(one.section, one.currency): one.opening for one in later if one.opening}
            self.assertEqual(openings, closings)
            for ledger in (*found, *later):
                moved = round(ledger.opening + ledger.debit - ledger.credit, 2)
                self.assertEqual(moved, ledger.closing)
                running = [ledger.opening, *(line.balance for line in ledger.lines)]
                self.assertEqual(running[-1], ledger.closing)
                self.assertTrue(ledger.lines or ledger.opening)
            self._check_open(partner, company, day, amounts, closings)

    def _check_open(self, partner, company, day, amounts, closings):
        """What is open adds up to the balance, and its ages to what is open."""
        opened = self.source._get_open_items(partner, company, day, amounts=amounts)
        ages = statement.ageing(opened.get(partner.id, []), day, self._digits())
        for age in ages.values():
            parts = round(sum(age.buckets) + age.credits + age.advances, 2)
            self.assertEqual(parts, age.total)
        self.assertEqual({key: age.total for key, age in ages.items() if age.total}, closings)

    def _digits(self):
        return {currency.id: 2 for currency in (self.own, self.other, self.third)}

    def _check_today(self):
        """The quick way to what is open now finds the same."""
        for amounts in ("own", "company"):
            _posted, plain, _moved = self._plain(
                self.northwind, self.company, date(2999, 12, 31), amounts
            )
            sums = Counter()
            for one in self._open(amounts=amounts):
                sums[one.section, one.currency] += one.amount
            self.assertEqual(_sums(sums), plain)
            self._check_sums(amounts)

    def _check_sums(self, amounts):
        """What is open added up by the database is what its items come to, page by page."""
        both, digits = self.northwind | self.slowpay, self._digits()
        opened = self.source._get_open_items(both, self.company, amounts=amounts)
        for today in (date(2026, 6, 30), YEAR_END):
            sums = self.source._get_open_sums(both, self.company, today, amounts=amounts)
            for partner, items in opened.items():
                for figures in (statement.balances, statement.ageing):
                    self.assertEqual(
                        figures(sums[partner], today, digits), figures(items, today, digits)
                    )
                self.assertEqual(sum(one.count for one in sums[partner]), len(items))
        total = sum(map(len, opened.values()))
        pages = [
            pair
            for offset in range(0, total, 4)
            for pair in self.source._get_open_page(both, self.company, offset, 4, amounts=amounts)
        ]
        self.assertEqual(pages, [(one.id, item) for one in both for item in opened[one.id]])


def _sums(amounts):
    return {key: total for key, value in amounts.items() if (total := round(float(value), 2))}


def _closings(ledgers):
    return {(one.section, one.currency): one.closing for one in ledgers if one.closing}
