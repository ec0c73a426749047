from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools import reversal

# portal: which campaign earns a sale is not for customers who read their invoices by program
INTERNAL = "base.group_user"


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "counterparty.holding.group.mixin"]

    # holding: what partners owe, without a visit to the table: a million open items in 0.4 s
    _counterparty_open_idx = models.Index(
        "(partner_id) INCLUDE (company_id, account_id, currency_id, amount_residual,"
        " amount_residual_currency, date, date_maturity) WHERE parent_state = 'posted'"
        " AND (amount_residual != 0 OR amount_residual_currency != 0)"
    )

    # ------------------------------------------------------------
    # REQUEST
    # ------------------------------------------------------------

    def _reconcile_post_hook(self, data):
        result = super()._reconcile_post_hook(data)
        # the host tells of what is paid, not of what is credited
        unpaid = data["not_paid_invoices"]
        credited = unpaid.filtered(lambda move: move.payment_state == "reversed")
        if credited:
            credited._tell_counterparty_requests()
        return result

    # ------------------------------------------------------------
    # PROFIT: campaign of a line, line that it reverses
    # ------------------------------------------------------------

    # whoever fills the line's product may say which campaign brought it
    campaign_id = fields.Many2one(
        "utm.campaign", index="btree_not_null", ondelete="restrict", groups=INTERNAL
    )
    medium_id = fields.Many2one(
        "utm.medium", index="btree_not_null", ondelete="restrict", groups=INTERNAL
    )
    source_id = fields.Many2one(
        "utm.source", index="btree_not_null", ondelete="restrict", groups=INTERNAL
    )
    # whoever makes a credit note may say what it credits
    reversed_line_id = fields.Many2one(
        "account.move.line",
        "Line Reversed",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=INTERNAL,
        help="The invoice line whose cost and campaigns this line takes back.",
    )
    counterparty_goods_kept = fields.Boolean(
        "Goods Kept",
        compute="_compute_counterparty_goods_kept",
        store=True,
        readonly=False,
        copy=False,
        groups=INTERNAL,
        help="Only the price is credited: the goods and their cost stay with the customer.",
    )

    # not the total: another quantity takes back nothing that was said about the goods
    @api.depends("reversed_line_id", "price_unit", "discount", "tax_ids")
    def _compute_counterparty_goods_kept(self):
        """Take a credit at a lower price for one of the price alone, unless said otherwise."""
        for line in self:
            origin = line.reversed_line_id
            line.counterparty_goods_kept = bool(
                origin
                and line.move_id.move_type == "out_refund"
                and line.currency_id == origin.currency_id
                and line.product_uom_id == origin.product_uom_id
                and line._get_price_gap(origin) > 0
            )

    def _get_price_gap(self, origin):
        """Return how much less than it was sold for the line credits, in its currency, net."""
        self.ensure_one()
        return reversal.price_gap(
            origin.price_subtotal,
            origin.quantity,
            self.price_subtotal,
            self.quantity,
            self.currency_id.rounding or 0.01,
        )

    @api.constrains("counterparty_goods_kept")
    def _check_goods_kept(self):
        for line in self.filtered("counterparty_goods_kept"):
            if line.move_id.move_type != "out_refund":
                raise ValidationError(
                    self.env._(
                        "Only a credit note can leave the goods with the customer: clear “Goods "
                        "Kept” on line %(line)s of %(document)s.",
                        line=line.display_name,
                        document=line.move_id.display_name,
                    )
                )

    @api.constrains("reversed_line_id")
    def _check_reversed_line(self):
        for line in self.filtered("reversed_line_id"):
            # the document may be one that the user does not see
            origin = line.reversed_line_id.sudo()
            if line.move_id.is_sale_document(include_receipts=True) and any(
                line[name] != origin[name] for name in ("company_id", "partner_id", "product_id")
            ):
                raise ValidationError(
                    self.env._(
                        "Line %(line)s of %(document)s can only take back a line of the same "
                        "company, customer and product.",
                        line=line.display_name,
                        document=line.move_id.display_name,
                    )
                )

    @api.model
    def _get_campaign_fields(self):
        return {"campaign_id", "medium_id", "source_id"}

    def write(self, vals):
        names = self._get_campaign_fields() & vals.keys()
        if names:
            self._refuse_posted_campaign_change({name: vals[name] or False for name in names})
        if vals.keys() & {"reversed_line_id", "counterparty_goods_kept"}:
            self._refuse_posted_reversal_change(vals)
        return super().write(vals)

    def _refuse_posted_reversal_change(self, vals):
        """Raise when posted lines would take back other goods than their facts say.

        :raises UserError: names the line and the way to change it
        """
        for line in self.filtered(lambda line: line.parent_state == "posted"):
            origin = vals.get("reversed_line_id", line.reversed_line_id.id) or False
            kept = vals.get("counterparty_goods_kept", line.counterparty_goods_kept)
            if origin != line.reversed_line_id.id or bool(kept) != line.counterparty_goods_kept:
                raise UserError(
                    self.env._(
                        "Line %(line)s of %(document)s is posted: what it takes back stays as it "
                        "was. Reset the document to draft to change it.",
                        line=line.display_name,
                        document=line.move_id.display_name,
                    )
                )

    def _refuse_posted_campaign_change(self, values):
        for line in self.filtered(lambda line: line.parent_state == "posted"):
            if any(line[name].id != value for name, value in values.items()):
                if line.move_id.is_purchase_document(include_receipts=True):
                    raise UserError(line.move_id._word_campaign_of_bill())
                raise UserError(
                    self.env._(
                        "Line %(line)s of %(document)s is posted: its campaign, medium and source "
                        "stay as they were. Ask a manager to correct them.",
                        line=line.display_name,
                        document=line.move_id.display_name,
                    )
                )

    def _drop_strange_origins(self):
        """Let lines of drafts take back nothing of another product, customer or company.

        The clerk has changed them since they were made.
        """
        # whoever may post need not see the invoice
        for line in self.filtered("reversed_line_id"):
            origin = line.reversed_line_id.sudo()
            # a contact may have gone to another company since it was invoiced
            same_customer = line.partner_id == origin.partner_id or (
                line.move_id.commercial_partner_id == origin.move_id.commercial_partner_id
            )
            same = line.company_id == origin.company_id and line.product_id == origin.product_id
            if not (same and same_customer):
                line._take_back(self.browse())

    def _find_reversed_line(self, invoice, taken):
        """Return the invoice line that this one credits: same product, unit and net price.

        Else the first of a higher price: then the price alone is credited.

        :param taken: lines that others credit already
        """
        self.ensure_one()
        # whoever may post need not see the invoice
        sold = (invoice.sudo().invoice_line_ids - taken).filtered(
            lambda line: (
                line.display_type == "product"
                # a credit for another customer takes nothing back, and is posted all the same
                and line.company_id == self.company_id
                and line.partner_id == self.partner_id
                and line.product_id == self.product_id
                and line.product_uom_id == self.product_uom_id
                and line.currency_id == self.currency_id
            )
        )
        gaps = {line: self._get_price_gap(line) for line in sold}
        same = sold.filtered(lambda line: not gaps[line])
        # of two that differ by a coin, the one with the very price
        same = same.sorted(lambda line: line.price_unit != self.price_unit)
        dearer = sold.filtered(lambda line: line.product_id and gaps[line] > 0)
        return self.browse((same[:1] or dearer[:1]).ids)

    def _link_sold_lines(self):
        """Let credits without a named invoice take back the invoice lines that they are about.

        Those of the same order line; by hand, of the same customer, product, unit and net price.
        The latest of which all, else any, of the quantity is not credited yet.
        """
        by_key = {}
        for line in self.filtered(lambda line: line.quantity > 0):
            by_key.setdefault(line._get_sold_key(), self.browse())
            by_key[line._get_sold_key()] |= line
        # made by hand without a product: nobody knows what of
        asked = {lines[0]: lines for key, lines in by_key.items() if key[1] or key[2]}
        if not asked:
            return
        for model in ("account.move", "account.move.line"):
            self.env[model].flush_model()
        rest, found = {}, {}
        for asker, origin, quantity in self.env.execute_query(self._sql_sold(asked)):
            rest[origin] = quantity
            found.setdefault(asker, []).append(origin)
        # whoever may post need not see the invoices; at once, what linking compares one by one
        self.sudo().browse(list(rest)).mapped("price_unit")
        for asker, lines in asked.items():
            for line in lines:
                line._link_sold_line(found.get(asker.id, ()), rest)
        self.env["counterparty.sale.fact"]._claim_lines(self.sudo().reversed_line_id)

    def _get_sold_key(self):
        """Return what credits have in common that are about the same sales."""
        self.ensure_one()
        return (
            (self.move_id.invoice_date or fields.Date.context_today(self)),
            self.sale_line_ids,
            self.product_id,
            (self.company_id, self.partner_id, self.product_uom_id, self.currency_id),
            (self.price_unit, self.discount, self.tax_ids),
        )

    def _link_sold_line(self, origins, rest):
        """Take back the first that has enough left, else the first that has anything left.

        :param origins: ids of lines, the latest first
        :param rest: id -> quantity that nobody has taken back; what the line takes is subtracted
        """
        self.ensure_one()
        taken = set(self.move_id.invoice_line_ids.reversed_line_id.ids)
        left = [origin for origin in origins if origin not in taken and rest[origin] > 0]
        whole = [origin for origin in left if rest[origin] >= self.quantity]
        if left:
            origin = (whole or left)[0]
            self._take_back(self.browse(origin))
            rest[origin] -= 0 if self.counterparty_goods_kept else self.quantity

    def _take_back(self, origin):
        """Name the line that this one takes back, without the host's work on changed amounts."""
        quiet = {
            "check_move_validity": False,
            "skip_invoice_sync": True,
            "skip_is_manually_modified": True,
        }
        self.with_context(**quiet).reversed_line_id = origin

    @api.model
    def _sql_sold(self, asked):
        """Select the first line of each group of credits, an invoice line and what is left of it.

        Whoever may post need not see every invoice of the customer.

        :param asked: the first line -> all lines of its group
        """
        days = [(line.id, line._get_sold_key()[0], len(lines)) for line, lines in asked.items()]
        gap, explained = self._sql_price_gap("l", "credit", SQL("origin.coin"))
        # an order names its invoice lines; only without one the price tells which
        legs = [
            SQL(
                """EXISTS (SELECT FROM sale_order_line_invoice_rel theirs
                             JOIN sale_order_line_invoice_rel ours
                               ON ours.order_line_id = theirs.order_line_id
                            WHERE theirs.invoice_line_id = l.id
                              AND ours.invoice_line_id = credit.id)"""
            ),
            # by the facts, which are narrow: of 60,000 sales to a customer in a fifth of the time
            SQL(
                """l.id IN (SELECT f.line_id FROM counterparty_sale_fact f
                               WHERE f.commercial_partner_id = credit.partner_id
                                 AND f.product_id = credit.product_id AND f.kind = 'posting')
                   AND ABS(%s) <= %s""",
                gap,
                explained,
            ),
        ]
        return SQL(
            """SELECT credit.id, sold.id, sold.quantity
                 FROM (VALUES %(days)s) asked (line_id, day, count)
                 JOIN account_move_line credit ON credit.id = asked.line_id
                CROSS JOIN LATERAL (
                    SELECT EXISTS (SELECT FROM sale_order_line_invoice_rel rel
                                    WHERE rel.invoice_line_id = credit.id) AS is_ordered,
                           (SELECT COALESCE(NULLIF(cur.rounding, 0), 0.01) FROM res_currency cur
                             WHERE cur.id = credit.currency_id) AS coin) origin
                CROSS JOIN LATERAL (
                    (%(ordered)s) UNION ALL (%(by_hand)s)) sold
                ORDER BY credit.id, sold.invoice_date DESC, sold.id DESC""",
            days=SQL(", ").join(SQL("(%s, %s::date, %s)", *day) for day in days),
            ordered=self._sql_sold_leg(SQL("origin.is_ordered AND %s", legs[0])),
            by_hand=self._sql_sold_leg(SQL("NOT origin.is_ordered AND %s", legs[1])),
        )

    @api.model
    def _sql_price_gap(self, sold, credit, coin):
        """Return the price gap of two aliases of lines, and what roundings explain of it.

        See ``tools/reversal.py``. Arithmetic alone: it is asked of each sale to a customer.

        :param coin: the least amount of their currency
        """
        names = {"sold": SQL.identifier(sold), "credit": SQL.identifier(credit)}
        part = SQL("%(credit)s.quantity / NULLIF(%(sold)s.quantity, 0)", **names)
        gap = SQL(
            "(%(sold)s.price_subtotal * %(part)s - %(credit)s.price_subtotal)", part=part, **names
        )
        return gap, SQL("%s * (0.501 + 0.5 * ABS(%s))", coin, part)

    @api.model
    def _sql_sold_leg(self, is_same):
        """Select what may be taken back by ``credit``: a few more than there are credits."""
        return SQL(
            """SELECT l.id, l.invoice_date, l.quantity - taken.quantity AS quantity
                 FROM account_move_line l
                 JOIN account_move m ON m.id = l.move_id
                CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(back.quantity), 0) AS quantity
                      FROM account_move_line back
                     WHERE back.reversed_line_id = l.id AND back.parent_state = 'posted'
                       AND back.counterparty_goods_kept IS NOT TRUE) taken
                WHERE %s
                  AND m.move_type IN ('out_invoice', 'out_receipt')
                  AND l.parent_state = 'posted' AND l.display_type = 'product'
                  AND l.company_id = credit.company_id AND l.partner_id = credit.partner_id
                  AND l.product_id IS NOT DISTINCT FROM credit.product_id
                  AND l.product_uom_id IS NOT DISTINCT FROM credit.product_uom_id
                  AND l.currency_id = credit.currency_id
                  AND l.invoice_date <= asked.day
                  AND l.quantity > 0 AND l.quantity > taken.quantity
                ORDER BY l.invoice_date DESC, l.id DESC LIMIT asked.count + 20""",
            is_same,
        )

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        # a copy that is meant to replace the invoice ("modify") reverses nothing
        if "move_reverse_cancel" in self.env.context and self.display_type == "product":
            values["reversed_line_id"] = self.id
        return result
