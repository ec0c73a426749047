import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools import tables
from ..tools.membership_file import COLUMNS
from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestMembershipImport(HoldingCase):
    def _import(self, rows, user=None, write=tables.write_csv):
        content = write(COLUMNS, [(*row, *[""] * (len(COLUMNS) - len(row))) for row in rows])
        wizard = (
            self.env["counterparty.membership.import"]
            .with_user(user or self.officer)
            .create({"content": base64.b64encode(content), "filename": "edges.csv"})
        )
        wizard.action_import()
        return wizard

    def test_both_formats_come_in(self):
        cases = ((tables.write_csv, "First Bank"), (tables.write_xlsx, "Slowpay Ltd"))
        for write, member in cases:
            with self.subTest(write=write.__name__):
                row = ("Northwind Foods", member, "owned", "2025-01-01", "", "51.5")

                wizard = self._import([row], write=write)

                self.assertEqual((wizard.state, wizard.row_count), ("done", 1))
        row = self.late_payer.counterparty_owner_ids
        self.assertEqual((row.owner_id, row.equity), (self.foods, 51.5))
        self.assertEqual(row.create_uid, self.officer)

    def test_one_fault_imports_nothing_and_names_all_lines(self):
        before = self.env["counterparty.membership"].search_count([])
        rows = [
            ("Northwind Foods", "First Bank", "owned"),
            ("Nobody", "First Bank", "owned"),
            ("Northwind Group", "Northwind Freight", "owned", "2025-01-01"),
        ]

        wizard = self._import(rows)

        self.assertEqual((wizard.state, wizard.fault_count), ("faulty", 2))
        self.assertIn("Line 3", wizard.faults)
        self.assertIn("Line 4", wizard.faults)
        self.assertEqual(self.env["counterparty.membership"].search_count([]), before)

    def test_companies_are_found_by_tax_number_before_name(self):
        self.first_bank.vat = "RO9900700006"

        self._import([("RO9900700006", "Slowpay Ltd", "owned", "", "", "10")])

        self.assertEqual(self.late_payer.counterparty_owner_ids.owner_id, self.first_bank)

    def test_missing_columns_are_named(self):
        wizard = self.env["counterparty.membership.import"].create(
            {"content": base64.b64encode(b"owner,member\nA,B\n"), "filename": "x.csv"}
        )

        with self.assertRaisesRegex(UserError, "kind"):
            wizard.action_import()

    FACTS = (
        "owner_id", "member_id", "kind_id", "date_from", "date_to", "share_text", "has_voting",
        "voting_basis", "voting", "voting_min", "voting_max", "control", "status", "note",
    )  # fmt: skip

    def _facts(self):
        rows = self.env["counterparty.membership"].search([])
        return sorted(tuple(str(row[name]) for name in self.FACTS) for row in rows)

    def _assert_comes_back(self):
        """Export all memberships, delete them and import the file."""
        before = self._facts()
        for form in ("csv", "xlsx"):
            with self.subTest(form=form):
                wizard = self.env["counterparty.membership.import"].create({"format": form})
                wizard.action_export()
                self.env["counterparty.membership"].search([]).unlink()

                again = self.env["counterparty.membership.import"].create(
                    {"content": wizard.export, "filename": wizard.export_name}
                )
                again.action_import()

                self.assertEqual(again.state, "done", again.faults)
                self.assertEqual(self._facts(), before)

    def test_what_goes_out_comes_in_again(self):
        ranged = {"share_basis": "range", "equity_min": 60, "equity_max": 75}
        votes = {"has_voting": True, "voting_basis": "range", "voting_min": 20, "voting_max": 51}
        self._membership(self.foods, self.first_bank, note="a;b", **ranged, **votes)
        self._membership(self.foods, self.late_payer, 10, has_voting=True, voting=12.5)

        self._assert_comes_back()

    def test_archived_companies_and_kinds_come_back(self):
        kind = self.franchise.copy({"name": "Dealers"})
        self._membership(self.first_bank, self.late_payer, kind=kind)
        self.first_bank.action_archive()
        kind.active = False

        self._assert_comes_back()

    def test_companies_of_one_tax_number_come_back(self):
        shop = self._company("Foods Shop", vat="RO9900700006")
        self.foods.vat = shop.vat
        self._membership(self.foods, shop, kind=self.branch)

        self._assert_comes_back()

    def test_namesakes_come_back(self):
        for _twin in range(2):
            self._membership(self.foods, self._company("Twin (North)"), 10)

        self._assert_comes_back()

    def test_a_number_of_another_database_is_refused(self):
        name = f"Somebody else (#{self.first_bank.id})"

        wizard = self._import([(name, "Slowpay Ltd", "owned")])

        self.assertEqual(wizard.state, "faulty")
        self.assertIn("Somebody else", wizard.faults)

    def test_the_archived_namesake_is_not_meant(self):
        self._company("First Bank", active=False)

        self._import([("First Bank", "Slowpay Ltd", "owned", "", "", "10")])

        self.assertEqual(self.late_payer.counterparty_owner_ids.owner_id, self.first_bank)

    def test_dates_follow_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        self.officer.lang = "ro_RO"

        self._import([("First Bank", "Slowpay Ltd", "owned", "31.12.2025", "", "10,5")])

        row = self.late_payer.counterparty_owner_ids
        self.assertEqual((row.date_from, row.equity), (date(2025, 12, 31), 10.5))

    def test_only_officers_import(self):
        with self.assertRaises(AccessError):
            self._import([("Northwind Foods", "First Bank", "owned")], user=self.user)

    def test_many_lines_cost_a_few_queries(self):
        shops = self.env["res.partner"].create(
            [{"name": f"Shop {number}", "is_company": True} for number in range(300)]
        )
        rows = [("Northwind Foods", shop.name, "franchise") for shop in shops]
        self.env.flush_all()
        start = self.env.cr.sql_log_count

        wizard = self._import(rows)

        self.assertEqual(wizard.row_count, 300)
        self.assertLess(self.env.cr.sql_log_count - start, 40)
