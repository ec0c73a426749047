from odoo import api, fields, models
from odoo.tools import split_every

from ..tools import request_states as states
from .counterparty_request_batch import PARTNER_FACTS
from .counterparty_request_state import SYSTEM

CHUNK = 200


class CounterpartyRequestFollow(models.AbstractModel):
    """What comes after the solution: answers in time, follow-ups, the end."""

    _name = "counterparty.request.follow.mixin"
    _description = "Follow-up of Requests"

    is_reopenable = fields.Boolean(compute="_compute_is_reopenable")

    @api.depends("state", "solved_at", "closed_at", "merged_into_id", "category_id.reopen_days")
    def _compute_is_reopenable(self):
        for request in self:
            request.is_reopenable = request._can_reopen()

    def action_follow_up(self):
        """Create a new request that follows one that is done, and open it."""
        self.ensure_one()
        return self._create_follow_up()._get_records_action()

    def _can_take_reply(self):
        """Tell whether a message of the counterparty still belongs here.

        What was closed stays closed: later messages go to a follow-up.
        """
        self.ensure_one()
        return self.state in states.LIVE or (self.state == states.SOLVED and self._can_reopen())

    def _create_follow_up(self, vals=None):
        """Create the request that takes over from one that is done.

        :param vals: values that differ: subject, description, channel
        """
        self.ensure_one()
        base, vals = self._prepare_follow_up_vals(), vals or {}
        if vals.get("partner_id", self.partner_id.id) != self.partner_id.id:
            # another person has another name, address and language
            for name in (*PARTNER_FACTS, "has_own_lang"):
                del base[name]
        return self.create({**base, **vals})

    def _prepare_follow_up_vals(self):
        self.ensure_one()
        # present: back at work and still with us
        user = self.user_id.filtered(lambda user: user.active and not user.is_out_of_office)
        names = ("partner_name", "partner_email", "partner_phone", "address", "name")
        names += ("lang", "has_own_lang")
        links = ("company_id", "category_id", "team_id", "partner_id", "product_id", "lot_id")
        return {
            **{name: self[name] for name in names},
            **{name: self[name].id for name in links},
            "subject_ref": self.subject_ref and f"{self.subject_ref._name},{self.subject_ref.id}",
            "tag_ids": [fields.Command.set(self.tag_ids.ids)],
            "confidentiality": self.confidentiality,
            "parent_id": self.id,
            "user_id": user.id,
        }

    def _follow_merged(self):
        """Return the request that requests live on in, after any number of merges."""
        self.ensure_one()
        request, seen = self, set()
        while request.merged_into_id and request.id not in seen:
            seen.add(request.id)
            request = request.merged_into_id
        return request

    # ------------------------------------------------------------
    # The end
    # ------------------------------------------------------------

    @api.model
    def _domain_grace_over(self):
        """Return the domain of solved requests that nobody can reopen by an answer any more."""
        now = fields.Datetime.now()
        domain = fields.Domain.FALSE
        categories = self.env["counterparty.request.category"].with_context(active_test=False)
        for days, group in (
            categories.search([("reopen_days", ">=", 0)]).grouped("reopen_days").items()
        ):
            domain |= fields.Domain("category_id", "in", group.ids) & fields.Domain(
                "solved_at", "<", fields.Datetime.subtract(now, days=days)
            )
        return fields.Domain("state", "=", states.SOLVED) & domain

    @api.model
    def _cron_close_solved(self):
        """Close what was solved long enough ago, without a word to anybody."""
        waiting = self.search(self._domain_grace_over())
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for ids in split_every(CHUNK, waiting.ids):
            requests = self.browse(ids).try_lock_for_update()
            requests.invalidate_recordset()
            requests.filtered_domain(self._domain_grace_over())._close(SYSTEM)
            if not self.env["ir.cron"]._commit_progress(len(ids)):
                break
