from odoo import fields, models


class CounterpartyAuthorizationEnd(models.TransientModel):
    """Ends authorizations at once, and the links that were seen with them."""

    _name = "counterparty.authorization.end"
    _description = "End Portal Authorizations"

    authorization_ids = fields.Many2many("counterparty.authorization", required=True)
    renew_links = fields.Boolean(
        "Renew the Links of Their Papers",
        default=True,
        help="Links to invoices, orders, statements and requests open without signing in. Those "
        "seen or mailed so far stop working for everybody; mails sent from now on carry new ones.",
    )

    def action_end(self):
        """End what was chosen."""
        self.authorization_ids._check_may_grant()
        rows = self.authorization_ids
        rows._end()
        if self.renew_links:
            rows._renew_links()
        return {"type": "ir.actions.act_window_close"}
