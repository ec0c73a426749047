from odoo import Command, models
from odoo.exceptions import UserError

from .counterparty_request_recovery import RECOVER


class CounterpartyRequestConvertAccounts(models.AbstractModel):
    """Conversions into documents of accounts, warehouse and purchase."""

    _name = "counterparty.request.convert.accounts.mixin"
    _description = "Conversion of Requests into Invoices, Payments and Returns"

    # ------------------------------------------------------------
    # Accounts
    # ------------------------------------------------------------

    def _get_subject_invoice(self, *move_types):
        """Return the posted invoice that the request is about, if it is one."""
        # named as open document by somebody who sees invoices
        named = self.sudo().invoice_ids.sudo(False)
        document = self.subject_ref
        if document and document._name == "account.move":
            named = document
        moves = named.filtered(lambda move: move.state == "posted" and move.move_type in move_types)
        return moves if len(moves) == 1 else moves.browse()

    def _convert_to_invoice(self):
        invoice = self._create_move("out_invoice")
        # whoever invoices need not be on the team
        request = self.sudo()
        if request.direction == RECOVER and not request.invoice_ids:
            # the recovery ends when this is paid
            request.invoice_ids = invoice
        return invoice

    def _convert_to_credit_note(self):
        invoice = self._get_subject_invoice("out_invoice")
        if not invoice or self._is_partial(invoice):
            return self._create_move("out_refund", reversed_entry_id=invoice.id)
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"reason": self._get_plain_reference(), "journal_id": invoice.journal_id.id})
        )
        reversal.refund_moves()
        return reversal.new_move_ids

    def _is_partial(self, invoice):
        """Tell whether another amount than the whole invoice is to be paid back."""
        rest = invoice.amount_total - self.amount
        same = self.currency_id == invoice.currency_id and invoice.currency_id.is_zero(rest)
        return bool(self.amount) and not same

    def _convert_to_vendor_bill(self):
        return self._create_move("in_invoice")

    def _create_move(self, move_type, **values):
        """Create a draft whose total, with taxes, is the amount of the request."""
        move = self.env["account.move"].create({**self._prepare_move_vals(move_type), **values})
        line = move.invoice_line_ids
        # the amount is what changes hands; the price is what is left without the taxes
        if self.amount and move.amount_total and line.tax_ids:
            line.price_unit *= self.amount / move.amount_total
        return move

    def _prepare_move_vals(self, move_type):
        """Return values of a draft invoice, bill or credit note."""
        partner = self._require_partner()
        line = {"name": self._get_plain_reference(), "quantity": 1.0}
        if self.amount or not self.product_id:
            line["price_unit"] = self.amount
        if self.product_id:
            line["product_id"] = self.product_id.id
        sells = move_type.startswith("out")
        return {
            "move_type": move_type,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.number,
            "campaign_id": self.campaign_id.id if sells else False,
            "invoice_user_id": self._get_salesperson().id if sells else self.env.uid,
            "invoice_line_ids": [Command.create(line)],
        }

    def _convert_to_payment(self):
        return self.env["account.payment"].create(self._prepare_payment_vals())

    def _prepare_payment_vals(self):
        """Return values of a draft payment: of the invoice in question, else of the amount."""
        partner = self._require_partner()
        invoice = self._get_subject_invoice("out_invoice", "in_invoice", "out_refund", "in_refund")
        inbound = invoice.is_inbound() if invoice else self.direction != "reimburse"
        supplier = invoice.is_purchase_document() if invoice else not inbound
        return {
            "partner_id": partner.commercial_partner_id.id,
            "payment_type": "inbound" if inbound else "outbound",
            "partner_type": "supplier" if supplier else "customer",
            "amount": self.amount or invoice.amount_residual,
            "currency_id": (invoice.currency_id or self.currency_id).id,
            "company_id": self.company_id.id,
            "memo": " ".join(filter(None, (self.number, invoice.name))),
            "invoice_ids": [Command.set(invoice.ids)],
        }

    def _convert_to_expense(self):
        return self.env["hr.expense"].create(self._prepare_expense_vals())

    def _prepare_expense_vals(self):
        """Return values of an expense, in a database that has them.

        :raises UserError: when nobody of the company stands behind the contact
        """
        users = self._require_partner().user_ids
        employee = self.env["hr.employee"].search([("user_id", "in", users.ids)], limit=1)
        if not employee:
            raise UserError(
                self.env._(
                    "%(partner)s is no employee: only employees have expenses.",
                    partner=self.partner_id.display_name,
                )
            )
        return {
            "name": self._get_plain_reference(),
            "employee_id": employee.id,
            "total_amount_currency": self.amount,
            "currency_id": self.currency_id.id,
            "company_id": self.company_id.id,
        }

    # ------------------------------------------------------------
    # Warehouse and purchase
    # ------------------------------------------------------------

    def _get_returnable(self):
        """Return the finished delivery or receipt that a return goes back on."""
        document = self.subject_ref
        pickings = self.env["stock.picking"]
        if document and document._name == "stock.picking":
            pickings = document
        elif document and document._name in ("sale.order", "purchase.order"):
            pickings = document.picking_ids
        elif self.product_id and self.partner_id:
            pickings = pickings.search(
                [
                    ("partner_id", "child_of", self.commercial_partner_id.id),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "=", "done"),
                    ("move_ids.product_id", "=", self.product_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
                limit=1,
                order="date_done desc",
            )
        return pickings.filtered(
            lambda picking: (
                picking.state == "done"
                and not picking.return_id
                and (not self.product_id or self.product_id in picking.move_ids.product_id)
            )
        )[-1:]

    def _convert_to_return(self):
        picking = self._get_returnable()
        if not picking:
            raise UserError(
                self.env._(
                    "Nothing was delivered that could come back. "
                    "Choose the delivery that %(request)s is about.",
                    request=self.display_name,
                )
            )
        returning = (
            self.env["stock.return.picking"]
            .with_context(active_model="stock.picking", active_id=picking.id)
            .create({"picking_id": picking.id})
        )
        for line in returning.product_return_moves:
            wanted = not self.product_id or line.product_id == self.product_id
            line.quantity = line.move_id.quantity if wanted else 0.0
        action = returning.action_create_returns()
        returned = self.env["stock.picking"].browse(action["res_id"])
        returned.origin = self.number
        return returned

    def _convert_to_purchase(self):
        return self.env["purchase.order"].create(self._prepare_purchase_vals())

    def _prepare_purchase_vals(self):
        """Return values of a request for quotation to the supplier who has to act."""
        # the supplier in question is whoever has to act, else whoever asked
        supplier = self.responsible_partner_id or self._require_partner()
        return {
            "partner_id": supplier.id,
            "origin": self.number,
            "company_id": self.company_id.id,
            "order_line": self._get_order_line_vals(),
        }

    # ------------------------------------------------------------
    # Projects
    # ------------------------------------------------------------

    def _convert_to_task(self):
        return self.env["project.task"].create(self._prepare_task_vals())

    def _prepare_task_vals(self):
        """Return values of a task, in a database that has projects."""
        self.ensure_one()
        return {
            "name": self._get_plain_reference(),
            "partner_id": self.partner_id.id,
            "description": self._get_note(),
            "date_deadline": self.wanted_date or False,
            "company_id": self.company_id.id,
            "user_ids": [Command.set((self.user_id or self.env.user).ids)],
        }
