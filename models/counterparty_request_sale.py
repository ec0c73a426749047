from odoo import api, fields, models


class CounterpartyRequestSale(models.AbstractModel):
    """When what a request is about was sold, as the documents know it."""

    _name = "counterparty.request.sale.mixin"
    _description = "Sale behind a Request"

    sold_on = fields.Date(
        compute="_compute_sold_on",
        help="Day on which this lot or product was delivered to the counterparty, "
        "or else invoiced, for the last time.",
    )

    @api.depends("product_id", "lot_id", "commercial_partner_id")
    def _compute_sold_on(self):
        for request in self:
            known = request.commercial_partner_id and (request.product_id or request.lot_id)
            request.sold_on = known and (request._get_delivery_day() or request._get_invoice_day())

    def _get_delivery_day(self):
        """Return the last day on which the counterparty was sent the lot, or the product."""
        self.ensure_one()
        about = ("product_id", "=", self.product_id.id)
        if self.lot_id:
            about = ("lot_id", "=", self.lot_id.id)
        # whoever works on a warranty need not see the warehouse
        line = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    about,
                    ("state", "=", "done"),
                    ("picking_id.picking_type_code", "=", "outgoing"),
                    ("picking_id.partner_id", "child_of", self.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
                order="date desc",
                limit=1,
            )
        )
        return line and fields.Datetime.context_timestamp(self, line.date).date()

    def _get_invoice_day(self):
        """Return the last day on which the counterparty was invoiced the product."""
        self.ensure_one()
        # nor its invoices
        line = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("parent_state", "=", "posted"),
                    ("display_type", "=", "product"),
                    ("move_id.commercial_partner_id", "=", self.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
                order="invoice_date desc, id desc",
                limit=1,
            )
        )
        return line.move_id.invoice_date
