from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, formataddr, plaintext2html, str2bool

from ..tools import request_states as states
from .counterparty_request_state import PARTNER, SYSTEM

PORTAL_SWITCH = "counterparty_crm.request_portal"
FORM_SWITCH = "counterparty_crm.request_form"
# what a customer may read of a request by any way; pages show what their templates name
PORTAL_FIELDS = frozenset(
    [
        "id",
        "display_name",
        "number",
        "name",
        "description",
        "state",
        "priority",
        "opened_at",
        # "answer by", which their page shows, too
        "due_at",
        "solved_at",
        "closed_at",
        "wanted_date",
        "wanted_place",
        "access_url",
        "access_warning",
        "create_date",
        "write_date",
    ]
)
MESSAGES_PER_HOUR = 30
RATINGS = (5, 3, 1)


class CounterpartyRequestPortal(models.AbstractModel):
    """What counterparties see of their requests and do with them, by login or personal link."""

    _name = "counterparty.request.portal.mixin"
    _description = "Request in the Portal"

    rated_cycle = fields.Integer(readonly=True, copy=False)
    line_ids = fields.One2many("counterparty.request.line", "request_id", "Wanted Products")
    change_ids = fields.One2many("counterparty.change", "request_id", "Wanted Changes")

    # ------------------------------------------------------------
    # Switches
    # ------------------------------------------------------------

    @api.model
    def _is_portal_open(self):
        """Tell whether customers find their requests in the portal."""
        return self._is_switched_on(PORTAL_SWITCH)

    @api.model
    def _is_form_open(self):
        """Tell whether strangers may send requests, and ask for the link to theirs."""
        return self._is_switched_on(FORM_SWITCH)

    @api.model
    def _is_switched_on(self, parameter):
        # visitors may not read parameters, but see what they switch
        return str2bool(self.env["ir.config_parameter"].sudo().get_param(parameter), False)

    # ------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or not self.env.user.share:
            return True
        return operation == "read" and field.name in PORTAL_FIELDS

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", token=None, **kwargs):
        # a link that was given away does not open what became internal since
        thread = self.browse(thread_id).exists()
        # the visitor proves the right to read below
        if self.env.user.share and thread and not thread.sudo()._is_shown():
            return self.browse()
        # the host compares what it gets with what there is: both must be texts it can compare
        if not thread or not thread.sudo().access_token or not str(token).isascii():
            token = None
        return super()._get_thread_with_access(thread_id, mode=mode, token=token, **kwargs)

    def _is_shown(self):
        """Tell whether the counterparty may see the request at all."""
        self.ensure_one()
        return self.confidentiality == "partner"

    def _get_partner_state(self):
        """Return the state in words for the one who waits."""
        self.ensure_one()
        return {
            states.NEW: self.env._("Received"),
            states.OPEN: self.env._("In progress"),
            states.PENDING: self.env._("Waiting for you"),
            states.HOLD: self.env._("On hold"),
            states.SOLVED: self.env._("Solved"),
            states.CLOSED: self.env._("Closed"),
            states.CANCELLED: self.env._("Called off"),
        }[self.state]

    def _get_partner_pauses(self):
        """Return in words when the clock stood still, for the one who waits."""
        self.ensure_one()
        # the ledger tells the counterparty when the clock stopped, and why
        pauses = self.sudo().interval_ids.filtered(
            lambda pause: pause.kind in (states.PENDING, states.HOLD)
        )
        return pauses.with_context(counterparty_for_partner=True).mapped("description")

    def _get_partner_actions(self):
        """Return what the counterparty can do now: close, reopen, follow_up, rate."""
        self.ensure_one()
        is_done = self.state not in states.LIVE
        return {
            "close": self.state in (*states.LIVE, states.SOLVED),
            "reopen": is_done and self._can_reopen(),
            "follow_up": is_done and not self._can_reopen() and not self.merged_into_id,
            "rate": self._can_rate(),
        }

    # ------------------------------------------------------------
    # What the counterparty writes
    # ------------------------------------------------------------

    @api.model
    def _get_allowed_message_params(self):
        # a rating goes once per cycle and another way; all a customer writes is public
        allowed = super()._get_allowed_message_params()
        return {"email_add_signature"} if self.env.user.share else allowed

    def message_post(self, **kwargs):
        if not self.env.user.share:
            return super().message_post(**kwargs)
        self.check_access("read")
        values = self._check_partner_message(kwargs)
        # the host reads more of the request than its customers may
        return super(CounterpartyRequestPortal, self.sudo()).message_post(**values)

    def _check_partner_message(self, values):
        """Return what of a message somebody from outside may decide.

        :raises UserError: when the request takes no answers any more, or too many came
        """
        # the sender reads the request, which the host has made sure of
        request = self.sudo()
        if not request._can_take_reply():
            raise UserError(
                self.env._(
                    "%(request)s is closed. Reopen it, or send a new request.",
                    request=request.display_name,
                )
            )
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        count = request.env["mail.message"].search_count(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("create_uid", "=", self.env.uid),
                # what follows from a message, as a word to the team, is not the customer's
                ("message_type", "in", ["comment", "email"]),
                ("date", ">", hour_ago),
            ],
            limit=MESSAGES_PER_HOUR,
        )
        if count >= MESSAGES_PER_HOUR:
            raise UserError(
                self.env._(
                    "Too many messages about %(request)s in one hour. Please write again later.",
                    request=request.display_name,
                )
            )
        names = {"body", "body_is_html"}
        if self.env.su:
            # checked by the host, which also knows the holder of a personal link
            names |= {"attachment_ids", "partner_ids", "author_id"}
        values = {name: value for name, value in values.items() if name in names}
        if self.env.user._is_public() and not values.get("author_id"):
            values.update(request._prepare_author())
        return {**values, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}

    def _prepare_author(self, partner=None):
        """Return the author of what comes from the counterparty.

        :param partner: who has signed in; else who the request is from
        """
        self.ensure_one()
        author = partner or self.partner_id
        if author:
            return {"author_id": author.id}
        name = self.partner_name or self.partner_email or ""
        return {"author_id": False, "email_from": formataddr((name, self.partner_email or ""))}

    def _post_from_partner(self, text, partner=None, attachments=None):
        """Post what somebody wrote on a page of ours.

        :param attachments: ``(name, content)`` of each file
        """
        self.ensure_one()
        return self.with_user(SUPERUSER_ID).message_post(
            body=plaintext2html(text),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=attachments or [],
            **self._prepare_author(partner),
        )

    # ------------------------------------------------------------
    # What the counterparty does
    # ------------------------------------------------------------

    def _close_by_partner(self, partner=None):
        """Close for the counterparty, who needs nothing any more."""
        self._close(PARTNER)
        self._log_partner_move(self.env._("Closed by the counterparty."), partner)

    def _reopen_by_partner(self, text, partner=None):
        """Take the request up again and tell what is still to be done.

        :raises UserError: when the time for it is over
        """
        self.filtered(lambda request: request.state not in states.LIVE)._reopen(PARTNER)
        return self._post_from_partner(text, partner)

    def _follow_up_by_partner(self, text):
        """Create the request that goes on after this one."""
        self.ensure_one()
        values = {"description": plaintext2html(text), "channel": "portal"}
        values["awaiting_since"] = fields.Datetime.now()
        request = self._create_follow_up(values)
        request._acknowledge(request.partner_email)
        return request

    def _log_partner_move(self, body, partner):
        for request in self:
            request._message_log(body=body, **request._prepare_author(partner))

    # ------------------------------------------------------------
    # Rating
    # ------------------------------------------------------------

    def _can_rate(self):
        """Tell whether the counterparty may rate: once per cycle, what people have done."""
        self.ensure_one()
        return (
            self.state in (states.SOLVED, states.CLOSED)
            and self.closed_by != SYSTEM
            and self.channel not in ("generator", "campaign")
            and not self.merged_into_id
            and self.rated_cycle < self.cycle
        )

    def _rate_by_partner(self, value, feedback, partner=None):
        """Keep the rating of this cycle with the host's ratings.

        One statement decides which of two clicks counts.

        :param value: one of ``RATINGS``
        :raises UserError: when this cycle is rated already or may not be rated
        """
        self.ensure_one()
        self.flush_recordset(["rated_cycle", "cycle"])
        won = self._can_rate() and self.env.execute_query(
            SQL(
                """UPDATE counterparty_request SET rated_cycle = cycle
                    WHERE id = %s AND COALESCE(rated_cycle, 0) < cycle RETURNING id""",
                self.id,
            )
        )
        self.invalidate_recordset(["rated_cycle"])
        if not won:
            raise UserError(
                self.env._("%(request)s has been rated already.", request=self.display_name)
            )
        token = self._rating_get_access_token(partner or self.partner_id)
        return self.rating_apply(value, token=token, feedback=feedback)

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def write(self, vals):
        if not {"partner_id", "partner_email"} & vals.keys():
            return super().write(vals)
        before = {request: email_normalize(request.partner_email) for request in self}
        result = super().write(vals)
        # whoever had the link is not who the request is with any more
        moved = self.sudo().filtered(
            lambda request: (
                request.access_token
                and before[request.sudo(False)]
                and email_normalize(request.partner_email) != before[request.sudo(False)]
            )
        )
        if moved:
            moved.access_token = False
        return result
