import re

from odoo import fields, models

# what opens a document for whoever has it
LINK_FIELD = "access_token"
# context: a document that the host reads as system for the page of somebody who has signed in
KEYLESS = "counterparty_keyless"
# context: one that its visitor sees, and may not pay
NOT_PAYABLE = "counterparty_not_payable"


class PortalMixin(models.AbstractModel):
    """A document with a link: in companies that go by authorizations nobody reads it by program."""

    _inherit = "portal.mixin"

    # portal: a group, and no question of ours: the host asks about each reading of each field
    access_token = fields.Char(groups="base.group_user,counterparty_crm.group_portal_link")

    def _portal_ensure_token(self):
        if self.env.context.get(KEYLESS):
            return ""
        if self.env.su or self._has_field_access(self._fields[LINK_FIELD], "read"):
            return super()._portal_ensure_token()
        # no key for whoever signs in; reading tells who may see the document, and costs a list
        # of the host nothing, as it has read its documents
        self.mapped("create_date")
        return ""

    def get_portal_url(self, *args, **kwargs):
        """Return the address of the document; for who signs in without the key to it.

        Where authorizations count, a key would outlast them.
        """
        url = super().get_portal_url(*args, **kwargs)
        if not self.env.context.get(KEYLESS):
            if self.env.su or not self.env.user._is_portal():
                return url
            if not self.env["res.company"]._get_portal_by_authorization():
                return url
        # what overrides the host may have put in another one
        return re.sub(rf"{LINK_FIELD}=[^&#]*", f"{LINK_FIELD}=", url, count=1)

    def _get_counterparty_page_key(self):
        """Return the key that the page of a document hands to its script."""
        self.ensure_one()
        return "" if self.env.context.get(KEYLESS) else self[LINK_FIELD]
