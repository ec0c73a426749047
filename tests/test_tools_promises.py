from odoo.tests import BaseCase, tagged

from ..tools.promises import Demand, Promise, first_fitting, fits

HERE, THERE = 1, 2
SERVICE, HELP = 11, 12
DESK, FIELD = 21, 22
ACME, OTHER = 31, 32
CUSTOMER, SUPPLIER = 41, 42
URGENT, EXPORT = 51, 52


def ids(*values):
    return frozenset(values)


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsPromises(BaseCase):
    def test_a_service_level_fits_when_all_its_conditions_do(self):
        demand = Demand(HERE, SERVICE, DESK, "2", ACME, ids(CUSTOMER), ids(EXPORT))
        cases = [
            (Promise(1), demand, True),
            (Promise(1, company=HERE), demand, True),
            (Promise(1, company=THERE), demand, False),
            (Promise(1, categories=ids(SERVICE, HELP)), demand, True),
            (Promise(1, categories=ids(HELP)), demand, False),
            (Promise(1, teams=ids(DESK)), demand, True),
            (Promise(1, teams=ids(FIELD)), demand, False),
            (Promise(1, teams=ids(FIELD)), demand._replace(team=None), False),
            (Promise(1, priority="2"), demand, True),
            (Promise(1, priority="1"), demand, True),
            (Promise(1, priority="3"), demand, False),
            (Promise(1, partners=ids(ACME)), demand, True),
            (Promise(1, partners=ids(OTHER)), demand, False),
            (Promise(1, partners=ids(ACME)), demand._replace(partner=None), False),
            (Promise(1, kinds=ids(CUSTOMER, SUPPLIER)), demand, True),
            (Promise(1, kinds=ids(SUPPLIER)), demand, False),
            (Promise(1, tags=ids(URGENT, EXPORT)), demand, True),
            (Promise(1, tags=ids(URGENT)), demand, False),
            (Promise(1, tags=ids(EXPORT)), demand._replace(tags=ids()), False),
            (Promise(1, tags=ids(EXPORT), teams=ids(FIELD)), demand, False),
            (Promise(1, categories=ids(SERVICE), teams=ids(FIELD)), demand, False),
            (Promise(1), Demand(), True),
            (Promise(1, categories=ids(SERVICE)), Demand(), False),
        ]
        for promise, given, expected in cases:
            with self.subTest(promise=promise, demand=given):
                self.assertIs(fits(promise, given), expected)

    def test_the_first_fitting_one_is_taken_and_an_agreement_before_all(self):
        demand = Demand(HERE, SERVICE, DESK, "0", ACME, tags=ids(EXPORT))
        general, urgent = Promise(1), Promise(2, priority="3")
        agreed, foreign = Promise(3, partners=ids(ACME)), Promise(4, partners=ids(OTHER))
        cases = [
            ([], None),
            ([urgent], None),
            ([urgent, general], 1),
            ([Promise(5), general], 5),
            ([general, agreed], 3),
            ([Promise(7, tags=ids(EXPORT)), general], 7),
            ([Promise(7, tags=ids(EXPORT)), agreed], 3),
            ([Promise(8, tags=ids(URGENT)), general], 1),
            ([foreign, general], 1),
            ([general, foreign, agreed, Promise(6, partners=ids(ACME))], 3),
        ]
        for promises, expected in cases:
            with self.subTest(promises=promises):
                self.assertEqual(first_fitting(promises, demand), expected)
