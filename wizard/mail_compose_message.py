from odoo import models


class MailComposeMessage(models.TransientModel):
    """Host model: the composer."""

    # --- counterparty: request --------------------------------------------------------
    _inherit = "mail.compose.message"

    def _compute_email_add_signature(self):
        """Sign canned replies too, unless the text brings its own end."""
        result = super()._compute_email_add_signature()
        for composer in self:
            if (
                composer.model == "counterparty.request"
                and composer.composition_mode == "comment"
                and "signature" not in (composer.template_id.body_html or "")
            ):
                composer.email_add_signature = True
        return result
