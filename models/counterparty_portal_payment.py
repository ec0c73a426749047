from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import payment_groups
from .payment_transaction import BEGUN_MINUTES

FREE, BUSY = "free", "busy"


class CounterpartyPortalPayment(models.AbstractModel):
    """Pays one, several or all open documents of a counterparty, one transaction per group.

    A group has one of our companies, one counterparty and one currency. Amounts are what is open
    when the transaction is made; whatever a browser says of amounts is not read.
    """

    _name = "counterparty.portal.payment"
    _description = "Payment of Several Documents"

    # ------------------------------------------------------------
    # What may be paid
    # ------------------------------------------------------------

    @api.model
    def _find_documents(self, partners, company, ids=None):
        """Return open invoices and credit notes that the visitor may pay, sudoed, oldest first.

        :param partners: counterparties that the visitor may pay for
        :param ids: only these; None for all
        """
        domain = Domain(
            [
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
                ("amount_residual", "!=", 0),
                ("commercial_partner_id", "in", partners.ids),
                ("company_id", "child_of", company.root_id.id),
            ]
        )
        if ids is not None:
            domain &= Domain("id", "in", ids)
        # which documents the visitor may pay is asked by the page
        moves = self.env["account.move"].sudo()
        return moves.search(
            domain, order="invoice_date_due, id", limit=payment_groups.MAX_DOCUMENTS
        )

    @api.model
    def _get_busy(self, moves):
        """Return the documents for which a payment is in progress."""
        if not moves:
            return moves
        # transactions are the system's; only which documents they are for is told
        transactions = self.env["payment.transaction"].sudo()
        found = transactions.search(
            Domain("invoice_ids", "in", moves.ids) & transactions._domain_counterparty_in_progress()
        )
        return moves & found.invoice_ids

    @api.model
    def _get_states(self, moves):
        """Return what can be done with documents: ``{id: free or busy}``."""
        busy = self._get_busy(moves)
        return {move.id: BUSY if move in busy else FREE for move in moves}

    @api.model
    def _get_groups(self, moves):
        """Return the payments that documents come to: ``[(documents, group, currency)]``."""
        dues = [
            payment_groups.Due(
                move.id,
                (move.company_id.id, move.commercial_partner_id.id, move.currency_id.id),
                move.amount_residual * (1 if move.move_type == "out_invoice" else -1),
            )
            for move in moves
        ]
        digits = max(moves.currency_id.mapped("decimal_places"), default=2)
        return [
            (moves.browse(group.ids), group, moves.browse(group.ids).currency_id)
            for group in payment_groups.groups(dues, digits)
        ]

    # ------------------------------------------------------------
    # Pay
    # ------------------------------------------------------------

    @api.model
    def _prepare_payment(self, partners, company, ids):
        """Return the documents, amount and reference of one transaction; bar any other one.

        :raises UserError: when something of it cannot be paid, or not together
        """
        moves = self._find_documents(partners, company, ids)
        if not ids or len(moves) != len(ids):
            raise UserError(
                self.env._("Something of this has been paid meanwhile. Please look again.")
            )
        self._bar_others(moves)
        found = self._get_groups(moves)
        if len(found) > 1:
            raise UserError(
                self.env._("These documents cannot be paid together: pay each group by itself.")
            )
        [(moves, group, currency)] = found
        if not payment_groups.is_payable(group):
            raise UserError(
                self.env._("After the credit notes nothing is left to pay. Please write to us.")
            )
        return {
            "moves": moves,
            "amount": group.to_pay,
            "currency": currency,
            "partner": self._get_payer(moves),
            "values": {"invoice_ids": [Command.set(moves.ids)]},
        }

    @api.model
    def _bar_others(self, moves):
        """Make other payments of the documents wait until this one is there.

        :raises UserError: when one is in progress; names its documents
        """
        self._claim(moves)
        if busy := self._get_busy(moves):
            raise UserError(self._get_busy_text(busy))

    @api.model
    def _get_busy_text(self, busy):
        """Return what is said of documents for which a payment is in progress."""
        return self.env._(
            "A payment of %(documents)s is in progress. Finish it, or try again in"
            " %(minutes)s minutes.",
            documents=", ".join(busy.mapped("name")),
            minutes=BEGUN_MINUTES,
        )

    @api.model
    def _get_seen_text(self, document):
        """Return what is said of a document that the visitor sees, but may not pay."""
        return self.env._(
            "You see %(document)s of %(company)s, but are not authorized to pay it.",
            document=document.name,
            company=document.partner_id.commercial_partner_id.name,
        )

    @api.model
    def _claim(self, moves):
        """Make a second payment of the same documents wait, and then see the first.

        A lock alone would let the second one read as if the first were not there: only a written
        row makes the host repeat it with fresh eyes.
        """
        self.env.execute_query(
            SQL(
                "UPDATE account_move SET write_date = write_date WHERE id = ANY(%s) RETURNING id",
                sorted(moves.ids),
            )
        )

    @api.model
    def _get_payer(self, moves):
        """Return in whose name the payment is made: a delegate pays in that of the company."""
        user = self.env.user
        entity = moves.commercial_partner_id
        # whose documents these are is asked by the page
        own = user.partner_id.sudo().commercial_partner_id
        return user.partner_id if own.id == entity.id else entity
