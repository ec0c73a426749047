from odoo.tests import BaseCase, tagged

from ..tools.agreement import Discount, best_discount

ALL, OFFICE, CHAIRS = None, 1, 2
PATH_OF_CHAIRS = (OFFICE, CHAIRS)


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsAgreement(BaseCase):
    def test_the_best_of_the_discounts_that_hold(self):
        cases = [
            # discounts, path of the article, turnover -> percent
            ([], PATH_OF_CHAIRS, 0, 0),
            ([Discount(ALL, 0, 3)], PATH_OF_CHAIRS, 0, 3),
            ([Discount(OFFICE, 0, 5)], PATH_OF_CHAIRS, 0, 5),
            ([Discount(CHAIRS, 0, 5)], (OFFICE,), 0, 0),
            ([Discount(ALL, 1000, 4)], PATH_OF_CHAIRS, 999.99, 0),
            ([Discount(ALL, 1000, 4)], PATH_OF_CHAIRS, 1000, 4),
            ([Discount(ALL, 0, 3), Discount(OFFICE, 0, 5)], PATH_OF_CHAIRS, 0, 5),
            ([Discount(OFFICE, 500, 9), Discount(ALL, 0, 3)], PATH_OF_CHAIRS, 400, 3),
        ]
        for discounts, path, turnover, percent in cases:
            with self.subTest(discounts=discounts, turnover=turnover):
                self.assertEqual(best_discount(discounts, path, turnover), percent)
