"""Payments on the host's own pages of invoices and orders: in whose name, and who may begin one."""

from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal

from ..models.account_move import SEEN_ONLY
from ..tools import authorization as scopes


class PayerPortal(PaymentPortal):
    """Whoever pays for another company does so in the name of that company."""

    def _document_check_access(self, model_name, *args, **kwargs):
        document = super()._document_check_access(model_name, *args, **kwargs)
        if model_name == "account.move" and self._is_only_seen(document):
            # the page of the invoice offers no payment then
            return document.with_context(**{SEEN_ONLY: True})
        return document

    def _create_transaction(self, *args, partner_id=None, custom_create_values=None, **kwargs):
        """Create a transaction for the company whose documents are paid.

        The host takes whoever is signed in: a delegate's payment would stand in its own books.

        :raises ValidationError: when the visitor sees the documents, but may not pay them
        """
        values = custom_create_values or {}
        # sudo: the page has asked whether the visitor may see these
        invoices = request.env["account.move"].sudo().browse(_ids_in(values, "invoice_ids"))
        orders = request.env["sale.order"].sudo().browse(_ids_in(values, "sale_order_ids"))
        if not request.env.user._is_public():
            self._check_may_pay(invoices)
            self._check_may_pay(orders)
            if invoices:
                partner_id = self._get_payer_of(invoices.partner_id, partner_id)
            elif orders:
                partner_id = self._get_payer_of(orders.partner_invoice_id, partner_id)
        return super()._create_transaction(
            *args, partner_id=partner_id, custom_create_values=custom_create_values, **kwargs
        )

    def _get_payer_of(self, partners, partner_id):
        """Return the id of the partner in whose name documents of partners are paid.

        :param partner_id: of who would pay as the host has it
        """
        # sudo: the visitor's own company
        own = request.env.user.partner_id.sudo().commercial_partner_id
        entity = partners.commercial_partner_id
        return partner_id if len(entity) != 1 or entity == own else entity.id

    def _check_may_pay(self, documents):
        for document in documents:
            if self._is_only_seen(document):
                raise ValidationError(
                    document.env["counterparty.portal.payment"]._get_seen_text(document)
                )

    def _is_only_seen(self, document):
        """Tell whether the visitor sees a document of a company for which it may not pay."""
        user, partners = request.env.user, request.env["res.partner"]
        # sudo: whose document this is, and the visitor itself
        partner, visitor = document.sudo().partner_id, user.partner_id.sudo()
        if not user.share or user._is_public() or partner == visitor:
            return False
        # sudo: of which of our companies it is
        company = document.sudo().company_id
        payable = partners._get_counterparty_portal_companies(scopes.PAY, company)
        if partner.commercial_partner_id.id in payable.ids:
            return False
        # a link that somebody was sent opens, and pays, its document
        return document.with_user(user).has_access("read")


def _ids_in(values, name):
    """Return the ids that commands set."""
    return [
        number for command in values.get(name) or () if len(command) > 2 for number in command[2]
    ]
