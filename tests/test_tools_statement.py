import random
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools import statement
from ..tools.statement import Item, Open

EUR, USD, YEN = 1, 2, 3
DIGITS = {EUR: 2, USD: 2, YEN: 0}
NEW_YEAR, TODAY = date(2026, 1, 1), date(2026, 11, 22)


def item(amount, day=NEW_YEAR, section="receivable", currency=EUR, number=1):
    return Item(number, section, currency, day, amount)


def opened(amount, due=TODAY, section="receivable", currency=EUR):
    return Open(section, currency, due, due, amount)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsStatement(BaseCase):
    # ------------------------------------------------------------
    # Parties
    # ------------------------------------------------------------

    def test_number_in_the_register_is_none_of_taxes(self):
        cases = [
            ("", "BG175074752", "175074752"),
            ("", "bg 175 074 752", "175074752"),
            ("", "BG7523169263", ""),
            ("", "175074752", ""),
            (False, False, ""),
            ("J40/4718/2002", "RO14399840", "J40/4718/2002"),
            ("14399840", "RO14399840", ""),
            ("14399840", False, "14399840"),
            ("", "RO123456789", ""),
        ]
        for registry, vat, expected in cases:
            with self.subTest(registry=registry, vat=vat):
                self.assertEqual(statement.registry_of(registry, vat), expected)

    # ------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------

    def test_period_is_the_year_so_far_unless_it_is_asked_otherwise(self):
        spring = date(2026, 3, 1)
        cases = [
            ((None, None), (NEW_YEAR, TODAY, True)),
            ((spring, None), (spring, TODAY, True)),
            ((None, spring), (NEW_YEAR, spring, True)),
            ((spring, spring), (spring, spring, True)),
            ((None, date(2025, 5, 5)), (date(2025, 5, 5), date(2025, 5, 5), True)),
            ((TODAY, spring), (NEW_YEAR, TODAY, False)),
        ]
        for asked, expected in cases:
            with self.subTest(asked=asked):
                self.assertEqual(statement.clean_period(*asked, TODAY), expected)

    # ------------------------------------------------------------
    # Ledgers
    # ------------------------------------------------------------

    def test_opening_and_lines_make_the_closing(self):
        found = statement.ledgers({("receivable", EUR): 10.1}, [item(5.25), item(-3.05)], DIGITS)

        [ledger] = found
        self.assertEqual((ledger.opening, ledger.closing), (10.1, 12.3))
        self.assertEqual((ledger.debit, ledger.credit), (5.25, 3.05))
        self.assertEqual([line.balance for line in ledger.lines], [15.35, 12.3])

    def test_sections_and_currencies_stay_apart_and_empty_ones_are_left_out(self):
        items = [item(5), item(-7, section="payable"), item(9, currency=USD)]

        found = statement.ledgers({("doubtful", EUR): 0.0}, items, DIGITS)

        self.assertEqual(
            [(ledger.section, ledger.currency, ledger.closing) for ledger in found],
            [("receivable", EUR, 5), ("payable", EUR, -7), ("receivable", USD, 9)],
        )
        self.assertEqual(statement.totals(found, DIGITS), {EUR: -2, USD: 9})

    def test_closing_of_any_period_is_the_opening_of_the_next(self):
        chance = random.Random(8)
        items = sorted(
            (
                item(
                    round(chance.uniform(-999, 999), 2),
                    NEW_YEAR + timedelta(days=chance.randrange(300)),
                    chance.choice(["receivable", "payable", "advance_received"]),
                    chance.choice([EUR, USD]),
                )
                for _number in range(800)
            ),
            key=lambda found: found.day,
        )
        whole = statement.ledgers({}, items, DIGITS)
        for _time in range(20):
            cut = NEW_YEAR + timedelta(days=chance.randrange(300))
            before = statement.ledgers({}, [one for one in items if one.day < cut], DIGITS)
            openings = {(one.section, one.currency): one.closing for one in before}
            after = statement.ledgers(openings, [one for one in items if one.day >= cut], DIGITS)

            self.assertEqual(
                {(one.section, one.currency): one.closing for one in after},
                {(one.section, one.currency): one.closing for one in whole},
            )

    def test_rounding_follows_the_currency(self):
        items = [item(0.1), item(0.2), item(1000.4, currency=YEN)]

        found = statement.ledgers({}, items, DIGITS)

        self.assertEqual([ledger.closing for ledger in found], [0.3, 1000])

    def test_pages_together_are_the_whole(self):
        items = [item(number, number=number) for number in range(1, 8)]
        whole = statement.ledgers({("payable", EUR): -4}, items, DIGITS)
        self.assertEqual(statement.page_count(whole), 8)

        pages = [statement.page(whole, offset, 3) for offset in (0, 3, 6)]

        lines = [line for page in pages for ledger in page for line in ledger.lines]
        self.assertEqual([line.item.id for line in lines], list(range(1, 8)))
        self.assertEqual(lines[-1].balance, 28)
        self.assertEqual([ledger.section for ledger in pages[-1]], ["receivable", "payable"])
        self.assertEqual(statement.page(whole, 99, 3), [])

    def test_each_page_adds_up(self):
        items = [item(number, number=number) for number in range(1, 8)]
        whole = statement.ledgers({("receivable", EUR): 100}, items, DIGITS)

        shown = [statement.page(whole, offset, 3)[0] for offset in (0, 3, 6)]

        self.assertEqual([ledger.opening for ledger in shown], [100, 106, 121])
        self.assertEqual([ledger.is_begun for ledger in shown], [False, True, True])
        self.assertEqual([ledger.is_continued for ledger in shown], [True, True, False])
        for ledger in shown:
            added = ledger.opening + sum(line.item.amount for line in ledger.lines)
            self.assertEqual(added, ledger.lines[-1].balance)
        self.assertEqual(shown[-1].lines[-1].balance, shown[-1].closing)

    # ------------------------------------------------------------
    # Open items
    # ------------------------------------------------------------

    def test_days_after_the_due_date_choose_the_bucket(self):
        cases = [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (90, 3), (120, 4), (121, 5)]
        for late, expected in cases:
            with self.subTest(late=late):
                due = TODAY - timedelta(days=late)
                self.assertEqual(statement.bucket(due, TODAY), expected)
        self.assertEqual(statement.bucket(None, TODAY), 0)

    def test_ageing_adds_up_to_what_is_open(self):
        chance = random.Random(9)
        sections = ["receivable", "payable", "advance_received", "advance_paid", "employee"]
        items = [
            opened(
                round(chance.uniform(-99, 99), 2),
                TODAY - timedelta(days=chance.randrange(-50, 400)),
                chance.choice(sections),
                chance.choice([EUR, USD]),
            )
            for _number in range(500)
        ]

        for key, ages in statement.ageing(items, TODAY, DIGITS).items():
            total = sum(one.amount for one in items if (one.section, one.currency) == key)
            with self.subTest(key=key):
                self.assertAlmostEqual(ages.total, total, 2)
                self.assertAlmostEqual(sum(ages.buckets) + ages.credits + ages.advances, total, 2)

    def test_balance_names_what_is_owed_by_whom(self):
        late = TODAY - timedelta(days=3)
        items = [
            opened(100),
            opened(50, late),
            opened(-20),
            opened(-30, late, "payable"),
            opened(5, section="payable"),
            opened(-40, section="advance_received"),
            opened(60, section="advance_paid"),
        ]

        balance = statement.balances(items, TODAY, DIGITS)[EUR]

        self.assertEqual((balance.receivable, balance.overdue, balance.credits), (150, 50, 20))
        self.assertEqual((balance.payable, balance.payable_overdue), (30, 30))
        self.assertEqual((balance.supplier_credits, balance.prepaid), (5, 40))
        self.assertEqual((balance.prepaid_to, balance.net), (60, 125))

    def test_balance_of_an_employee_and_of_an_advance_used_up_too_far(self):
        items = [opened(70, section="employee"), opened(-25, section="employee", currency=USD)]
        items += [opened(9, section="advance_received")]

        found = statement.balances(items, TODAY, DIGITS)

        self.assertEqual((found[EUR].receivable, found[EUR].prepaid), (79, 0))
        late = opened(70, due=NEW_YEAR, section="employee")
        self.assertEqual(statement.balances([late], TODAY, DIGITS)[EUR].overdue, 0)
        self.assertEqual((found[USD].payable, found[USD].credits), (25, 0))

    def test_parts_of_a_balance_add_up_to_its_net(self):
        chance = random.Random(10)
        sections = list(statement.SECTIONS)
        for _time in range(100):
            items = [
                opened(chance.randrange(-99, 99), section=chance.choice(sections))
                for _number in range(12)
            ]
            one = statement.balances(items, TODAY, DIGITS)[EUR]
            theirs = one.receivable + one.supplier_credits + one.prepaid_to
            ours = one.payable + one.credits + one.prepaid
            self.assertEqual(one.net, theirs - ours)

    def test_small_and_zero_balances(self):
        cases = [
            ([100.0], 50, False, True),
            ([-100.0], 50, False, True),
            ([30.0], 50, False, False),
            ([30.0], 50, True, False),
            ([], 50, True, True),
            ([0.0], 0, False, False),
            ([0.0], 0, True, True),
        ]
        for closings, minimum, with_zero, expected in cases:
            with self.subTest(closings=closings, minimum=minimum, with_zero=with_zero):
                worth = statement.is_worth_sending(closings, minimum, with_zero)
                self.assertIs(worth, expected)

    def test_fingerprint_follows_the_content_and_not_its_order(self):
        one = statement.canonical({"a": 1, "b": [TODAY]})
        other = statement.canonical({"b": [TODAY], "a": 1})

        self.assertEqual(statement.fingerprint(one), statement.fingerprint(other))
        self.assertNotEqual(
            statement.fingerprint(one), statement.fingerprint(statement.canonical({"a": 2}))
        )
