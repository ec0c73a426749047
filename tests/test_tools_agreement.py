from odoo.tests import BaseCase, tagged

from ..tools.agreement import Discount, best_discount

ALL, OFFICE, CHAIRS = None, 1, 2
PATH_OF_CHAIRS = (OFFICE, CHAIRS)


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsAgreement(BaseCase):
    def test_the_best_of_the_discounts_that_hold(self):
        cases = [
            # discounts, path of the article -> percent
            ([], PATH_OF_CHAIRS, 0),
            ([Discount(ALL, 3)], PATH_OF_CHAIRS, 3),
            ([Discount(OFFICE, 5)], PATH_OF_CHAIRS, 5),
            ([Discount(CHAIRS, 5)], (OFFICE,), 0),
            ([Discount(ALL, 3), Discount(OFFICE, 5)], PATH_OF_CHAIRS, 5),
            ([Discount(OFFICE, 2), Discount(ALL, 3)], PATH_OF_CHAIRS, 3),
            ([Discount(CHAIRS, 9), Discount(ALL, 3)], (OFFICE,), 3),
        ]
        for discounts, path, percent in cases:
            with self.subTest(discounts=discounts, path=path):
                self.assertEqual(best_discount(discounts, path), percent)
