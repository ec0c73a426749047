from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.counterparty_sale_correction import GIVEN

# rows of these are facts; what has no positive number is money spent
REPORTS = ("counterparty.profit.report", "counterparty.campaign.report")
SALES = ("out_invoice", "out_refund", "out_receipt")


class CounterpartyCampaignCorrection(models.TransientModel):
    """Gives posted invoice lines to another campaign, with one reason for all of them."""

    _name = "counterparty.campaign.correction"
    _description = "Correct the Campaign of Posted Sales"

    line_ids = fields.Many2many(
        "account.move.line",
        string="Lines",
        default=lambda self: self._default_line_ids(),
        domain=[
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
            ("move_id.move_type", "in", SALES),
        ],
    )
    # what is not changed stays as each line has it
    change_campaign = fields.Boolean(default=True)
    change_medium = fields.Boolean()
    change_source = fields.Boolean()
    campaign_id = fields.Many2one("utm.campaign", help="Empty: the sale is nobody's merit.")
    medium_id = fields.Many2one("utm.medium")
    source_id = fields.Many2one("utm.source")
    reason = fields.Char(required=True)
    locked_note = fields.Char(compute="_compute_locked_note")

    @api.model
    def _default_line_ids(self):
        model = self.env.context.get("active_model")
        records = self.env[model or "account.move"].browse(self.env.context.get("active_ids", []))
        if model in REPORTS:
            facts = self.env["counterparty.sale.fact"].browse([i for i in records.ids if i > 0])
            lines = self.env["account.move.line"].browse(facts.mapped("line_id"))
        elif model == "account.move.line":
            lines = records
        else:
            lines = records.invoice_line_ids
        return lines.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.display_type == "product"
                and line.move_id.move_type in SALES
            )
        )

    @api.depends("line_ids")
    def _compute_locked_note(self):
        for wizard in self:
            locked = wizard.line_ids.filtered(
                lambda line: line.date <= line.company_id._get_counterparty_lock_date()
            )
            wizard.locked_note = (
                self.env._(
                    "Lines in a locked period: %(count)s. There the change counts on the first "
                    "open day.",
                    count=len(locked),
                )
                if locked
                else False
            )

    def action_correct(self):
        """Add the rows of the correction; the lines themselves stay as they were posted."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Choose at least one line of a posted customer invoice."))
        kept = {name for name in GIVEN if not self[f"change_{name}"] and not self[f"{name}_id"]}
        if kept == set(GIVEN):
            raise UserError(self.env._("Choose what to change: campaign, medium or source."))
        self.env["counterparty.sale.correction"]._correct_campaign(
            self.line_ids, self.campaign_id, self.medium_id, self.source_id, self.reason, kept
        )
        return {"type": "ir.actions.act_window_close"}
