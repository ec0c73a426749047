from markupsafe import Markup

from odoo import Command, api, fields, models, tools
from odoo.tools import is_html_empty

from ..tools import request_states as states
from .counterparty_request_state import PARTNER
from .counterparty_request_word import QUIET_CHANNELS, WROTE

# set while a mail that a program wrote is posted
AUTOMATIC = "counterparty_automatic_message"
# set while the mail that opens a request is posted
OPENING = "counterparty_opening_message"
REOPENS_PER_DAY = 3


class CounterpartyRequestMessage(models.AbstractModel):
    """What messages do to a request: who waits for whom, what was answered when."""

    _name = "counterparty.request.message.mixin"
    _description = "Messages of a Request"

    def action_answer(self):
        """Open the composer with those who wait for the answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self._get_asker().ids,
                "default_subject": self._message_compute_subject(),
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

    def _answer(self, body, **values):
        """Send an answer to whoever asked.

        :param body: markup
        :return: the message
        """
        self.ensure_one()
        return self.message_post(
            body=body,
            partner_ids=self._get_asker().ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def _get_asker(self):
        """Return the contact to answer.

        A sender nobody knew becomes a contact, for the host writes to contacts only.
        """
        self.ensure_one()
        if self.partner_id or not self.partner_email:
            return self.partner_id
        # whoever works on it answers, also without the right to create contacts
        request = self.sudo() if self.has_access("write") else self
        return request._partner_find_from_emails_single([self.partner_email]).sudo(False)

    def _filter_unreachable(self):
        """Return the requests whose answer would reach nobody."""
        return self.filtered(
            lambda request: (
                not request.partner_email
                and not request.partner_id.email
                and not request.partner_id.user_ids
            )
        )

    def action_close_answered(self):
        """Close, but ask for the answer first where somebody waits for one."""
        unanswered = self.filtered("is_unanswered")
        if not unanswered:
            return self.action_close()
        wizard = self.env["counterparty.request.answer"].create(
            {"request_ids": [Command.set(self.ids)], "close": True, "is_closing": True}
        )
        return wizard._get_records_action(name=self.env._("Close"), target="new")

    def _answer_otherwise(self):
        """Note that somebody has answered by phone or in person."""
        for request in self.filtered("is_unanswered"):
            request._message_log(body=self.env._("Answered by phone or in person."))
            request._on_answered()

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        context = super()._notify_by_email_prepare_rendering_context(message, *args, **kwargs)
        # the team signs, in the language of the mail, unless the message brings its own end
        team = self.sudo().team_id.with_context(lang=context.get("lang") or self.env.lang)
        if context.get("signature") and not is_html_empty(team.signature):
            context["signature"] = team.signature
        return context

    def _message_add_suggested_recipients(self, *args, **kwargs):
        suggested = super()._message_add_suggested_recipients(*args, **kwargs)
        # whoever works on it follows it: a customer is not written to together with them
        for request in self.sudo():
            suggested[request.id]["partners"] -= request.user_id.partner_id - request.partner_id
        return suggested

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if message.message_type in ("comment", "email") and not message.is_internal:
            author = message.author_id.user_ids[:1]
            # an employee writes to the counterparty, or notes something down
            if author and author._is_internal() and not self._is_demand(message):
                if message.subtype_id == self.env.ref("mail.mt_comment"):
                    self._on_employee_message(message)
                    self._log_message(message)
            else:
                automatic = bool(self.env.context.get(AUTOMATIC))
                self._on_partner_message(message, automatic)
                # what opens a request is in the history with it: one contact, not two
                if not automatic and not self.env.context.get(OPENING):
                    self._log_message(message)
        return result

    # ------------------------------------------------------------
    # The words that asked
    # ------------------------------------------------------------

    def _get_note(self, shown=False):
        """Return the text of the request for the notes of a document.

        :param shown: the counterparty reads the notes: words of employees stay out
        """
        return self._get_letter(shown).body or self.description or Markup("")

    def _get_letter(self, shown=False):
        """Return the message that asked for something, where nobody described it.

        :param shown: leave out what employees wrote, or passed on, for others
        """
        self.ensure_one()
        if not is_html_empty(self.description):
            return self.message_ids.browse()
        letter = self.message_ids.filtered(
            lambda message: (
                message.message_type in ("comment", "email")
                and not message.is_internal
                and (self._is_asking(message) or (not shown and self._is_opening(message)))
            )
        )
        return letter.sorted("id")[:1]

    def _is_asking(self, message):
        """Tell whether a message is of the counterparty, or of an employee who asks."""
        # who is an employee is no secret; the system is none that asks
        users = message.sudo().author_id.with_context(active_test=False).user_ids
        ours = any(user._is_internal() for user in users)
        return not ours or message.author_id == self.partner_id

    def _is_opening(self, message):
        """Tell whether a message is the mail of a request by mail, whoever passed it on."""
        return self.channel == "email" and message.message_type == "email"

    def _hand_over_files(self, document):
        """Give copies of the files of the letter to a document that begins with its words."""
        shown = document._name == "calendar.event"
        for attachment in self._get_letter(shown).attachment_ids:
            attachment.copy({"res_model": document._name, "res_id": document.id})

    # ------------------------------------------------------------
    # History of contacts
    # ------------------------------------------------------------

    def _log_demands(self):
        """Keep in the history that counterparties asked for something."""
        asked = self.filtered(
            lambda request: request.partner_id and request.channel not in QUIET_CHANNELS
        )
        # the history belongs to nobody
        self.env["counterparty.interaction"].sudo()._log_interactions(asked)

    def _prepare_interaction_vals_list(self):
        """Return what the history keeps of requests."""
        return [
            {
                "date": request.opened_at,
                "company_id": request.company_id.id,
                "partner_id": request.partner_id.id,
                "kind": "request",
                "direction": "in",
                "user_id": request.user_id.id,
                "campaign_id": request.campaign_id.id,
                "res_id": request.id,
            }
            for request in self
        ]

    def _log_message(self, message):
        """Keep in the history that somebody wrote about the request."""
        # the history belongs to nobody, the writer may come from outside
        self.env["counterparty.interaction"].sudo()._log_interactions(message.sudo())

    def _prepare_message_interaction_vals(self, message):
        """Return what the history keeps of a message about the request, None for strangers."""
        self.ensure_one()
        author = message.author_id
        ours = author.user_ids[:1]._is_internal() if author.user_ids else False
        known = author.commercial_partner_id == self.commercial_partner_id
        partner = author if known and not ours else self.partner_id
        return partner and {
            "date": message.date,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "kind": "email",
            "direction": "out" if ours else "in",
            "user_id": author.user_ids[:1].id if ours else False,
            "campaign_id": self.campaign_id.id,
            "res_id": message.id,
        }

    def _creation_message(self):
        # with the name of the model at hand the host does not look it up for each request
        model = self.env["ir.model"]._get(self._name)
        model._fields["name"]._insert_cache(model, (self._get_model_name(),))
        return super()._creation_message()

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_model_name(self):
        return self.env["ir.model"]._get(self._name).name

    def _message_compute_subject(self):
        # the number stands where a reply brings it back
        self.ensure_one()
        return f"[{self.number}] {self.name}"

    def _on_partner_message(self, message, automatic=False):
        """Take note that the counterparty wrote: somebody has to answer now.

        :param message: the message that was posted
        :param automatic: written by a program, which waits for nobody
        """
        if automatic:
            return
        # the writer of a mail has no rights here
        request = self.sudo()
        if self.env.context.get(OPENING) and request.awaiting_since:
            # the request was made with all that its first mail does
            return
        arrives = request._is_arriving()
        if not request.awaiting_since:
            request.awaiting_since = fields.Datetime.now()
        if request.state in (states.PENDING, states.HOLD):
            request._open()
        elif request._can_come_back():
            request._reopen(PARTNER)
        request._update_deadlines()
        if not arrives and not request._filter_reachable(request.user_id):
            request._tell_later(WROTE)

    def _is_arriving(self):
        """Tell whether the message is the one that a request comes with, told of already."""
        self.ensure_one()
        return (
            self.state == states.NEW
            and not self.awaiting_since
            and self.create_date >= self.env.cr.now()
        )

    def _is_demand(self, message):
        """Tell whether an employee asks: for themselves, or with the mail that opened it."""
        self.ensure_one()
        if message.author_id == self.partner_id:
            return True
        opened_by_mail = self.channel == "email" and message.message_type == "email"
        return opened_by_mail and not self.env["mail.message"].sudo().search_count(
            [
                # the first mail is the request itself, whoever passed it on
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("message_type", "in", ("email", "comment")),
                ("id", "!=", message.id),
            ],
            limit=1,
        )

    def _can_come_back(self):
        """Tell whether an answer takes a solved request up again.

        A ping-pong of machines that look like people ends as comments.
        """
        self.ensure_one()
        if self.state != states.SOLVED or not self._can_reopen():
            return False
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        ends = self.interval_ids.filtered(
            lambda row: row.kind == states.SOLVED and row.ended_at and row.ended_at > since
        )
        return len(ends) < REOPENS_PER_DAY

    def _on_employee_message(self, message):
        """Take note that an employee wrote to the counterparty.

        :param message: the message that was posted
        """
        self._on_answered()

    def _on_answered(self):
        """Take note that the counterparty was answered."""
        # who may write to the counterparty need not be the one who works on it
        request = self.sudo()
        values = {"awaiting_since": False} if request.awaiting_since else {}
        if not request.first_response_at:
            values["first_response_at"] = fields.Datetime.now()
        if values:
            request.write(values)
        if request.state == states.NEW and not request.missing_fields:
            request._open()
        request._update_deadlines()
