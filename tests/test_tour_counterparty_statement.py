from odoo.tests import tagged

from .test_portal_statement import StatementPageCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestTourCounterpartyStatement(StatementPageCase):
    """The day on which a customer looks at its account, in the browser."""

    def test_a_customer_reads_its_account_and_confirms_its_balance(self):
        self.anna.password = "anna"
        paper = self._paper()

        self.start_tour("/my/home", "counterparty_statement_customer", login="anna")

        self.assertEqual((paper.state, paper.answered_name), ("confirmed", "Anna Vale, accountant"))
