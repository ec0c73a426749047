from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.kept_promises import Payment, Promise, judge


def _day(number):
    return date(2026, 3, number)


def _promises(*rows):
    return [Promise(_day(made), _day(due), amount) for made, due, amount in rows]


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsKeptPromises(BaseCase):
    def test_kept_is_what_was_covered_in_time(self):
        one = [(5, 10, 100.0)]
        cases = [
            ("nothing promised", [], [(6, 100.0)], []),
            ("nothing paid", one, [], [False]),
            ("paid between", one, [(7, 100.0)], [True]),
            ("paid on the day of the promise", one, [(5, 100.0)], [True]),
            ("paid on the last day", one, [(10, 100.0)], [True]),
            ("paid before it was promised", one, [(4, 100.0)], [False]),
            ("paid a day late", one, [(11, 100.0)], [False]),
            ("in parts", one, [(6, 60.0), (9, 40.0)], [True]),
            ("more than promised", one, [(6, 250.0)], [True]),
            ("a cent is missing", one, [(6, 99.99)], [False]),
            ("lost by rounding", one, [(6, 99.999)], [True]),
            ("not due yet", [(5, 25, 100.0)], [(6, 60.0)], [None]),
            ("due today", [(5, 20, 100.0)], [], [None]),
            ("kept before its day", [(5, 25, 100.0)], [(6, 100.0)], [True]),
            ("noted twice", [*one, (6, 10, 100.0)], [(6, 100.0)], [True]),
            ("paid once for two", [*one, (5, 15, 100.0)], [(6, 100.0)], [True, False]),
            ("paid at once for two", [*one, (5, 15, 100.0)], [(6, 200.0)], [True, True]),
            ("promised anew", [*one, (11, 15, 100.0)], [(14, 100.0)], [False, True]),
            ("the broken one takes nothing", [*one, (6, 15, 90.0)], [(7, 90.0)], [False, True]),
        ]
        for name, promises, payments, expected in cases:
            with self.subTest(name):
                received = [Payment(_day(day), amount) for day, amount in payments]
                self.assertEqual(judge(_promises(*promises), received, _day(20)), expected)
