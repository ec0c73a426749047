from odoo import Command, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..models.counterparty_sale_fact_line import SALE_TYPES
from ..models.sale_order_line import COST_PROFIT

# more documents are counted, and opened in a list, but not shown one by one
SHOWN = 80


class CounterpartyFactCheck(models.TransientModel):
    """Compares sale facts with the ledger and names every difference."""

    _name = "counterparty.fact.check"
    _description = "Check of Sale Facts"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("Since")
    date_to = fields.Date("Until")
    line_ids = fields.One2many(
        "counterparty.fact.check.line", "check_id", readonly=True, groups=COST_PROFIT
    )
    difference_count = fields.Integer(readonly=True)
    cost_difference_count = fields.Integer("With another cost", readonly=True, groups=COST_PROFIT)
    is_checked = fields.Boolean(readonly=True)
    is_repairing = fields.Boolean(readonly=True)
    gap_note = fields.Char(compute="_compute_gap_note")

    def _compute_gap_note(self):
        self.gap_note = " ".join(self.env["counterparty.sale.fact"]._list_gaps())

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_check(self):
        """Compare revenue and cost of the period with the ledger, line by line of a report."""
        self.ensure_one()
        self._check_cost_access()
        differences = self._find_documents()
        cost_differences = self._find_cost_documents()
        self.write(
            {
                "is_checked": True,
                "is_repairing": False,
                "difference_count": len(differences),
                "cost_difference_count": len(cost_differences),
                "line_ids": [
                    Command.clear(),
                    *(Command.create(vals) for vals in self._prepare_revenue_lines()),
                    *(Command.create(vals) for vals in self._prepare_cost_lines()),
                    *(Command.create(vals) for vals in self._prepare_documents(differences)),
                    *(
                        Command.create(
                            self._prepare_document(
                                move, ledger, facts, self._explain_document_cost(basis)
                            )
                        )
                        for move, ledger, facts, basis in cost_differences[:SHOWN]
                    ),
                ],
            }
        )
        return self._reopen()

    def action_open_documents(self):
        """Open the documents that differ, as far as the reader may see them."""
        self.ensure_one()
        self._check_cost_access()
        moves = [*self._find_documents(), *(row[0] for row in self._find_cost_documents())]
        domain = [("id", "in", list(dict.fromkeys(moves)))]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents that differ"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": domain,
            "context": {"create": False},
        }

    def action_repair(self):
        """Bring documents that differ to what the ledger says, and settle open costs."""
        self.ensure_one()
        self._check_cost_access()
        # documents of the company that the presser may not read are repaired like the others
        is_done = self.env["counterparty.sale.fact"].sudo()._repair_soon(self.company_id)
        self.action_check()
        self.is_repairing = not is_done
        return self._reopen()

    def action_rebuild(self):
        """Write the company's facts anew, with the costs and shares that they have."""
        self.ensure_one()
        self._check_cost_access()
        # documents of the company that the presser may not read are rebuilt like the others
        self.env["counterparty.sale.fact"].sudo()._rebuild_soon(self.company_id)
        return self.action_check()

    def _check_cost_access(self):
        """Raise unless the user sees cost and profit: totals tell what single lines cost.

        The same of a company that is not the user's, which a program may have written here.
        """
        if not self.env.user.has_group(COST_PROFIT):
            raise AccessError(
                self.env._("Checking the ledger is for those who see cost and profit.")
            )
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "Choose %(company)s among your companies first.",
                    # its name tells no more than that it exists
                    company=self.company_id.sudo().name,
                )
            )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sales Checked against the Ledger"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # ------------------------------------------------------------
    # The identity
    # ------------------------------------------------------------

    def _sql_period(self, column):
        return SQL(
            "%(column)s >= %(start)s AND %(column)s <= %(end)s",
            column=column,
            start=self.date_from or fields.Date.to_date("1900-01-01"),
            end=self.date_to or fields.Date.to_date("9999-12-31"),
        )

    def _find_documents(self):
        """Return ``{move id: reason}`` of the documents of the period that differ."""
        found = self.env["counterparty.sale.fact"]._find_differences(self.company_id)
        if not found or not (self.date_from or self.date_to):
            return found
        rows = self.env.execute_query(
            SQL(
                """SELECT m.id FROM account_move m WHERE m.id = ANY(%(moves)s) AND %(move)s
                    UNION
                   SELECT f.move_id FROM counterparty_sale_fact f
                    WHERE f.move_id = ANY(%(moves)s) AND %(fact)s""",
                moves=list(found),
                move=self._sql_period(SQL("m.date")),
                fact=self._sql_period(SQL("f.date")),
            )
        )
        return {move: found[move] for move in sorted(row[0] for row in rows)}

    def _prepare_documents(self, differences):
        """Name the first documents that differ, with what each side says and why."""
        reasons = {
            "missing": self.env._("Lines that are not read yet."),
            "revenue": self.env._("Another amount than in the ledger."),
            "partner": self.env._("Another counterparty than on the document."),
            "not posted": self.env._("The document is posted no more."),
            "excess": self.env._("Takes back more or less than the invoice has left."),
        }
        moves = sorted(differences)[:SHOWN]
        rows = self.env.execute_query(
            SQL(
                """SELECT asked.id, m.id,
                          COALESCE((SELECT -SUM(l.balance) FROM account_move_line l
                                     WHERE l.move_id = m.id AND l.display_type = 'product'
                                       AND m.state = 'posted'), 0),
                          COALESCE((SELECT SUM(f.revenue + COALESCE(f.advance, 0))
                                      FROM counterparty_sale_fact f WHERE f.move_id = asked.id), 0)
                     FROM UNNEST(%s::int[]) asked (id)
                     LEFT JOIN account_move m ON m.id = asked.id
                    ORDER BY asked.id""",
                moves,
            )
        )
        return [
            self._prepare_document(move, ledger, facts, reasons[differences[asked]])
            for asked, move, ledger, facts in rows
        ]

    def _prepare_document(self, move, ledger, facts, reason):
        # the totals name no customer: whoever checks need not see every document
        document = self.env["account.move"].browse(move or []).sudo()
        return {
            "name": document.display_name or self.env._("Deleted document"),
            "move_id": move,
            "ledger": ledger,
            "facts": facts,
            "note": reason,
        }

    def _find_cost_documents(self):
        """Return document, ledger, facts, basis where cost entries and facts say another cost."""
        return self.env.execute_query(
            SQL(
                """WITH cogs AS (
                       SELECT item.move_id, SUM(item.balance) AS cost
                         FROM account_move_line item
                         JOIN account_account account ON account.id = item.account_id
                         JOIN account_move m ON m.id = item.move_id
                        WHERE item.cogs_origin_id IS NOT NULL AND item.parent_state = 'posted'
                          AND m.move_type = ANY(%(types)s)
                          AND account.account_type LIKE 'expense%%'
                          AND item.company_id = %(company)s AND %(item)s
                        GROUP BY item.move_id)
                   SELECT cogs.move_id, cogs.cost, fact.cost, fact.basis
                     FROM cogs
                    CROSS JOIN LATERAL (
                        SELECT COALESCE(SUM(f.cost), 0) AS cost, MIN(f.cost_basis) AS basis
                          FROM counterparty_sale_fact f
                         WHERE f.move_id = cogs.move_id AND EXISTS (
                               SELECT FROM account_move_line item
                                WHERE item.cogs_origin_id = f.line_id
                                  AND item.move_id = f.move_id)) fact
                    WHERE cogs.cost <> fact.cost
                    ORDER BY cogs.move_id""",
                types=list(SALE_TYPES),
                company=self.company_id.id,
                item=self._sql_period(SQL("item.date")),
            )
        )

    def _explain_document_cost(self, basis):
        if basis in ("mirror", "kept"):
            return self._explain_cost(basis)
        return self.env._("Another cost than in the ledger.")

    def _get_booked_revenue(self):
        """Return what the ledger has of customer documents, of down payments, of entries."""
        [amounts] = self.env.execute_query(
            SQL(
                """SELECT COALESCE(-SUM(l.balance) FILTER (WHERE m.move_type = ANY(%(types)s)), 0),
                          COALESCE(-SUM(l.balance) FILTER (
                              WHERE m.move_type = ANY(%(types)s) AND (l.is_downpayment OR l.id IN (
                                    SELECT rel.invoice_line_id FROM sale_order_line s
                                      JOIN sale_order_line_invoice_rel rel
                                        ON rel.order_line_id = s.id
                                     WHERE s.is_downpayment))), 0),
                          COALESCE(-SUM(l.balance) FILTER (WHERE m.move_type = 'entry'
                                   AND account.account_type LIKE 'income%%'), 0)
                     FROM account_move_line l
                     JOIN account_move m ON m.id = l.move_id
                     JOIN account_account account ON account.id = l.account_id
                    WHERE l.display_type = 'product' AND l.parent_state = 'posted'
                      AND l.company_id = %(company)s AND %(period)s""",
                types=list(SALE_TYPES),
                company=self.company_id.id,
                period=self._sql_period(SQL("l.date")),
            )
        )
        return amounts

    def _prepare_revenue_lines(self):
        """Compare product lines of customer documents with facts; name what is no sale."""
        ledger, deducted, entries = self._get_booked_revenue()
        [[revenue, advance]] = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(f.revenue), 0), COALESCE(SUM(f.advance), 0)
                     FROM counterparty_sale_fact f
                    WHERE f.company_id = %(company)s AND %(period)s""",
                company=self.company_id.id,
                period=self._sql_period(SQL("f.date")),
            )
        )
        return [
            {
                "name": self.env._("Revenue of customer documents"),
                "ledger": ledger,
                "facts": revenue + advance,
                "note": self.env._("Must be equal."),
            },
            {
                "name": self.env._("of which down payments"),
                "facts": advance,
                "ledger": deducted,
                "note": self.env._("Revenue only when the final invoice deducts them."),
            },
            {
                "name": self.env._("Income posted by entries"),
                "ledger": entries,
                "facts": 0,
                "note": self.env._("No sale to anybody: not in the facts."),
            },
        ]

    def _prepare_cost_lines(self):
        """Compare cost of goods sold with facts, by where the facts have their cost from."""
        rows = self.env.execute_query(
            SQL(
                """WITH fact AS (
                       SELECT f.line_id, f.move_id, f.cost_basis, f.cost
                         FROM counterparty_sale_fact f
                        WHERE f.company_id = %(company)s AND f.kind <> 'campaign' AND %(fact)s),
                   cogs AS (
                       SELECT item.cogs_origin_id, item.move_id, SUM(item.balance) AS balance
                         FROM account_move_line item
                         JOIN account_account account ON account.id = item.account_id
                         JOIN account_move m ON m.id = item.move_id
                        WHERE item.display_type = 'cogs' AND item.parent_state = 'posted'
                          AND m.move_type = ANY(%(types)s)
                          AND account.account_type LIKE 'expense%%'
                          AND item.company_id = %(company)s AND %(item)s
                        GROUP BY item.cogs_origin_id, item.move_id)
                   SELECT basis, SUM(ledger), SUM(facts)
                     FROM (SELECT cost_basis AS basis, 0 AS ledger, cost AS facts FROM fact
                            UNION ALL
                           SELECT COALESCE((SELECT MIN(fact.cost_basis) FROM fact
                                             WHERE fact.line_id = cogs.cogs_origin_id),
                                           'mirror'), cogs.balance, 0
                             FROM cogs) side
                    GROUP BY basis ORDER BY basis""",
                company=self.company_id.id,
                types=list(SALE_TYPES),
                fact=self._sql_period(SQL("f.date")),
                item=self._sql_period(SQL("item.date")),
            )
        )
        field = self.env["counterparty.sale.fact"]._fields["cost_basis"]
        labels = dict(field._description_selection(self.env))
        return [
            {
                "name": self.env._("Cost of goods: %(basis)s", basis=labels[basis]),
                "ledger": ledger,
                "facts": facts,
                "note": self._explain_cost(basis),
            }
            for basis, ledger, facts in rows
            if ledger or facts
        ]

    def _explain_cost(self, basis):
        if basis == "ledger":
            return self.env._("Must be equal.")
        if basis == "mirror":
            return self.env._(
                "Differs where an invoice without cost entries was credited, or too much."
            )
        if basis == "kept":
            return self.env._("The ledger takes the goods back, although the customer kept them.")
        return self.env._("The ledger has no cost entry for these lines, the facts know one.")
