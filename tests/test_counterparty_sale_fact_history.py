import random

from odoo.tests import tagged

from .common_profit import ProfitCase

HISTORIES = 300
STEPS = ("post", "post", "post", "credit", "credit_part", "draft", "cancel", "correct", "merge")


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactHistory(ProfitCase):
    """Whatever happens to documents, facts equal the ledger and a rebuild from the documents."""

    def test_random_histories_equal_a_rebuild_and_the_ledger(self):
        self.chance = random.Random(19)
        self.twins = self.env["res.partner"].create(
            [{"name": f"Twin {number}", "is_company": True} for number in range(3)]
        )
        self._interaction(self.spring, "2026-02-20 10:00:00", res_id=1)
        self._interaction(self.autumn, "2026-03-01 10:00:00", res_id=2)
        self.company.counterparty_attribution_model = "linear"
        self.moves = self.env["account.move"].browse()
        for number in range(HISTORIES):
            self.env.invalidate_all()
            if number % 25 == 0:
                # the planner knows nothing of rows that are not committed
                self.env.cr.execute(
                    "ANALYZE account_move, account_move_line, account_partial_reconcile"
                )
            before = self.moves
            for _step in range(self.chance.randint(1, 3)):
                self._take_step(before)
            if number % 50 == 49:
                self._assert_like_the_ledger()

        kept = self._totals()
        self.Fact._rebuild()

        self.assertEqual(self._totals(), kept)
        self._assert_like_the_ledger()

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def _take_step(self, before):
        """Do one thing of a history to the documents that it made so far."""
        posted = (self.moves - before).filtered(lambda move: move.state == "posted")
        step = self.chance.choice(STEPS)
        invoices = posted.filtered(
            lambda move: move.move_type == "out_invoice" and not move.reversal_move_ids
        )
        if step == "post" or not invoices:
            self._post_one()
        else:
            getattr(self, f"_{step}_one")(self.chance.choice(list(invoices)))

    def _post_one(self):
        goods = self.chance.choice([self.goods, self.ledger_goods, self.service])
        invoice = self._invoice(
            self._line(
                goods,
                quantity=self.chance.randint(1, 9),
                price=self.chance.randint(1, 99_999) / 100,
                campaign_id=self.chance.choice([False, False, self.spring.id]),
            ),
            self._line(self.service, price=self.chance.randint(-500, 500) / 100 + 6),
            partner_id=self.chance.choice([self.contact, *self.twins.exists()]).id,
        )
        self.moves |= invoice

    def _credit_one(self, invoice):
        self.moves |= self._credit(invoice, cancel=self.chance.random() < 0.5)

    def _credit_part_one(self, invoice):
        credit = self._credit(invoice, post=False)
        credit.invoice_line_ids[0].quantity = self.chance.randint(1, 12)
        credit.action_post()
        self.moves |= credit

    def _draft_one(self, invoice):
        invoice.button_draft()
        invoice.action_post()

    def _cancel_one(self, invoice):
        invoice.button_cancel()

    def _correct_one(self, invoice):
        campaign = self.chance.choice([self.spring, self.autumn, self.env["utm.campaign"]])
        nobody = self.env["utm.medium"], self.env["utm.source"]
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids, campaign, *nobody, "Chance"
        )

    def _merge_one(self, _invoice):
        twins = self.twins.exists()
        if len(twins) > 1 and self.chance.random() < 0.1:
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge(twins[:2].ids, twins[0])
            self.env.invalidate_all()

    # ------------------------------------------------------------
    # Assertions
    # ------------------------------------------------------------

    def _totals(self):
        """Return the sums by counterparty, product and campaign."""
        rows = self.Fact._read_group(
            [("move_id", "in", self.moves.ids)],
            ["commercial_partner_id", "product_id", "campaign_id"],
            ["revenue:sum", "cost:sum", "profit:sum"],
        )
        totals = {
            tuple(key.id for key in keys): tuple(round(value, 2) for value in values)
            for *keys, revenue, cost, profit in rows
            if any(values := (revenue, cost, profit))
        }
        return {key: values for key, values in totals.items() if any(values)}

    def _assert_like_the_ledger(self):
        self.env.flush_all()
        found = self.Fact._find_differences()
        self.assertFalse({move: why for move, why in found.items() if move in self.moves.ids})
