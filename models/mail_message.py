from odoo import models


class MailMessage(models.Model):
    _name = "mail.message"
    # counterparty: listed first, so that its answer counts after the host's
    _inherit = ["counterparty.personal.trace.mixin", "mail.message"]

    # counterparty: a page of the timeline, of what was said under a partner and by it
    _counterparty_timeline_idx = models.Index(
        "(res_id, date DESC, id DESC) WHERE model = 'res.partner'"
        " AND message_type IN ('comment', 'email', 'email_outgoing')"
    )
    # what somebody wrote under their own record stands there
    _counterparty_author_idx = models.Index(
        "(author_id, date DESC, id DESC) INCLUDE (model, res_id) WHERE author_id IS NOT NULL"
        " AND message_type IN ('comment', 'email', 'email_outgoing')"
        " AND (model IS DISTINCT FROM 'res.partner' OR res_id IS DISTINCT FROM author_id)"
    )

    # request: what passes between us and a counterparty is kept in its history
    def _prepare_interaction_vals_list(self):
        """Return what the history of interactions keeps of messages about requests."""
        Request = self.env["counterparty.request"]
        about = self.filtered(lambda message: message.model == Request._name)
        return [
            vals
            for message in about
            if (vals := Request.browse(message.res_id)._prepare_message_interaction_vals(message))
        ]
