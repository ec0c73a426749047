from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..tools import request_states as states

RECOVER, REIMBURSE = "recover", "reimburse"
SETTLED = ("paid", "in_payment", "reversed")
INVOICE_READERS = (
    "account.group_account_invoice,account.group_account_readonly,"
    "sales_team.group_sale_salesman,purchase.group_purchase_user"
)


class CounterpartyRequestRecovery(models.AbstractModel):
    """Money to be recovered or paid back: a recovery ends by itself when it is paid."""

    _name = "counterparty.request.recovery.mixin"
    _description = "Recovery and Refund"

    direction = fields.Selection([(RECOVER, "We recover"), (REIMBURSE, "We reimburse")])
    amount = fields.Monetary(copy=False, tracking=True)
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id, required=True
    )
    invoice_ids = fields.Many2many(
        "account.move",
        "counterparty_request_invoice_rel",
        "request_id",
        "move_id",
        string="Open Documents",
        copy=False,
        check_company=True,
        # the host shows invoices to these
        groups=INVOICE_READERS,
        help="The invoices it is about: when all are paid, the recovery is solved.",
    )

    @api.onchange("invoice_ids")
    def _onchange_invoice_ids(self):
        """Propose what is open on the chosen documents."""
        open_amount = sum(self.invoice_ids.mapped("amount_residual"))
        if open_amount and len(self.invoice_ids.currency_id) == 1:
            self.amount, self.currency_id = open_amount, self.invoice_ids.currency_id

    def action_payment_link(self):
        """Make a link by which the counterparty pays what is to be recovered.

        :raises UserError: when nothing is open any more
        """
        self.ensure_one()
        unpaid = self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.payment_state in ("not_paid", "partial")
        )
        if not unpaid:
            raise UserError(
                self.env._(
                    "%(request)s names no document that is still to be paid.",
                    request=self.display_name,
                )
            )
        if len(unpaid) > 1:
            # one link pays one document
            return unpaid._get_records_action(name=self.env._("Open Documents"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Link"),
            "res_model": "payment.link.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": unpaid._name, "active_id": unpaid.id},
        }

    @api.constrains("invoice_ids", "partner_id")
    def _check_invoice_partner(self):
        for request in self:
            # the documents may be some that whoever works on the request cannot open
            strange = request.sudo().invoice_ids.filtered(
                lambda move, r=request: move.commercial_partner_id != r.commercial_partner_id
            )
            if strange and request.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(document)s belongs to %(owner)s, the request to %(partner)s. "
                        "Choose a document of the same counterparty.",
                        document=strange[0].display_name,
                        owner=strange[0].commercial_partner_id.display_name,
                        partner=request.commercial_partner_id.display_name,
                    )
                )

    @api.constrains("invoice_ids")
    def _forget_that_there_are_none(self):
        if self.invoice_ids and not self._has_recoveries():
            self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _has_recoveries(self):
        """Tell whether a request names open documents: where none does, payments ask nothing."""
        # of whomever: what is paid ends also what the payer may not see
        return bool(self.sudo().search_count([("invoice_ids", "!=", False)], limit=1))

    @api.model
    def _end_recoveries(self, invoices):
        """Solve the live recoveries whose documents are all settled now.

        :param invoices: documents that were paid, reversed or cancelled just now
        """
        if not self._has_recoveries():
            return
        recoveries = self.search(
            [
                ("direction", "=", RECOVER),
                ("state", "in", states.LIVE),
                ("invoice_ids", "in", invoices.ids),
            ]
        )
        for request in recoveries:
            moves = request.invoice_ids.filtered(lambda move: move.state != "cancel")
            # where all are cancelled, nobody has paid: that is for people to end
            if moves and all(move.payment_state in SETTLED for move in moves):
                request._move(states.SOLVED, False, solved_at=fields.Datetime.now())
                request._message_log(body=self._get_settled_text(moves))

    @api.model
    def _get_settled_text(self, moves):
        documents = ", ".join(moves.mapped("display_name"))
        if "reversed" in moves.mapped("payment_state"):
            return self.env._(
                "Paid or credited: %(documents)s. Nothing is left to recover.", documents=documents
            )
        return self.env._("Paid: %(documents)s. Nothing is left to recover.", documents=documents)
