from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

from ..tools import request_states as states


class CounterpartyRequestActing(models.AbstractModel):
    """A supplier or another party that has to act on what the counterparty asked for."""

    _name = "counterparty.request.acting.mixin"
    _description = "Acting Party of a Request"

    def action_ask_acting(self):
        """Write to whoever has to act, and to nobody else."""
        self.ensure_one()
        wizard = self.env["counterparty.request.ask"].create(
            {"request_id": self.id, "body": self._get_question()}
        )
        return wizard._get_records_action(
            name=self.env._("Ask %(partner)s", partner=self.responsible_partner_id.display_name),
            target="new",
        )

    def _get_question(self):
        """Return the text that a question to the acting party starts with.

        Nothing of who asked: what the party needs to know of them is for the writer to say.
        """
        self.ensure_one()
        # what the product is called in the language of whoever is asked
        request = self.with_context(lang=self.responsible_partner_id.lang or self.env.lang)
        subject = self.subject_ref
        # an agent works on requests about documents that are not theirs to read
        if subject and not subject.has_access("read"):
            subject = subject.browse()
        # their own document, not one of the counterparty
        theirs = subject and "partner_id" in subject._fields and subject.partner_id
        is_theirs = (
            theirs
            and theirs.commercial_partner_id == self.responsible_partner_id.commercial_partner_id
        )
        facts = [
            self.name,
            request.product_id.display_name,
            self.lot_id.name,
            subject.display_name if is_theirs else False,
        ]
        return Markup("<p>%s</p><p><br></p>") % " · ".join(filter(None, facts))

    def _ask_acting(self, body, attachments=None):
        """Send a question to the acting party: the counterparty does not see it, the clock stops.

        :param body: markup
        :param attachments: files that go with it
        :return: the message
        :raises UserError: when nobody has to act, or they have no address
        """
        self.ensure_one()
        self.check_access("write")
        partner = self.responsible_partner_id
        if not partner.email_normalized:
            raise UserError(
                self.env._(
                    "%(partner)s has no e-mail address to be asked at.",
                    partner=partner.display_name or self.env._("Nobody"),
                )
            )
        message = self.message_post(
            body=body,
            partner_ids=partner.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            is_internal=True,
            attachment_ids=attachments.ids if attachments else [],
            # only them: followers hear of it from the thread
            notify_skip_followers=True,
        )
        if self.state in (states.NEW, states.OPEN, states.PENDING):
            self._hold()
        return message
