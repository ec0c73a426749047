import base64

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, html_sanitize

from ..tools import mail_decision as decision
from ..tools.mail_decision import Situation, decide
from ..tools.mail_intake import AUTOMATIC, classify, read_envelope
from ..tools.mail_parts import part_name, read_parts

PREVIEW = 4000


class CounterpartyInboxQuarantine(models.AbstractModel):
    """Mails that nobody could place: shown to the team, told of daily, decided with a click."""

    _name = "counterparty.inbox.quarantine.mixin"
    _description = "Quarantine of Incoming Mail"

    preview = fields.Html("Text", compute="_compute_preview", sanitize=False)
    file_names = fields.Char("Files", compute="_compute_preview")
    same_sender_count = fields.Integer("Of This Sender", compute="_compute_same_sender_count")

    @api.depends("raw")
    def _compute_preview(self):
        for mail in self:
            # the text of a mail nobody vouches for: words only, no pictures, links or styles
            text, names = mail._read_preview()
            mail.preview = html_sanitize(Markup("<pre>%s</pre>") % text) if text else False
            mail.file_names = ", ".join(names) or False

    @api.depends("sender", "state")
    def _compute_same_sender_count(self):
        waiting = Domain("state", "=", "quarantine") & Domain("sender", "in", self.mapped("sender"))
        counts = dict(self._read_group(waiting, ["sender"], ["__count"]))
        for mail in self:
            is_waiting = mail.state == "quarantine"
            mail.same_sender_count = is_waiting and counts.get(mail.sender, 0)

    def _read_preview(self):
        raw = base64.b64decode(self.with_context(bin_size=False).raw or b"")
        try:
            message, dropped = read_parts(raw)
            body = message.get_body(("plain", "html"))
            text = body.get_content() if body else ""
            if body and body.get_content_type() == "text/html":
                text = html2plaintext(text)
            names = [part_name(part) for part in message.iter_attachments()]
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            return self.env._("This mail is beyond reading; its original can be downloaded."), []
        return text[:PREVIEW], names + dropped

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_accept(self):
        """Vouch for the senders: their mails join the requests they point at."""
        for mail in self:
            mail._check_decidable()
            if not mail.request_id:
                raise UserError(
                    self.env._(
                        "“%(mail)s” points at no request. Create a new request from it instead.",
                        mail=mail.display_name,
                    )
                )
            # whose request it is decides who joins it
            mail.request_id._follow_merged().check_access("write")
            mail._decide(mail.request_id)
        return self._open_requests()

    def action_create_request(self):
        """Open a new request for each mail."""
        for mail in self:
            mail._check_decidable()
            mail._decide(mail.env["counterparty.request"])
        return self._open_requests()

    def action_discard(self):
        """Put mails away that are no request; they can be taken back."""
        for mail in self:
            mail._check_decidable()
            # who may read the mail decides about it
            mail.sudo().write({"state": "discarded", "decided_by_id": self.env.uid})
            mail.sudo().activity_ids.unlink()

    def action_accept_sender(self):
        """Vouch for the senders in all their waiting mails that point at a request."""
        return self._get_same_sender().filtered("request_id").action_accept()

    def action_discard_sender(self):
        """Put all waiting mails of the senders away."""
        self._get_same_sender().action_discard()

    def _get_same_sender(self):
        """Return what waits of the same senders, oldest first, as far as the user decides it."""
        waiting = Domain("state", "=", "quarantine") & Domain("sender", "in", self.mapped("sender"))
        return self.search(waiting, order="id")

    def action_restore(self):
        """Bring discarded mails back into quarantine."""
        discarded = self.filtered(lambda mail: mail.state == "discarded")
        # who may read the mail decides about it
        discarded.sudo().write({"state": "quarantine", "decided_by_id": False})

    def _check_decidable(self):
        self.check_access("read")
        # two people before the same list: the second hears who was faster
        self.sudo().lock_for_update()
        self.invalidate_recordset()
        if self.state != "quarantine":
            raise UserError(
                self.env._(
                    "“%(mail)s” is no longer in quarantine: %(user)s has decided about it.",
                    mail=self.display_name,
                    user=self.decided_by_id.name or self.env._("somebody"),
                )
            )

    def _decide(self, target):
        """Do with a mail what a person decided, as the system does what it decides itself."""
        decided_by = self.env.user
        mail = self.with_user(SUPERUSER_ID).sudo()  # mails are processed by the system
        raw = base64.b64decode(mail.raw or b"")
        envelope = read_envelope(raw)
        mail.kind, _why = classify(envelope, mail._find_own_addresses(envelope.sender))
        people = mail._find_people(envelope.sender)
        target = target.with_env(mail.env)
        fate = decision.NEW
        if target:
            target = target._follow_merged()
            target._add_participant(envelope.sender)
            situation = Situation(
                automatic=mail.kind == AUTOMATIC,
                proof=decision.TOKEN,
                takes_part=True,
                is_employee=bool(mail._get_employee(people)),
                is_over=not target._can_take_reply(),
            )
            fate, _reason = decide(situation)
        mail._apply(fate, envelope, target, people, raw, mail._find_answered(envelope))
        mail.decided_by_id = decided_by
        mail.activity_ids.unlink()

    def _open_requests(self):
        if len(self) != 1 or not self.request_id:
            return True
        return self.request_id._get_records_action()

    # ------------------------------------------------------------
    # Telling the team
    # ------------------------------------------------------------

    def _tell_of_quarantine(self):
        """Leave a note on the request a mail points at, once a day for each reason."""
        target = self.request_id
        if not target:
            return
        self.desk_team_id = target.team_id or self.desk_team_id
        day = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        told = self.search_count(
            [
                ("id", "!=", self.id),
                ("request_id", "=", target.id),
                ("state", "=", self.state),
                ("reason", "=", self.reason),
                ("received_at", ">=", day),
            ],
            limit=1,
        )
        if told:
            return
        target.message_post(
            body=self._get_quarantine_text(),
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            is_internal=True,
        )

    def _get_quarantine_text(self):
        """Return what the request hears of a mail that points at it."""
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        values = {
            "sender": self.sender or self.env._("an unknown sender"),
            "reason": reasons[self.reason][:1].lower() + reasons[self.reason][1:],
        }
        if self.state == "discarded":
            return self.env._("Further mails of %(sender)s are put away: %(reason)s.", **values)
        return self.env._("A mail of %(sender)s waits in quarantine: %(reason)s.", **values)

    @api.model
    def _cron_tell_quarantine(self):
        """Tell each team once a day how many mails wait, while there are any."""
        waiting = Domain("state", "=", "quarantine")
        for team, count in self._read_group(waiting, ["desk_team_id"], ["__count"]):
            users = (team.leader_id | team.user_ids).filtered("active")
            for user in users or self.env.ref("base.user_admin"):
                self._tell_user(user, team, count)

    def _tell_user(self, user, team, count):
        mail = self.with_context(lang=user.lang)
        team = team.with_context(lang=user.lang)
        url = f"{self.get_base_url()}/odoo/counterparty-quarantine"
        self.env["mail.thread"].with_context(lang=user.lang).message_notify(
            partner_ids=user.partner_id.ids,
            subject=mail.env._(
                "Mails in quarantine: %(count)s (%(team)s)", count=count, team=team.name or ""
            ),
            body=Markup('<p>%s</p><p><a href="%s">%s</a></p>')
            % (
                mail.env._("They could not be placed and wait for a decision of the team."),
                url,
                mail.env._("Open the quarantine"),
            ),
        )
