import base64
import logging
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import mail_decision as decision
from ..tools.mail_decision import Situation, decide
from ..tools.mail_intake import (
    AUTOMATIC,
    BOUNCE,
    classify,
    has_failed_dmarc,
    is_deaf,
    plain_subject,
    read_envelope,
    read_token,
    strip_token,
    subject_numbers,
)
from ..tools.mail_parts import read_parts
from .counterparty_inbox_posting import CREATED

_logger = logging.getLogger(__name__)

REQUEST, TEST = "r", "t"
TRUSTED_SERVER = "counterparty_crm.trusted_mail_server"
# new requests, and what came after them without saying so
JOINED = (*CREATED, decision.ANSWER)


@dataclass(frozen=True)
class Address:
    """Where a mail is addressed: which teams, and whether others want it too."""

    teams: models.BaseModel
    is_shared: bool = False


class CounterpartyInboxProcessing(models.AbstractModel):
    """What a mail means and what becomes of it; everything here may fail and be repeated."""

    _name = "counterparty.inbox.processing.mixin"
    _description = "Processing of Incoming Mail"

    # ------------------------------------------------------------
    # For the desk or for others
    # ------------------------------------------------------------

    @api.model
    def _find_address_safely(self, envelope, model=None):
        """Return where a mail is addressed; a fault of ours leaves it to the host, with a word."""
        try:
            with self.env.cr.savepoint():
                return self._find_address(envelope, model)
        except Exception:
            _logger.exception("Mail %s is left to the host", envelope.message_id)
            return None

    @api.model
    def _find_address(self, envelope, model=None):
        """Return where a mail is addressed on the desk, or None when it is not for the desk.

        :param model: the model that the gateway creates when it knows no better
        """
        Team = self.env["counterparty.request.team"]
        test = self._find_test_team(envelope)
        if test:
            return Address(test)
        addresses = {address for sent in envelope.recipients for address in self._spellings(sent)}
        aliases = self._find_aliases(addresses)
        model_id = self.env["ir.model"]._get_id("counterparty.request")
        ours = aliases.filtered(lambda alias: alias.alias_model_id.id == model_id)
        # whom a plus address reaches, reaches only the desk
        others = (aliases - ours).filtered(
            lambda alias: alias.alias_full_name in envelope.recipients
        )
        if ours:
            teams = Team.search_fetch([("alias_id", "in", ours.ids)], ["company_id"])
            return Address(teams, bool(others))
        if self._find_token(envelope):
            return Address(Team, bool(others))
        # an answer that is sent to another address of ours is passed on, not answered
        if not others and self._is_answer_to_request(envelope):
            return Address(Team)
        if model == "counterparty.request" and not others:
            return Address(Team)
        return None

    @staticmethod
    def _spellings(address):
        return {address, strip_token(address)}

    @api.model
    def _find_aliases(self, addresses):
        if not addresses:
            return self.env["mail.alias"]
        locals_ = list({address.partition("@")[0] for address in addresses})
        by_local = Domain("alias_incoming_local", "=", True) & Domain("alias_name", "in", locals_)
        return self.env["mail.alias"].search_fetch(
            Domain("alias_full_name", "in", list(addresses)) | by_local,
            ["alias_full_name", "alias_model_id"],
        )

    @api.model
    def _find_token(self, envelope):
        secret = self._get_secret()
        found = (read_token(secret, REQUEST, address) for address in envelope.recipients)
        request_id = next(filter(None, found), None)
        return self.env["counterparty.request"].browse(request_id).exists()

    @api.model
    def _find_test_team(self, envelope):
        marks = [mark.lower() for mark in subject_numbers(envelope.subject)]
        secret = self._get_secret()
        found = (read_token(secret, TEST, f"test+{mark}") for mark in marks)
        team_id = next(filter(None, found), None)
        return self.env["counterparty.request.team"].browse(team_id).exists()

    @api.model
    def _get_secret(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.secret")

    @api.model
    def _is_answer_to_request(self, envelope):
        answered = self._find_answered(envelope)[:1]
        return answered.model == "counterparty.request" and bool(answered.res_id)

    @api.model
    def _find_answered(self, envelope):
        """Return the messages that a mail refers to, newest first."""
        Message = self.env["mail.message"]
        if not envelope.references:
            return Message
        domain = Domain("message_id", "in", list(envelope.references))
        return Message.search(domain, order="id desc")

    # ------------------------------------------------------------
    # What becomes of it
    # ------------------------------------------------------------

    def _process(self):
        """Make of a mail what it is.

        :return: the request it became part of, if any
        """
        self.ensure_one()
        raw = base64.b64decode(self.raw or b"")
        envelope = read_envelope(raw)
        nothing = self.env["counterparty.request"]
        test = self._find_test_team(envelope)
        if test:
            test._note_test_arrived(envelope)
            self._finish("test", nothing)
            return nothing
        self.is_deaf = is_deaf(envelope)
        self.kind, why = classify(envelope, self._find_own_addresses(envelope.sender))
        if self.kind == BOUNCE:
            if self._process_bounce(raw) or why == "report":
                self._finish("bounce", nothing)
                return nothing
            # a person at postmaster@ writes, too: what reports nothing is not thrown away
            self.kind = AUTOMATIC
        answered = self._find_answered(envelope)
        target, proof = self._find_reply_target(envelope, answered)
        if self._is_known(envelope, target):
            self._finish("known", target)
            return target
        people = self._find_people(envelope.sender)
        situation, target = self._get_situation(envelope, target, proof, people)
        fate, reason = decide(situation)
        if fate == decision.FOLLOW_UP and self._is_acting(target, people, envelope.sender):
            # what suppliers say after the end is for whoever worked on it
            fate = decision.COMMENT
        if fate in (decision.QUARANTINE, decision.DISCARD):
            state = "quarantine" if fate == decision.QUARANTINE else "discarded"
            self.write({"state": state, "reason": reason, "request_id": target.id})
            self._tell_of_quarantine()
            return nothing
        return self._apply(fate, envelope, target, people, raw, answered)

    def _finish(self, result, request):
        self.write(
            {
                "state": "done",
                "result": result,
                "request_id": request.id,
                "reason": False,
                "error": False,
                "next_at": False,
            }
        )

    @api.model
    def _find_own_addresses(self, sender):
        Domains = self.env["mail.alias.domain"]
        ours = Domain("name", "=", sender.partition("@")[2])
        if not sender or not Domains.search_count(ours, limit=1):
            return set()
        return set(Domains._find_aliases([sender]))

    def _process_bounce(self, raw):
        """Let the host mark what could not be delivered; the request hears of it from there.

        :return: whether the mail reported anything
        """
        Thread = self.env["mail.thread"]
        message, _dropped = read_parts(raw)
        values = Thread.message_parse(message)
        if values.get("is_bounce"):
            Thread._routing_handle_bounce(message, values)
        return bool(values.get("is_bounce"))

    def _is_known(self, envelope, target):
        """Tell whether a mail is one that we sent, or is part of its request already."""
        if not envelope.message_id:
            return False
        known = self.env["mail.message"].search([("message_id", "=", envelope.message_id)])
        return any(
            message.message_type != "email"
            or (target and (message.model, message.res_id) == (target._name, target.id))
            for message in known
        )

    # ------------------------------------------------------------
    # Which request, which person
    # ------------------------------------------------------------

    def _find_reply_target(self, envelope, answered):
        """Return the request a mail points at, and how: by token, reference or number.

        :param answered: the messages it refers to
        """
        Request = self.env["counterparty.request"]
        target, proof = self._find_token(envelope), decision.TOKEN
        if not target:
            ours = answered.filtered(lambda message: message.model == Request._name)[:1]
            target, proof = Request.browse(ours.res_id).exists(), decision.REFERENCE
        numbers = subject_numbers(envelope.subject)
        if not target and numbers:
            domain = Domain("number", "in", numbers) & Domain("company_id", "=", self.company_id.id)
            found = {request.number: request for request in Request.search(domain)}
            # the first counts: the others are part of what was answered
            target = next((found[number] for number in numbers if number in found), target)
            proof = decision.NUMBER
        if not target:
            return target, decision.NOTHING
        return target._follow_merged(), proof

    def _find_people(self, sender):
        """Return the contacts that have an address, in the company of the mail."""
        if not sender:
            return self.env["res.partner"]
        domain = Domain("email_normalized", "=", sender)
        domain &= Domain("company_id", "in", [False, self.company_id.id])
        return self.env["res.partner"].search(domain, limit=10)

    def _get_situation(self, envelope, target, proof, people):
        """Gather the facts on which the fate of a mail is decided.

        :return: the facts, and the request it is about: an automatic mail that points at none
            belongs to the last request of its sender
        """
        automatic = self.kind == AUTOMATIC
        employee = self._get_employee(people)
        if (
            automatic
            and proof == decision.NUMBER
            and not employee
            and not target._is_participant(envelope.sender, people)
        ):
            # a number is no secret: programs join nothing by it, either
            target, proof = target.browse(), decision.NOTHING
        recent = target
        if automatic and not target:
            target = recent = self._find_recent_request(envelope.sender)
        flood = self._find_flood(envelope.sender, target)
        repeated, recent_mails = flood.browse(), len(flood)
        if not target:
            repeated = flood._filter_repeated(envelope.subject)
            opened = flood.filtered(lambda mail: mail.result != decision.ANSWER)
            recent_mails = max(len(opened), len(repeated))
        if not automatic and len(repeated) >= decision.REPEATS:
            target = repeated[:1].request_id._follow_merged()
        trusted = self.env["ir.config_parameter"].get_param(TRUSTED_SERVER)
        solved = bool(target) and target.state == "solved"
        return Situation(
            automatic=automatic,
            proof=proof,
            takes_part=bool(target and proof)
            and (bool(employee) or target._is_participant(envelope.sender, people)),
            is_employee=bool(employee),
            is_known=bool(people) or (bool(target) and target._has_colleague(envelope.sender)),
            is_forged=has_failed_dmarc(envelope, trusted),
            is_over=bool(target) and not target._can_take_reply(),
            is_solved=solved,
            reopenings_today=self._count_reopenings(target) if solved else 0,
            recent_mails=recent_mails,
            repeats=0 if automatic else len(repeated),
            has_recent_request=bool(automatic and recent),
        ), target

    @api.model
    def _get_employee(self, people):
        return people.filtered(lambda partner: any(not user.share for user in partner.user_ids))[:1]

    def _find_recent_request(self, sender):
        """Return the request that a program's mail belongs to when it says nothing about it."""
        if not sender or self._is_allowed_to_repeat(sender):
            return self.env["counterparty.request"]
        day = fields.Datetime.now() - timedelta(days=1)
        answered = self.env["counterparty.acknowledgement"].search(
            [("address", "=", sender), ("date", ">=", day), ("state", "=", "sent")],
            order="id desc",
            limit=1,
        )
        if answered:
            return answered.request_id._follow_merged()
        mail = self.search(
            [("sender", "=", sender), ("received_at", ">=", day), ("result", "in", CREATED)],
            order="id desc",
            limit=1,
        )
        return mail.request_id._follow_merged() if mail.request_id else mail.request_id

    def _find_flood(self, sender, target):
        """Return the last mails of a sender to a request, or those that opened one.

        What was put away since counts, too: a machine that goes on is not let in again.
        """
        since = fields.Datetime.now() - timedelta(hours=decision.FLOOD_HOURS)
        domain = Domain("sender", "=", sender or False) & Domain("received_at", ">=", since)
        if target:
            handled = Domain("state", "=", "done") & Domain("request_id", "=", target.id)
        else:
            handled = Domain("state", "=", "done") & Domain("result", "in", JOINED)
        flooded = Domain("state", "!=", "todo") & Domain("reason", "=", decision.FLOOD)
        found = self.search_fetch(
            domain & (handled | flooded),
            ["subject", "request_id", "result"],
            order="id desc",
            limit=2 * decision.FLOOD_MAILS,
        )
        if len(found) >= decision.REPEATS and self._is_allowed_to_repeat(sender):
            return found.browse()
        return found

    def _filter_repeated(self, subject):
        """Return the mails with the same subject that are part of a request."""
        subject = plain_subject(subject)
        return self.filtered(
            lambda mail: mail.request_id and plain_subject(mail.subject or "") == subject
        )

    @api.model
    def _is_allowed_to_repeat(self, sender):
        """Tell whether the host's list of allowed senders names an address."""
        return bool(
            sender
            and self.env["mail.gateway.allowed"].search_count(
                [("email_normalized", "=", sender)], limit=1
            )
        )

    def _count_reopenings(self, target):
        day = fields.Datetime.now() - timedelta(days=1)
        return self.search_count(
            [
                ("request_id", "=", target.id),
                ("reopened", "=", True),
                ("received_at", ">=", day),
            ],
            limit=decision.REOPENINGS_PER_DAY,
        )
