import logging

from odoo import api, models
from odoo.tools import email_normalize, str2bool

from ..tools.mail_filing import PRIVATE_ADDRESSES, is_private, words
from ..tools.mail_intake import HUMAN, classify, has_failed_dmarc, is_deaf, read_envelope
from .counterparty_inbox_processing import TRUSTED_SERVER
from .mail_thread import RECEIVED

_logger = logging.getLogger(__name__)

FILE_SWITCH = "counterparty_crm.file_incoming_mail"
EXCLUDED = "counterparty_crm.file_mail_excluded"
# of mails that are filed and wait for an answer, whoever looks after the counterparty hears
FILED = "counterparty_filed"
# the host looks for other ways before it complains
FILING = "counterparty_filing"


class MailThread(models.AbstractModel):
    """Mail from a known address that nobody else wants is filed, where the settings say so.

    The order of incoming mail: the request desk, the host's threads and aliases, the counterparty.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        person = self._find_counterparty_sender(message, message_dict)
        if not person:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        try:
            host = self.with_context(**{FILING: True})
            return super(MailThread, host).message_route(
                message, message_dict, model, thread_id, custom_values
            )
        except ValueError:
            # the host knows no way for it and would lose it
            _logger.info(
                "Mail %s is filed under the counterparty %s", message_dict["message_id"], person.id
            )
        message_dict.pop("parent_id", None)
        # what a program sends to many is kept, but waits for no answer
        message_dict[FILED] = not is_deaf(read_envelope(message.as_bytes()))
        return [(person._name, person.id, custom_values, self.env.uid, None)]

    def message_update(self, msg_dict, update_vals=None):
        filed = msg_dict.pop(FILED, False)
        result = super().message_update(msg_dict, update_vals)
        if filed:
            self._plan_answer(msg_dict.get("subject"))
        return result

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        # a known sender is not told to write elsewhere
        return not self.env.context.get(FILING) and super()._detect_write_to_catchall(msg_dict)

    @api.model
    def _find_counterparty_sender(self, message, message_dict):
        """Return whose mail it is, empty unless it may be filed.

        Automatic and forged mails, mails of colleagues and of employees, and mails to or from
        excluded addresses are left to the host.
        """
        nobody = self.env["res.partner"]
        # settings of ours, and the gateway's user has no rights on contacts
        parameters = self.env["ir.config_parameter"].sudo()
        is_gateway = self.env.su or self.env.user._is_system()
        if (
            not is_gateway
            or self.env.context.get(RECEIVED)
            or not str2bool(parameters.get_param(FILE_SWITCH) or "False", False)
        ):
            return nobody
        envelope = read_envelope(message.as_bytes())
        sender = email_normalize(envelope.sender)
        excluded = words(parameters.get_param(EXCLUDED, PRIVATE_ADDRESSES))
        if (
            not sender
            or is_private([sender], excluded)
            or is_private(envelope.recipients, excluded, ours=True)
            or classify(envelope)[0] != HUMAN
            or has_failed_dmarc(envelope, parameters.get_param(TRUSTED_SERVER))
        ):
            return nobody
        return nobody.sudo()._find_counterparty_writer(sender)
