from odoo import models
from odoo.tools import SQL


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

    # portal: nothing that was noted inside is for outside

    def _get_forbidden_access(self, operation):
        # the host hides from portal users what people noted inside; what programs noted (a credit
        # that was allowed, a deadline that was missed) they could read by its number
        forbidden = super()._get_forbidden_access(operation)
        asked = self - forbidden
        if operation != "read" or not asked or self.env.user._is_internal():
            return forbidden
        self.flush_model(["author_id", "create_uid", "is_internal", "message_type", "subtype_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT message.id
                     FROM mail_message message
                LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                    WHERE message.id = ANY(%(ids)s) AND message.message_type != 'comment'
                      AND (message.is_internal OR subtype.id IS NULL OR subtype.internal)
                      AND message.create_uid IS DISTINCT FROM %(user)s
                      AND message.author_id IS DISTINCT FROM %(partner)s
                      AND NOT EXISTS (
                          SELECT FROM mail_notification told
                           WHERE told.mail_message_id = message.id
                             AND told.res_partner_id = %(partner)s)""",
                ids=asked.ids,
                user=self.env.uid,
                partner=self.env.user.partner_id.id,
            )
        )
        return forbidden + self.browse([row[0] for row in rows])
