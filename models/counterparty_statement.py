from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import statement_accounts as rules
from .counterparty_statement_content import CONFIRMATION, STATEMENT

DRAFT, QUEUED, SENT, SILENT = "draft", "queued", "sent", "silent"
CONFIRMED, DISPUTED, CANCELLED = "confirmed", "disputed", "cancelled"
WAITING = (SENT, SILENT)
# each takes two to four seconds, and the host ends a call after two minutes
MAX_PDF = 15
# addresses of more would be too long for some servers
MAX_PRINTED = 800
ANSWERED = (CONFIRMED, DISPUTED)
SIDES = [
    (rules.ALL_SIDES, "All"),
    (rules.CUSTOMER_SIDE, "As customer"),
    (rules.SUPPLIER_SIDE, "As supplier"),
    (rules.EMPLOYEE_SIDE, "As employee"),
]
FROZEN = frozenset(
    ["balance_ids", "company_id", "content", "date_from", "date_to", "fingerprint", "issued_at"]
    + ["is_partial", "kind", "name", "partner_id", "side"]
)
# written by what happens alone, never by hand or by a program
KEPT = frozenset(
    ["answer_attachment_ids", "answer_note", "answered_address", "answered_at", "answered_by_id"]
    + ["answered_name", "answered_way", "paper_id", "run_id", "sent_at", "state"]
)


class CounterpartyStatement(models.Model):
    """A statement of account or a balance confirmation as it was issued on its day.

    Draft until it goes out; sent; then confirmed, disputed or without an answer. What it says never
    changes: a mistake in the books is corrected there, and a new one is issued.
    """

    _name = "counterparty.statement"
    _inherit = [
        "counterparty.statement.content.mixin",
        "counterparty.statement.answer.mixin",
        "counterparty.statement.portal.mixin",
        "counterparty.statement.send.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
    ]
    _description = "Statement of Account"
    _order = "id desc"

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    kind = fields.Selection(
        [(STATEMENT, "Statement of account"), (CONFIRMATION, "Balance confirmation")],
        required=True,
        readonly=True,
        default=STATEMENT,
    )
    state = fields.Selection(
        [
            (DRAFT, "Not sent"),
            (QUEUED, "Being sent"),
            (SENT, "Sent"),
            (SILENT, "No answer"),
            (CONFIRMED, "Confirmed"),
            (DISPUTED, "Disputed"),
            (CANCELLED, "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default=DRAFT,
        tracking=True,
        copy=False,
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Counterparty", required=True, readonly=True, index=True, ondelete="restrict"
    )
    recipient_id = fields.Many2one(
        "res.partner",
        "Goes to",
        domain="['|', ('id', '=', partner_id), ('commercial_partner_id', '=', partner_id)]",
        index="btree_not_null",
        ondelete="set null",
        help="Gets the mail; the address for invoices, unless you choose another contact.",
    )
    recipient_email = fields.Char("E-mail", related="recipient_id.email")
    run_id = fields.Many2one(
        "counterparty.statement.run", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index="btree_not_null",
        tracking=True,
    )
    date_from = fields.Date("Since", readonly=True)
    date_to = fields.Date("As of", required=True, readonly=True)
    side = fields.Selection(SIDES, required=True, readonly=True, default=rules.ALL_SIDES)
    is_partial = fields.Boolean(
        "Some Days Only",
        readonly=True,
        copy=False,
        help="Asked for by the delegate of a group's head: it shows the days of the membership"
        " only, and nobody else sees it in the portal.",
    )
    issued_at = fields.Datetime(
        "Issued on", readonly=True, copy=False, default=lambda self: fields.Datetime.now()
    )
    balance_ids = fields.One2many(
        "counterparty.statement.balance", "statement_id", "Balances", readonly=True
    )

    _name_uniq = models.UniqueIndex("(name)", "A number names one statement only.")

    @api.depends("kind", "name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{labels.get(record.kind, '')} {record.name}"

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for record in self:
            record.access_url = f"/my/statements/{record.id}"
        return result

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Statements are issued from the books: prepare them in a statement run.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if KEPT & vals.keys() and self and not self.env.su:
            raise AccessError(
                self.env._(
                    "What became of %(statement)s, and what was answered, is kept as it happened.",
                    statement=self[0].display_name,
                )
            )
        if FROZEN & vals.keys() and self:
            raise UserError(
                self.env._(
                    "%(statement)s says what the books said when it was issued, and stays as it is."
                    " Issue a new one instead.",
                    statement=self[0].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if kept := self.filtered(lambda record: record.state != DRAFT or record.sent_at):
            raise UserError(
                self.env._(
                    "%(statement)s has gone out, so it is kept. Withdraw it if it is wrong.",
                    statement=kept[0].display_name,
                )
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_print(self):
        """Print the statements one by one into one paper.

        :raises UserError: when there is nothing to print, or too much for one paper
        """
        if not self:
            raise UserError(self.env._("There is nothing to print."))
        if len(self) > MAX_PRINTED:
            raise UserError(
                self.env._(
                    "At most %(count)s statements are printed at once: choose fewer.",
                    count=MAX_PRINTED,
                )
            )
        if len(self) <= MAX_PDF:
            # what goes out on paper is found again as it was; of more, a job keeps what was sent
            for record in self:
                record._keep_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/counterparty/statements/print/{'-'.join(map(str, self.ids))}",
            "target": "new",
        }

    def action_xlsx(self):
        """Open the statement as a workbook."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/counterparty/statements/{self.id}/xlsx",
            "target": "self",
        }

    def action_set_off(self):
        """Print what could be set off with the counterparty today.

        :raises UserError: when only one of us owes the other
        """
        self.ensure_one()
        if not self.partner_id.with_company(self.company_id)._get_counterparty_set_off():
            raise UserError(
                self.env._(
                    "Nothing can be set off with %(partner)s: in no currency do you both owe each"
                    " other.",
                    partner=self.partner_id.display_name,
                )
            )
        report = self.env.ref("counterparty_crm.res_partner_report_set_off")
        return report.report_action(self.partner_id, config=False)

    def action_preview(self):
        """Show the page that the counterparty sees."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.get_portal_url(), "target": "new"}

    def action_cancel(self):
        """Withdraw statements that were not answered: their link shows that they are void."""
        for record in self:
            if record.state in ANSWERED:
                raise UserError(
                    self.env._(
                        "%(statement)s has been answered, and stays.", statement=record.display_name
                    )
                )
        self._set_cancelled()

    def _set_cancelled(self):
        # what becomes of it is written by this alone
        self.sudo().state = CANCELLED
