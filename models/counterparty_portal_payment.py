from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import authorization as scopes
from ..tools import payment_groups
from ..tools.periods import covers
from .payment_transaction import BEGUN_MINUTES
from .res_users_portal import RULED

FREE, BUSY = "free", "busy"


class CounterpartyPortalPayment(models.AbstractModel):
    """Pays one, several or all open documents of a counterparty, one transaction per group.

    A group has one of our companies, one counterparty, one currency and one receivable account.
    Amounts are what is open when the transaction is made; whatever a browser says of amounts is
    not read.
    """

    _name = "counterparty.portal.payment"
    _description = "Payment of Several Documents"

    # ------------------------------------------------------------
    # What may be paid
    # ------------------------------------------------------------

    @api.model
    def _find_documents(self, partners, company, ids=None, shown=Domain.TRUE):
        """Return open invoices and credit notes that the visitor may pay, sudoed, oldest first.

        :param partners: counterparties that the visitor may pay for
        :param ids: only these; None for all
        :param shown: domain of the days whose documents the visitor may pay
        """
        # which documents the visitor may pay is asked by the page
        moves = self.env["account.move"].sudo()
        return moves.search(
            self._domain_documents(partners, company, ids) & shown,
            order="invoice_date_due, id",
            limit=payment_groups.MAX_DOCUMENTS,
        )

    @api.model
    def _count_documents(self, partners, company, shown=Domain.TRUE):
        """Return how many documents there are to pay, also beyond those of one page."""
        # as above
        moves = self.env["account.move"].sudo()
        return moves.search_count(self._domain_documents(partners, company) & shown)

    @api.model
    def _domain_documents(self, partners, company, ids=None):
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
        return domain if ids is None else domain & Domain("id", "in", ids)

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
        accounts = self._get_accounts(moves)
        dues = [
            payment_groups.Due(
                move.id,
                (
                    move.company_id.id,
                    move.commercial_partner_id.id,
                    move.currency_id.id,
                    accounts.get(move.id),
                ),
                move.amount_residual * (1 if move.move_type == "out_invoice" else -1),
            )
            for move in moves
        ]
        digits = max(moves.currency_id.mapped("decimal_places"), default=2)
        return [
            (found, group._replace(to_pay=self._get_discounted(found, group.to_pay)), currency)
            for group in payment_groups.groups(dues, digits)
            for found in [moves.browse(group.ids)]
            for currency in found.currency_id
        ]

    @api.model
    def _get_discounted(self, moves, amount):
        """Return what a payment comes to after the discount of the host for paying early.

        The host settles the rest when the payment is of this invoice alone.
        """
        terms = self._get_terms(moves)
        return terms["amount_due"] if terms.get("installment_state") == "epd" else amount

    @api.model
    def _get_terms(self, moves):
        """Return what the host says about the payment of one invoice: instalments, discount."""
        if len(moves) != 1 or moves.move_type != "out_invoice":
            return {}
        return moves._get_invoice_next_payment_values()

    @api.model
    def _get_accounts(self, moves):
        """Return the receivable account of each document: the host settles one by a payment."""
        # lines of documents that the page has found
        lines = self.env["account.move.line"].sudo()
        domain = [("move_id", "in", moves.ids), ("display_type", "=", "payment_term")]
        rows = lines._read_group(domain, ["move_id"], ["account_id:min"])
        return {move.id: account for move, account in rows}

    # ------------------------------------------------------------
    # Pay
    # ------------------------------------------------------------

    @api.model
    def _prepare_payment(self, partners, company, ids, shown=Domain.TRUE):
        """Return the documents, amount and reference of one transaction; bar any other one.

        :param shown: domain of the days whose documents the visitor may pay
        :raises UserError: when something of it cannot be paid, or not together
        """
        moves = self._find_documents(partners, company, ids, shown)
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
        # transactions are the system's; only how far they are is told
        transactions = busy.sudo().transaction_ids
        if any(one._is_counterparty_on_the_way() for one in transactions):
            return self.env._(
                "A payment of %(documents)s is on its way and counts once it has arrived. If that"
                " takes longer than a few days, please write to us.",
                documents=", ".join(busy.mapped("name")),
            )
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
        entity = moves.commercial_partner_id
        is_own = self._get_own_entity().id == entity.id
        return self.env.user.partner_id if is_own else entity

    # ------------------------------------------------------------
    # Delegates on pages of the host
    # ------------------------------------------------------------

    @api.model
    def _get_represented_payer(self, documents):
        """Return the company in whose name the visitor pays papers of another one, sudoed.

        The host takes whoever has signed in for the customer, and its payment would stand in
        the wrong account. Whoever comes by a link alone pays as the host has it.

        :param documents: invoices or orders
        :return: nobody where the visitor pays for itself
        :raises UserError: when it sees the papers, and may not pay them
        """
        # whose papers they are is compared, not shown
        papers = documents.sudo()
        nobody = papers.partner_id.browse()
        if not self._is_shown_by_authorization(documents):
            return nobody
        for document in papers:
            if self._is_closed_to_visitor(document.with_env(self.env)):
                raise UserError(self._get_seen_text(document))
        if papers.partner_id.commercial_partner_id == self._get_own_entity():
            return nobody
        is_order = papers._name == "sale.order"
        addressed = papers.partner_invoice_id if is_order else papers.partner_id
        if len(addressed.commercial_partner_id) > 1:
            raise UserError(
                self.env._("These documents cannot be paid together: pay each group by itself.")
            )
        return addressed.commercial_partner_id

    @api.model
    def _is_closed_to_visitor(self, document):
        """Tell whether the visitor sees an invoice or an order by authorization without paying."""
        shown = self._is_shown_by_authorization(document)
        return shown and not self._is_payable_by_visitor(document)

    @api.model
    def _is_shown_by_authorization(self, documents):
        """Tell whether the visitor sees papers by its rights, and the host alone would not do it.

        The host shows a contact what is of its company, and of companies below it.
        """
        if not self.env.user._is_portal() or not documents.with_env(self.env).has_access("read"):
            return False
        # as above
        papers = documents.sudo()
        if papers.company_id & self.env["res.company"]._get_portal_by_authorization():
            return True
        below = Domain("id", "child_of", self._get_own_entity().id)
        return bool(papers.partner_id - papers.partner_id.filtered_domain(below))

    @api.model
    def _is_payable_by_visitor(self, document):
        """Tell whether a visitor who sees an invoice or an order by its rights may pay it."""
        partners, user = self.env["res.partner"], self.env.user
        # as above
        paper = document.sudo()
        entity, company = paper.partner_id.commercial_partner_id, paper.company_id
        if entity == self._get_own_entity() and (
            paper.partner_id == user.partner_id
            or partners._is_counterparty_portal_own(scopes.PAY, company)
        ):
            return True
        days = partners._get_counterparty_portal_days(scopes.PAY, company).get(entity.id, [])
        day = fields.Date.to_date(paper[RULED[document._name].day])
        today = fields.Date.context_today(user)
        # a head pays for a member while it has it, and what was of that time
        return all(any(covers(period, one) for period in days) for one in (day, today))

    @api.model
    def _get_own_entity(self):
        # as above
        return self.env.user.partner_id.sudo().commercial_partner_id
