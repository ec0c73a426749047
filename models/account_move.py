from odoo import api, models
from odoo.exceptions import UserError

from .portal_mixin import NOT_PAYABLE


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["counterparty.request.target.mixin", "account.move"]

    # holding: draft invoices of a group, which the host's order status takes for invoiced
    _counterparty_draft_idx = models.Index(
        "(partner_id) WHERE state = 'draft' AND move_type = 'out_invoice'"
    )
    # profit: bills that name the campaign they were for; the reports ask on every reading
    _counterparty_campaign_bill_idx = models.Index(
        "(campaign_id) WHERE campaign_id IS NOT NULL"
        " AND move_type IN ('in_invoice', 'in_refund', 'in_receipt')"
    )

    # counterparty: a page of the timeline, also of a partner with 17,000 invoices
    _counterparty_timeline_idx = models.Index(
        "(partner_id, COALESCE(invoice_date, date) DESC, id DESC) WHERE move_type != 'entry'"
    )
    # the entries of lines of the bank, by whose money it is
    _counterparty_bank_idx = models.Index(
        "(partner_id, date DESC, id DESC) WHERE statement_line_id IS NOT NULL"
    )

    def _post(self, soft=True):
        # profit: what a credit note reverses is known before the host writes the cost of goods
        self._link_reversed_lines()
        again = self.filtered("posted_before")
        posted = super()._post(soft)
        # counterparty: after commit, so that a role can never stop a posting
        sales = posted.filtered(lambda move: move.is_sale_document(include_receipts=True))
        bills = posted.filtered(lambda move: move.is_purchase_document(include_receipts=True))
        Role = self.env["counterparty.role"]
        Role._schedule_derivation(sales.partner_id, "sale")
        Role._schedule_derivation(bills.partner_id, "purchase")
        # profit: in the transaction of the posting, so that no posted line is without its fact
        self.env["counterparty.sale.fact"]._post_moves(sales, again & sales)
        return posted

    # ------------------------------------------------------------
    # REQUEST
    # ------------------------------------------------------------

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._tell_counterparty_requests()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        # what is cancelled is not waited for any more; whoever cancels need not see the request
        self.env["counterparty.request"].sudo()._end_recoveries(self)
        return result

    def _tell_counterparty_requests(self):
        """Let requests know that invoices they are about are settled."""
        self.env["counterparty.request.document"]._note_states(self)
        # whoever books the payment need not see the request
        self.env["counterparty.request"].sudo()._end_recoveries(self)

    # ------------------------------------------------------------
    # PROFIT
    # ------------------------------------------------------------

    @api.depends_context("uid")
    def _compute_payment_count(self):
        # the host counts payments on the form whoever opens it: from a report of his sales no
        # salesperson could open an invoice
        if self.env["account.payment"].has_access("read"):
            return super()._compute_payment_count()
        return self.update({"payment_count": 0})

    def button_draft(self):
        # counterparty: the period of a rental is invoiced once, also when a cancelled draft returns
        cancelled = self.filtered(lambda move: move.state == "cancel")
        if cancelled:
            # whoever handles the invoice need not see the rental
            periods = self.env["counterparty.document.period"].sudo()
            periods.search([("move_id", "in", cancelled.ids)])._take_back()
        result = super().button_draft()
        # cancelling a posted document passes here too
        self.env["counterparty.sale.fact"]._forget_moves(self)
        return result

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        # what was posted is deleted by force alone; the facts have no foreign key
        self.env["counterparty.sale.fact"]._drop_moves(ids)
        return result

    def write(self, vals):
        names = self.env["account.move.line"]._get_campaign_fields() & vals.keys()
        before = {}
        if names:
            self.filtered(lambda move: move.state == "posted")._refuse_campaign_change(vals)
            sales = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
            before = {
                (move, name): move[name]
                for move in sales
                for name in names
                if move.state == "draft"
            }
        result = super().write(vals)
        for (move, name), old in before.items():
            move._follow_header_campaign(name, old)
        if "commercial_partner_id" in vals:
            self.env["counterparty.sale.fact"]._follow_partners(self)
        return result

    # The host's field does not depend on ours: with ours it would go at uninstallation. What
    # changed is told with the next reading, after saving.
    def _get_alerts(self):
        alerts = super()._get_alerts()
        is_credit = self.state == "draft" and self.move_type == "out_refund"
        if is_credit and self.env.user.has_group("counterparty_crm.group_area_profit"):
            for name, message in self._describe_counterparty_credit().items():
                alerts[f"counterparty_{name}"] = {"level": "info", "message": message}
        return alerts

    def _describe_counterparty_credit(self):
        """Return ``{name: warning}`` about lines of a credit note whose cost may surprise."""
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        kept = lines.filtered("counterparty_goods_kept")
        unnamed = lines.filtered(lambda line: line.product_id and not line.reversed_line_id)
        warnings = {}
        if kept:
            warnings["goods_kept"] = self.env._(
                "Lines where only the price is credited: %(count)s. The goods stay with the "
                "customer, and their cost with the sale. Clear “Goods Kept” where goods come back.",
                count=len(kept),
            )
            if any(line.product_id.valuation == "real_time" for line in kept):
                warnings["goods_kept"] += " " + self.env._(
                    "The ledger takes their cost back all the same: the check of sales names it."
                )
        if unnamed and not self.reversed_entry_id:
            warnings["unnamed"] = self.env._(
                "Lines that do not say which invoice line they take back: %(count)s. Posting looks "
                "for the latest sale of the same product at this price; without one, the cost of "
                "today counts. Choose “Line Reversed” to be sure.",
                count=len(unnamed),
            )
        return warnings

    def _refuse_campaign_change(self, vals):
        """Raise when posted documents would change their campaign without leaving a trace.

        :raises UserError: names the document and the way to correct it
        """
        for move in self.filtered(lambda move: move.is_invoice(include_receipts=True)):
            changed = any(
                move[name].id != (vals[name] or False)
                for name in move.line_ids._get_campaign_fields() & vals.keys()
            )
            if changed and move.is_purchase_document(include_receipts=True):
                raise UserError(move._word_campaign_of_bill())
            if changed:
                raise UserError(
                    self.env._(
                        "%(document)s is posted: its campaign, medium and source stay as they "
                        "were. Ask a manager to correct the campaign of its lines.",
                        document=move.display_name,
                    )
                )

    def _word_campaign_of_bill(self):
        """Return why the campaign of a posted bill cannot change: it is money spent there."""
        self.ensure_one()
        return self.env._(
            "%(document)s is posted: its amounts are money spent on its campaign. Reset it to "
            "draft to change the campaign.",
            document=self.display_name,
        )

    def _follow_header_campaign(self, name, old):
        """Give the header's new value to the lines of a draft that had the old one."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line[name] and line[name] == old
        )
        if lines:
            lines.write({name: self[name].id})

    def _link_reversed_lines(self):
        """Match the lines of credit notes that do not name the lines of their invoice.

        A credit note made from an order, or by hand, names not even the invoice.
        """
        unnamed = self.env["account.move.line"]
        for move in self.filtered(
            lambda move: move.reversed_entry_id or move.move_type == "out_refund"
        ):
            move.invoice_line_ids._drop_strange_origins()
            open_lines = move.invoice_line_ids.filtered(
                lambda line: line.display_type == "product" and not line.reversed_line_id
            )
            if not open_lines or not move.is_sale_document(include_receipts=True):
                continue
            if not move.reversed_entry_id:
                unnamed |= open_lines
                continue
            taken = move.invoice_line_ids.reversed_line_id
            for line in open_lines:
                origin = line._find_reversed_line(move.reversed_entry_id, taken)
                if origin:
                    line._take_back(origin)
                    taken |= origin
        unnamed._link_sold_lines()

    # ------------------------------------------------------------
    # Portal: what somebody is just paying, or may only see, the host's pages do not offer to pay
    # ------------------------------------------------------------

    def _has_to_be_paid(self):
        has_to_be_paid = super()._has_to_be_paid() and not self.env.context.get(NOT_PAYABLE)
        return has_to_be_paid and not self._is_counterparty_being_paid()

    def _get_online_payment_error(self):
        if self.env.context.get(NOT_PAYABLE):
            return self.env["counterparty.portal.payment"]._get_seen_text(self)
        if self._is_counterparty_being_paid():
            return self.env["counterparty.portal.payment"]._get_busy_text(self)
        return super()._get_online_payment_error()

    def _is_counterparty_being_paid(self):
        """Tell whether a payment of the invoice is in progress, where visitors pay on our page."""
        self.ensure_one()
        # the host has read the transactions of its whole list: no query more per row
        return self.company_id._has_portal_page("pay") and any(
            one._is_counterparty_in_progress() for one in self.transaction_ids
        )
