import csv
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_path

from ..tools import statement_accounts as rules
from ..tools.statement_accounts import Account


@tagged("post_install", "-at_install", "counterparty_portal")
class TestToolsStatementAccounts(BaseCase):
    def _section(self, chart, code, account_type="asset_current"):
        found = rules.assign([Account(1, code, account_type)], rules.preset(chart))
        return found.get(1)

    def test_charts_of_accounts_bring_their_sections(self):
        receivable, payable = "asset_receivable", "liability_payable"
        cases = [
            ("ro", "411100", receivable, rules.RECEIVABLE),
            ("ro", "411800", "asset_current", rules.DOUBTFUL),
            ("ro", "419000", "liability_current", rules.ADVANCE_RECEIVED),
            ("ro", "409100", "liability_current", rules.ADVANCE_PAID),
            ("ro", "413000", "asset_current", rules.BILLS_RECEIVABLE),
            ("ro", "403100", payable, rules.BILLS_PAYABLE),
            ("ro", "542000", "asset_cash", rules.EMPLOYEE),
            ("ro", "425000", receivable, rules.EMPLOYEE),
            ("ro", "442400", receivable, None),
            ("ro", "512100", "asset_cash", None),
            ("bg", "411", receivable, rules.RECEIVABLE),
            ("bg", "412", "asset_current", rules.ADVANCE_RECEIVED),
            ("bg", "402", "liability_current", rules.ADVANCE_PAID),
            ("bg", "422", "asset_current", rules.EMPLOYEE),
            ("bg", "444", "asset_current", rules.DOUBTFUL),
            ("es_pymes", "438000", "liability_current", rules.ADVANCE_RECEIVED),
            ("es_full", "407000", payable, rules.ADVANCE_PAID),
            ("es_full", "431000", receivable, rules.BILLS_RECEIVABLE),
            ("es_full", "436000", receivable, rules.DOUBTFUL),
            ("es_full", "441000", receivable, rules.BILLS_RECEIVABLE),
            ("es_full", "446000", receivable, rules.DOUBTFUL),
            ("es_full", "460000", receivable, rules.EMPLOYEE),
            ("es_full", "465000", payable, rules.EMPLOYEE),
            ("generic_coa", "121000", receivable, rules.RECEIVABLE),
            ("generic_coa", "211000", payable, rules.PAYABLE),
            ("generic_coa", "419000", "liability_current", None),
            (False, "400000", payable, rules.PAYABLE),
        ]
        for chart, code, account_type, expected in cases:
            with self.subTest(chart=chart, code=code):
                self.assertEqual(self._section(chart, code, account_type), expected)

    def _read_chart(self, *files):
        """Return the accounts of a chart as the host's own localization has them."""
        rows = []
        for name in files:
            try:
                path = file_path(name)
            except FileNotFoundError:
                self.skipTest(f"{name} is not among the addons")
            rows += csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines())
        return [
            Account(number, row["code"], row["account_type"])
            for number, row in enumerate(rows)
            if row.get("code")
        ]

    def test_charts_of_the_host_have_each_section(self):
        """What the localizations of the host contain goes where the law of the country puts it."""
        charts = {
            "ro": ("l10n_ro/data/template/account.account-ro.csv",),
            "bg": ("l10n_bg/data/template/account.account-bg.csv",),
            "es_pymes": (
                "l10n_es/data/template/account.account-es_common.csv",
                "l10n_es/data/template/account.account-es_pymes.csv",
            ),
        }
        expected = {
            "ro": {
                rules.RECEIVABLE: {"4111"},
                rules.PAYABLE: {"4011", "4041"},
                rules.ADVANCE_RECEIVED: {"419", "4191", "4192"},
                rules.ADVANCE_PAID: {"4091", "4092", "4093", "4094"},
                rules.BILLS_RECEIVABLE: {"413"},
                rules.DOUBTFUL: {"4118"},
                rules.EMPLOYEE: {"542", "425"},
            },
            "bg": {
                rules.RECEIVABLE: {"411"},
                rules.PAYABLE: {"401"},
                rules.ADVANCE_RECEIVED: {"412"},
                rules.ADVANCE_PAID: {"402"},
                rules.EMPLOYEE: {"422"},
            },
            "es_pymes": {
                rules.RECEIVABLE: {"4300"},
                rules.PAYABLE: {"4000"},
                rules.ADVANCE_RECEIVED: {"438"},
                rules.ADVANCE_PAID: {"407"},
                rules.BILLS_RECEIVABLE: {"4310"},
                rules.DOUBTFUL: {"436"},
                rules.EMPLOYEE: {"460", "465"},
            },
        }
        taxes = {"ro": "44", "bg": "45", "es_pymes": "47"}
        for chart, files in charts.items():
            accounts = self._read_chart(*files)
            found = rules.assign(accounts, rules.preset(chart))
            sections = {}
            for account in accounts:
                sections.setdefault(found.get(account.id), set()).add(account.code)
            for section, codes in expected[chart].items():
                with self.subTest(chart=chart, section=section):
                    self.assertLessEqual(codes, sections[section])
            for account in accounts:
                if account.code.startswith(taxes[chart]):
                    self.assertNotIn(account.id, found, f"{chart} {account.code} is a tax")

    def test_longest_prefix_decides_before_the_type(self):
        found = [
            rules.Rule(rules.PAYABLE, prefix="4"),
            rules.Rule(rules.DOUBTFUL, prefix="41"),
            rules.Rule(rules.EXCLUDED, prefix="411"),
            *rules.BY_TYPE,
        ]
        accounts = [
            Account(number, code, "asset_receivable")
            for number, code in enumerate(("4000", "4100", "4110", "1200"))
        ]

        self.assertEqual(
            rules.assign(accounts, found),
            {0: rules.PAYABLE, 1: rules.DOUBTFUL, 3: rules.RECEIVABLE},
        )

    def test_every_section_stands_on_one_side(self):
        sides = [rules.CUSTOMER_SIDE, rules.SUPPLIER_SIDE, rules.EMPLOYEE_SIDE]
        parts = [name for side in sides for name in rules.sections_of(side)]

        self.assertEqual(sorted(parts), sorted(rules.sections_of(rules.ALL_SIDES)))
        self.assertEqual(len(parts), len(set(parts)))
