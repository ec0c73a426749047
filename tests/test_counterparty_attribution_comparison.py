from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.attribution import MODELS, Touch, attribute
from .common_profit import ProfitCase

CENT = Decimal("0.01")
SALES = "sales_team.group_sale_salesman"
ALL_SALES = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install", "counterparty_profit", "counterparty_campaign")
class TestCounterpartyAttributionComparison(ProfitCase):
    """A question about the past: what other models would have given, nothing stored."""

    def setUp(self):
        super().setUp()
        self.winter = self.env["utm.campaign"].create({"title": "Winter"})
        for number, (campaign, day) in enumerate(
            [
                (self.spring, "02-20"),
                (self.autumn, "03-01"),
                (self.winter, "03-08"),
                (self.spring, "03-09"),
            ]
        ):
            self._interaction(campaign, f"2026-{day} 09:00:00", res_id=number)
        self.touches = [
            Touch("Spring", Decimal(18)),
            Touch("Autumn", Decimal(9)),
            Touch("Winter", Decimal(2)),
            Touch("Spring", Decimal(1)),
        ]

    def _compare(self, user=None, **values):
        Comparison = self.env["counterparty.attribution.comparison"]
        if user:
            Comparison = Comparison.with_user(user)
        wizard = Comparison.with_context(allowed_company_ids=self.company.ids).create(
            {"date_from": "2026-01-01", "date_to": "2026-12-31", **values}
        )
        lines = wizard.line_ids.search(wizard.action_compare()["domain"])
        return {
            model: {line.campaign_id.title or False: line[model] for line in lines if line[model]}
            for model in ("posted", *MODELS)
        }

    def _on_paper(self, *amounts):
        """Return what each model gives of amounts that are shared one by one."""
        found = {}
        for model in MODELS:
            sums = found.setdefault(model, {})
            for amount in amounts:
                for name, share in attribute(Decimal(amount), self.touches, model, CENT).items():
                    sums[name] = round(sums.get(name, 0) + float(share), 2)
        return {
            model: {name: share for name, share in sums.items() if share}
            for model, sums in found.items()
        }

    def test_each_model_equals_the_rule_on_paper_to_the_cent(self):
        for number, price in enumerate(("0.01", "10.00", "1000.00", "99999.99"), start=3):
            day = f"2026-{number:02}-10"
            touches = [(self.spring, 20), (self.autumn, 9), (self.winter, 1)]
            self.touches = [Touch(c.title, Decimal(age)) for c, age in touches]
            partner = self.env["res.partner"].create({"name": price, "is_company": True})
            for at, (campaign, age) in enumerate(touches):
                date = self.env.cr.now().replace(year=2026, month=number, day=10)
                self._interaction(
                    campaign,
                    date.fromordinal(date.toordinal() - age),
                    partner_id=partner.id,
                    res_id=100 * number + at,
                )
            self._invoice(
                self._line(self.service, price=float(price)), partner_id=partner.id, day=day
            )
            with self.subTest(price=price):
                found = self._compare(date_from=day, date_to=day)
                expected = self._on_paper(price)
                self.assertEqual({model: found[model] for model in MODELS}, expected)
                self.assertEqual(found["posted"], expected["last"])

    def test_what_a_document_or_a_manager_gave_stays_with_every_model(self):
        self._invoice(self._line(self.service, price=40, campaign_id=self.autumn.id))
        corrected = self._invoice(self._line(self.service, price=7))
        self.env["counterparty.sale.correction"]._correct_campaign(
            corrected.invoice_line_ids,
            self.winter,
            self.env["utm.medium"],
            self.env["utm.source"],
            "Fair",
        )

        found = self._compare()

        for model, shares in found.items():
            with self.subTest(model=model):
                self.assertEqual(shares, {"Autumn": 40, "Winter": 7})

    def test_credit_goes_the_way_of_what_it_reverses(self):
        invoice = self._invoice(self._line(self.service, quantity=2, price=50))
        credit = self._credit(invoice, post=False, day="2026-09-01")
        credit.invoice_line_ids.quantity = 1
        credit.action_post()

        found = self._compare()

        self.assertEqual({model: found[model] for model in MODELS}, self._on_paper("50"))
        late = self._compare(date_from="2026-09-01")
        self.assertEqual({model: late[model] for model in MODELS}, self._on_paper("-50"))

    def test_sale_without_contacts_is_nobodys_and_totals_agree(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "is_company": True})
        self._invoice(self._line(self.service, price=30), partner_id=stranger.id)
        self._invoice(self._line(self.service, price=10))

        found = self._compare()

        for model, shares in found.items():
            with self.subTest(model=model):
                self.assertEqual(shares[False], 30)
                self.assertAlmostEqual(sum(shares.values()), 40)

    def test_profit_is_compared_for_those_who_see_it(self):
        self._invoice()
        boss = self._profit_user("bo", "group_manager", "group_cost_profit", ALL_SALES)
        blind = self._profit_user("bl", "group_manager", ALL_SALES)

        self.assertEqual(self._compare(boss, measure="profit")["first"], {"Spring": 90})
        with self.assertRaises(AccessError):
            self._compare(blind, measure="profit")
        self.assertEqual(self._compare(blind)["first"], {"Spring": 100})

    def test_it_is_a_managers_question_about_sales_that_they_see(self):
        self._invoice()
        officer = self._profit_user("of", "group_officer", ALL_SALES)
        clerk = self._profit_user("cl", "group_manager")
        own = self._profit_user("ow", "group_manager", SALES)
        own.group_ids -= self.env.ref(ALL_SALES)

        with self.assertRaises(AccessError):
            self._compare(officer)
        with self.assertRaisesRegex(AccessError, "sales or invoices"):
            self._compare(clerk)
        self.assertFalse(any(self._compare(own).values()))

    def test_own_companies_are_left_out_unless_asked_for(self):
        self._invoice(partner_id=self.other_company.partner_id.id)

        self.assertFalse(any(self._compare().values()))
        self.assertEqual(self._compare(include_internal=True)["last"], {False: 100})

    def test_period_that_ends_before_it_starts_is_refused(self):
        with self.assertRaisesRegex(UserError, "ends before it starts"):
            self._compare(date_from="2026-12-31", date_to="2026-01-01")

    def test_nothing_of_the_question_is_written_into_the_facts(self):
        invoice = self._invoice(self._line(self.service, price=10))
        before = self._facts(invoice).read(["campaign_id", "revenue", "kind"])

        self._compare()

        self.assertEqual(self._facts(invoice).read(["campaign_id", "revenue", "kind"]), before)
