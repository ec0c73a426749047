from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools import rental
from ..tools.periods import Period


def _day(text):
    return date.fromisoformat(text)


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsRental(BaseCase):
    def test_calendar_period_of_a_day(self):
        cases = [
            ("2026-03-15", "week", "2026-03-09", "2026-03-15"),
            ("2026-03-16", "week", "2026-03-16", "2026-03-22"),
            ("2024-02-10", "month", "2024-02-01", "2024-02-29"),
            ("2026-12-31", "month", "2026-12-01", "2026-12-31"),
            ("2026-05-31", "quarter", "2026-04-01", "2026-06-30"),
            ("2026-12-01", "quarter", "2026-10-01", "2026-12-31"),
            ("2026-05-31", "year", "2026-01-01", "2026-12-31"),
        ]
        for day, unit, start, end in cases:
            with self.subTest(day=day, unit=unit):
                period = rental.calendar_period(_day(day), unit)
                self.assertEqual(period, Period(_day(start), _day(end)))

    def test_unknown_unit_is_refused(self):
        with self.assertRaises(ValueError):
            rental.calendar_period(_day("2026-03-15"), "decade")

    def test_due_is_what_the_contract_covers(self):
        contract = Period(_day("2026-03-10"), _day("2026-06-20"))
        cases = [
            ("2026-03-15", "2026-03-10", "2026-03-31"),
            ("2026-04-15", "2026-04-01", "2026-04-30"),
            ("2026-06-30", "2026-06-01", "2026-06-20"),
        ]
        for day, start, end in cases:
            with self.subTest(day=day):
                due = rental.due_period(_day(day), "month", contract)
                self.assertEqual(due, Period(_day(start), _day(end)))
        self.assertIsNone(rental.due_period(_day("2026-07-01"), "month", contract))
        self.assertIsNone(rental.due_period(_day("2026-02-28"), "month", contract))

    def test_share_of_a_partial_period_is_by_days(self):
        cases = [
            ("2026-04-01", "2026-04-30", "month", "1.000000"),
            ("2026-04-16", "2026-04-30", "month", "0.500000"),
            ("2026-03-10", "2026-03-31", "month", "0.709677"),
            ("2026-01-01", "2026-01-01", "year", "0.002740"),
        ]
        for start, end, unit, share in cases:
            with self.subTest(start=start, unit=unit):
                due = Period(_day(start), _day(end))
                self.assertEqual(rental.due_share(due, unit), Decimal(share))

    def test_next_stretch_to_invoice(self):
        def period(text):
            start, end = text.split("/")
            return Period(_day(start) if start else None, _day(end) if end else None)

        march, april = "2026-03-01/2026-03-31", "2026-04-01/2026-04-30"
        february = "2026-02-01/2026-02-28"
        # day, days to invoice, invoiced, cancelled besides, due
        cases = [
            ("2026-03-15", "2026-03-01/", [], [], march),
            ("2026-03-15", "2026-03-01/", [march], [], None),
            ("2026-04-15", "2026-03-01/", [march], [], april),
            ("2026-05-15", "2026-03-01/", [march], [], april),
            ("2026-03-15", "2026-03-01/", [], [march], march),
            ("2026-04-15", "2026-03-01/", [], [march], april),
            # what lies before the first invoice, where it is to be invoiced here
            ("2026-04-15", "2026-02-01/", [march], [], february),
            ("2026-04-15", "2026-02-01/", [april], [], february),
            ("2026-04-15", "2026-02-01/", [february, april], [], march),
            ("2026-04-15", "2026-02-10/", [march], [], "2026-02-10/2026-02-28"),
            ("2026-04-15", "/", [march], [], april),
            # contracts made longer, shorter or over
            (
                "2026-03-15",
                "/",
                ["2026-03-01/2026-03-22"],
                [],
                "2026-03-23/2026-03-31",
            ),
            ("2026-05-15", "/2026-04-10", [march], [], "2026-04-01/2026-04-10"),
            ("2026-05-15", "/2026-03-31", [march], [], None),
            ("2026-05-15", "/2026-03-31", [], [], None),
            ("2026-05-15", "2026-03-01/2026-03-31", [], [], march),
            ("2026-05-15", "2026-06-01/", [], [], None),
            ("2026-03-15", "/", ["2026-03-05/2026-04-04"], [], None),
        ]
        for day, contract, invoiced, cancelled, due in cases:
            with self.subTest(day=day, contract=contract, invoiced=invoiced, cancelled=cancelled):
                found = rental.next_due(
                    _day(day),
                    "month",
                    period(contract),
                    [period(text) for text in invoiced],
                    [period(text) for text in invoiced + cancelled],
                )
                self.assertEqual(found, period(due) if due else None)

    def test_first_day_to_invoice(self):
        # first day of the contract, unit, first day to invoice for one entered on 15 March
        cases = [
            ("2026-04-01", "month", "2026-04-01"),
            ("2026-03-10", "month", "2026-03-10"),
            ("2026-02-10", "month", "2026-02-10"),
            ("2026-01-31", "month", "2026-03-01"),
            ("2024-05-01", "month", "2026-03-01"),
            ("2025-10-01", "quarter", "2025-10-01"),
            ("2024-12-31", "year", "2026-01-01"),
        ]
        for start, unit, expected in cases:
            with self.subTest(start=start, unit=unit):
                found = rental.first_day(_day(start), _day("2026-03-15"), unit)
                self.assertEqual(found, _day(expected))
        self.assertIsNone(rental.first_day(None, _day("2026-03-15"), "month"))
