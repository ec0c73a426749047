from odoo import api, fields, models
from odoo.exceptions import UserError


class CounterpartyPreview(models.Model):
    """One of our people has looked at a page of the portal as a contact sees it."""

    _name = "counterparty.preview"
    _description = "Look into the Portal"
    _order = "id desc"
    _rec_name = "page"

    user_id = fields.Many2one("res.users", "Who Looked", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "As", required=True, readonly=True, index=True, ondelete="cascade"
    )
    page = fields.Char(required=True, readonly=True)

    @api.model
    def _find_login(self, partner):
        """Return the portal login of a contact, sudoed; none for others.

        :param partner: in the rights of whoever wants to look
        """
        if not partner.exists() or not partner.has_access("read"):
            return self.env["res.users"]
        # logins are not everybody's to read; whoever looks may read the contact
        users = partner.sudo().user_ids.filtered(lambda user: user.active and user._is_portal())
        return users.filtered(lambda user: user.company_id in self.env.companies)[:1]

    @api.model
    def _log(self, partner, page):
        """Keep that the current user looks at a page as a contact."""
        # managers read what was looked at, nobody writes it by hand
        self.sudo().create({"user_id": self.env.uid, "partner_id": partner.id, "page": page})

    @api.model
    def _get_action(self, partner):
        """Return the action that opens the portal as a contact sees it.

        :raises UserError: when the contact has no login
        :raises AccessError: for whoever is no manager
        """
        self.check_access("read")
        if not self._find_login(partner):
            raise UserError(
                self.env._("%(contact)s has no login to the portal.", contact=partner.display_name)
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/counterparty/preview/{partner.id}/home",
            "target": "new",
        }
