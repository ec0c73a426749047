from odoo import Command
from odoo.tests import tagged

from .common_request import InvoicedRequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestRecovery(InvoicedRequestCase):
    """A recovery ends by itself when nothing is left to recover."""

    def test_a_recovery_ends_by_itself_when_all_is_paid(self):
        first, second = self._invoice(), self._invoice()
        request = self._request(
            "charge",
            direction="recover",
            amount=200.0,
            user_id=self.user.id,
            invoice_ids=[Command.set((first | second).ids)],
        )

        self._pay(first)
        self.assertEqual(request.state, "open")
        self._pay(second, 40.0)
        self.assertEqual(request.state, "open")
        self._pay(second)

        self.assertEqual(request.state, "solved")
        self.assertTrue(request.message_ids.filtered(lambda m: first.name in (m.body or "")))

    def _recovery(self, *invoices):
        return self._request(
            "charge",
            direction="recover",
            amount=100.0 * len(invoices),
            user_id=self.user.id,
            invoice_ids=[Command.set([invoice.id for invoice in invoices])],
        )

    def test_a_recovery_ends_when_its_invoice_is_credited(self):
        invoice = self._invoice()
        request = self._recovery(invoice)

        invoice._reverse_moves([{}], cancel=True)

        self.assertEqual((invoice.payment_state, request.state), ("reversed", "solved"))
        self.assertTrue(request.message_ids.filtered(lambda m: "credited" in (m.body or "")))

    def test_a_cancelled_invoice_does_not_keep_a_recovery_open(self):
        paid, cancelled, alone = self._invoice(), self._invoice(), self._invoice()
        request, other = self._recovery(paid, cancelled), self._recovery(alone)
        self._pay(paid)
        self.assertEqual(request.state, "open")

        (cancelled | alone).button_cancel()

        self.assertEqual(request.state, "solved")
        # nobody has paid anything there: whoever works on it decides
        self.assertEqual(other.state, "open")

    def test_a_credited_document_is_written_back(self):
        request = self._request("charge", direction="recover", amount=50.0)
        invoice = self._invoice()
        self.env["counterparty.request.document"].create(
            {"request_id": request.id, "res_model": invoice._name, "res_id": invoice.id}
        )

        invoice._reverse_moves([{}], cancel=True)

        self.assertEqual(request.document_ids.last_state, "reversed")

    def test_what_we_reimburse_does_not_end_with_a_payment(self):
        invoice = self._invoice()
        request = self._request(
            "charge",
            direction="reimburse",
            amount=100.0,
            invoice_ids=[Command.set(invoice.ids)],
        )

        self._pay(invoice)

        self.assertEqual(request.state, "new")
