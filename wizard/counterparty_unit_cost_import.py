import base64

from odoo import api, fields, models
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
        self._check_cost_access()
        try:
            rows = self._read_rows(base64.b64decode(self.file))
        except unit_costs.AmbiguousAmountError as bad:
            raise UserError(
                self.env._(
                    "Row %(row)s cannot be read: “%(amount)s” may mean two amounts. Write it "
                    "without a mark of thousands, or with two decimals.",
                    row=bad.row,
                    amount=bad.cell,
                )
            ) from None
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
        return self._open_corrected(correction, len(costs))

    def _check_cost_access(self):
        """Raise unless the user sees cost and profit, and the company.

        :raises AccessError: a program may have written another company here
        """
        if not self.env.user.has_group(COST_PROFIT):
            raise AccessError(self.env._("Correcting costs is for those who see cost and profit."))
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Choose %(company)s among your companies first.",
                    # its name tells no more than that it exists
                    company=self.company_id.sudo().name,
                )
            )

    def _open_corrected(self, correction, count):
        """Open the rows of a correction; tell their number to whoever may not see them."""
        if not self.env["counterparty.sale.fact"].has_access("read"):
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("Sales whose cost is known now: %(count)s.", count=count),
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

    @api.model
    def _read_rows(self, content):
        """Return the rows of a file; which encoding it is in, its references tell."""
        readings = [unit_costs.read(content, name) for name in unit_costs.encodings(content)]
        if len(readings) == 1:
            return readings[0]
        references = {row.product for rows in readings for row in rows}
        products = self.env["product.product"].with_context(active_test=False)
        domain = [("default_code", "in", list(references))]
        known = set(products.search(domain).mapped("default_code"))
        # of two that are as good, the first
        return max(readings, key=lambda rows: len({row.product for row in rows} & known))

    def _find_lines(self, rows):
        """Return ``{line id: unit cost}`` of original sales; what reverses them follows."""
        by_reference = self._find_products({row.product for row in rows})
        # facts have no index by product: a visit for each row would read them all a thousand times
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT f.line_id, given.place
                     FROM UNNEST(%(products)s::int[], %(starts)s::date[], %(ends)s::date[])
                          WITH ORDINALITY given (product_id, first, last, place)
                     JOIN counterparty_sale_fact f ON f.product_id = given.product_id
                          AND f.invoice_date BETWEEN given.first AND given.last
                     JOIN account_move_line l ON l.id = f.line_id
                    WHERE f.company_id = %(company)s AND f.kind = 'posting'
                      AND f.cost_basis = ANY(%(unsure)s) AND l.reversed_line_id IS NULL
                      -- what a delivery has settled since is known for sure
                      AND NOT EXISTS (SELECT FROM counterparty_sale_fact known
                                       WHERE known.move_id = f.move_id
                                         AND known.line_id = f.line_id AND known.kind = 'cost'
                                         AND known.correction_id IS NULL)""",
                products=[by_reference[row.product].id for row in rows],
                starts=[row.start for row in rows],
                ends=[row.end for row in rows],
                company=self.company_id.id,
                unsure=list(sale_cost.UNSURE),
            )
        )
        return {line: float(rows[place - 1].cost) for line, place in found}

    def _find_products(self, references):
        """Return ``{internal reference: product}`` of the company's products, archived ones too.

        :raises UserError: names the references that mean no product, or more than one
        """
        products = self.env["product.product"].with_context(active_test=False)
        found = products.search(
            [
                ("default_code", "in", list(references)),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        ).grouped("default_code")
        if unknown := references - found.keys():
            raise UserError(
                self.env._(
                    "No product has the internal reference %(references)s.",
                    references=", ".join(sorted(unknown)[:10]),
                )
            )
        if several := [name for name, same in found.items() if len(same) > 1]:
            raise UserError(
                self.env._(
                    "More than one product has the internal reference %(references)s. Give each "
                    "its own first, so that the file tells which one it means.",
                    references=", ".join(sorted(several)[:10]),
                )
            )
        return found
