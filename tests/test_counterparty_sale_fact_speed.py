import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common_profit import ProfitCase

OURS = re.compile(r'(FROM|INTO|UPDATE|JOIN)\s+"?counterparty_', re.IGNORECASE)


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactSpeed(ProfitCase):
    """What a posting pays for its facts: counted, because times depend on the machine."""

    @contextmanager
    def _our_queries(self):
        """Collect the statements that read or write tables of ours."""
        found = []
        execute = Cursor.execute

        def listen(cursor, query, params=None, log_exceptions=True):
            text = str(getattr(query, "code", query))
            if OURS.search(text):
                found.append(text)
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Cursor, "execute", listen):
            yield found
            self.env.flush_all()

    def _batch(self, size):
        invoices = self.env["account.move"].browse()
        for _number in range(size):
            invoices |= self._invoice(
                self._line(), self._line(self.ledger_goods), self._line(self.service), post=False
            )
        return invoices

    def test_posting_takes_one_statement_whatever_the_batch(self):
        self._invoice()
        for size in (1, 9):
            invoices = self._batch(size)
            with self.subTest(size=size), self._our_queries() as found:
                invoices.action_post()

                self.assertEqual(len(found), 1, found)
            self.assertEqual(len(self._facts(invoices)), 3 * size)

    def test_posting_with_interactions_takes_two(self):
        self._interaction(self.spring, "2026-03-01 10:00:00")
        self._invoice()
        for size in (1, 9):
            invoices = self._batch(size)
            with self.subTest(size=size), self._our_queries() as found:
                invoices.action_post()

                self.assertLessEqual(len(found), 2, found)
            self.assertEqual(self._by_campaign(invoices), {"Spring": 300 * size})

    def test_credit_notes_take_no_more_than_invoices(self):
        for size in (1, 9):
            invoices = self._batch(size)
            invoices.action_post()
            credits = self.env["account.move"].browse()
            for invoice in invoices:
                credits |= self._credit(invoice, post=False)
            with self.subTest(size=size), self._our_queries() as found:
                credits.action_post()

                self.assertLessEqual(len(found), 2, found)
            self.assertEqual(self._sums(credits)[0], -300 * size)

    def test_draft_and_post_again_takes_no_more_than_two(self):
        for size in (1, 9):
            invoices = self._batch(size)
            invoices.action_post()
            with self.subTest(size=size), self._our_queries() as found:
                invoices.button_draft()
            self.assertLessEqual(len(found), 2, found)

            with self.subTest(size=size), self._our_queries() as found:
                invoices.action_post()
            self.assertEqual(len(found), 1, found)
            self.assertEqual(len(self._facts(invoices)), 3 * size)

    def test_invoice_and_its_credit_note_posted_together(self):
        """The original's shares are there before they are mirrored."""
        self._interaction(self.spring, "2026-03-01 10:00:00")
        invoice = self._invoice()
        credit = self._credit(invoice, post=False)
        invoice.button_draft()

        (invoice | credit).action_post()

        self.assertEqual(self._by_campaign(invoice), {"Spring": 100})
        self.assertEqual(self._by_campaign(credit), {"Spring": -100})
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    # ------------------------------------------------------------
    # Sums of hundredths
    # ------------------------------------------------------------

    def test_sums_are_exact_also_of_what_is_not_of_whole_hundredths(self):
        self._invoice(self._line(price=0.01), self._line(price=33_333_333.33))
        self._invoice(self._line(price=0.1), self._line(price=0.2))
        self.env.cr.execute(
            """UPDATE counterparty_sale_fact SET revenue = 0.005
                WHERE revenue = 0.1 AND commercial_partner_id = %s""",
            [self.customer.id],
        )
        self.env.cr.execute(
            """SELECT COUNT(*) FILTER (WHERE revenue_cents IS NULL), SUM(revenue)
                 FROM counterparty_sale_fact WHERE commercial_partner_id = %s""",
            [self.customer.id],
        )
        [(without, total)] = self.env.cr.fetchall()

        [[revenue, profit, cost]] = self.env["counterparty.profit.report"]._read_group(
            [("commercial_partner_id", "=", self.customer.id)],
            aggregates=["revenue:sum", "profit:sum", "cost:sum"],
        )

        self.assertEqual(without, 2)
        self.assertAlmostEqual(revenue, float(total), 6)
        self.assertEqual(cost, 40)
        self.assertAlmostEqual(profit, 33_333_333.33 + 0.01 + 0.1 + 0.2 - 40, 2)

    def test_nobody_has_sold_anything(self):
        [[revenue]] = self.env["counterparty.profit.report"]._read_group(
            [("commercial_partner_id", "=", self.contact.id)], aggregates=["revenue:sum"]
        )

        self.assertEqual(revenue, 0)

    # ------------------------------------------------------------
    # What facts name without a foreign key
    # ------------------------------------------------------------

    def test_deleting_a_category_leaves_facts_without_it(self):
        parent, other = self.env["product.category"].create(
            [{"name": "Going"}, {"name": "Staying"}]
        )
        child = self.env["product.category"].create({"name": "Below", "parent_id": parent.id})
        self.service.categ_id = child
        invoice = self._invoice(self._line(self.service))
        self.assertEqual(self._facts(invoice).categ_id, child)
        self.service.categ_id = other

        parent.unlink()

        self.assertFalse(child.exists())
        self.assertFalse(self._facts(invoice).categ_id)

    def test_deleting_team_and_salesperson_leaves_facts_without_them(self):
        seller = self._profit_user("leaving", "sales_team.group_sale_salesman")
        team = self.env["crm.team"].create({"name": "Going"})
        invoice = self._invoice(invoice_user_id=seller.id, team_id=team.id)
        fact = self._facts(invoice)
        self.assertEqual((fact.user_id, fact.team_id), (seller, team))
        invoice.write({"invoice_user_id": False, "team_id": False})

        team.unlink()
        seller.unlink()

        self.assertFalse(fact.user_id)
        self.assertFalse(fact.team_id)

    def test_what_the_database_deleted_is_healed_at_night(self):
        invoice = self._invoice(self._line(self.service))
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET categ_id = 999999999 WHERE move_id = %s",
            [invoice.id],
        )

        self.Fact._heal_references()

        self.assertFalse(self._facts(invoice).categ_id)

    def test_product_that_was_sold_is_not_deleted(self):
        sold = self.env["product.product"].create({"name": "Sold", "type": "service"})
        invoice = self._invoice(self._line(sold))
        # the host lets a posted line change its product
        invoice.invoice_line_ids.product_id = self.service

        with self.assertRaisesRegex(UserError, "Sold"):
            sold.unlink()

    def test_customer_of_a_fact_is_not_deleted(self):
        invoice = self._invoice(partner_id=self.contact.id)
        self.env.cr.execute(
            "UPDATE account_move SET partner_id = %s WHERE id = %s",
            [self.customer.id, invoice.id],
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET partner_id = %s WHERE move_id = %s",
            [self.customer.id, invoice.id],
        )
        self.env.invalidate_all()

        with self.assertRaisesRegex(UserError, "Ben Cole"):
            self.contact.unlink()

    def test_deleting_a_document_by_force_deletes_its_facts(self):
        invoice = self._invoice()

        invoice.with_context(force_delete=True).unlink()

        self.env.cr.execute("SELECT FROM counterparty_sale_fact WHERE move_id = %s", [invoice.id])
        self.assertFalse(self.env.cr.rowcount)
