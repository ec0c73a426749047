from odoo import api, fields, models
from odoo.exceptions import AccessError

from .counterparty_statement_account import SECTION_LABELS


class CounterpartyStatementBalance(models.Model):
    """The closing balance of one section and currency, and what the counterparty says it is."""

    _name = "counterparty.statement.balance"
    _description = "Balance in a Statement"
    _order = "statement_id desc, id"
    _rec_name = "section"

    statement_id = fields.Many2one(
        "counterparty.statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="statement_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    kind = fields.Selection(related="statement_id.kind", store=True)
    state = fields.Selection(related="statement_id.state", store=True)
    date_to = fields.Date(related="statement_id.date_to", store=True)
    run_id = fields.Many2one(related="statement_id.run_id", store=True, index="btree_not_null")
    section = fields.Selection(SECTION_LABELS, required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        "Our Balance", readonly=True, help="Positive: the counterparty owes us."
    )
    is_answered = fields.Boolean("Told Us", readonly=True)
    answered_amount = fields.Monetary(
        "Their Balance", readonly=True, help="As it stands in their books, with our sign."
    )
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="What they say less what we say."
    )

    @api.depends("amount", "answered_amount", "is_answered")
    def _compute_difference(self):
        for line in self:
            told = line.answered_amount - line.amount
            line.difference = line.currency_id.round(told) if line.is_answered else 0.0

    # ------------------------------------------------------------
    # CRUD: what a paper says stays, and answers are written by their form alone
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_is_own_doing()
        return super().create(vals_list)

    def write(self, vals):
        self._check_is_own_doing()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        self._check_is_own_doing()

    def _check_is_own_doing(self):
        if not self.env.su:
            raise AccessError(self.env._("The balances of a statement stay as they were issued."))
