from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext

from ..tools import request_states as states
from .counterparty_request_state import SYSTEM
from .counterparty_request_unmerge import CONTENT, plain_value

SIMILAR = 5
# how long two requests of one counterparty may lie apart and still be the same
DUPLICATE_DAYS = 30


class CounterpartyRequestMerge(models.AbstractModel):
    """One thing asked twice, two things asked at once."""

    _name = "counterparty.request.merge.mixin"
    _description = "Merge and Split of Requests"

    duplicate_ids = fields.Many2many(
        "counterparty.request",
        string="Perhaps the Same",
        compute="_compute_duplicate_ids",
        help="Open requests of the same counterparty about the same thing.",
    )
    similar_ids = fields.Many2many(
        "counterparty.request",
        string="Solved like This",
        compute="_compute_similar_ids",
        help="Solved requests of the same category and product: what was the answer then?",
    )

    @api.depends(
        "commercial_partner_id", "partner_email", "category_id", "product_id", "subject_ref"
    )
    def _compute_duplicate_ids(self):
        for request in self:
            domain = request._domain_duplicates()
            request.duplicate_ids = self.search(domain, limit=SIMILAR) if domain else False

    def _domain_duplicates(self):
        """Return the domain of open requests that may be about the same, None if nobody asks."""
        self.ensure_one()
        who = Domain.FALSE
        if self.commercial_partner_id:
            who |= Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        if self.partner_email:
            who |= Domain("partner_email", "=ilike", self.partner_email)
        if who.is_false() or self.state not in states.LIVE:
            return None
        about = Domain("category_id", "=", self.category_id.id)
        if self.product_id:
            about &= Domain("product_id", "in", (self.product_id.id, False))
        if self.subject_ref:
            same = f"{self.subject_ref._name},{self.subject_ref.id}"
            about = Domain("subject_ref", "=", same)
        since = fields.Datetime.subtract(self.opened_at, days=DUPLICATE_DAYS)
        return (
            who
            & about
            & Domain("id", "!=", self._origin.id)
            & Domain("state", "in", states.LIVE)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("opened_at", ">=", since)
        )

    @api.depends("category_id", "product_id")
    def _compute_similar_ids(self):
        for request in self:
            request.similar_ids = (
                self.search(
                    [
                        ("category_id", "=", request.category_id.id),
                        ("product_id", "=", request.product_id.id),
                        ("state", "in", (states.SOLVED, states.CLOSED)),
                        ("merged_into_id", "=", False),
                        ("id", "!=", request._origin.id),
                        ("company_id", "=", request.company_id.id),
                    ],
                    order="solved_at desc",
                    limit=SIMILAR,
                )
                if request.product_id
                else False
            )

    def action_publish_answer(self):
        """Open a new published answer with the words of the last answer given here."""
        self.ensure_one()
        answer = self.message_ids.filtered(
            lambda message: (
                message.message_type in ("comment", "email")
                and not message.is_internal
                and any(user._is_internal() for user in message.author_id.user_ids)
            )
        )[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Published Answer"),
            "res_model": "counterparty.published.answer",
            "view_mode": "form",
            "context": {
                "default_name": self.name,
                "default_body": answer.body or False,
                "default_category_ids": self.category_id.ids,
                "default_company_id": self.company_id.id,
            },
        }

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def action_merge(self):
        """Ask which of the chosen requests, and their likely twins, to keep."""
        requests = self | self.duplicate_ids
        wizard = self.env["counterparty.request.merge"].create(
            {
                "request_ids": [Command.set(requests.ids)],
                # whoever asked knows the first number longest
                "target_id": requests.sorted("id")[:1].id,
            }
        )
        return wizard._get_records_action(name=self.env._("Merge Requests"), target="new")

    def _merge_into(self, target):
        """Let these requests live on in another: messages, links and numbers lead there.

        :param target: the request that stays
        :raises UserError: when they belong to different counterparties or companies
        """
        sources = self - target
        target.ensure_one()
        (sources | target).check_access("write")
        # of two merges at once the second starts again, and finds what the first has done
        self.env.cr.execute(
            SQL(
                "SELECT id FROM counterparty_request WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                (sources | target).ids,
            )
        )
        sources._check_merge(target)
        for source in sources.sorted("id"):
            source._move_content(target)
        # the rights on both were checked
        sources.sudo().write({"merged_into_id": target.id})
        # links of what was merged lead on; following one writes nothing
        target.sudo()._portal_ensure_token()
        # what was merged before leads to the end at once
        before = self.sudo().search([("merged_into_id", "in", sources.ids)])
        before.write({"merged_into_id": target.id})
        sources.filtered(lambda request: request.state not in states.ENDS)._close(SYSTEM)
        links = [source._get_html_link(title=source.number) for source in sources]
        target._message_log(
            body=self.env._("Merged into this: %(numbers)s.", numbers=Markup(", ").join(links))
        )
        for source in sources:
            source._message_log(
                body=self.env._("Goes on as %(request)s.", request=target._get_html_link())
            )

    def _check_merge(self, target):
        """Refuse merges that would show one counterparty what another wrote."""
        if target.merged_into_id:
            raise UserError(
                self.env._(
                    "%(request)s was merged into %(target)s: choose that one.",
                    request=target.display_name,
                    target=target.merged_into_id.display_name,
                )
            )
        for source in self:
            if source.confidentiality == "internal" and target.confidentiality != "internal":
                raise UserError(
                    self.env._(
                        "%(first)s is internal: in %(second)s the counterparty would read it. "
                        "Merge the other way round, or make both internal.",
                        first=source.display_name,
                        second=target.display_name,
                    )
                )
            theirs, ours = source.commercial_partner_id, target.commercial_partner_id
            strangers = theirs and ours and theirs != ours
            if strangers or source.company_id != target.company_id:
                raise UserError(
                    self.env._(
                        "%(first)s and %(second)s belong to different counterparties or "
                        "companies: they stay apart.",
                        first=source.display_name,
                        second=target.display_name,
                    )
                )

    def _move_content(self, target):
        """Give messages, files, people, activities and documents to another request."""
        self.ensure_one()
        # whoever may merge has read both; messages and files of others come along
        source, target = self.sudo(), target.sudo()
        content, vals = source._get_merge_content(target), source._prepare_merge_vals(target)
        trace = source._prepare_merge_trace(target, content, vals)
        for model, records in content.items():
            records.write({CONTENT[model]: target.id})
        target.message_subscribe(partner_ids=source.message_partner_ids.ids)
        target.write(vals)
        for name, values in trace["given"].items():
            values.append(plain_value(target, name))
        source.merge_trace = trace

    def _prepare_merge_vals(self, target):
        """Return what the request that stays takes over where it has nothing itself.

        Tags and urgency decide what was promised: of both requests the more is kept.
        """
        names = ("partner_id", "product_id", "lot_id", "responsible_partner_id", "campaign_id")
        vals = {name: self[name].id for name in names if self[name] and not target[name]}
        names = ("wanted_date", "wanted_place", "reply_email")
        vals |= {name: self[name] for name in names if self[name] and not target[name]}
        if self.direction and not target.direction and not target.amount:
            vals |= {"direction": self.direction, "amount": self.amount}
            vals["currency_id"] = self.currency_id.id
        if self.direction and self.direction == target.direction or "direction" in vals:
            vals["invoice_ids"] = [Command.link(move.id) for move in self.invoice_ids]
        copies = target._join_copies(
            ", ".join(filter(None, (self.partner_email, self.partner_id.email, self.email_cc)))
        )
        if copies != target.email_cc:
            # who asked here goes on to take part
            vals["email_cc"] = copies
        if self.subject_ref and not target.subject_ref:
            vals["subject_ref"] = f"{self.subject_ref._name},{self.subject_ref.id}"
        if self.awaiting_since:
            vals["awaiting_since"] = min(
                self.awaiting_since, target.awaiting_since or self.awaiting_since
            )
        if self.description and html2plaintext(self.description).strip():
            vals["description"] = (target.description or "") + self.description
        if self.tag_ids - target.tag_ids:
            vals["tag_ids"] = [Command.link(tag.id) for tag in self.tag_ids - target.tag_ids]
        if self.priority > target.priority:
            vals["priority"] = self.priority
        return vals

    # ------------------------------------------------------------
    # Split
    # ------------------------------------------------------------

    def action_split(self):
        """Ask which messages become a request of their own."""
        self.ensure_one()
        wizard = self.env["counterparty.request.split"].create(
            {"request_id": self.id, "name": self.name}
        )
        return wizard._get_records_action(name=self.env._("Split"), target="new")

    def _split(self, messages, name):
        """Make a request of its own from some messages of this one.

        :param messages: messages that ask for something else
        :param name: subject of the new request
        """
        self.ensure_one()
        self.check_access("write")
        split = self.with_context(mail_create_nolog=True)._create_follow_up(
            {
                "name": name,
                "channel": self.channel,
                "product_id": False,
                "lot_id": False,
                "subject_ref": False,
                "opened_at": self._get_asked_at(messages) or fields.Datetime.now(),
            }
        )
        # messages of others come along with their files, the clocks with the messages
        messages = messages.sudo()
        self._split_wait(split, messages)
        messages.write({"res_id": split.id})
        messages.attachment_ids.filtered(lambda file: file.res_model == self._name).write(
            {"res_id": split.id}
        )
        split._message_log(
            body=self.env._("Split from %(request)s.", request=self._get_html_link())
        )
        self._message_log(
            body=self.env._("Goes on apart: %(request)s.", request=split._get_html_link())
        )
        return split

    def _filter_asking(self, messages):
        """Return the messages by which the counterparty asked, the oldest first."""
        # whoever splits has read them
        first = self.sudo().message_ids.filtered(_is_written).sorted("id")[:1]
        written = messages.sudo().filtered(_is_written)  # as above
        asking = written.filtered(self._is_asking)
        # the mail of a request is the request itself, whoever passed it on
        return (asking | (written & first).filtered(self._is_opening)).sorted("id")

    def _get_asked_at(self, messages):
        """Return when the counterparty asked first in messages, False when it did not.

        A sender may date a mail as they like: it came after the request, and before now.
        """
        asked = self._filter_asking(messages)[:1]
        return asked and min(max(asked.date, self.opened_at), fields.Datetime.now())

    def _split_wait(self, split, moved):
        """Let each of two requests know since when somebody waits for an answer to it.

        :param split: the request that some messages go to
        :param moved: those messages, which are still here
        """
        # facts are written by what happens, never by people
        source, split = self.sudo(), split.sudo()
        written = source.message_ids.filtered(_is_written)
        asking = self._filter_asking(written)
        answers = (written - asking).sorted("id")
        last_id = answers[-1:].id or 0
        open_ones = asking.filtered(lambda message: message.id > last_id)
        taken = self._filter_asking(moved)
        facts = {"awaiting_since": self._get_asked_at(open_ones & taken)}
        answer = answers.filtered(lambda message: message.id > (taken[:1].id or last_id))[:1]
        if answer:
            facts["first_response_at"] = max(answer.date, split.opened_at)
        split.write({name: value for name, value in facts.items() if value})
        split._update_deadlines()
        # a form that nobody has answered is no message, and stays
        is_form = self.channel in ("form", "portal") and not answers
        if source.awaiting_since and open_ones and open_ones[0] in taken and not is_form:
            known = source.interval_ids
            source.write({"awaiting_since": self._get_asked_at(open_ones - taken)})
            # what is waited for elsewhere was not answered here
            (source.interval_ids - known).unlink()
            source._update_deadlines()


def _is_written(message):
    """Tell whether somebody wrote a message for the other side to read."""
    return message.message_type in ("comment", "email") and not message.is_internal
