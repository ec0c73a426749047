import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools import unit_costs
from .common_profit import ProfitCase


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartyUnitCostImport(ProfitCase):
    def setUp(self):
        super().setUp()
        self.goods.write({"default_code": "A-1", "standard_price": 0})

    def _import(self, *rows):
        text = "\n".join(["product,from,to,unit cost", *rows])
        wizard = self.env["counterparty.unit.cost.import"].create(
            {"file": base64.b64encode(text.encode()), "reason": "Old price list"}
        )
        return wizard.action_import()

    def test_missing_costs_of_the_period_become_known(self):
        inside, outside = self._invoice(day="2026-03-31"), self._invoice(day="2026-04-01")

        self._import("A-1,2026-01-01,2026-03-31,7.25")

        self.assertEqual(self._sums(inside), (100, 7.25, 92.75))
        self.assertEqual(self._sums(outside), (100, 0, 0))
        correction = self._facts(inside).correction_id
        self.assertEqual((correction.reason, correction.user_id), ("Old price list", self.env.user))

    def test_certain_costs_stay(self):
        self.goods.standard_price = 10
        certain = self._invoice()

        with self.assertRaisesRegex(UserError, "lacks a certain cost"):
            self._import("A-1,2026-01-01,2026-12-31,7")
        self.assertEqual(self._sums(certain), (100, 10, 90))

    def test_costs_that_a_delivery_has_settled_stay(self):
        self.goods.standard_price = 0
        invoice = self._invoice()
        self.env.cr.execute(
            """INSERT INTO counterparty_sale_fact (
                   kind, line_id, move_id, company_id, date, invoice_date, commercial_partner_id,
                   partner_id, product_id, cost_basis, quantity, revenue, cost, profit, unknown)
               SELECT 'cost', line_id, move_id, company_id, date, invoice_date,
                      commercial_partner_id, partner_id, product_id, 'settled', 0, 0, 60, 40, -100
                 FROM counterparty_sale_fact WHERE move_id = %s""",
            invoice.ids,
        )
        self.env.invalidate_all()

        with self.assertRaisesRegex(UserError, "lacks a certain cost"):
            self._import("A-1,2026-01-01,2026-12-31,50")
        self.assertEqual(self._sums(invoice), (100, 60, 40))

    def test_references_of_cyrillic_spreadsheets_are_found(self):
        for code, encoding in (("Ж-100", "cp1251"), ("Ł-100", "cp1250"), ("Ñ-100", "latin-1")):
            with self.subTest(encoding=encoding):
                self.goods.default_code = code
                sold = self._invoice()
                row = f"product,from,to,unit cost\n{code},2026-01-01,2026-12-31,7"
                self.env["counterparty.unit.cost.import"].create(
                    {"file": base64.b64encode(row.encode(encoding)), "reason": "Old price list"}
                ).action_import()

                self.assertEqual(self._sums(sold), (100, 7, 93))

    def test_bad_files_name_the_row(self):
        with self.assertRaisesRegex(UserError, "Row 2 .* “to”"):
            self._import("A-1,2026-01-01,2025-01-01,7")
        with self.assertRaisesRegex(UserError, "Z-9"):
            self._import("Z-9,2026-01-01,2026-12-31,7")

    def test_amount_that_may_be_two_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "Row 2.*“1,234” may mean two amounts"):
            self._import('A-1,2026-01-01,2026-12-31,"1,234"')

    def test_months_of_a_file_are_looked_for_at_once(self):
        sold = [self._invoice(day=f"2026-{month:02}-10") for month in range(1, 7)]
        wizard = self.env["counterparty.unit.cost.import"].create({"file": "", "reason": "List"})
        months = [f"A-1,2026-{n:02}-01,2026-{n:02}-28,{n}" for n in range(1, 7)]
        text = "\n".join(["product,from,to,unit cost", *months])
        rows = unit_costs.read(text.encode())
        wizard._find_lines(rows)
        self.env.flush_all()

        with self.assertQueryCount(2):
            costs = wizard._find_lines(rows)

        expected = {move.invoice_line_ids.id: n for n, move in enumerate(sold, start=1)}
        self.assertEqual(costs, expected)

    def test_reference_of_two_products_is_refused_and_of_another_company_is_none(self):
        self._invoice()
        twin = self.goods.copy({"default_code": "A-1", "company_id": self.other_company.id})
        self._import("A-1,2026-01-01,2026-12-31,7")
        twin.company_id = self.company

        with self.assertRaisesRegex(UserError, "More than one product .* A-1"):
            self._import("A-1,2026-01-01,2026-12-31,7")

    def test_workbook_or_picture_is_refused_in_words(self):
        for content in (b"PK\x03\x04\x14\x00\x06\x00", b"\x89PNG\r\n\x1a\n\x00\x00", b"\x00"):
            wizard = self.env["counterparty.unit.cost.import"].create(
                {"file": base64.b64encode(content), "reason": "Old price list"}
            )
            with self.subTest(content=content), self.assertRaisesRegex(UserError, "Row 1 "):
                wizard.action_import()


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartyFactCheckWizard(ProfitCase):
    def _check(self, **values):
        wizard = self.env["counterparty.fact.check"].create(values)
        wizard.action_check()
        return {line.name: line for line in wizard.line_ids}, wizard

    def test_every_difference_has_a_name(self):
        ledger = self._invoice(self._line(self.ledger_goods, quantity=2))
        self._invoice(self._line(quantity=3))
        credit = self._credit(ledger, post=False)
        credit.invoice_line_ids.write({"price_unit": 5, "counterparty_goods_kept": True})
        credit.action_post()

        lines, wizard = self._check()

        self.assertEqual(wizard.difference_count, 0)
        self.assertEqual(lines["Revenue of customer documents"].difference, 0)
        self.assertEqual(lines["Cost of goods: Ledger"].facts, 20)
        self.assertEqual(lines["Cost of goods: Ledger"].difference, 0)
        self.assertEqual(lines["Cost of goods: Product cost"].difference, 30)
        self.assertEqual(lines["Cost of goods: Goods kept"].difference, 20)

    def test_documents_that_differ_are_named_with_both_figures(self):
        invoice, gone = self._invoice(self._line(price=500)), self._invoice()
        other_month = self._invoice(day="2026-05-10")
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET revenue = 400, profit = 390 WHERE move_id = %s",
            invoice.ids,
        )
        self.env.cr.execute(
            "DELETE FROM counterparty_sale_fact WHERE move_id = ANY(%s)",
            [(gone | other_month).ids],
        )

        lines, wizard = self._check(date_from="2026-03-01", date_to="2026-03-31")

        self.assertEqual(wizard.difference_count, 2)
        found = {
            line.move_id: (line.ledger, line.facts, line.note)
            for line in lines.values()
            if line.move_id
        }
        self.assertEqual(
            found,
            {
                invoice: (500, 400, "Another amount than in the ledger."),
                gone: (100, 0, "Lines that are not read yet."),
            },
        )
        action = wizard.action_open_documents()
        self.assertEqual(
            self.env["account.move"].search(action["domain"]), (invoice | gone).sorted()
        )

    def test_document_that_is_posted_no_more_is_named(self):
        invoice = self._invoice()
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET state = 'draft' WHERE id = %s", invoice.ids)
        self.env.invalidate_all()

        lines, _wizard = self._check()

        [line] = [line for line in lines.values() if line.move_id]
        self.assertEqual((line.ledger, line.facts), (0, 100))
        self.assertEqual(line.note, "The document is posted no more.")

    def test_documents_with_another_cost_than_the_ledger_are_named(self):
        invoice = self._invoice(self._line(self.ledger_goods, quantity=2))
        self._invoice()
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET cost = 15 WHERE move_id = %s", invoice.ids
        )

        lines, wizard = self._check()

        [line] = [line for line in lines.values() if line.move_id]
        self.assertEqual((line.move_id, line.ledger, line.facts), (invoice, 20, 15))
        self.assertEqual(wizard.action_open_documents()["domain"], [("id", "in", invoice.ids)])

    def test_cancelled_invoice_equals_the_ledger_again(self):
        invoice = self._invoice(self._line(self.ledger_goods, quantity=2))
        self._credit(invoice, cancel=True)

        lines, _wizard = self._check()

        self.assertEqual(
            sum(line.ledger for name, line in lines.items() if "Cost" in name),
            sum(line.facts for name, line in lines.items() if "Cost" in name),
        )

    def test_income_of_entries_is_named(self):
        income = self.company.income_account_id
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-01",
                "line_ids": [
                    fields.Command.create({"account_id": income.id, "credit": 40}),
                    fields.Command.create({"account_id": self.account_expense.id, "debit": 40}),
                ],
            }
        ).action_post()

        lines, _wizard = self._check()

        self.assertEqual(lines["Income posted by entries"].difference, -40)

    def test_manager_who_sees_no_cost_gets_none_by_any_way(self):
        invoice = self._invoice()
        correction = self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33}, "Price list"
        )
        boss = self._profit_user(
            "otto", "group_manager", "sales_team.group_sale_salesman_all_leads"
        )
        ways = {
            "correction": lambda env: correction.with_env(env).read(["unit_costs"]),
            "check": lambda env: env["counterparty.fact.check"].create({}).action_check(),
            "rebuild": lambda env: env["counterparty.fact.check"].create({}).action_rebuild(),
            "import": lambda env: (
                env["counterparty.unit.cost.import"]
                .create({"file": "YQ==", "reason": "Guess"})
                .action_import()
            ),
        }
        for name, way in ways.items():
            with self.subTest(name), self.assertRaises(AccessError):
                way(self.env(user=boss))

    def test_money_spent_on_a_contact_is_spent_on_its_company(self):
        cost = self.env["counterparty.cost"].create(
            {"name": "Gift", "amount": 50, "commercial_partner_id": self.contact.id}
        )
        created = cost.commercial_partner_id
        cost.commercial_partner_id = self.contact

        self.assertEqual(created, self.customer)
        self.assertEqual(cost.commercial_partner_id, self.customer)

    def test_money_of_a_company_is_spent_on_its_own_campaigns(self):
        self.spring.company_id = self.other_company

        with self.assertRaisesRegex(UserError, "Spring"):
            self.env["counterparty.cost"].create(
                {
                    "name": "Stand",
                    "amount": 50,
                    "campaign_id": self.spring.id,
                    "company_id": self.company.id,
                }
            )

    def test_manager_of_another_company_changes_nothing_here(self):
        nobody = self.env["utm.medium"], self.env["utm.source"]
        invoice, broken = self._invoice(), self._invoice()
        self.env["counterparty.sale.correction"]._correct_campaign(
            invoice.invoice_line_ids, self.autumn, *nobody, "Fair"
        )
        self.env.cr.execute("DELETE FROM counterparty_sale_fact WHERE move_id = %s", broken.ids)
        boss = self._profit_user("olga", "group_manager", "group_cost_profit")
        boss.write(
            {
                "company_ids": [fields.Command.set(self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        wizard = self.env["counterparty.fact.check"].with_user(boss)
        wizard = wizard.with_context(allowed_company_ids=self.other_company.ids).create({})

        wizard.action_repair()
        wizard.action_rebuild()

        self.assertEqual(wizard.difference_count, 0)
        self.assertEqual(self._by_campaign(invoice), {"Autumn": 100})
        self.assertFalse(self._facts(broken))

    def test_corrections_survive_a_rebuild_and_a_repair(self):
        nobody = self.env["utm.medium"], self.env["utm.source"]
        invoice = self._invoice()
        line = invoice.invoice_line_ids
        Correction = self.env["counterparty.sale.correction"]
        Correction._correct_campaign(line, self.autumn, *nobody, "Fair")
        Correction._correct_cost(self.company, {line.id: 33}, "Price list")
        _lines, wizard = self._check()

        wizard.action_rebuild()
        rebuilt = self._sums(invoice), self._by_campaign(invoice)
        self.env.cr.execute(
            "UPDATE counterparty_sale_fact SET revenue = 1 WHERE move_id = %s AND kind = 'posting'",
            invoice.ids,
        )
        wizard.action_repair()

        expected = (100, 33, 67), {"Autumn": 100}
        self.assertEqual(rebuilt, expected)
        self.assertEqual((self._sums(invoice), self._by_campaign(invoice)), expected)

    def test_cost_given_by_a_file_survives_draft_and_posting(self):
        invoice = self._invoice()
        self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {invoice.invoice_line_ids.id: 33}, "Price list"
        )

        invoice.button_draft()
        invoice.action_post()

        self.assertEqual(self._sums(invoice), (100, 33, 67))
        self.assertEqual(self._bases(invoice), ["given"])

    def test_repair_and_rebuild_end_without_differences(self):
        invoice = self._invoice()
        self.env.cr.execute("DELETE FROM counterparty_sale_fact WHERE move_id = %s", [invoice.id])
        _lines, wizard = self._check()
        before = wizard.difference_count

        wizard.action_repair()
        repaired = wizard.difference_count
        wizard.action_rebuild()

        self.assertEqual((before, repaired, wizard.difference_count), (1, 0, 0))
        self.assertEqual(self._sums(invoice), (100, 10, 90))


@tagged("post_install", "-at_install", "counterparty_profit")
class TestResPartnerProfit(ProfitCase):
    def test_contact_shows_what_its_company_bought_in_twelve_months(self):
        today = fields.Date.today()
        self._invoice(day=today)
        self._invoice(day=fields.Date.subtract(today, years=2))

        for partner in (self.customer, self.contact):
            self.assertEqual(partner.counterparty_sales_12m, 100)
            self.assertEqual(partner.counterparty_profit_12m, 90)
            self.assertEqual(partner.counterparty_margin_12m, "90.0%")
            self.assertEqual(partner.counterparty_last_sale, today)
            self.assertFalse(partner.counterparty_profit_note)

    def test_before_the_first_sale_it_explains_instead_of_zeros(self):
        self.assertFalse(self.customer.counterparty_has_sales)
        self.assertIn("first posted invoice", self.customer.counterparty_profit_note)
        self.assertEqual(self.customer.counterparty_margin_12m, "n/a")

    def test_notes_say_what_the_reader_may_not_see(self):
        self._invoice(invoice_user_id=self.env.user.id)
        own = self._profit_user("ona", "group_cost_profit", "sales_team.group_sale_salesman")
        nothing = self._profit_user("nia", "group_cost_profit", "group_user")

        for user, text in ((own, "not shown"), (nothing, "may see sales")):
            note = self.customer.with_user(user).counterparty_profit_note
            self.assertIn(text, note)

    def test_who_sees_profit_can_type_a_new_contact(self):
        boss = self._profit_user(
            "nora",
            "group_cost_profit",
            "base.group_partner_manager",
            "account.group_account_invoice",
        )

        with Form(self.env["res.partner"].with_user(boss)) as form:
            form.name = "Fabrikam"

        self.assertTrue(form.record.id)

    def test_late_payer_is_named(self):
        today = fields.Date.today()
        invoice = self._invoice(
            day=fields.Date.subtract(today, days=20),
            invoice_date_due=fields.Date.subtract(today, days=20),
            invoice_payment_term_id=False,
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": fields.Date.subtract(today, days=8)}).action_create_payments()

        self.customer.invalidate_recordset()
        if invoice.payment_state == "paid" or invoice.amount_residual == 0:
            self.assertIn("12 days late", self.customer.counterparty_days_late)

    def test_whoever_owes_for_long_pays_late_too(self):
        today = fields.Date.today()
        for age in (40, 20):
            self._invoice(
                day=fields.Date.subtract(today, days=age),
                invoice_date_due=fields.Date.subtract(today, days=age),
                invoice_payment_term_id=False,
            )
        self._invoice(day=today, invoice_date_due=fields.Date.add(today, days=30))

        self.customer.invalidate_recordset()

        self.assertIn("30 days late", self.customer.counterparty_days_late)

    def test_sales_dated_ahead_are_in_no_past_year(self):
        today = fields.Date.today()
        self._invoice(day=today)
        self._invoice(self._line(price=70), day=fields.Date.add(today, days=40))

        self.customer.invalidate_recordset()

        self.assertEqual(self.customer.counterparty_sales_12m, 100)

    def test_one_query_tells_it_all(self):
        self._invoice()
        names = self.customer._get_counterparty_profit_fields()
        self.customer.read(names)
        self.env.flush_all()
        self.customer.invalidate_recordset(names)
        before = self.env.cr.sql_log_count

        self.customer.read(names)

        self.assertLessEqual(self.env.cr.sql_log_count - before, 1)

    def test_profit_is_for_those_who_may_see_it(self):
        seller = self._profit_user("sella", "sales_team.group_sale_salesman_all_leads")
        seer = self._profit_user("seera", "group_cost_profit")

        self.assertNotIn(
            "counterparty_profit_12m", self.env["res.partner"].with_user(seller).fields_get()
        )
        self.assertFalse(self.customer.with_user(seer).counterparty_profit_12m)

    def test_button_opens_the_sales_of_the_counterparty(self):
        action = self.contact.action_open_counterparty_profit()

        self.assertEqual(action["domain"], [("commercial_partner_id", "=", self.customer.id)])


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCostsWithoutTheRight(ProfitCase):
    """A manager who may not see cost and profit learns no cost by any way."""

    def setUp(self):
        super().setUp()
        self.manager = self._profit_user(
            "max", "group_manager", "sales_team.group_sale_salesman_all_leads"
        )
        self.controller = self._profit_user(
            "cora", "group_manager", "group_cost_profit", "account.group_account_readonly"
        )

    def test_check_and_import_refuse(self):
        check = self.env["counterparty.fact.check"].with_user(self.manager).create({})
        for action in ("action_check", "action_repair", "action_rebuild"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(check, action)()
        with self.assertRaises(AccessError):
            check.read(["line_ids"])
        text = base64.b64encode(b"product,from,to,unit cost\n")
        costs = self.env["counterparty.unit.cost.import"].with_user(self.manager)
        with self.assertRaises(AccessError):
            costs.create({"file": text, "reason": "Guess"}).action_import()

    def test_corrections_and_money_spent_hide_their_amounts(self):
        self.goods.standard_price = 0
        line = self._invoice().invoice_line_ids
        correction = self.env["counterparty.sale.correction"]._correct_cost(
            self.company, {line.id: 7.0}, "Price list"
        )
        cost = self.env["counterparty.cost"].create(
            {"name": "Stand", "amount": 50, "campaign_id": self.spring.id}
        )
        for record, name in ((correction, "unit_costs"), (cost, "amount")):
            with self.subTest(field=name), self.assertRaises(AccessError):
                record.with_user(self.manager).read([name])
        read = correction.with_user(self.controller).read(["unit_costs"])
        self.assertEqual(read[0]["unit_costs"], {str(line.id): 7.0})

    def test_check_and_import_work_without_a_right_to_accounts(self):
        self.goods.write({"standard_price": 0, "default_code": "A-1"})
        invoice = self._invoice()
        plain = self._profit_user("pam", "group_manager", "group_cost_profit")
        allowed = {"allowed_company_ids": self.company.ids}
        env = self.env(user=plain, context={**self.env.context, **allowed})

        check = env["counterparty.fact.check"].create({})
        for action in (check.action_check, check.action_repair, check.action_rebuild):
            action()
        text = base64.b64encode(b"product,from,to,unit cost\nA-1,2026-01-01,2026-12-31,7\n")
        costs = env["counterparty.unit.cost.import"].create({"file": text, "reason": "List"})
        result = costs.action_import()

        self.assertTrue(check.line_ids.mapped("difference"))
        self.assertEqual(self._sums(invoice), (100, 7, 93))
        self.assertIn("cost is known now: 1.", result["params"]["message"])

    def test_check_opens_for_those_who_see_cost(self):
        check = self.env["counterparty.fact.check"].with_user(self.controller).create({})
        check.action_check()
        self.assertTrue(check.line_ids)
