"""The host's pages of payment, for delegates: they pay in the name of whom they represent."""

from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.sale.controllers.portal import CustomerPortal

# models whose papers the host's transactions are for, by the field of the transaction
PAID = {"invoice_ids": "account.move", "sale_order_ids": "sale.order"}


def without_saved_ways(values, documents):
    """Return what a form of payment shows, without what is saved where a delegate pays.

    :param documents: invoices or orders that are paid
    """
    payments = request.env["counterparty.portal.payment"]
    # sudo: whose papers they are is compared, not shown
    entities = documents.sudo().partner_id.commercial_partner_id
    if "tokens_sudo" not in values or entities == payments._get_own_entity():
        return values
    if not payments._is_shown_by_authorization(documents):
        return values
    mapping = values.get("show_tokenize_input_mapping") or {}
    return {
        **values,
        "tokens_sudo": values["tokens_sudo"].browse(),
        "show_tokenize_input_mapping": dict.fromkeys(mapping, False),
    }


class HostPaymentPortal(PortalAccount, PaymentPortal):
    """Payments stand in the account of the customer, saved ways of payment stay with their owner.

    The host gives a card that is saved to the partner of the payment, and lets everybody of the
    partner pay with it.
    """

    # public: the host checks rights or token, and without either refuses
    @route()
    def invoice_transaction(self, invoice_id, access_token=None, **kwargs):
        """Begin a payment on the page of an invoice, opened with its link or by rights alone.

        The host's script sends no key where the address of the page had none.
        """
        return super().invoice_transaction(invoice_id, access_token, **kwargs)

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        """Create the transaction in the name of whom the visitor represents.

        :raises ValidationError: when the visitor may not pay, or not with what is saved
        """
        for name, model in PAID.items():
            for _command, _id, ids in (custom_create_values or {}).get(name, ()):
                payer = self._get_represented_payer(request.env[model].browse(ids))
                if not payer:
                    continue
                if kwargs.get("flow") == "token":
                    raise ValidationError(request.env._("This cannot be paid here."))
                kwargs.update(partner_id=payer.id, tokenization_requested=False)
        return super()._create_transaction(
            *args, custom_create_values=custom_create_values, **kwargs
        )

    def _get_represented_payer(self, documents):
        try:
            return request.env["counterparty.portal.payment"]._get_represented_payer(documents)
        except UserError as error:
            raise ValidationError(str(error)) from error

    # ------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------

    def _invoice_get_page_view_values(self, invoice, *args, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, *args, **kwargs)
        return without_saved_ways(values, invoice)

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        values = super()._overdue_invoices_get_page_view_values(overdue_invoices, **kwargs)
        return without_saved_ways(values, overdue_invoices)


class OrderPaymentPortal(CustomerPortal):
    """The same for the page of an order; the host calls the portal of sales before ours."""

    def _get_payment_values(self, order_sudo, *args, **kwargs):
        values = super()._get_payment_values(order_sudo, *args, **kwargs)
        return without_saved_ways(values, order_sudo)
