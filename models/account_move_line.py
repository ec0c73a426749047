from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "counterparty.holding.group.mixin"]

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
    counterparty_goods_kept = fields.Boolean(
        "Goods Kept",
        copy=False,
        help="Only the price is credited: the goods and their cost stay with the customer.",
    )

    @api.constrains("reversed_line_id")
    def _check_reversed_line(self):
        for line in self.filtered("reversed_line_id"):
            origin = line.reversed_line_id
            is_same = (
                origin.company_id == line.company_id
                and origin.product_id == line.product_id
                and origin.move_id.commercial_partner_id == line.move_id.commercial_partner_id
            )
            if not is_same:
                raise ValidationError(
                    self.env._(
                        "Line %(line)s cannot reverse a line of %(document)s: choose a line with "
                        "the same customer, company and product.",
                        line=line.display_name,
                        document=origin.move_id.display_name,
                    )
                )

    @api.model
    def _get_campaign_fields(self):
        return {"campaign_id", "medium_id", "source_id"}

    def write(self, vals):
        names = self._get_campaign_fields() & vals.keys()
        if names:
            self._refuse_posted_campaign_change({name: vals[name] or False for name in names})
        if {"reversed_line_id", "counterparty_goods_kept"} & vals.keys():
            self._refuse_posted_reversal_change(vals)
        return super().write(vals)

    def _refuse_posted_reversal_change(self, vals):
        """Raise when a posted line would credit something else than its facts say.

        :raises UserError: names the line and what to do
        """
        for line in self.filtered(lambda line: line.parent_state == "posted"):
            origin = vals.get("reversed_line_id", line.reversed_line_id.id) or False
            kept = bool(vals.get("counterparty_goods_kept", line.counterparty_goods_kept))
            if origin != line.reversed_line_id.id or kept != line.counterparty_goods_kept:
                raise UserError(
                    self.env._(
                        "Line %(line)s of %(document)s is posted: what it reverses and whether "
                        "the goods were kept stay as they were. Reset the document to draft to "
                        "change them.",
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

        :param taken: lines that others credit already
        """
        self.ensure_one()
        return (invoice.invoice_line_ids - taken).filtered(
            lambda line: (
                line.display_type == "product"
                and line.product_id == self.product_id
                and line.product_uom_id == self.product_uom_id
                and line.currency_id == self.currency_id
                and line.currency_id.is_zero(line.price_unit - self.price_unit)
            )
        )[:1]

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        # a copy that is meant to replace the invoice ("modify") reverses nothing
        if "move_reverse_cancel" in self.env.context and self.display_type == "product":
            values["reversed_line_id"] = self.id
        return result
