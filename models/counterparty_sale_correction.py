from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import sale_cost
from .sale_order_line import COST_PROFIT

# what a correction of the kind campaign may change, or leave as each line has it
GIVEN = ("campaign", "medium", "source")


class CounterpartySaleCorrection(models.Model):
    """A change of posted sale facts: who made it, when and why; its rows are added to theirs."""

    _name = "counterparty.sale.correction"
    _description = "Correction of Sale Facts"
    _order = "id desc"
    _rec_name = "reason"

    kind = fields.Selection(
        [("campaign", "Campaign"), ("cost", "Unit cost")], required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, default=lambda self: self.env.uid
    )
    date = fields.Datetime("On", required=True, readonly=True, default=fields.Datetime.now)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    # written anew, its rows are dated as they were: what was closed later stays as it was reported
    lock_date = fields.Date(
        "Closed Until", readonly=True, help="The last closed day when the correction was made."
    )
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="restrict")
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="restrict")
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="restrict")
    keeps_campaign = fields.Boolean("Campaign as It Was", readonly=True)
    keeps_medium = fields.Boolean("Medium as It Was", readonly=True)
    keeps_source = fields.Boolean("Source as It Was", readonly=True)
    # the lines as chosen: a rebuild applies the correction to them again
    line_ids = fields.Many2many("account.move.line", string="Lines", readonly=True)
    unit_costs = fields.Json(readonly=True, groups=COST_PROFIT, help="Line to cost of one unit.")
    fact_ids = fields.One2many("counterparty.sale.fact", "correction_id", "Rows", readonly=True)

    # ------------------------------------------------------------
    # Making one
    # ------------------------------------------------------------

    @api.model
    def _correct_campaign(self, lines, campaign, medium, source, reason, kept=()):
        """Give posted invoice lines to another campaign; one record for each company.

        :param lines: posted invoice lines; what reverses them follows
        :param kept: of ``GIVEN``, what stays as each line has it
        :raises UserError: for lines that brought nothing, of drafts or bills
        """
        self._check_sold(lines)
        # nobody writes corrections by program; who may correct, the dialog's rights say
        corrections = self.sudo().create(
            [
                {
                    "kind": "campaign",
                    "reason": reason,
                    "company_id": company.id,
                    "lock_date": company._get_counterparty_lock_date(),
                    "campaign_id": campaign.id,
                    "medium_id": medium.id,
                    "source_id": source.id,
                    **{f"keeps_{name}": name in kept for name in GIVEN},
                    "line_ids": own.ids,
                }
                for company, own in lines.grouped("company_id").items()
            ]
        )
        for correction in corrections:
            correction._apply()
            correction._tell_documents()
        return corrections.sudo(False)

    @api.model
    def _check_sold(self, lines):
        # facts are written by nobody but their own methods
        facts = self.env["counterparty.sale.fact"].sudo()
        facts._fill_ahead(lines.move_id.filtered(lambda move: move.state == "posted"))
        sold = set(facts.search([("line_id", "in", lines.ids)]).mapped("line_id"))
        if others := lines.filtered(lambda line: line.id not in sold):
            raise UserError(
                self.env._(
                    "%(document)s has no sales to correct: only posted customer invoices and "
                    "credit notes have. Leave it out.",
                    document=others[:1].move_id.display_name,
                )
            )

    @api.model
    def _correct_cost(self, company, costs, reason):
        """Bring posted lines of a company to a cost that became known.

        :param costs: ``{line id: cost of one unit of the product}``
        """
        # whoever corrects costs need not see the journal items
        correction = self.sudo().create(
            {
                "kind": "cost",
                "reason": reason,
                "company_id": company.id,
                "lock_date": company._get_counterparty_lock_date(),
                "line_ids": list(costs),
                "unit_costs": {str(line): cost for line, cost in costs.items()},
            }
        )
        correction._apply()
        correction._tell_documents()
        return correction.sudo(False)

    def _apply(self, lines=None):
        """Add the rows of the correction to the facts of its lines.

        :param lines: some of its lines; all without any
        """
        self.ensure_one()
        lines = self.line_ids if lines is None else lines
        lines = lines.filtered(lambda line: line.company_id == self.company_id)
        # facts are written by nobody but their own methods
        facts = self.env["counterparty.sale.fact"].sudo()
        if self.kind == "campaign":
            facts._reattribute(lines, self.campaign_id, self.medium_id, self.source_id, self)
        elif lines:
            answer = self._sql_unit_costs(lines)
            facts._recost(self.company_id, answer, sale_cost.GIVEN, correction=self)

    def _sql_unit_costs(self, lines):
        return SQL(
            """SELECT f.line_id, SUM(f.quantity)::numeric * given.value::text::numeric AS value
                 FROM counterparty_sale_correction correction
                CROSS JOIN LATERAL jsonb_each(correction.unit_costs) given
                 JOIN account_move_line l ON l.id = given.key::int
                 JOIN counterparty_sale_fact f ON f.move_id = l.move_id AND f.line_id = l.id
                WHERE correction.id = %s AND l.id = ANY(%s)
                GROUP BY f.line_id, given.value::text""",
            self.id,
            lines.ids,
        )

    def _tell_documents(self):
        """Keep the change on the documents, where it survives their facts."""
        self.ensure_one()
        if self.kind == "cost":
            # whoever reads the document need not see its cost
            body = self.env._("Unit cost corrected: %(reason)s", reason=self.reason)
        elif self.keeps_campaign:
            body = self.env._("Medium or source corrected: %(reason)s", reason=self.reason)
        else:
            body = self.env._(
                "Sales given to %(campaign)s: %(reason)s",
                campaign=self.campaign_id.display_name or self.env._("no campaign"),
                reason=self.reason,
            )
        # the corrector may lack the right to write on invoices, not to correct what they brought
        moves = self.line_ids.move_id.sudo()
        moves._message_log_batch(bodies={move.id: body for move in moves})

    def _forget_lines(self, lines):
        """Let go of lines whose document is a draft again; its lines take over what was said.

        So posting it again returns the same totals, and whoever changes the draft sees why. That
        a sale is nobody's merit is what no line can say: the document tells that it is forgotten.
        """
        # whoever may reset an invoice to draft may end what was said about it
        corrections = self.sudo().sorted("id")
        last = {}
        for correction in corrections.filtered(lambda one: one.kind == "campaign"):
            for name in GIVEN:
                if not correction[f"keeps_{name}"]:
                    for line in correction.line_ids & lines:
                        last.setdefault(line, {})[name] = correction
        for correction in corrections:
            correction.line_ids -= lines
        said = lines.filtered(last.get).grouped(lambda line: tuple(last[line].items()))
        for given, own in said.items():
            # the lines are those of a draft that the user may write
            own.sudo().write({f"{name}_id": one[f"{name}_id"].id for name, one in given})
            for name, one in given:
                if name == "campaign":
                    one._tell_drafts(own.move_id)

    def _tell_drafts(self, moves):
        """Say on documents that went back to draft what becomes of the correction."""
        self.ensure_one()
        if self.campaign_id:
            body = self.env._(
                "Back to draft: the corrected campaign %(campaign)s now stands on the lines.",
                campaign=self.campaign_id.display_name,
            )
        else:
            body = self.env._(
                "Back to draft: these sales were given to no campaign (%(reason)s). Correct them "
                "again after posting, else the order or the interactions decide.",
                reason=self.reason,
            )
        # the note says nothing that the reader of the document may not know
        moves.sudo()._message_log_batch(bodies={move.id: body for move in moves})
