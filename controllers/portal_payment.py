from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from ..models.counterparty_request_submission import TooManySubmissionsError
from ..tools import authorization as scopes
from ..tools import payment_groups
from . import request_form
from .portal_host_payment import HostPaymentPortal, without_saved_ways
from .portal_statement import StatementPortal


class BalancePaymentPortal(StatementPortal, HostPaymentPortal):
    """Payment of one, several or all open documents, with the host's providers."""

    def _get_payable(self, items):
        payments = request.env["counterparty.portal.payment"]
        if not self._may_pay():
            return super()._get_payable(items)
        ids = [item.move for _partner, item in items if item.kind in ("invoice", "credit_note")]
        moves = payments._find_documents(
            self._get_payers(), request.env.company, ids, self._get_payable_days()
        )
        return {**super()._get_payable(items), **payments._get_states(moves)}

    @route(
        "/my/balance/pay", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_balance_pay(self, **query):
        """Show what ticked documents come to, and the way to pay it where it is one payment."""
        self._choose_company(query.get("company"), "balance")
        if not self._may_pay():
            return request.redirect("/my")
        payments = request.env["counterparty.portal.payment"]
        ids = payment_groups.read_ids(request.httprequest.args.getlist("invoice"))
        payers, company, days = self._get_payers(), request.env.company, self._get_payable_days()
        moves = payments._find_documents(payers, company, None if query.get("all") else ids, days)
        total = payments._count_documents(payers, company, days) if query.get("all") else 0
        busy = payments._get_busy(moves)
        groups = payments._get_groups(moves - busy)
        values = {
            "groups": groups,
            "busy": busy,
            "missing": not query.get("all") and len(ids) > len(moves),
            "shown": len(moves),
            "total": total,
            "is_payable": payment_groups.is_payable,
            "get_terms": payments._get_terms,
            "our_company": company,
        }
        if len(groups) == 1 and payment_groups.is_payable(groups[0][1]):
            values.update(self._prepare_payment_form(*groups[0]))
        return self._render("counterparty_crm.portal_payment", "counterparty_payment", values)

    @route("/my/balance/transaction/<int:company>/<string:ids>", type="jsonrpc", auth="user")
    def portal_balance_transaction(self, company, ids, access_token=None, **kwargs):
        """Create the transaction of one group; amounts are those of our books.

        :raises ValidationError: when something of it cannot be paid
        """
        self._validate_transaction_kwargs(kwargs)
        self._choose_company(company, "balance")
        if not self._may_pay():
            raise ValidationError(request.env._("This cannot be paid here."))
        self._accept_payment()
        try:
            payment = request.env["counterparty.portal.payment"]._prepare_payment(
                self._get_payers(),
                request.env.company,
                payment_groups.read_ids(ids.split("-")),
                self._get_payable_days(),
            )
        except UserError as error:
            raise ValidationError(str(error)) from error
        moves = payment["moves"]
        # the reference of several documents is drawn from the company's own row of numbers
        company = moves.company_id
        self._check_provider(company, kwargs)
        reference = (
            moves.name if len(moves) == 1 else company.get_next_batch_payment_communication()
        )
        kwargs.update(
            amount=payment["amount"],
            currency_id=payment["currency"].id,
            partner_id=payment["partner"].id,
            reference_prefix=reference,
            landing_route=f"/my/balance?company={request.env.company.id}",
        )
        transaction = self._create_transaction(custom_create_values=payment["values"], **kwargs)
        return transaction._get_processing_values()

    def _process_transaction(self, partner_id, currency_id, invoice_ids, *args, **kwargs):
        """Let the host's own pages begin no second payment of what is being paid.

        :raises ValidationError: names what a payment is in progress for
        """
        # sudo: the host has checked the visitor's right to pay these
        moves = request.env["account.move"].sudo().browse(invoice_ids)
        if any(company._has_portal_page("pay") for company in moves.company_id):
            if request.env.user._is_portal():
                self._accept_payment()
            try:
                request.env["counterparty.portal.payment"]._bar_others(moves)
            except UserError as error:
                raise ValidationError(str(error)) from error
        return super()._process_transaction(partner_id, currency_id, invoice_ids, *args, **kwargs)

    def _check_provider(self, company, kwargs):
        """Refuse ways of payment that the page does not offer.

        Of another company, where the money would go; and those that are switched off or not
        published: a program names any, also one that only tries payments out.

        :raises ValidationError: says so
        """
        # sudo: which company a provider is of, and its parents, no visitor reads
        provider = request.env["payment.provider"].sudo().browse(kwargs.get("provider_id") or 0)
        # sudo: the same of a saved way of payment
        token = request.env["payment.token"].sudo().browse(kwargs.get("token_id") or 0)
        wanted = provider.exists() | token.exists().provider_id
        is_offered = wanted and all(
            one.state != "disabled" and (one.is_published or not request.env.user.share)
            for one in wanted
        )
        # sudo: branches pay through their parents
        if not is_offered or wanted.company_id - company.sudo().parent_ids:
            raise ValidationError(request.env._("This cannot be paid here."))

    def _may_pay(self):
        company = request.env.company
        return company._has_portal_page("balance") and company._has_portal_page("pay")

    def _get_payers(self):
        """Return for whom the visitor may pay: a head's delegate while the member belongs to it."""
        return self._get_represented_now(scopes.PAY)

    def _get_payable_days(self):
        """Return the domain of documents of the days that the visitor may pay."""
        return request.env["res.partner"]._domain_counterparty_portal(
            scopes.PAY, "commercial_partner_id", "date", request.env.company
        )

    def _accept_payment(self):
        """Take note of a payment that somebody begins, so that limits hold.

        :raises ValidationError: when the visitor has to wait
        """
        try:
            request_form.accept({}, address=f"pay {request.env.uid}")
        except TooManySubmissionsError as error:
            raise ValidationError(
                request.env._("You have begun many payments. Please try again in an hour.")
            ) from error

    def _prepare_payment_form(self, moves, group, currency):
        """Return what the host's form of payment shows."""
        payer = request.env["counterparty.portal.payment"]._get_payer(moves)
        ids = "-".join(map(str, group.ids))
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": payer,
                "company": moves.company_id,
                "total_amount": group.to_pay,
                "currency": currency,
                "amount_residual": group.to_pay,
                "payment_reference": False,
                "landing_route": "/my/balance",
                "transaction_route": f"/my/balance/transaction/{request.env.company.id}/{ids}",
            }
        )
        values.update(amount=group.to_pay, payment_form=True)
        return without_saved_ways(values, moves)
