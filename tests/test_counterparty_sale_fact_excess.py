from unittest.mock import patch

from odoo.tests import tagged

from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactExcess(ProfitCase):
    """Credits beyond the original: judged anew when one leaves, and by nobody's order of ids."""

    def _state(self, move):
        """Return what a credit counts, and where it has its shares from."""
        return self._sums(move), set(self._facts(move).mapped("campaign_basis"))

    def _credit_twice(self, first_day="2026-03-20", second_day="2026-03-20"):
        invoice = self._invoice(campaign_id=self.spring.id)
        first = self._credit(invoice, day=first_day)
        return invoice, first, self._credit(invoice, day=second_day)

    def _differences(self, *moves):
        found = self.Fact._find_differences(self.company)
        return [found.get(move.id) for move in moves]

    def test_the_second_takes_the_place_of_a_first_that_leaves(self):
        for leave in ("button_draft", "button_cancel"):
            with self.subTest(leave=leave):
                invoice, first, second = self._credit_twice()
                self.assertEqual(self._state(second), ((-100, 0, -100), {"excess"}))

                getattr(first, leave)()

                self.assertEqual(self._state(second), ((-100, -10, -90), {"mirror"}))
                self.assertEqual(self._by_campaign(invoice | second), {})
                self.assertEqual(self._differences(invoice, first, second), [None] * 3)

    def test_posted_again_the_totals_return(self):
        invoice, first, second = self._credit_twice()
        before = self._sums(invoice | first | second)

        first.button_draft()
        first.action_post()

        self.assertEqual(self._sums(invoice | first | second), before)
        self.assertEqual(self._state(first), ((-100, 0, -100), {"excess"}))
        self.assertEqual(self._differences(first, second), [None] * 2)

    def test_of_a_part_that_leaves_the_others_take_what_there_is(self):
        invoice = self._invoice(self._line(quantity=5))
        credits = self.env["account.move"]
        for quantity in (3, 1, 4):
            credit = self._credit(invoice, post=False)
            credit.invoice_line_ids.quantity = quantity
            credit.action_post()
            credits |= credit
        self.assertEqual(self._sums(credits), (-800, -50, -750))

        credits[0].button_draft()

        self.assertEqual(self._sums(credits[1]), (-100, -10, -90))
        self.assertEqual(self._sums(credits[2]), (-400, -40, -360))

    def test_whoever_drafts_need_not_see_the_other_credit(self):
        _invoice, first, second = self._credit_twice()
        clerk = self._profit_user(
            "own", "sales_team.group_sale_salesman", "account.group_account_invoice"
        )
        self.env["ir.rule"].create(
            {
                "name": "First alone",
                "model_id": self.env.ref("account.model_account_move").id,
                "domain_force": [("id", "!=", second.id)],
            }
        )

        first.with_user(clerk).button_draft()

        self.assertEqual(self._state(second), ((-100, -10, -90), {"mirror"}))

    def test_closed_period_stays_as_it_was_reported(self):
        invoice, first, second = self._credit_twice(first_day="2026-04-20")
        self.company.sale_lock_date = "2026-03-31"

        first.button_draft()

        self.assertEqual(self._state(second), ((-100, 0, -100), {"excess"}))
        self.assertEqual(self._differences(invoice, first, second), [None] * 3)

    def test_rebuild_leaves_beyond_what_was_beyond(self):
        """The order of posting counts, not that of dates or numbers."""
        invoice, first, second = self._credit_twice(first_day="2026-03-20", second_day="2026-04-20")
        first.button_draft()
        first.action_post()
        before = self._state(first), self._state(second)
        self.company.sale_lock_date = "2026-03-31"

        self.Fact._rebuild(self.company)

        self.assertEqual((self._state(first), self._state(second)), before)
        self.assertEqual(before[0][1], {"excess"})
        self.assertEqual(self._differences(invoice, first, second), [None] * 3)

    def test_check_names_who_could_take_back_more_and_repairs(self):
        invoice, first, second = self._credit_twice()
        with patch.object(type(self.Fact), "_judge_anew", lambda *_args: None):
            first.button_cancel()

        found = self._differences(invoice, first, second)
        self.Fact._repair(self.company)

        self.assertEqual(found, [None, None, "excess"])
        self.assertEqual(self._state(second), ((-100, -10, -90), {"mirror"}))
        self.assertEqual(self._differences(second), [None])

    def test_check_names_those_who_took_back_more_than_there_was(self):
        """As two do who credit one sale at the same instant and see nothing of each other."""
        invoice, first, second = self._credit_twice()
        self.env.cr.execute(
            """UPDATE counterparty_sale_fact SET campaign_basis = 'mirror', cost = -10, profit = -90
                WHERE move_id = %s""",
            second.ids,
        )
        self.env.invalidate_all()

        found = self._differences(invoice, first, second)
        self.Fact._repair(self.company)

        self.assertEqual(found, [None, "excess", "excess"])
        self.assertEqual(self._sums(invoice | first | second), (-100, 0, -100))
        self.assertEqual(self._differences(first, second), [None] * 2)

    def test_an_original_that_returns_with_more_covers_both(self):
        invoice, first, second = self._credit_twice()
        invoice.button_draft()
        invoice.invoice_line_ids.quantity = 2
        invoice.action_post()

        self.assertEqual(self._differences(first, second), [None] * 2)
        self.assertEqual(self._sums(invoice | first | second), (0, 0, 0))

    def test_reversal_of_what_went_beyond_costs_nothing(self):
        invoice, first, second = self._credit_twice()

        back = self._credit(second)

        self.assertEqual(self._sums(second | back), (0, 0, 0))
        self.assertEqual(self._sums(invoice | first | second | back), (0, 0, 0))

    def test_reversal_follows_what_it_reverses(self):
        invoice, first, second = self._credit_twice()
        back = self._credit(second)

        first.button_draft()

        self.assertEqual(self._sums(second), (-100, -10, -90))
        self.assertEqual(self._sums(back), (100, 10, 90))
        self.assertEqual(self._sums(invoice | second | back), (100, 10, 90))

    # ------------------------------------------------------------
    # The original is changed and posted again
    # ------------------------------------------------------------

    def _post_again(self, invoice, **values):
        invoice.button_draft()
        invoice.invoice_line_ids.write(values)
        invoice.action_post()

    def test_credits_follow_an_original_that_is_posted_again(self):
        invoice = self._invoice(self._line(quantity=4), campaign_id=self.spring.id)
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        again = self._credit(credit)

        self._post_again(invoice, campaign_id=self.autumn.id)

        self.assertEqual(self._by_campaign(credit), {"Autumn": -100})
        self.assertEqual(self._by_campaign(again), {"Autumn": 100})
        lived = self._by_campaign(invoice | credit | again)
        self.Fact._rebuild(self.company)
        self.assertEqual(self._by_campaign(invoice | credit | again), lived)

    def test_credits_of_a_closed_period_stay_with_what_they_were_about(self):
        invoice = self._invoice(
            self._line(quantity=4), campaign_id=self.spring.id, day="2026-04-10"
        )
        credit = self._credit(invoice, day="2026-03-20")
        self.company.sale_lock_date = "2026-03-31"

        self._post_again(invoice, campaign_id=self.autumn.id)

        self.assertEqual(self._by_campaign(credit), {"Spring": -400})
        self.assertEqual(self._by_campaign(invoice), {"Autumn": 400})

    def test_an_original_without_credits_is_posted_again_in_the_same_queries(self):
        alone, credited = self._invoice(), self._invoice()
        self._credit(credited)
        self.env.flush_all()

        with patch.object(type(self.Fact), "_follow_again") as follow:
            self._post_again(alone)
            follow.assert_not_called()
            self._post_again(credited)
            follow.assert_called_once()
