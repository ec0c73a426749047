from datetime import datetime

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .counterparty_request_batch import PARTNER_FACTS
from .counterparty_request_state import MOVING

# what goes over to another request -> the field that says whose it is
CONTENT = {
    "mail.message": "res_id",
    "ir.attachment": "res_id",
    "mail.activity": "res_id",
    "counterparty.request.document": "request_id",
    "counterparty.request.line": "request_id",
    "counterparty.change": "request_id",
    "counterparty.inbox": "request_id",
    "counterparty.request": "parent_id",
}
# what the end of a merged request overwrites
END = ("state", "solved_at", "closed_at", "closed_by", "awaiting_since")


class CounterpartyRequestUnmerge(models.AbstractModel):
    """Takes a merge back: what it moved and overwrote is kept with the request that ended."""

    _name = "counterparty.request.unmerge.mixin"
    _description = "Undo of a Merge"

    merge_trace = fields.Json(readonly=True, copy=False, groups="base.group_user")
    can_undo_merge = fields.Boolean(compute="_compute_can_undo_merge")

    @api.depends("merged_into_id", "merge_trace")
    def _compute_can_undo_merge(self):
        for request in self:
            # the trace holds numbers of records alone
            target_id = (request.sudo().merge_trace or {}).get("target_id")
            # after a second merge, of the request that went on, that one is undone first
            request.can_undo_merge = bool(target_id) and request.merged_into_id.id == target_id

    # ------------------------------------------------------------
    # Trace
    # ------------------------------------------------------------

    def _get_merge_content(self, target):
        """Return what goes over to another request, by the model."""
        # whoever may merge has read both; messages and files of others come along
        source, target = self.sudo(), target.sudo()
        taken = {(link.res_model, link.res_id) for link in target.document_ids}
        return {
            # the word of its arrival stays where its number and its link are
            "mail.message": source.message_ids.filtered(
                lambda message: message.message_type not in ("notification", "auto_comment")
            ),
            "ir.attachment": source.env["ir.attachment"].search(
                [("res_model", "=", self._name), ("res_id", "=", self.id)]
            ),
            "mail.activity": source.activity_ids,
            "counterparty.request.document": source.document_ids.filtered(
                lambda link: (link.res_model, link.res_id) not in taken
            ),
            "counterparty.request.line": source.line_ids,
            "counterparty.change": source.change_ids,
            # what waits for a decision; what was decided stays with what it became
            "counterparty.inbox": source.inbox_ids.filtered(
                lambda mail: mail.state == "quarantine"
            ),
            "counterparty.request": source.child_ids,
        }

    def _prepare_merge_trace(self, target, content, vals):
        """Return what brings this request back, before it ends.

        :param content: what goes over
        :param vals: what is written on the other request
        """
        self.ensure_one()
        source = self.sudo()
        running = source.interval_ids.filtered(lambda interval: not interval.ended_at)
        followers = source.message_partner_ids - target.sudo().message_partner_ids
        names = set(vals) - {"tag_ids", "description", "invoice_ids"}
        if "partner_id" in names:
            names |= {*PARTNER_FACTS, "has_own_lang"}
        return {
            "target_id": target.id,
            "end": {name: plain_value(source, name) for name in END},
            "running_id": running.id,
            "last_interval_id": max(source.interval_ids.ids, default=0),
            "content": {model: records.ids for model, records in content.items()},
            "follower_ids": followers.ids,
            "merged_ids": source.merged_ids.ids,
            "given": {name: [plain_value(target, name)] for name in names},
            "tag_ids": (source.tag_ids - target.tag_ids).ids,
            "invoice_ids": (source.invoice_ids - target.sudo().invoice_ids).ids
            if "invoice_ids" in vals
            else [],
        }

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def action_undo_merge(self):
        """Bring a merged request back as it was; what came since stays with the other.

        :raises UserError: when the other was merged on, or the merge left no trace
        """
        for request in self:
            if not request.can_undo_merge:
                raise UserError(
                    self.env._(
                        "The merge of %(request)s cannot be undone any more. Split its messages "
                        "off the request that it goes on as.",
                        request=request.display_name,
                    )
                )
            request._undo_merge()

    def _undo_merge(self):
        self.ensure_one()
        target = self.merged_into_id
        (self | target).check_access("write")
        # the rights on both were checked; messages and files of others go along
        source, target = self.sudo(), target.sudo()
        trace = source.merge_trace
        source._take_content_back(target, trace["content"])
        target.message_unsubscribe(trace["follower_ids"])
        known = target.interval_ids
        target.write(source._prepare_unmerge_vals(target, trace))
        # a wait that was never the other's is no answer given now
        (target.interval_ids - known).unlink()
        merged = source.browse(trace["merged_ids"]).exists()
        merged.filtered(lambda request: request.merged_into_id == target).write(
            {"merged_into_id": source.id}
        )
        source._restore_end(trace)
        target._message_log(
            body=self.env._("Not merged any more: %(request)s.", request=self._get_html_link())
        )
        self._message_log(
            body=self.env._(
                "Goes on apart from %(request)s again. What came since the merge is there.",
                request=target._get_html_link(),
            )
        )

    def _take_content_back(self, target, content):
        """Take back what went over and is still there."""
        for model, ids in content.items():
            link = CONTENT[model]
            rows = self.env[model].search([("id", "in", ids), (link, "=", target.id)])
            if model == "mail.message":
                rows = rows.filtered(lambda row: row.model == self._name)
            elif link == "res_id":
                rows = rows.filtered(lambda row: row.res_model == self._name)
            rows.write({link: self.id})

    def _prepare_unmerge_vals(self, target, trace):
        """Return what the other request had before, where nobody has changed it since."""
        vals = {
            name: before
            for name, (before, after) in trace["given"].items()
            if plain_value(target, name) == after
        }
        if trace["tag_ids"]:
            vals["tag_ids"] = [Command.unlink(tag_id) for tag_id in trace["tag_ids"]]
        if trace.get("invoice_ids"):
            vals["invoice_ids"] = [Command.unlink(id_) for id_ in trace["invoice_ids"]]
        words, added = target.description or "", self.description or ""
        if added and words.endswith(added):
            vals["description"] = words.removesuffix(added) or False
        return vals

    def _restore_end(self, trace):
        """Bring the state, its facts and the ledger back to what they were."""
        rows = self.interval_ids
        rows.filtered(lambda row: row.id > trace["last_interval_id"]).unlink()
        rows.browse(trace["running_id"]).exists().write({"ended_at": False})
        self.with_context(**{MOVING: True}).write(
            {**trace["end"], "merged_into_id": False, "merge_trace": False}
        )
        self._update_deadlines()


def plain_value(record, name):
    """Return a value of a record as it is kept in a trace."""
    value = record._fields[name].convert_to_read(record[name], record, use_display_name=False)
    return fields.Datetime.to_string(value) if isinstance(value, datetime) else value
