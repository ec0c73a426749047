from decimal import Decimal

from odoo.tests import tagged

from ..tools.attribution import MODELS, Touch, attribute
from .common_profit import ProfitCase

CENT = Decimal("0.01")


@tagged("post_install", "-at_install", "counterparty_profit")
class TestCounterpartySaleFactAttribution(ProfitCase):
    def setUp(self):
        super().setUp()
        self.winter = self.env["utm.campaign"].create({"title": "Winter"})
        for campaign, day, number in [
            (self.spring, "2026-02-10", 1),
            (self.autumn, "2026-02-27", 2),
            (self.winter, "2026-03-08", 3),
            (self.spring, "2026-03-09", 4),
        ]:
            self._interaction(campaign, f"{day} 09:00:00", res_id=number)
        self.touches = [
            Touch("Spring", Decimal(28)),
            Touch("Autumn", Decimal(11)),
            Touch("Winter", Decimal(2)),
            Touch("Spring", Decimal(1)),
        ]

    def test_each_model_at_posting_equals_the_rule_on_paper(self):
        for model in MODELS:
            for price in (0.01, 0.02, 10.0, 1000.0, 333.33, 99999.99):
                with self.subTest(model=model, price=price):
                    self.company.counterparty_attribution_model = model
                    invoice = self._invoice(self._line(self.service, price=price))
                    expected = attribute(Decimal(str(price)), self.touches, model, CENT, Decimal(7))
                    self.assertEqual(
                        self._by_campaign(invoice),
                        {name: float(share) for name, share in expected.items() if share},
                    )

    def test_ten_among_three_is_exact(self):
        self.company.counterparty_attribution_model = "linear"
        self.env["counterparty.interaction"].search([("res_id", "=", 4)]).unlink()

        invoice = self._invoice(self._line(self.service, price=10))

        shares = self._by_campaign(invoice)
        self.assertEqual(shares, {"Spring": 3.34, "Autumn": 3.33, "Winter": 3.33})
        self.assertAlmostEqual(sum(self._facts(invoice).mapped("quantity")), 1)

    def test_costs_are_shared_to_the_cent_too(self):
        self.company.counterparty_attribution_model = "linear"

        invoice = self._invoice(self._line(quantity=1))

        shares = self._by_campaign(invoice, "cost")
        self.assertEqual(shares, {"Spring": 5, "Autumn": 2.5, "Winter": 2.5})
        self.assertEqual(self._sums(invoice), (100, 10, 90))

    def test_half_life_is_the_companys(self):
        self.company.write(
            {"counterparty_attribution_model": "time_decay", "counterparty_half_life": 30}
        )

        invoice = self._invoice(self._line(self.service, price=1000))

        expected = attribute(Decimal(1000), self.touches, "time_decay", CENT, Decimal(30))
        self.assertEqual(
            self._by_campaign(invoice), {name: float(share) for name, share in expected.items()}
        )

    def test_full_credit_takes_back_every_share(self):
        self.company.counterparty_attribution_model = "linear"
        invoice = self._invoice(self._line(quantity=3, price=3.35))

        credit = self._credit(invoice, day="2026-08-01")

        self.assertEqual(self._by_campaign(invoice | credit), {})
        self.assertEqual(self._by_campaign(invoice | credit, "cost"), {})
        self.assertEqual(self._sums(invoice | credit), (0, 0, 0))

    def test_partial_credits_end_at_nothing_for_each_campaign(self):
        self.company.counterparty_attribution_model = "position"
        invoice = self._invoice(self._line(quantity=3, price=3.35))
        credits = self.env["account.move"].browse()
        for _number in range(3):
            credit = self._credit(invoice, post=False)
            credit.invoice_line_ids.quantity = 1
            credit.action_post()
            credits |= credit

        self.assertEqual(self._by_campaign(invoice | credits), {})
        self.assertEqual(self._sums(invoice | credits), (0, 0, 0))

    def test_medium_and_source_of_the_line_win_over_whoever_names_the_campaign(self):
        expo = self.env["utm.source"].create({"name": "Expo 2026"})
        own = {"medium_id": self.fair.id, "source_id": expo.id}
        order = self._order(campaign=self.spring)
        order.medium_id = self.mail
        ordered = self._invoice(
            self._line(self.service, sale_line_ids=[(6, 0, order.order_line.ids)], **own)
        )
        self._interaction(self.spring, "2026-03-09 10:00:00", medium_id=self.mail.id)
        called = self._invoice(self._line(self.service, **own))

        for invoice, basis in ((ordered, "order"), (called, "interaction")):
            with self.subTest(basis=basis):
                fact = self._facts(invoice)
                self.assertEqual((fact.campaign_id, fact.campaign_basis), (self.spring, basis))
                self.assertEqual((fact.medium_id, fact.source_id), (self.fair, expo))

    def test_contacts_of_the_companies_above_earn_sales_of_a_branch(self):
        self.env["counterparty.interaction"].search([]).unlink()
        region = self.env["res.company"].create({"name": "South", "parent_id": self.company.id})
        branch, sister = self.env["res.company"].create(
            [{"name": name, "parent_id": region.id} for name in ("Harbour", "Hill")]
        )
        self.env.user.company_ids |= region | branch | sister
        env = self.env(context={**self.env.context, "allowed_company_ids": branch.ids})
        there = self.customer.with_company(branch)
        there.property_account_receivable_id = self.customer.property_account_receivable_id
        earned = []
        for number, company in enumerate([self.company, region, branch, sister]):
            self.spring.company_id = company
            day = f"2026-0{3 + number}-01"
            self._interaction(self.spring, f"{day} 09:00:00", company_id=company.id, res_id=number)
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": day,
                    "date": day,
                    "company_id": branch.id,
                    "invoice_line_ids": [self._line(self.service)],
                }
            )
            invoice.action_post()
            earned.append(self._by_campaign(invoice))
            self.env["counterparty.interaction"].search([]).unlink()

        self.assertEqual(earned, [{"Spring": 100}] * 3 + [{False: 100}])
