import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..tools.attribution import (
    DECAY,
    FIRST,
    LAST,
    LINEAR,
    MODELS,
    POSITION,
    Touch,
    attribute,
    split,
    weights,
)

CENT = Decimal("0.01")
AGES = [Decimal(40), Decimal(12), Decimal(3)]


def decimals(*values):
    return [Decimal(value) for value in values]


@tagged("post_install", "-at_install", "counterparty_profit")
class TestToolsAttribution(BaseCase):
    def test_each_model_shares_a_thousand_to_the_cent(self):
        cases = [
            (LAST, ["1000.00"]),
            (FIRST, ["1000.00"]),
            (LINEAR, ["333.34", "333.33", "333.33"]),
            (DECAY, ["17.86", "285.67", "696.47"]),
            (POSITION, ["400.00", "200.00", "400.00"]),
        ]
        touches = [Touch(number, age) for number, age in enumerate(AGES)]
        for model, expected in cases:
            with self.subTest(model=model):
                shares = attribute(Decimal("1000.00"), touches, model, CENT)
                self.assertEqual(list(shares.values()), decimals(*expected))

    def test_last_and_first_name_the_right_contact(self):
        touches = [Touch(name, age) for name, age in zip("abc", AGES, strict=True)]

        self.assertEqual(attribute(Decimal(5), touches, LAST, CENT), {"c": Decimal(5)})
        self.assertEqual(attribute(Decimal(5), touches, FIRST, CENT), {"a": Decimal(5)})

    def test_position_gives_two_contacts_half_each_and_one_all(self):
        self.assertEqual(weights(POSITION, AGES[:1]), [1])
        self.assertEqual(weights(POSITION, AGES[:2]), [1, 1])
        self.assertEqual(sum(weights(POSITION, AGES * 4)), 1)

    def test_contacts_of_one_campaign_are_summed_before_rounding(self):
        touches = [Touch("a", Decimal(9)), Touch("b", Decimal(5)), Touch("a", Decimal(1))]

        shares = attribute(Decimal("10.00"), touches, LINEAR, CENT)

        self.assertEqual(shares, {"a": Decimal("6.67"), "b": Decimal("3.33")})

    def test_split_is_exact_and_ties_go_to_the_earlier(self):
        cases = [
            ("10.00", [1, 1, 1], CENT, ["3.34", "3.33", "3.33"]),
            ("-10.00", [1, 1, 1], CENT, ["-3.34", "-3.33", "-3.33"]),
            ("0.01", [1, 1, 1], CENT, ["0.01", "0", "0"]),
            ("0.00", [1, 2], CENT, ["0", "0"]),
            ("0.02", [1, 1, 1], CENT, ["0.01", "0.01", "0"]),
            ("100", [1, 2], Decimal(1), ["33", "67"]),
            ("5.00", [0, 0], CENT, ["5.00", "0"]),
            ("0.10", [1, 1], Decimal("0.05"), ["0.05", "0.05"]),
            ("0.15", [1, 1], Decimal("0.05"), ["0.10", "0.05"]),
        ]
        for amount, parts, coin, expected in cases:
            with self.subTest(amount=amount, parts=parts):
                shares = split(Decimal(amount), [Decimal(part) for part in parts], coin)
                self.assertEqual(shares, decimals(*expected))

    def test_shares_always_sum_to_the_amount(self):
        chance = random.Random(5)
        for _round in range(300):
            amount = Decimal(chance.randint(-100_000, 100_000)) * CENT
            ages = sorted((Decimal(chance.randint(0, 400)) for _touch in range(6)), reverse=True)
            touches = [Touch(chance.randint(0, 3), age) for age in ages]
            for model in MODELS:
                shares = attribute(amount, touches, model, CENT)
                self.assertEqual(sum(shares.values()), amount)

    def test_time_decay_halves_with_each_half_life(self):
        found = weights(DECAY, decimals(14, 7, 0), Decimal(7))

        self.assertEqual(found, decimals("0.25", "0.5", "1"))

    def test_very_old_contacts_still_share(self):
        touches = [Touch("a", Decimal(90_000)), Touch("b", Decimal(89_993))]

        shares = attribute(Decimal("3.00"), touches, DECAY, CENT)

        self.assertEqual(shares, {"a": Decimal("1.00"), "b": Decimal("2.00")})

    def test_nobody_earns_without_contacts(self):
        self.assertEqual(attribute(Decimal(1), [], LAST, CENT), {})

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValueError):
            weights("best", AGES)
        with self.assertRaises(ValueError):
            weights(DECAY, AGES, Decimal(0))
        with self.assertRaises(ValueError):
            split(Decimal(1), [], CENT)
