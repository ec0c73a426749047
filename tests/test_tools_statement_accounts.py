from odoo.tests import BaseCase, tagged

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
            ("es_pymes", "438000", "liability_current", rules.ADVANCE_RECEIVED),
            ("es_full", "407000", payable, rules.ADVANCE_PAID),
            ("es_full", "431000", receivable, rules.BILLS_RECEIVABLE),
            ("es_full", "436000", receivable, rules.DOUBTFUL),
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
