from odoo import api, models
from odoo.exceptions import ValidationError

PERSONAL = "counterparty_crm.group_personal_documents"


class CounterpartyDocumentPrivacyMixin(models.AbstractModel):
    """Keeps personal documents to those with the right, also over chatter, followers and mail.

    The record rule covers reading, searching, grouping, exporting and attachments. A message,
    though, is readable to whoever it was addressed to: so nobody else is ever addressed.
    """

    _name = "counterparty.document.privacy.mixin"
    _description = "Privacy of documents"

    @api.model
    def _filter_personal_partner_ids(self, partner_ids):
        """Return those of the partners whose users have the right to see personal documents."""
        # followers may be people whose log-ins the present user may not read
        users = self.env["res.users"].sudo().search([("partner_id", "in", list(partner_ids))])
        allowed = users.filtered(lambda user: user._is_internal() and user.has_group(PERSONAL))
        return allowed.partner_id.ids

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        personal = self.filtered("is_personal")
        if personal and partner_ids:
            allowed = self._filter_personal_partner_ids(partner_ids)
            if allowed:
                super(CounterpartyDocumentPrivacyMixin, personal)._message_subscribe(
                    allowed, subtype_ids, None
                )
        others = self - personal
        if not others:
            return True
        return super(CounterpartyDocumentPrivacyMixin, others)._message_subscribe(
            partner_ids, subtype_ids, customer_ids
        )

    def _message_create(self, values_list):
        personal_ids = set(self.filtered("is_personal").ids)
        values_list = values_list if isinstance(values_list, list) else [values_list]
        return super()._message_create(
            [
                self._prepare_personal_message_vals(values)
                if values.get("res_id") in personal_ids
                else values
                for values in values_list
            ]
        )

    def _prepare_personal_message_vals(self, values):
        partner_ids = self._filter_personal_partner_ids(values.get("partner_ids") or ())
        return dict(values, partner_ids=partner_ids, outgoing_email_to=False)

    def _message_compute_subject(self):
        # the subject of a mail passes many hands, also on its way to those with the right
        if self.is_personal:
            return self.env._("Personal document")
        return super()._message_compute_subject()

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self.is_personal:
            return recipients
        allowed = self._filter_personal_partner_ids(
            [data["id"] for data in recipients if data["id"]]
        )
        return [data for data in recipients if data["id"] in allowed]

    @api.model
    def _drop_personal_traces(self):
        """Drop followers, notifications and activities of those without the right any more.

        What they may no longer open would go on counting in their inbox and among their tasks.
        """
        # asked after every change of rights, by whoever makes it
        Document = self.sudo().with_context(active_test=False)
        personal = Document.search([("is_personal", "=", True)])
        if not personal:
            return
        of_papers = [("model", "=", "counterparty.document"), ("res_id", "in", personal.ids)]
        messages = Document.env["mail.message"]._search(of_papers)
        followers = personal.message_follower_ids
        told = Document.env["mail.notification"].search([("mail_message_id", "in", messages)])
        tasks = Document.env["mail.activity"].search(
            [("res_model", "=", "counterparty.document"), ("res_id", "in", personal.ids)]
        )
        people = followers.partner_id | told.res_partner_id | tasks.user_id.partner_id
        gone = people - people.browse(self._filter_personal_partner_ids(people.ids))
        # all chosen before the first goes: the host deletes some together with others
        lost = (
            followers.filtered(lambda follower: follower.partner_id in gone),
            told.filtered(lambda notification: notification.res_partner_id in gone),
            tasks.filtered(lambda task: task.user_id.partner_id in gone),
        )
        for traces in lost:
            traces.exists().unlink()

    @api.constrains("responsible_id", "kind_id")
    def _check_responsible_may_see(self):
        for document in self.filtered("is_personal"):
            # the right of another user is looked at, not their data
            responsible = document.sudo().responsible_id
            if responsible and not responsible.has_group(PERSONAL):
                raise ValidationError(
                    self.env._(
                        "%(user)s may not see personal documents and cannot be responsible for "
                        "“%(document)s”. Choose somebody with that right.",
                        user=responsible.name,
                        document=document.display_name,
                    )
                )
