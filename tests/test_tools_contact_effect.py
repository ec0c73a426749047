import random

from odoo.tests import BaseCase, tagged

from ..tools.contact_effect import (
    MIN_BUYERS,
    Effect,
    Interval,
    Moments,
    Stratum,
    compare,
    wilson,
)


def moments(changes, buyers):
    return Moments(len(changes), buyers, sum(changes), sum(change**2 for change in changes))


@tagged("post_install", "-at_install", "counterparty_history")
class TestToolsContactEffect(BaseCase):
    def test_wilson_gives_the_published_limits(self):
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        cases = [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ]
        for buyers, count, low, high in cases:
            with self.subTest(buyers=buyers, count=count):
                found = wilson(buyers, count)
                self.assertAlmostEqual(found[0], low, places=4)
                self.assertAlmostEqual(found[1], high, places=4)

    def test_one_stratum_gives_newcombes_published_difference(self):
        # Newcombe, Statistics in Medicine 17 (1998), table II, method 10
        cases = [
            (56, 70, 48, 80, 0.2000, 0.0524, 0.3339),
            (9, 10, 3, 10, 0.6000, 0.1705, 0.8090),
            (10, 10, 0, 10, 1.0, 0.6075, 1.0),
        ]
        for a, m, b, n, difference, low, high in cases:
            with self.subTest(first=(a, m), second=(b, n)):
                # copies of a stratum would narrow the interval: ask below the smallest number
                found = self._buying(Stratum(Moments(m, a), Moments(n, b)))
                self.assertAlmostEqual(found.difference, difference, places=4)
                self.assertAlmostEqual(found.low, low, places=4)
                self.assertAlmostEqual(found.high, high, places=4)

    def _buying(self, *strata):
        from ..tools import contact_effect

        contacted = sum(stratum.contacted.count for stratum in strata)
        weights = [stratum.contacted.count / contacted for stratum in strata]
        return contact_effect._compare_buying(list(strata), weights)

    def test_customer_similar_in_many_months_is_one_customer(self):
        # 3 customers nobody called, the same in each of 12 months
        months = [Stratum(Moments(20, 10), Moments(3, 1)) for _month in range(12)]

        self.assertIsNone(compare(months, 3).buying)
        self.assertEqual(compare(months, 3).others, 3)

        # 30 of them: as uncertain as 30 answers, and no more
        months = [Stratum(Moments(20, 10), Moments(30, 12)) for _month in range(12)]
        many, once = compare(months).buying, compare(months, 30).buying
        alone = compare([Stratum(Moments(240, 120), Moments(30, 12))]).buying
        self.assertAlmostEqual(once.difference, many.difference)
        self.assertLess(once.low, many.low)
        self.assertAlmostEqual(once.low, alone.low, delta=0.03)

    def test_money_of_a_customer_similar_in_many_months_is_that_of_one(self):
        contacted = Moments(50, 50, 5000.0, 600000.0)
        others = Moments(50, 50, 4000.0, 420000.0)
        months = [Stratum(contacted, others) for _month in range(4)]

        many, once = compare(months).money, compare(months, 100).money

        self.assertAlmostEqual(once.difference, many.difference)
        self.assertGreater(once.high - once.low, many.high - many.low)
        self.assertIsNone(compare(months, 50).money)

    def test_example_of_a_large_mailing(self):
        # 360 of 9,000 against 25 of 1,000: +1.50 points
        effect = compare([Stratum(Moments(9000, 360), Moments(1000, 25))])

        self.assertAlmostEqual(100 * effect.buying.difference, 1.50, places=2)
        self.assertAlmostEqual(100 * effect.buying.low, 0.27, places=2)
        self.assertAlmostEqual(100 * effect.buying.high, 2.41, places=2)
        self.assertTrue(effect.buying.tells)

    def test_nobody_to_compare_with_tells_nothing(self):
        alone = Stratum(Moments(500, 90), Moments())

        self.assertEqual(compare([]), Effect(0, 0, 0.0, 0.0, None, None))
        self.assertEqual(compare([alone]), Effect(0, 0, 0.0, 0.0, None, None))

    def test_few_customers_tell_nothing(self):
        effect = compare([Stratum(Moments(19, 19), Moments(400, 0))])

        self.assertEqual((effect.contacted, effect.others), (19, 400))
        self.assertIsNone(effect.buying)
        self.assertIsNone(effect.money)

    def test_like_is_compared_with_like(self):
        # the contacted were good customers before: without strata they would look like a success
        good = Stratum(Moments(90, 81), Moments(10, 9))
        weak = Stratum(Moments(10, 1), Moments(90, 9))

        effect = compare([good, weak])

        self.assertAlmostEqual(effect.share_contacted, 0.82)
        self.assertAlmostEqual(effect.share_others, 0.82)
        self.assertAlmostEqual(effect.buying.difference, 0.0)
        self.assertFalse(effect.buying.tells)

    def test_stratum_without_similar_customers_is_left_out(self):
        matched = Stratum(Moments(40, 20), Moments(60, 15))
        alone = Stratum(Moments(30, 30), Moments())

        self.assertEqual(compare([matched, alone]), compare([matched]))

    def test_money_needs_buyers_on_both_sides(self):
        rich = moments([10.0, 20.0] * MIN_BUYERS, MIN_BUYERS)
        poor = moments([1.0, 3.0] * MIN_BUYERS, MIN_BUYERS - 1)

        self.assertIsNone(compare([Stratum(rich, poor)]).money)
        self.assertIsNotNone(compare([Stratum(rich, rich)]).money)

    def test_money_is_the_difference_of_mean_changes(self):
        contacted = moments([10.0, 20.0] * MIN_BUYERS, MIN_BUYERS)
        others = moments([1.0, 3.0] * MIN_BUYERS, MIN_BUYERS)

        money = compare([Stratum(contacted, others)]).money

        self.assertAlmostEqual(money.difference, 13.0)
        self.assertLess(money.low, 13.0)
        self.assertTrue(money.tells)

    def test_single_customers_are_left_out_of_money(self):
        many = moments([10.0, 20.0] * MIN_BUYERS, MIN_BUYERS)
        one = moments([1e6], 1)

        with_one = compare([Stratum(many, many), Stratum(one, many)])

        self.assertAlmostEqual(with_one.money.difference, 0.0)
        only_ones = [Stratum(Moments(1, 1, 5.0, 25.0), Moments(1, 1, 5.0, 25.0))] * 200
        self.assertIsNone(compare(only_ones).money)

    def test_variance_of_equal_changes_is_not_negative(self):
        same = moments([0.1] * 1000, 1000)

        self.assertGreaterEqual(same.variance, 0.0)
        self.assertEqual(Moments(1, 1, 7.0, 49.0).variance, 0.0)

    def test_interval_that_holds_zero_tells_nothing(self):
        self.assertFalse(Interval(0.1, -0.1, 0.3).tells)
        self.assertTrue(Interval(0.2, 0.1, 0.3).tells)
        self.assertTrue(Interval(-0.2, -0.3, -0.1).tells)

    def test_interval_covers_a_difference_that_is_not_there(self):
        # 500 random worlds without any effect: about 95 of 100 intervals hold zero
        chance = random.Random(20261122)
        held = 0
        for _world in range(500):
            strata = []
            for share in (0.05, 0.2, 0.6):
                contacted = sum(chance.random() < share for _customer in range(40))
                others = sum(chance.random() < share for _customer in range(120))
                strata.append(Stratum(Moments(40, contacted), Moments(120, others)))
            held += not compare(strata).buying.tells

        self.assertGreater(held / 500, 0.92)
        self.assertLess(held / 500, 0.99)
