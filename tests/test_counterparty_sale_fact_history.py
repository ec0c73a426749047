import random
from collections import defaultdict

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import sale_cost
from .common_profit import ProfitCase

HISTORIES = 300
ORDERED = 8  # every which history begins with the invoice of an order
# what happens to documents; some more often, so that others find what they are about
STEPS = (
    *("credit", "draft") * 3,
    *("credit_part", "correct", "deliver", "give_back", "redate") * 2,
    *("credit_price", "credit_by_hand", "cancel", "give_cost", "correct_credit", "merge"),
)
MONTH_END = "2026-03-31"
# from this history on the month stays closed
CLOSED = 220


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactHistory(ProfitCase):
    """Whatever happens to documents, facts equal the ledger and a rebuild from the documents."""

    seed = 19

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chance = random.Random(cls.seed)
        cls.Correction = cls.env["counterparty.sale.correction"]
        cls.twins = cls.env["res.partner"].create(
            [{"name": f"Twin {number}", "is_company": True} for number in range(3)]
        )
        cls.company.counterparty_attribution_model = "linear"
        cls.fifo = cls.product_fifo.with_env(cls.env)
        # bought after they were sold
        cls.late = cls.fifo.copy({"name": "Sold before it was bought"})
        cls.bare = cls.goods.copy({"name": "Of no known cost", "standard_price": 0})
        # all at once: one by one they take longer than all that happens to them
        orders = cls.env["sale.order"].create(
            [cls._order_values() for _time in range(0, HISTORIES, ORDERED)]
        )
        orders.order_line.purchase_price = 10
        orders.order_line.filtered(lambda line: line.product_id == cls.late).purchase_price = 0
        orders.action_confirm()
        cls.orders = iter(orders)
        # the documents of each history
        cls.histories = [cls.env["account.move"]] * HISTORIES
        # histories with what only some comparisons allow
        cls.given, cls.settled_late, cls.bereft = set(), set(), set()
        cls.given_back, cls.bought_late = set(), set()

    @classmethod
    def _order_values(cls):
        line = {
            "product_id": cls.chance.choice([cls.fifo, cls.fifo, cls.late]).id,
            "product_uom_qty": cls.chance.randint(1, 5),
            "price_unit": cls.chance.randint(2_000, 9_999) / 100,
            "tax_ids": [Command.clear()],
        }
        return {
            "partner_id": cls.customer.id,
            "campaign_id": cls.chance.choice([False, cls.spring.id]),
            "order_line": [Command.create(line)],
        }

    def _begin_histories(self):
        """Post the invoices that histories begin with; the goods of orders have not left."""
        values = [
            self._sold_values() if number % ORDERED else self._ordered_values(next(self.orders))
            for number in range(HISTORIES)
        ]
        common = {"move_type": "out_invoice", "invoice_date": "2026-03-10", "date": "2026-03-10"}
        invoices = self.env["account.move"].create([{**common, **own} for own in values])
        invoices.action_post()
        self.histories[:] = invoices
        for number, invoice in enumerate(invoices):
            if self.late in invoice.invoice_line_ids.product_id:
                self.bought_late.add(number)

    def _sold_values(self):
        goods = self.chance.choice([self.goods, self.ledger_goods, self.service, self.bare])
        currency = self.euro if self.chance.random() < 0.15 else self.company.currency_id
        return {
            "partner_id": self.chance.choice([self.contact, *self.twins]).id,
            "currency_id": currency.id,
            "invoice_line_ids": [
                self._line(
                    goods,
                    quantity=self.chance.randint(1, 9),
                    price=self.chance.randint(1, 99_999) / 100,
                    campaign_id=self.chance.choice([False, False, self.spring.id]),
                ),
                self._line(self.service, price=self.chance.randint(-500, 500) / 100 + 6),
                # takes off at most the price of the line before
                self._line(self.service, price=-self.chance.randint(0, 99) / 100),
            ],
        }

    def _ordered_values(self, order):
        line = order.order_line
        own = {"quantity": line.product_uom_qty, "price": line.price_unit}
        return {
            "partner_id": order.partner_id.id,
            "invoice_line_ids": [
                self._line(line.product_id, sale_line_ids=[Command.set(line.ids)], **own)
            ],
        }

    def test_random_histories_equal_a_rebuild_and_the_ledger(self):
        self._interaction(self.spring, "2026-02-20 10:00:00", res_id=1)
        self._interaction(self.autumn, "2026-03-01 10:00:00", res_id=2)
        self._make_in_move(self.fifo, 1_000, unit_cost=13)
        self.euro = self._euro({"2026-01-01": 0.5, "2026-04-15": 0.4})
        self._begin_histories()
        self._make_in_move(self.late, 1_000, unit_cost=17)
        for number in range(HISTORIES):
            if number % 25 == 0:
                self.env.invalidate_all()
                # the planner knows nothing of rows that are not committed
                self.env.cr.execute(
                    "ANALYZE account_move, account_move_line, account_partial_reconcile"
                )
            self._live_history(number)
            if number % 50 == 49:
                self._assert_like_the_ledger()
        lived = self._totals()

        # the month was closed after all this: what it reported stays
        self.company.sale_lock_date = MONTH_END
        self.Fact._rebuild(self.company)
        # the credit of a sale that was cancelled later keeps what it took back; written anew, it
        # is a sale like any other
        self.assert_same(self._totals(self.bereft), self._without(lived, self.bereft))
        self._assert_like_the_ledger()

        self.company.sale_lock_date = False
        self._forget_facts()
        self.Fact._rebuild(self.company)
        # a cost from a file is nowhere but in its correction, which goes when its document goes
        # back to draft; the day of a settlement is nowhere but in the facts
        # and of what came back nobody knows any more that it had left; nor that goods had no cost
        unlike = self.bereft | self.given | self.settled_late | self.given_back | self.bought_late
        self.assert_same(self._totals(unlike), self._without(lived, unlike))
        self._assert_like_the_ledger()
        # most histories are compared
        self.assertLess(len(unlike), HISTORIES / 4)

    def _forget_facts(self):
        """Leave the documents alone: what facts remember of themselves is gone."""
        for table in ("counterparty_sale_fact", "counterparty_sale_fact_kept"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE move_id = ANY(%s)",
                    SQL.identifier(table),
                    self._moves().ids,
                )
            )

    # ------------------------------------------------------------
    # Histories
    # ------------------------------------------------------------

    def _live_history(self, number):
        """Let up to four things happen to documents; in some histories after the month's end."""
        self.number = number
        closing = self.chance.choice([0, 1, 2, None, None, None, None]) if number < CLOSED else 0
        for step in range(self.chance.choice([1, 1, 2, 2, 3, 3, 4])):
            if step == closing:
                self.company.sale_lock_date = MONTH_END
            self._take_step()
        if self.company.sale_lock_date and number < CLOSED:
            # the next history begins while the month is open
            self.company.sale_lock_date = False

    def _take_step(self):
        """Do one thing to a document that the history made so far."""
        posted = self.histories[self.number].filtered(lambda move: move.state == "posted")
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        step = self.chance.choice(STEPS)
        documents = invoices
        if step in ("draft", "cancel", "redate"):
            documents = posted
        elif step == "correct_credit":
            documents = posted - invoices
        if documents:
            getattr(self, f"_{step}_one")(self.chance.choice(list(documents)))

    def _get_day(self):
        """Return when something new is dated: never in a closed month."""
        return "2026-04-20" if self.company.sale_lock_date else "2026-03-10"

    def _keep(self, moves):
        self.histories[self.number] |= moves

    def _deliver_one(self, _invoice):
        """Let the goods of the orders leave at another cost, and the night settle that."""
        orders = self.histories[self.number].invoice_line_ids.sale_line_ids.order_id
        for order in orders.filtered(lambda one: set(one.picking_ids.mapped("state")) != {"done"}):
            self._deliver(order)
        self._settle_history()

    def _settle_history(self):
        if self.Fact._settle(self.histories[self.number]) and self.company.sale_lock_date:
            self.settled_late.add(self.number)

    def _give_back_one(self, invoice):
        """Let some of the goods come back; some of them are credited then."""
        left = invoice.invoice_line_ids.sale_line_ids.move_ids.filtered(
            lambda move: move.state == "done" and move.is_out and not move.returned_move_ids
        )
        if not left:
            return
        self.given_back.add(self.number)
        wizard = self.env["stock.return.picking"].create({"picking_id": left[0].picking_id.id})
        wizard.product_return_moves.quantity = self.chance.randint(1, int(left[0].quantity))
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": wizard.product_return_moves.quantity, "picked": True})
        back._action_done()
        if self.chance.random() < 0.5:
            credit = self._credit(invoice, day=self._get_day(), post=False)
            credit.invoice_line_ids[0].quantity = back.move_ids.quantity
            credit.action_post()
            self._keep(credit)
        self._settle_history()

    def _credit_one(self, invoice):
        self._keep(self._credit(invoice, day=self._get_day(), cancel=self.chance.random() < 0.5))

    def _credit_part_one(self, invoice):
        credit = self._credit(invoice, day=self._get_day(), post=False)
        credit.invoice_line_ids[0].quantity = self.chance.randint(1, 12)
        credit.action_post()
        self._keep(credit)

    def _credit_price_one(self, invoice):
        """Credit a part of the price: the customer keeps the goods."""
        credit = self._credit(invoice, day=self._get_day(), post=False)
        credit.invoice_line_ids[0].price_unit /= self.chance.randint(2, 9)
        credit.action_post()
        self._keep(credit)

    def _credit_by_hand_one(self, invoice):
        """Enter a line of an invoice anew; half of the clerks say of which."""
        line = invoice.invoice_line_ids[0]
        self._keep(
            self._invoice(
                self._line(line.product_id, quantity=line.quantity, price=line.price_unit),
                day=self._get_day(),
                kind="out_refund",
                partner_id=invoice.partner_id.id,
                currency_id=invoice.currency_id.id,
                reversed_entry_id=self.chance.choice([False, invoice.id]),
            )
        )

    def _is_closed(self, move):
        return bool(self.company.sale_lock_date and move.date <= self.company.sale_lock_date)

    def _draft_one(self, move):
        if not self._is_closed(move):
            move.button_draft()
            move.action_post()

    def _redate_one(self, move):
        """Post a document again on another day: others are in the windows of campaigns."""
        if not self._is_closed(move):
            move.button_draft()
            day = self._get_day() if self.company.sale_lock_date else "2026-03-28"
            move.write({"invoice_date": day, "date": day})
            move.action_post()

    def _correct_credit_one(self, credit):
        self._correct_one(credit)

    def _cancel_one(self, move):
        if not self._is_closed(move):
            move.button_draft()
            move.button_cancel()
            credited = [
                ("reversed_line_id", "in", move.invoice_line_ids.ids),
                ("parent_state", "=", "posted"),
            ]
            if self.env["account.move.line"].search_count(credited, limit=1):
                self.bereft.add(self.number)

    def _correct_one(self, invoice):
        campaign = self.chance.choice([self.spring, self.autumn, self.env["utm.campaign"]])
        nobody = self.env["utm.medium"], self.env["utm.source"]
        self.Correction._correct_campaign(invoice.invoice_line_ids, campaign, *nobody, "Chance")

    def _give_cost_one(self, invoice):
        """Tell the cost of what had none."""
        unsure = self._facts(invoice).filtered(
            lambda fact: fact.kind == "posting" and fact.cost_basis in sale_cost.UNSURE
        )
        costs = {line: self.chance.randint(1, 900) / 100 for line in unsure.mapped("line_id")}
        if costs:
            self.Correction._correct_cost(self.company, costs, "Chance")
            self.given.add(self.number)

    def _merge_one(self, _invoice):
        twins = self.twins.exists()
        if len(twins) > 1 and self.chance.random() < 0.1:
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge(twins[:2].ids, twins[0])
            self.env.invalidate_all()

    # ------------------------------------------------------------
    # Assertions
    # ------------------------------------------------------------

    def _moves(self):
        return self.env["account.move"].union(*self.histories)

    def _totals(self, unlike=()):
        """Return the sums of each history by month, counterparty, product and campaign.

        :param unlike: numbers of histories to leave out
        """
        numbers = {move: n for n, moves in enumerate(self.histories) for move in moves.ids}
        rows = self.env.execute_query(
            SQL(
                """SELECT move_id, TO_CHAR(date, 'YYYY-MM'), commercial_partner_id, product_id,
                          campaign_id, SUM(quantity), SUM(revenue), SUM(advance), SUM(cost),
                          SUM(profit), SUM(unknown)
                     FROM counterparty_sale_fact WHERE move_id = ANY(%s) GROUP BY 1, 2, 3, 4, 5""",
                list(numbers),
            )
        )
        totals = defaultdict(lambda: (0.0,) * 6)
        for move, month, partner, product, campaign, *amounts in rows:
            key = numbers[move], month, partner, product, campaign
            totals[key] = tuple(
                round(was + float(amount or 0), 6)
                for was, amount in zip(totals[key], amounts, strict=True)
            )
        return self._without({key: sums for key, sums in totals.items() if any(sums)}, unlike)

    def _without(self, totals, unlike):
        return {key: sums for key, sums in totals.items() if key[0] not in unlike}

    def assert_same(self, found, expected):
        differ = {
            key: (found.get(key), expected.get(key))
            for key in sorted(found.keys() | expected.keys(), key=str)
            if found.get(key) != expected.get(key)
        }
        self.assertFalse(differ, "(found, expected) by what they are of")

    def _assert_like_the_ledger(self):
        """Assert that revenue is the ledger's, and the cost too where the ledger knows it."""
        self.env.flush_all()
        moves = self._moves()
        found = self.Fact._find_differences(self.company)
        self.assertFalse({move: why for move, why in found.items() if move in moves.ids})
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, item.cost, fact.cost
                     FROM account_move_line line
                     JOIN (SELECT cogs_origin_id, SUM(balance) AS cost
                             FROM account_move_line item
                             JOIN account_account account ON account.id = item.account_id
                            WHERE account.account_type LIKE 'expense%%'
                            GROUP BY cogs_origin_id) item ON item.cogs_origin_id = line.id
                     JOIN (SELECT line_id, SUM(cost) AS cost,
                                  BOOL_OR(campaign_basis = 'excess') AS is_excess
                             FROM counterparty_sale_fact GROUP BY line_id) fact
                       ON fact.line_id = line.id
                    WHERE line.move_id = ANY(%s) AND line.parent_state = 'posted'
                      -- the goods stay, or go beyond the original: the ledger knows neither
                      AND line.counterparty_goods_kept IS NOT TRUE
                      AND fact.is_excess IS NOT TRUE""",
                moves.ids,
            )
        )
        self.assertTrue(rows)
        self.assertFalse([row for row in rows if round(row[1] - row[2], 2)])
