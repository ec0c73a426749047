import html
import logging

import psycopg2
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.tools import email_normalize, formataddr, html2plaintext, plaintext2html

from ..tools import mail_decision as decision
from ..tools.languages import guess_language
from ..tools.mail_intake import (
    AUTOMATIC,
    clean_name,
    forwarded_author,
    is_deaf,
    is_forward,
    plain_subject,
)
from ..tools.mail_parts import read_parts
from .counterparty_request_convert import LETTER_FOLLOWS
from .counterparty_request_message import AUTOMATIC as AUTOMATIC_MESSAGE
from .counterparty_request_message import OPENING

_logger = logging.getLogger(__name__)

CREATED = (decision.NEW, decision.POSSIBLE, decision.FOLLOW_UP)
# people in copy who may take part; more of them is a mailing
COPIES = 20


class CounterpartyInboxPosting(models.AbstractModel):
    """What is done with a mail when its fate is decided."""

    _name = "counterparty.inbox.posting.mixin"
    _description = "Posting of Incoming Mail"

    def _apply(self, fate, envelope, target, people, raw, answered):
        """Do what was decided, and note it.

        :param answered: messages that the mail refers to, newest first
        :return: the request the mail is part of now
        """
        letter = self._read_letter(raw)
        letter["parent"] = answered[:1]
        if fate not in CREATED:
            was_solved = target.state == "solved"
            self._post(fate, target, letter, envelope, people)
            self.reopened = was_solved and target.state != "solved"
            self._finish(fate, target)
            return target
        quiet = {"mail_create_nolog": True, "mail_create_nosubscribe": True}
        # what comes out of the request by itself begins with the words of the mail
        quiet[LETTER_FOLLOWS] = True
        if fate == decision.FOLLOW_UP:
            values = self._prepare_follow_up_vals(envelope, letter, people, target)
            request = target.with_context(**quiet)._create_follow_up(values)
        else:
            values = self._prepare_request_vals(envelope, letter, people)
            if fate == decision.POSSIBLE:
                values["possible_request_id"] = target.id
                # the number of the other stays out of the answers to this one
                values["name"] = values["name"].replace(f"[{target.number}]", "").strip()
                values["name"] = values["name"] or self._get_name(envelope)
            request = self.env["counterparty.request"].with_context(**quiet).create(values)
        self._post(fate, request, letter, envelope, people)
        request = request.with_context(**{LETTER_FOLLOWS: False})
        request._convert_automatically()
        self._finish(fate, request)
        request._acknowledge(
            envelope.sender,
            automatic=self.kind == AUTOMATIC or is_deaf(envelope),
            is_employee=bool(self._get_employee(people)),
            answered=letter["posted"],
        )
        return request

    def _read_letter(self, raw):
        """Return text, files and copies of a mail; what is beyond reading is named in the text."""
        try:
            message, dropped = read_parts(raw)
            letter = self.env["mail.thread"].message_parse(message)
        except psycopg2.Error:
            raise
        except Exception:
            _logger.info("Mail %s is beyond reading, its headers are kept", self.id, exc_info=True)
            letter, dropped = {"body": "", "attachments": []}, [self.env._("the whole text")]
        letter["body"] = self._unfold_text(letter["body"] or "")
        letter["dropped"] = dropped
        return letter

    @api.model
    def _unfold_text(self, body):
        """Let lines of a plain text wrap; the host keeps them as long as they were sent."""
        text = body.strip()
        if not text.startswith("<pre>") or not text.endswith("</pre>") or text.count("<pre>") > 1:
            return body
        return plaintext2html(html.unescape(str(text[5:-6])).strip())

    def _prepare_request_vals(self, envelope, letter, people):
        """Return the values of a request that a mail opens; nobody is guessed."""
        employee = self._get_employee(people)
        text = html2plaintext(letter["body"] or "")[:5000]
        values = {
            "name": plain_subject(envelope.subject) or self._get_name(envelope),
            "channel": "email",
            "company_id": self.company_id.id,
            "team_id": self.team_id.id or False,
            "description": False,
            # the mail follows at once
            "awaiting_since": fields.Datetime.now(),
            "email_cc": self._get_copies(letter),
        }
        if not employee and self.kind != AUTOMATIC:
            values["reply_email"] = envelope.reply_address or False
        category = self.team_id.mail_category_id
        if category:
            values["category_id"] = category.id
        if not self.team_id:
            del values["team_id"]
        if employee and is_forward(envelope.subject):
            values.update(self._prepare_forwarded_vals(text))
        elif employee or len(people) == 1:
            values["partner_id"] = (employee or people).id
        else:
            values["partner_candidate_ids"] = [Command.set(people.ids)]
            values["partner_email"] = envelope.sender or False
            values["partner_name"] = envelope.sender_name or False
        if not (employee or people)[:1].lang or len(people) > 1:
            installed = [code for code, _name in self.env["res.lang"].get_installed()]
            language = guess_language(text, installed)
            if language:
                values["lang"] = language
        return values

    def _prepare_follow_up_vals(self, envelope, letter, people, target):
        """Return what differs from the request that is followed.

        A colleague becomes the contact; whoever was in copy stays in copy.
        """
        writer = people if len(people) == 1 else people.browse()
        is_asker = envelope.sender == email_normalize(target.partner_email)
        colleague = writer.commercial_partner_id == target.commercial_partner_id
        copies = self._get_copies(letter)
        values = {
            "name": plain_subject(envelope.subject) or self._get_name(envelope),
            "channel": "email",
            "description": False,
            # the mail follows at once
            "awaiting_since": fields.Datetime.now(),
            "email_cc": copies,
        }
        if writer and (colleague or (is_asker and not target.partner_id)):
            values["partner_id"] = writer.id
        elif not is_asker:
            values["email_cc"] = ", ".join(filter(None, (envelope.sender, copies)))
        return values

    def _prepare_forwarded_vals(self, text):
        """Propose who wrote what an employee passed on; the employee may have quoted anybody."""
        found = forwarded_author(text)
        if not found:
            return {}
        name, address = found
        return {
            "forwarded_from": formataddr((name, address)) if name else address,
            "partner_candidate_ids": [Command.set(self._find_people(address).ids)],
        }

    def _get_name(self, envelope):
        sender = envelope.sender_name or envelope.sender
        if sender:
            return clean_name(self.env._("Mail of %(sender)s", sender=sender))
        return self.env._("Mail without subject")

    def _get_copies(self, letter):
        copies = (letter.get("cc_filtered") or "").split(",")
        return ", ".join(filter(None, copies[:COPIES])) or False

    def _post(self, fate, request, letter, envelope, people):
        """Add a mail to the thread of its request: as a message, or as a note of employees."""
        as_note = fate == decision.NOTE
        employee = self._get_employee(people)
        author = employee or (people if len(people) == 1 else people.browse())
        body = self._get_body(letter)
        parent = letter["parent"]
        in_thread = (parent.model, parent.res_id) == (request._name, request.id)
        acting = not employee and self._is_acting(request, people, envelope.sender)
        if not as_note and fate == decision.ANSWER and not employee and not acting:
            request._add_copies(self._get_copies(letter))
        # what answers a note of employees stays among them
        internal = as_note or acting or bool(employee and in_thread and parent.is_internal)
        values = {
            "message_type": "email",
            "subtype_xmlid": "mail.mt_note" if internal else "mail.mt_comment",
            "is_internal": internal,
            "subject": envelope.subject or False,
            "body": body,
            "email_from": self._get_email_from(envelope),
            "author_id": author.id or False,
            "parent_id": parent.id if in_thread else False,
            "attachments": letter["attachments"],
            "incoming_email_to": letter.get("to_filtered") or False,
            "incoming_email_cc": self._get_copies(letter),
        }
        if envelope.message_id:
            values["message_id"] = envelope.message_id
        if acting and not as_note:
            # what suppliers say is for whoever works on it, not for the counterparty
            values["partner_ids"] = request.user_id.partner_id.ids
        if employee and not internal and fate == decision.ANSWER:
            if request.partner_id:
                values["partner_ids"] = (request.partner_id - employee).ids
            else:
                # the counterparty is known by its address alone
                values["outgoing_email_to"] = request.partner_email
        quiet = as_note or fate == decision.COMMENT
        context = {
            AUTOMATIC_MESSAGE: quiet,
            OPENING: fate in CREATED,
            "mail_post_autofollow_author_skip": not employee,
        }
        letter["posted"] = request.with_context(**context).message_post(**values)
        if acting and not quiet and request.state == "hold":
            request._open()

    @api.model
    def _get_body(self, letter):
        """Return the text of a mail, and what of it was left out."""
        # the host's parser makes markup of it
        body = letter["body"] or ""
        if letter["dropped"]:
            body += Markup("<p>%s</p>") % self.env._(
                "Left out, because it was too much: %(names)s",
                names=", ".join(letter["dropped"][:COPIES]),
            )
        return body

    @api.model
    def _is_acting(self, request, people, sender):
        """Tell whether a mail is of whoever has to act on what somebody else asked for."""
        acting = request.responsible_partner_id
        company = acting.commercial_partner_id
        if not acting or company == request.commercial_partner_id:
            return False
        return company in people.commercial_partner_id or sender == acting.email_normalized

    def _get_email_from(self, envelope):
        if envelope.sender:
            return formataddr((envelope.sender_name, envelope.sender))
        return clean_name(envelope.header("from")) or self.env._("Unknown sender")
