from odoo import Command, api, fields, models
from odoo.fields import Domain

from ..models.res_users_portal import INCOMING, OUTGOING, RULED

POSTED = Domain("state", "=", "posted")
# what is counted of each kind
KINDS = {
    "invoices": ("account.move", POSTED & Domain("move_type", "in", OUTGOING)),
    "bills": ("account.move", POSTED & Domain("move_type", "in", INCOMING)),
    "orders": ("sale.order", Domain("state", "in", ("sent", "sale"))),
    "purchases": ("purchase.order", Domain("state", "in", ("sent", "purchase"))),
    "documents": (
        "counterparty.document",
        Domain("is_shared", "=", True) & Domain("is_personal", "=", False),
    ),
}
# authorizations that show each kind
SHOWN_BY = {
    "invoices": ("scope_invoices", "scope_pay"),
    "bills": ("scope_supplier",),
    "orders": ("scope_orders",),
    "purchases": ("scope_supplier",),
    "documents": ("scope_documents",),
}


class CounterpartyVisibility(models.TransientModel):
    """Shows who would lose what before contacts see no more than they are authorized for."""

    _name = "counterparty.visibility"
    _description = "Switch Portal Visibility"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    visibility = fields.Selection(
        [("company", "Whole company"), ("authorization", "By authorization")],
        required=True,
        default="authorization",
    )
    is_switched = fields.Boolean(compute="_compute_is_switched")
    line_ids = fields.One2many(
        "counterparty.visibility.line", "wizard_id", compute="_compute_line_ids",
        store=True, readonly=False,
    )  # fmt: skip
    loser_count = fields.Integer(compute="_compute_loser_count")

    @api.depends("company_id", "visibility")
    def _compute_is_switched(self):
        for wizard in self:
            now = wizard.company_id.counterparty_portal_visibility
            wizard.is_switched = now == wizard.visibility

    @api.depends("line_ids")
    def _compute_loser_count(self):
        for wizard in self:
            wizard.loser_count = len(wizard.line_ids)

    @api.depends("company_id", "visibility")
    def _compute_line_ids(self):
        for wizard in self:
            lines = [Command.clear()]
            if wizard.visibility == "authorization":
                lines += [Command.create(values) for values in wizard._prepare_lines()]
            wizard.line_ids = lines

    def _prepare_lines(self):
        """Return one line per contact with a login that would lose papers of its company."""
        contacts = self._get_contacts()
        counts = {
            kind: self._count(model, domain, contacts)
            for kind, (model, domain) in KINDS.items()
            # a page of ours: where it is closed nobody sees them today
            if kind != "documents" or self.company_id._has_portal_page(kind)
        }
        granted, lines = self._get_granted(contacts), []
        for contact in contacts:
            entity = contact.commercial_partner_id
            lost = {
                f"{kind}_lost": 0
                if (contact.id, kind) in granted
                else found.get(entity.id, {}).get(0, 0)
                - found.get(entity.id, {}).get(contact.id, 0)
                for kind, found in counts.items()
            }
            if any(lost.values()):
                lines.append(
                    {
                        "representative_id": contact.id,
                        "partner_id": entity.id,
                        "scope_invoices": bool(lost["invoices_lost"]),
                        "scope_pay": bool(lost["invoices_lost"]),
                        "scope_orders": bool(lost["orders_lost"]),
                        "scope_supplier": bool(lost["bills_lost"] or lost["purchases_lost"]),
                        "scope_documents": "documents" in counts,
                        **lost,
                    }
                )
        return lines

    def _get_contacts(self):
        """Return contacts with a portal login that are not their company."""
        # who signs in is for the system to know; the wizard shows names and counts
        users = (
            self.env["res.users"]
            .sudo()
            .search([("share", "=", True), ("partner_id.parent_id", "!=", False)])
        )
        contacts = users.filtered(
            lambda user: user._is_portal() and self.company_id in user.company_ids
        ).partner_id
        return contacts.filtered(lambda contact: contact != contact.commercial_partner_id).with_env(
            self.env
        )

    def _get_granted(self, contacts):
        """Return what contacts are authorized for already: ``{(contact id, kind)}``."""
        rows = self.env["counterparty.authorization"].search(
            [
                ("representative_id", "in", contacts.ids),
                ("head_id", "=", False),
                ("company_id", "in", (False, self.company_id.id)),
                ("state", "=", "current"),
            ]
        )
        return {
            (row.representative_id.id, kind)
            for row in rows
            if row.partner_id == row.representative_id.commercial_partner_id
            for kind, scopes in SHOWN_BY.items()
            if any(row[scope] for scope in scopes)
        }

    def _count(self, model, domain, contacts):
        """Return ``{commercial partner: {0: all, contact: its own}}``, counted as system."""
        # the wizard counts what contacts see, whatever the manager sees
        records = self.env[model].sudo()
        entities = contacts.sudo().commercial_partner_id
        domain &= Domain("company_id", "in", (False, self.company_id.id))
        path = RULED[model].entity if model in RULED else "commercial_partner_id"
        rows = records._read_group(
            domain & Domain(path, "in", entities.ids), ["partner_id"], ["__count"]
        )
        found = {}
        for partner, count in rows:
            counts = found.setdefault(partner.commercial_partner_id.id, {0: 0})
            counts[0] += count
            counts[partner.id] = counts.get(partner.id, 0) + count
        return found

    def action_switch(self):
        """Create the authorizations that are ticked and switch."""
        self.ensure_one()
        if self.visibility == "authorization":
            self.line_ids.filtered("is_kept")._create_authorizations()
        # a manager of counterparties decides it, as an administrator does in the settings
        self.company_id.sudo().counterparty_portal_visibility = self.visibility
        return {"type": "ir.actions.client", "tag": "reload"}
