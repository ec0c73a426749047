from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_profit import ProfitCase

SALES = "sales_team.group_sale_salesman"
ALL = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install", "counterparty_profit", "counterparty_holding")
class TestCounterpartyProfitHolding(ProfitCase):
    """Profit of groups of companies, with the members of any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["counterparty.profit.holding.report"]
        Partner = cls.env["res.partner"]
        cls.head, cls.daughter, cls.outsider = Partner.create(
            [{"name": name, "is_company": True} for name in ("Head", "Daughter", "Outsider")]
        )
        cls.group, cls.other_group = cls.env["counterparty.holding"].create(
            [
                {"name": "Group", "head_id": cls.head.id},
                {"name": "Others", "head_id": cls.outsider.id},
            ]
        )
        cls.env["counterparty.membership"].create(
            {
                "owner_id": cls.head.id,
                "member_id": cls.daughter.id,
                "equity": 60,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
            }
        )

    def _sell(self, partner, price, **values):
        return self._invoice(self._line(price=price), partner_id=partner.id, **values)

    def _read(self, day=None, user=None, names=("revenue:sum",), context=None, domain=()):
        report = self.Report.with_user(user or self.env.user).with_context(
            **{"allowed_company_ids": self.company.ids, **(context or {})}
        )
        domain = [("holding_id", "in", (self.group | self.other_group).ids), *domain]
        if day:
            domain.append(("as_of", "=", day))
        rows = report._read_group(domain, ["holding_id"], list(names))
        return {
            holding.name: values[0] if len(values) == 1 else values for holding, *values in rows
        }

    def test_members_are_those_of_the_day_that_is_asked_for(self):
        self._sell(self.head, 100)
        self._sell(self.daughter, 40)
        self._sell(self.outsider, 7)

        self.assertEqual(self._read("2026-03-31"), {"Group": 140, "Others": 7})
        self.assertEqual(self._read("2026-07-31"), {"Group": 100, "Others": 7})
        form_day = {"counterparty_as_of": "2026-03-31"}
        self.assertEqual(self._read(context=form_day), {"Group": 140, "Others": 7})
        [row] = self.Report.search(
            [("as_of", "=", "2026-03-31"), ("commercial_partner_id", "=", self.daughter.id)]
        )
        self.assertEqual((str(row.as_of), row.holding_id), ("2026-03-31", self.group))

    def test_rows_of_a_past_day_open_like_any_other(self):
        invoice = self._sell(self.daughter, 40)
        cost = self.env["counterparty.cost"].create(
            {"name": "Gift", "amount": 5, "commercial_partner_id": self.head.id}
        )
        asked = [("as_of", "=", "2026-03-31"), ("holding_id", "=", self.group.id)]

        result = self.Report.web_read_group(
            asked,
            ["commercial_partner_id"],
            ["revenue:sum"],
            auto_unfold=True,
            unfold_read_specification={"revenue": {}, "move_id": {"fields": {"display_name": {}}}},
        )
        rows = [row for group in result["groups"] for row in group["__records"]]
        self.assertEqual(sum(row["revenue"] for row in rows), 40)
        for row in self.Report.search([*asked, ("move_id", "=", invoice.id)]):
            opened = self.Report.browse(row.id).action_open_document()
            self.assertEqual(opened["res_id"], invoice.id)
        [spent] = self.Report.search([*asked, ("kind", "=", "spent")])
        opened = self.Report.browse(spent.id).action_open_document()
        self.assertEqual((opened["res_model"], opened["res_id"]), (cost._name, cost.id))

    def test_profit_and_money_spent_come_along(self):
        self._sell(self.daughter, 40)
        self.env["counterparty.cost"].create(
            {
                "name": "Gift",
                "amount": 5,
                "date": "2026-03-01",
                "commercial_partner_id": self.head.id,
            }
        )

        names = ("profit:sum", "contribution:sum", "margin:avg")
        self.assertEqual(self._read("2026-03-31", names=names)["Group"], [30, 25, 75])

    def test_member_of_two_groups_counts_in_both(self):
        self.env["counterparty.holding.exception"].create(
            {
                "holding_id": self.other_group.id,
                "partner_id": self.daughter.id,
                "date_from": False,
            }
        )
        self._sell(self.daughter, 40)

        self.assertEqual(self._read("2026-03-31"), {"Group": 40, "Others": 40})
        rows = self.Report.search([("as_of", "=", "2026-03-31")])
        self.assertEqual(len(rows), len(set(rows.ids)))

    def test_button_of_the_group_opens_its_sales_of_the_forms_day(self):
        self._sell(self.daughter, 40)
        self._sell(self.outsider, 7)

        action = self.group.with_context(counterparty_as_of="2026-03-31").action_open_profit()

        rows = self.Report.with_context(**action["context"]).search([])
        self.assertEqual(sum(rows.mapped("revenue")), 40)

    def test_readers_see_what_they_see_in_the_other_reports(self):
        seller = self._profit_user("sella", SALES)
        boss = self._profit_user("bossa", ALL, "group_cost_profit")
        stranger = self._profit_user("stranga", "group_user")
        self._sell(self.head, 100, invoice_user_id=seller.id)
        self._sell(self.head, 30, invoice_user_id=boss.id)

        self.assertEqual(self._read(user=seller), {"Group": 100})
        self.assertEqual(self._read(user=boss, names=("profit:sum",)), {"Group": 110})
        with self.assertRaises(AccessError):
            self._read(user=seller, names=("profit:sum",))
        with self.assertRaises(AccessError):
            self._read(user=stranger)

    def test_groups_and_sales_of_other_companies_are_not_there(self):
        self._sell(self.head, 100)
        elsewhere = self._profit_user("elsa", ALL)
        elsewhere.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )
        theirs = {"allowed_company_ids": self.other_company.ids}

        self.assertFalse(self._read(user=elsewhere, context=theirs))
        self.group.company_id = self.other_company
        boss = self._profit_user("bossa", ALL)
        self.assertFalse(self._read(user=boss))

    def test_accountant_without_groups_of_companies_reads_nothing(self):
        self._sell(self.head, 100)
        clerk = self._profit_user("clara", "account.group_account_invoice")

        self.assertFalse(self._read(user=clerk))
