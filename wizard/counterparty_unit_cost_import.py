import base64

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..models.sale_order_line import COST_PROFIT
from ..tools import sale_cost, unit_costs


class CounterpartyUnitCostImport(models.TransientModel):
    """Gives goods of past periods the cost that nobody wrote down when they were sold."""

    _name = "counterparty.unit.cost.import"
    _description = "Unit Costs of the Past"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    file = fields.Binary("CSV File", required=True, groups=COST_PROFIT)
    filename = fields.Char()
    reason = fields.Char(required=True)

    def action_import(self):
        """Correct all sales of the file's products and periods whose cost is not known for sure.

        :raises AccessError: for those who do not see cost and profit, or not the company
        :raises UserError: names the row that cannot be read, or products that do not exist
        """
        self.ensure_one()
        if not self.env.user.has_group(COST_PROFIT):
            raise AccessError(self.env._("Correcting costs is for those who see cost and profit."))
        if self.company_id not in self.env.companies:
            # a program may have written another company here; its name tells only that it exists
            raise AccessError(
                self.env._(
                    "Choose %(company)s among your companies first.",
                    company=self.company_id.sudo().name,
                )
            )
        try:
            rows = unit_costs.read(base64.b64decode(self.file))
        except unit_costs.BadRowError as bad:
            raise UserError(
                self.env._(
                    "Row %(row)s cannot be read: look at “%(column)s”. The columns are product "
                    "(internal reference), from, to, unit cost.",
                    row=bad.row,
                    column=bad.column,
                )
            ) from None
        costs = self._find_lines(rows)
        if not costs:
            raise UserError(
                self.env._("No sale of these products and periods lacks a certain cost.")
            )
        correction = self.env["counterparty.sale.correction"]._correct_cost(
            self.company_id, costs, self.reason
        )
        if not self.env["counterparty.sale.fact"].has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._(
                        "Sales whose cost is known now: %(count)s.", count=len(costs)
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return {
            "type": "ir.actions.act_window",
            "name": correction.reason,
            "res_model": "counterparty.sale.fact",
            "view_mode": "list",
            "domain": [("correction_id", "=", correction.id)],
        }

    def _find_lines(self, rows):
        """Return ``{line id: unit cost}`` of original sales; what reverses them follows."""
        products = self.env["product.product"].with_context(active_test=False)
        by_reference = {
            product.default_code: product
            for product in products.search([("default_code", "in", [row.product for row in rows])])
        }
        unknown = [row.product for row in rows if row.product not in by_reference]
        if unknown:
            raise UserError(
                self.env._(
                    "No product has the internal reference %(references)s.",
                    references=", ".join(sorted(set(unknown))[:10]),
                )
            )
        costs = {}
        for row in rows:
            found = self.env.execute_query(
                SQL(
                    """SELECT DISTINCT f.line_id FROM counterparty_sale_fact f
                         JOIN account_move_line l ON l.id = f.line_id
                        WHERE f.company_id = %s AND f.product_id = %s
                          AND f.invoice_date BETWEEN %s AND %s AND f.kind = 'posting'
                          AND f.cost_basis = ANY(%s) AND l.reversed_line_id IS NULL""",
                    self.company_id.id,
                    by_reference[row.product].id,
                    row.start,
                    row.end,
                    list(sale_cost.UNSURE),
                )
            )
            costs.update({line: float(row.cost) for [line] in found})
        return costs
