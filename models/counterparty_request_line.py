from odoo import fields, models


class CounterpartyRequestLine(models.Model):
    """A product and its quantity that a customer asks an offer for."""

    _name = "counterparty.request.line"
    _description = "Wanted Product"
    _order = "request_id, sequence, id"

    request_id = fields.Many2one(
        "counterparty.request", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("Wanted", required=True, help="As the customer wrote it.")
    product_id = fields.Many2one("product.product", index="btree_not_null", ondelete="set null")
    quantity = fields.Float(default=1.0, digits="Product Unit")
    company_id = fields.Many2one(related="request_id.company_id")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A wanted quantity is more than zero."
    )

    def _prepare_order_line_vals(self):
        """Return the values of a line of a quotation; a note where no product was found."""
        self.ensure_one()
        if not self.product_id:
            return {"display_type": "line_note", "name": f"{self.quantity:g} × {self.name}"}
        return {"product_id": self.product_id.id, "product_uom_qty": self.quantity}
