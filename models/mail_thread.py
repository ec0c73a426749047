from odoo import api, models

from ..tools.mail_intake import read_envelope
from .counterparty_request_document import TRACKED_MODELS
from .res_users_portal import RULED

# the mail is with the request desk already; what else it reaches is for the host
RECEIVED = "counterparty_mail_received"


class MailThread(models.AbstractModel):
    """The one order of incoming mail: the request desk first, then the host's own ways."""

    _inherit = "mail.thread"

    # request

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Keep mail for the request desk before anything may go wrong with it.

        The desk never raises to the gateway: the host's fetching drops a mail whose processing
        failed. A mail to the desk and to aliases of other models goes both ways.
        """
        raw = getattr(message, "data", message)  # by RPC it comes in an envelope
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        # anybody may call this by RPC: only the gateway hands over what the desk acts on
        is_gateway = self.env.su or self.env.user._is_system()
        # the gateway's user has no rights on the desk
        Inbox = self.env["counterparty.inbox"].sudo()
        if thread_id or not is_gateway or self.env.context.get(RECEIVED):
            address = None
        else:
            envelope = read_envelope(raw)
            address = Inbox._find_address_safely(envelope, model)
        if not address:
            return super().message_process(
                model, message, custom_values, save_original, strip_attachments, thread_id
            )
        received = Inbox._receive(envelope, raw, address.teams, self.env.company)
        try:
            if address.is_shared:
                host = self.with_context(**{RECEIVED: True})
                host.message_process(
                    model, message, custom_values, save_original, strip_attachments
                )
        finally:
            request_id = Inbox._process_ids(received)
        return request_id

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        if self.env.context.get(RECEIVED):
            return [route for route in routes if route[0] != "counterparty.request"]
        return routes

    def _message_track_post_template(self, changes):
        result = super()._message_track_post_template(changes)
        if changes and self._name in TRACKED_MODELS:
            self.env["counterparty.request.document"]._note_states(self)
        return result

    # portal: a delegate whose authorization has ended hears no more of the papers

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self._name not in RULED:
            return recipients
        chosen = (msg_vals or {}).get("partner_ids") or message.partner_ids.ids
        outside = {person["id"] for person in recipients if person["share"]} - set(chosen)
        if not outside:
            return recipients
        gone = self.env["counterparty.authorization"]._find_without_access(self, outside)
        return [person for person in recipients if person["id"] not in gone]

    # counterparty: mails in and out are contacts

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        # between colleagues nothing is asked of the database
        if message.author_id.partner_share or any(person["share"] for person in recipients):
            self.env["counterparty.interaction"]._log_messages(message)
        return recipients

    def _message_mail_after_hook(self, mails):
        result = super()._message_mail_after_hook(mails)
        # mailings keep their own traces
        sent = mails.filtered(lambda mail: not mail.mailing_id)
        self.env["counterparty.interaction"]._log_messages(sent.mail_message_id)
        return result
