from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all

from ..tools import mail_intake


class CounterpartyRequestMail(models.AbstractModel):
    """A request as a thread of mails: who takes part, what comes in and what goes out."""

    _name = "counterparty.request.mail.mixin"
    _description = "Mails of a Request"

    # nobody is guessed: what a mail leaves open is proposed
    possible_request_id = fields.Many2one(
        "counterparty.request",
        "Possibly about",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The mail names this request, but its sender does not take part in it.",
    )
    is_possible_foreign = fields.Boolean(
        "From Another Counterparty", compute="_compute_is_possible_foreign"
    )
    partner_candidate_ids = fields.Many2many(
        "res.partner",
        "counterparty_request_candidate_rel",
        "request_id",
        "partner_id",
        string="Perhaps",
        copy=False,
        help="Contacts with the address of the sender; choose who it is.",
    )
    forwarded_from = fields.Char(
        "Written by", readonly=True, copy=False, help="Whose mail an employee passed on."
    )
    reply_email = fields.Char(
        "Wants Answers at",
        readonly=True,
        copy=False,
        help="Another address than the sender's, which the mail itself names. Nobody has proved "
        "that it is the sender's, so nothing goes there until somebody of you says so.",
    )
    inbox_ids = fields.One2many("counterparty.inbox", "request_id", string="Mails")
    waiting_mail_count = fields.Integer(
        "Mails in Quarantine", compute="_compute_waiting_mail_count"
    )

    def _compute_waiting_mail_count(self):
        waiting = Domain("request_id", "in", self.ids) & Domain("state", "=", "quarantine")
        counts = dict(
            self.env["counterparty.inbox"]._read_group(waiting, ["request_id"], ["__count"])
        )
        for request in self:
            request.waiting_mail_count = counts.get(request, 0)

    @api.depends("commercial_partner_id", "possible_request_id.commercial_partner_id")
    def _compute_is_possible_foreign(self):
        for request in self:
            # whose the other is decides what is asked before, whoever may read it
            owner = request.sudo().possible_request_id.commercial_partner_id
            request.is_possible_foreign = owner and request.commercial_partner_id not in (
                owner,
                owner.browse(),
            )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_mails(self):
        """Show the mails that wait for a decision about this request."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_inbox_action"
        )
        return {**action, "domain": [("request_id", "=", self.id)]}

    def action_join_possible(self):
        """Take the sender for somebody of the other request: both become one."""
        targets = self.browse()
        for request in self:
            target = request.possible_request_id._follow_merged()
            targets |= target
            target.check_access("write")
            request.check_access("write")
            target._add_participant(email_normalize(request.partner_email))
            if request.is_possible_foreign:
                # it was somebody of the other all along, as whoever clicked has made sure
                request.partner_id = False
            request._merge_into(target)
            request.possible_request_id = False
        return targets._get_records_action()

    def action_answer_there(self):
        """Send answers to the address that the mail names instead of the sender's.

        :raises UserError: when the address is that of another counterparty
        """
        for request in self.filtered("reply_email"):
            request.check_access("write")
            address, before = request.reply_email, request.partner_email
            request._message_log(
                body=self.env._(
                    "Answers go to %(address)s from now on, before that to %(before)s.",
                    address=address,
                    before=before or "-",
                )
            )
            if request.partner_id:
                request.partner_id = request._get_colleague(address)
            else:
                request.partner_email = address
            # whoever wrote goes on taking part
            request._add_participant(email_normalize(before or ""))
            # read above, written by what arrives alone
            request.sudo().reply_email = False

    def _get_colleague(self, address):
        """Return the contact of the same counterparty with an address, made where there is none."""
        owner = self.commercial_partner_id
        # whoever works on the request may not create contacts; the right on it was checked
        contact = self.sudo()._partner_find_from_emails_single(
            [address], additional_values={address: {"parent_id": owner.id}}
        )
        if contact.commercial_partner_id != owner:
            raise UserError(
                self.env._(
                    "%(address)s is an address of %(other)s, the request is of %(partner)s. "
                    "Choose the contact yourself.",
                    address=address,
                    other=contact.display_name,
                    partner=owner.display_name,
                )
            )
        return contact.sudo(False)

    # ------------------------------------------------------------
    # Who takes part
    # ------------------------------------------------------------

    def _is_participant(self, address, people=None):
        """Tell whether mails of an address belong to this request.

        :param address: normalized
        :param people: the contacts that have it, if they are known already
        """
        self.ensure_one()
        if not address:
            return False
        # who takes part is asked by the system, for somebody who has no rights here
        request = self.sudo()
        if people is None:
            people = request.env["res.partner"].search([("email_normalized", "=", address)])
        companies = (
            request.commercial_partner_id | request.responsible_partner_id.commercial_partner_id
        )
        return (
            address in request._get_addresses()
            or bool(people.commercial_partner_id & companies)
            or bool(people & request.message_partner_ids)
        )

    def _get_addresses(self):
        """Return the addresses that were written down for a request."""
        self.ensure_one()
        single = (self.partner_email, self.partner_id.email, self.responsible_partner_id.email)
        copies = email_normalize_all(self.email_cc or "")
        return {email_normalize(address or "") for address in single} - {False} | set(copies)

    def _has_colleague(self, address):
        """Tell whether a participant has an address in the same domain, not a public one."""
        self.ensure_one()
        domain = (address or "").partition("@")[2]
        if not domain or mail_intake.is_public_provider(domain):
            return False
        return domain in {known.partition("@")[2] for known in self.sudo()._get_addresses()}

    def _add_participant(self, address):
        """Let an address take part from now on, at the word of an employee."""
        if address and not self._is_participant(address):
            self._add_copies(address)

    def _add_copies(self, addresses):
        copies = self._join_copies(addresses)
        if copies != self.email_cc:
            # whoever takes part may bring others along, as in any exchange of mails
            self.sudo().email_cc = copies

    def _join_copies(self, addresses):
        """Return who is in copy, with those of some addresses who do not take part yet."""
        self.ensure_one()
        known = self._get_addresses()
        new = [
            address
            for address in dict.fromkeys(email_normalize_all(addresses or ""))
            if address not in known and not self._is_participant(address)
        ]
        return ", ".join(filter(None, (self.email_cc, *new))) or False

    # ------------------------------------------------------------
    # What goes out
    # ------------------------------------------------------------

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Send answers to the address of the team, where it has one."""
        # whoever writes need not know the addresses of teams
        addresses = {
            request.id: request.team_id._get_answer_address(request) for request in self.sudo()
        }
        others = self.filtered(lambda request: not addresses[request.id])
        if others == self:
            return super()._notify_get_reply_to_batch(defaults=defaults, author_ids=author_ids)
        replies = {}
        if others:
            replies = super(CounterpartyRequestMail, others)._notify_get_reply_to_batch(
                defaults=defaults and {request.id: defaults[request.id] for request in others},
                author_ids=author_ids and {r.id: author_ids[r.id] for r in others},
            )
        for request in self - others:
            replies[request.id] = request._notify_get_reply_to_formatted_email(
                addresses[request.id], author_id=(author_ids or {}).get(request.id)
            )
        return replies

    def _message_receive_bounce(self, email, partner):
        result = super()._message_receive_bounce(email, partner)
        for request in self:
            request.with_user(SUPERUSER_ID).message_post(
                body=request.env._("A mail to %(address)s came back.", address=email),
                partner_ids=request.user_id.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
                is_internal=True,
            )
        return result
