"""A small trading company for the tests of profit: goods of every valuation, two campaigns."""

from odoo import Command, fields
from odoo.tests.common import new_test_user

from odoo.addons.stock_account.tests.common import TestStockValuationCommon

from .common import MODULE, QUIET


class ProfitCase(TestStockValuationCommon):
    """Invoices, orders and deliveries of one company; facts read as plain numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids, **QUIET)
        )
        cls.Fact = cls.env["counterparty.sale.fact"]
        cls.customer = cls.env["res.partner"].create({"name": "Northwind", "is_company": True})
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ben Cole", "parent_id": cls.customer.id}
        )
        cls.spring, cls.autumn = cls.env["utm.campaign"].create(
            [{"title": "Spring"}, {"title": "Autumn"}]
        )
        cls.mail, cls.fair = cls.env["utm.medium"].create([{"name": "Letter"}, {"name": "Fair"}])
        cls.goods = cls.product_standard.with_env(cls.env)
        cls.ledger_goods = cls.product_standard_auto.with_env(cls.env)
        cls.service = cls.env["product.product"].create({"name": "Advice", "type": "service"})
        cls.down_payment = cls.env["product.product"].create(
            {"name": "Down payment", "type": "service"}
        )
        cls.env.flush_all()

    # ------------------------------------------------------------
    # Builders
    # ------------------------------------------------------------

    @classmethod
    def _line(cls, product=None, quantity=1, price=100.0, **values):
        return Command.create(
            {
                "product_id": (product or cls.goods).id,
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.clear()],
                **values,
            }
        )

    def _euro(self, rates):
        """Return the euro at some rates against the company's currency.

        :param rates: euros for one unit of it, by the day from which they hold
        """
        euro = self.env.ref("base.EUR")
        euro.active = True
        values = {"currency_id": euro.id, "company_id": self.company.id}
        self.env["res.currency.rate"].create(
            [{**values, "name": day, "rate": rate} for day, rate in rates.items()]
        )
        return euro

    def _invoice(self, *lines, post=True, day="2026-03-10", kind="out_invoice", **values):
        """Make an invoice of the customer; of one unit of goods sold for 100 that cost 10."""
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": self.customer.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": list(lines) or [self._line()],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _credit(self, invoice, post=True, day="2026-03-20", cancel=False):
        """Reverse an invoice; the draft may be changed before it is posted."""
        credit = invoice._reverse_moves([{"invoice_date": day, "date": day}], cancel=cancel)
        if post and not cancel:
            credit.action_post()
        return credit

    def _order(self, *lines, campaign=None, confirmed=True, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "campaign_id": campaign.id if campaign else False,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, quantity, price in lines or [(self.service, 1, 100.0)]
                ],
                **values,
            }
        )
        if confirmed:
            order.action_confirm()
        return order

    def _deliver(self, order):
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking._action_done()

    def _deliver_part(self, order, quantity):
        """Deliver some of what an order of one line is waiting for; the rest goes on waiting."""
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(cancel_backorder=False)._action_done()

    def _invoice_orders(self, orders, day="2026-03-10"):
        invoice = orders._create_invoices()
        invoice.write({"invoice_date": day, "date": day})
        invoice.action_post()
        return invoice

    def _interaction(self, campaign, day, **values):
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": fields.Datetime.to_datetime(day),
                    "partner_id": self.contact.id,
                    "kind": "call",
                    "campaign_id": campaign.id,
                    **values,
                }
            ]
        )

    @classmethod
    def _profit_user(cls, login, *groups):
        names = ",".join(name if "." in name else f"{MODULE}.{name}" for name in groups)
        return new_test_user(
            cls.env,
            login,
            groups=names,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def _facts(self, moves):
        return self.Fact.search([("move_id", "in", moves.ids)], order="id")

    def _sums(self, moves):
        """Return revenue, cost and profit of documents."""
        facts = self._facts(moves)
        return tuple(round(sum(facts.mapped(name)), 2) for name in ("revenue", "cost", "profit"))

    def _by_campaign(self, moves, name="revenue"):
        """Return what each campaign brought; without a campaign under ``False``."""
        found = {}
        for fact in self._facts(moves):
            key = fact.campaign_id.title or False
            found[key] = round(found.get(key, 0) + fact[name], 2)
        return {key: amount for key, amount in found.items() if amount}

    def _bases(self, moves):
        return self._facts(moves).mapped("cost_basis")

    def assert_matches_ledger(self, moves):
        """Assert that facts and journal items of documents say the same revenue."""
        facts = self._facts(moves)
        lines = moves.line_ids.filtered(lambda line: line.display_type == "product")
        total = sum(facts.mapped("revenue")) + sum(facts.mapped("advance"))
        self.assertAlmostEqual(total, -sum(lines.mapped("balance")), 2)
