from collections import Counter

from odoo import models

from ..models.res_partner_interaction import GROUP_MAIL

UNREACHABLE = ("mail_email_missing", "mail_email_invalid")
UNWANTED = ("mail_bl", "mail_optout")
LEFT_OUT = (*UNREACHABLE, *UNWANTED, "mail_dup")


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

    # --- counterparty: mail to many ---------------------------------------------------

    def action_send_mail(self):
        """Say after a mail to many counterparties to whom it went, and why not to the others."""
        if not self._is_counterparty_group_mail():
            return super().action_send_mail()
        mails, _messages = self._action_send_mail(auto_commit=False)
        failures = Counter(mails.mapped("failure_type"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self._describe_group_mail(failures),
                # whom it did not reach is read at leisure
                "sticky": not failures.keys().isdisjoint(LEFT_OUT),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _is_counterparty_group_mail(self):
        return bool(self.env.context.get(GROUP_MAIL)) and {
            (composer.model, composer.composition_mode) for composer in self
        } == {("res.partner", "mass_mail")}

    def _describe_group_mail(self, failures):
        """Return what became of a mail to many in words.

        :param failures: Counter of the host's reasons why mails do not go out
        """
        asked = failures.total()
        unwanted = sum(failures[reason] for reason in UNWANTED)
        missing = sum(failures[reason] for reason in UNREACHABLE)
        double = failures["mail_dup"]
        text = self.env._(
            "The mail goes to %(count)s of %(asked)s contacts.",
            count=asked - unwanted - missing - double,
            asked=asked,
        )
        left_out = [
            unwanted and self.env._("no mails wanted (%(count)s)", count=unwanted),
            missing and self.env._("no valid address (%(count)s)", count=missing),
            double and self.env._("same address as another (%(count)s)", count=double),
        ]
        reasons = ", ".join(filter(None, left_out))
        if not reasons:
            return text
        return f"{text} {self.env._('Left out: %(reasons)s.', reasons=reasons)}"

    def _process_mail_values_state(self, mail_values_dict):
        result = super()._process_mail_values_state(mail_values_dict)
        if self._is_counterparty_group_mail():
            self._write_once_to_an_address(result)
        return result

    def _write_once_to_an_address(self, values_by_id):
        """Leave out who shares an address with somebody before; the host looks at 50 at a time."""
        contacts = self.env["res.partner"].browse(values_by_id)
        everybody = self._evaluate_res_ids()
        before = everybody[: everybody.index(contacts.ids[0])] if contacts else []
        addresses = contacts.filtered("email_normalized").mapped("email_normalized")
        shared = contacts.search_fetch(
            [("id", "in", before), ("email_normalized", "in", addresses)], ["email_normalized"]
        )
        written = set(shared.mapped("email_normalized"))
        for contact in contacts:
            values, address = values_by_id[contact.id], contact.email_normalized
            if values.get("state") == "cancel" or not address:
                continue
            if address in written:
                values.update(state="cancel", failure_type="mail_dup")
            written.add(address)
