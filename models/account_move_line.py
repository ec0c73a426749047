from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


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
    # PROFIT: campaign of a line, line that it reverses
    # ------------------------------------------------------------

    # without groups: whoever fills the line's product may say which campaign brought it
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="restrict")
    medium_id = fields.Many2one("utm.medium", index="btree_not_null", ondelete="restrict")
    source_id = fields.Many2one("utm.source", index="btree_not_null", ondelete="restrict")
    # without groups: whoever makes a credit note may say what it credits
    reversed_line_id = fields.Many2one(
        "account.move.line",
        "Line Reversed",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice line whose cost and campaigns this line takes back.",
    )
    # without groups: it says no more than the credit note itself
    counterparty_goods_kept = fields.Boolean(
        "Goods Kept",
        compute="_compute_counterparty_goods_kept",
        store=True,
        readonly=False,
        copy=False,
        help="Only the price is credited: the goods and their cost stay with the customer.",
    )

    @api.depends("reversed_line_id", "price_unit")
    def _compute_counterparty_goods_kept(self):
        """Take a credit at a lower price for one of the price alone, unless said otherwise."""
        for line in self:
            origin = line.reversed_line_id
            line.counterparty_goods_kept = bool(
                origin
                and line.move_id.move_type == "out_refund"
                and line.currency_id == origin.currency_id
                and line.product_uom_id == origin.product_uom_id
                and line.currency_id.compare_amounts(line.price_unit, origin.price_unit) < 0
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
                raise UserError(
                    self.env._(
                        "Line %(line)s of %(document)s is posted: its campaign, medium and source "
                        "stay as they were. Ask a manager to correct them.",
                        line=line.display_name,
                        document=line.move_id.display_name,
                    )
                )

    def _find_reversed_line(self, invoice, taken):
        """Return the line of an invoice that this line credits: same product, unit and price.

        Else the first of a higher price: then the price alone is credited.

        :param taken: lines that others credit already
        """
        self.ensure_one()
        sold = (invoice.invoice_line_ids - taken).filtered(
            lambda line: (
                line.display_type == "product"
                and line.product_id == self.product_id
                and line.product_uom_id == self.product_uom_id
                and line.currency_id == self.currency_id
            )
        )
        same = sold.filtered(
            lambda line: line.currency_id.is_zero(line.price_unit - self.price_unit)
        )
        dearer = sold.filtered(lambda line: line.product_id and line.price_unit > self.price_unit)
        return same[:1] or dearer[:1]

    def _find_sold_line(self, taken):
        """Return the posted invoice line that a credit without a named invoice takes back.

        Of the same order line; made by hand, of the same customer, product, unit and price. The
        latest of which all, else any, of the quantity is not credited yet.

        :param taken: lines that others of the same document credit already
        """
        self.ensure_one()
        domain = [
            ("id", "not in", taken.ids),
            ("company_id", "=", self.company_id.id),
            ("partner_id", "=", self.partner_id.id),
            ("move_id.move_type", "in", ("out_invoice", "out_receipt")),
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
            ("product_id", "=", self.product_id.id),
            ("product_uom_id", "=", self.product_uom_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("invoice_date", "<=", self.move_id.invoice_date or fields.Date.context_today(self)),
            ("quantity", ">", 0),
        ]
        if self.sale_line_ids:
            domain.append(("sale_line_ids", "in", self.sale_line_ids.ids))
        elif self.product_id:
            domain.append(("price_unit", "=", self.price_unit))
        else:
            return self.browse()
        sold = self.search(domain, order="invoice_date desc, id desc", limit=20)
        rest = sold._get_uncredited_quantities()
        whole = sold.filtered(lambda line: rest[line] >= self.quantity)
        return (whole or sold.filtered(lambda line: rest[line] > 0))[:1]

    def _get_uncredited_quantities(self):
        """Return ``{line: quantity}`` that posted credit notes have not taken back."""
        credited = dict(
            self._read_group(
                [
                    ("reversed_line_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                    ("counterparty_goods_kept", "=", False),
                ],
                ["reversed_line_id"],
                ["quantity:sum"],
            )
        )
        return {line: line.quantity - credited.get(line, 0) for line in self}

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        # a copy that is meant to replace the invoice ("modify") reverses nothing
        if "move_reverse_cancel" in self.env.context and self.display_type == "product":
            values["reversed_line_id"] = self.id
        return result
