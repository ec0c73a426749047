from odoo import fields, models


class CounterpartyVisibilityLine(models.TransientModel):
    """A contact that would lose papers of its company, and the authorization that keeps them."""

    _name = "counterparty.visibility.line"
    _description = "Contact that Would Lose Access"

    wizard_id = fields.Many2one("counterparty.visibility", required=True, ondelete="cascade")
    is_kept = fields.Boolean("Authorize", default=True)
    representative_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Company", required=True, readonly=True)
    invoices_lost = fields.Integer("Invoices", readonly=True)
    orders_lost = fields.Integer("Orders", readonly=True)
    purchases_lost = fields.Integer("Purchases", readonly=True)
    bills_lost = fields.Integer("Bills", readonly=True)
    documents_lost = fields.Integer("Documents", readonly=True)
    scope_invoices = fields.Boolean("See Invoices")
    scope_pay = fields.Boolean("May Pay")
    scope_orders = fields.Boolean("See Orders")
    scope_supplier = fields.Boolean("See Supplier Side")
    scope_documents = fields.Boolean("See Documents")

    def _prepare_authorization_vals(self):
        self.ensure_one()
        company = self.wizard_id.company_id
        has_figures = company._has_portal_page("balance") or company._has_portal_page("statement")
        return {
            "representative_id": self.representative_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.wizard_id.company_id.id,
            "scope_invoices": self.scope_invoices,
            "scope_pay": self.scope_pay,
            "scope_orders": self.scope_orders,
            "scope_supplier": self.scope_supplier,
            # pages that show the whole company today, where they are switched on
            "scope_statement": has_figures and (self.scope_invoices or self.scope_supplier),
            "scope_documents": self.scope_documents,
            "evidence": self.env._("Kept at the switch to authorizations"),
        }

    def _create_authorizations(self):
        """Give each contact what it had, from today on."""
        scopes = [name for name in self._fields if name.startswith("scope_")]
        useful = self.filtered(lambda line: any(line[name] for name in scopes))
        return self.env["counterparty.authorization"].create(
            [line._prepare_authorization_vals() for line in useful]
        )
