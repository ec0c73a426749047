from odoo import models

# what opens a document for whoever has it
LINK_FIELD = "access_token"


class PortalMixin(models.AbstractModel):
    """A document with a link: in companies that go by authorizations nobody reads it by program."""

    _inherit = "portal.mixin"

    # portal

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if field.name != LINK_FIELD or self.env.su or self.env.user._is_internal():
            return True
        return not self.env["res.company"]._get_portal_by_authorization()

    def _portal_ensure_token(self):
        # pages of the host ask for it after they have let the visitor see the document
        return super(PortalMixin, self.sudo())._portal_ensure_token()
