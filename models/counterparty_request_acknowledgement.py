import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_datetime

from ..tools import mail_intake
from ..tools.mail_decision import Sender, refusal
from .counterparty_acknowledgement import ARRIVAL, REFUSED, SENT, SOLUTION, WAITING
from .counterparty_request_ledger import WRITTEN

_logger = logging.getLogger(__name__)

NO_LIMITS = {"per_hour": 10**6, "per_day": 10**6, "per_minute": 10**6}
ANSWERING_HEADERS = {
    "Auto-Submitted": "auto-replied",
    "X-Auto-Response-Suppress": "All",
}


class CounterpartyRequestAcknowledgement(models.AbstractModel):
    """Word to whoever asked: that the request has arrived, that it is solved."""

    _name = "counterparty.request.acknowledgement.mixin"
    _description = "Acknowledgement of a Request"

    acknowledgement_ids = fields.One2many(
        "counterparty.acknowledgement", "request_id", string="Acknowledgements"
    )
    acknowledgement_state = fields.Selection(
        [("none", "None"), (SENT, "Sent"), (REFUSED, "Not sent")],
        compute="_compute_acknowledgement_state",
    )

    @api.depends("acknowledgement_ids.state", "acknowledgement_ids.kind")
    def _compute_acknowledgement_state(self):
        for request in self:
            words = request.acknowledgement_ids.filtered(lambda word: word.kind == ARRIVAL)
            done = set(words.mapped("state"))
            is_sent = bool(done & {SENT, WAITING})
            request.acknowledgement_state = SENT if is_sent else REFUSED if done else "none"

    def action_acknowledge(self):
        """Send word that the request has arrived, at the wish of an employee."""
        self.ensure_one()
        self.check_access("write")
        if self.channel not in WRITTEN:
            raise UserError(
                self.env._(
                    "%(request)s was not written by the counterparty: there is nothing to "
                    "acknowledge.",
                    request=self.display_name,
                )
            )
        message = self.message_ids.filtered(lambda message: message.message_type == "email")[-1:]
        # the mails of a request are the team's, not a single user's
        written = self.sudo().inbox_ids.filtered(lambda mail: mail.result in ("new", "possible"))
        robot = any(mail.kind == mail_intake.AUTOMATIC for mail in written)
        # sent by the system at the wish of an employee
        done = (
            self.env["counterparty.acknowledgement"]
            .sudo()
            .create(
                {
                    "request_id": self.id,
                    "address": email_normalize(self.partner_email or "") or "",
                    "state": WAITING,
                    "automatic": robot,
                    "answered_id": message.id,
                }
            )
        )
        self._send_acknowledgement(done)
        if done.state == REFUSED:
            reason = dict(done._fields["reason"]._description_selection(self.env))[done.reason]
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": self.env._("Not sent: %(reason)s.", reason=reason),
                    "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                },
            }
        return True

    # ------------------------------------------------------------
    # Acknowledgement
    # ------------------------------------------------------------

    def _acknowledge(self, address, automatic=False, is_employee=False, answered=None):
        """Tell senders that their requests have arrived, where team and category want it.

        Never call it for what employees, imports, generators, campaigns or merges made.

        :param address: who wrote, normalized
        :param automatic: whether a program wrote
        :param answered: the message that is answered
        """
        written = self.filtered(
            lambda request: (
                request.channel in WRITTEN
                and request.team_id.acknowledge
                and request.category_id.acknowledge == "automatic"
            )
        )
        if not written:
            return
        # acknowledgements are the system's, whoever wrote
        self.env["counterparty.acknowledgement"].sudo().create(
            [
                {
                    "request_id": request.id,
                    "address": email_normalize(address or "") or "",
                    "state": WAITING,
                    "automatic": automatic,
                    "is_employee": is_employee,
                    "answered_id": answered and answered.id,
                }
                for request in written
            ]
        )
        # sent right after: neither the mail server nor a page waits for it
        self._trigger_words()

    def _send_acknowledgement(self, acknowledgement):
        """Send word of the arrival, unless that would be too much or reach no person.

        :param acknowledgement: says to whom; it knows afterwards what was done
        """
        self.ensure_one()
        # counted over all requests, and sent by the system
        request = self.with_user(SUPERUSER_ID).sudo()
        acknowledgement = acknowledgement.with_env(request.env)
        sender = request._get_sender(
            acknowledgement.address, acknowledgement.automatic, acknowledgement.is_employee
        )
        # what employees solve is told each time
        limits = acknowledgement._get_limits() if acknowledgement.kind == ARRIVAL else NO_LIMITS
        reason = refusal(sender, **limits)
        message = request.env["mail.message"]
        if not reason:
            try:
                # a text that somebody broke must not take the request with it
                with request.env.cr.savepoint():
                    message = request._post_acknowledgement(acknowledgement)
            except Exception:
                _logger.warning("No acknowledgement of request %s", request.id, exc_info=True)
                reason = "template"
        acknowledgement.write(
            {
                "state": REFUSED if reason else SENT,
                "reason": reason,
                "message_id": message.id,
                "date": fields.Datetime.now(),
            }
        )

    def _get_sender(self, address, automatic, is_employee):
        own = self.env["mail.alias.domain"]._find_aliases([address]) if address else []
        blocked = self.env["mail.blacklist"].search_count([("email", "=", address)], limit=1)
        return Sender(
            address=address,
            automatic=automatic,
            is_robot=mail_intake.is_robot(address),
            is_own=bool(own),
            is_employee=is_employee,
            is_blocked=bool(blocked),
            **self.env["counterparty.acknowledgement"]._count_sent(address),
        )

    def _post_acknowledgement(self, acknowledgement):
        address, answered = acknowledgement.address, acknowledgement.answered_id
        subject, body = self._render_acknowledgement(kind=acknowledgement.kind)
        headers = dict(ANSWERING_HEADERS)
        if answered and answered.message_id:
            headers["In-Reply-To"] = answered.message_id
        partner = self.partner_id
        known = partner.email_normalized == address
        return self.message_post(
            body=body,
            subject=subject,
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.env.ref("base.partner_root").id,
            email_from=self._get_acknowledgement_from(),
            parent_id=answered.id if answered else False,
            partner_ids=partner.ids if known else [],
            outgoing_email_to=False if known else address,
            mail_headers=headers,
            notify_skip_followers=True,
            email_add_signature=False,
            force_send=False,
        )

    def _get_acknowledgement_from(self):
        company = self.company_id
        return self.team_id.alias_email or company.email_formatted or self.env.user.email_formatted

    def _render_acknowledgement(self, lang=None, kind=ARRIVAL):
        """Return subject and text of an acknowledgement, the text as markup.

        :param lang: code of an installed language; without it the language of the sender
        :param kind: word of the arrival or of the solution
        """
        self.ensure_one()
        lang = lang or self._get_sender_lang()
        chosen, common = {
            ARRIVAL: (
                self.category_id.acknowledgement_template_id,
                "counterparty_crm.mail_template_request_acknowledgement",
            ),
            SOLUTION: (
                self.category_id.solution_template_id,
                "counterparty_crm.mail_template_request_solution",
            ),
        }[kind]
        template = chosen or self.env.ref(common)
        request = self.with_context(lang=lang)
        template = template.with_env(request.env)
        rendered = [
            template._render_field(field, request.ids)[request.id]
            for field in ("subject", "body_html")
        ]
        return tuple(rendered)

    def _get_sender_lang(self):
        wanted = (self.lang, self.partner_id.lang, self.company_id.partner_id.lang)
        return next(filter(self._is_installed_lang, wanted), self.env.lang or "en_US")

    def _get_answer_by_text(self):
        """Return until when an answer comes, in the time zone of the sender; False when open."""
        self.ensure_one()
        moment = self.first_deadline
        if not moment:
            return False
        zone = self.partner_id.tz or self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        text = format_datetime(
            self.env, moment, tz=zone, lang_code=self.env.lang, dt_format="EEEE, d MMMM yyyy, HH:mm"
        )
        return f"{text} ({zone})"

    def _get_sender_link(self, step=None):
        """Return the personal link of the sender, where requests of this kind are shown to them.

        :param step: what the page asks at once: ``rate`` or ``reopen``
        """
        self.ensure_one()
        if self.confidentiality != "partner":
            return False
        suffix = f"/{step}" if step else None
        return self.get_base_url() + self.get_portal_url(suffix=suffix)

    # ------------------------------------------------------------
    # Word of the solution
    # ------------------------------------------------------------

    def _tell_solution(self):
        """Tell whoever wrote that their request is solved, once per cycle, where wanted.

        Whatever a person wrote is answered; what nobody asked for in writing ends in silence.
        """
        written = self.filtered(
            lambda request: (
                request.channel in WRITTEN
                and request.category_id.tell_solution
                and not request.merged_into_id
                and (request.partner_email or request.partner_id.email)
            )
        )
        if not written:
            return
        # words are the system's, whoever solves
        Word = self.env["counterparty.acknowledgement"].sudo()
        told = Word.search([("request_id", "in", written.ids), ("kind", "=", SOLUTION)])
        known = {(word.request_id.id, word.cycle) for word in told}
        Word.create(
            [
                request._prepare_solution_vals()
                for request in written
                if (request.id, request.cycle) not in known
            ]
        )
        self._trigger_words()

    def _prepare_solution_vals(self):
        self.ensure_one()
        # mails of a request are the team's, not a single user's
        request = self.sudo()
        written = request.inbox_ids.filtered(lambda mail: mail.result in ("new", "possible"))
        last = request.message_ids.filtered("message_id").sorted("id")[-1:]
        return {
            "request_id": request.id,
            "kind": SOLUTION,
            "cycle": request.cycle,
            "address": email_normalize(request.partner_email or request.partner_id.email) or "",
            "state": WAITING,
            "automatic": any(
                mail.is_deaf or mail.kind == mail_intake.AUTOMATIC for mail in written
            ),
            "is_employee": any(user._is_internal() for user in request.partner_id.user_ids),
            "answered_id": last.id,
        }
