from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..tools import request_states as states


class CounterpartyRequestAnswer(models.TransientModel):
    """One answer, one category, one person for many requests at once."""

    _name = "counterparty.request.answer"
    _description = "Work on Several Requests"

    request_ids = fields.Many2many(
        "counterparty.request",
        "counterparty_request_answer_rel",
        "answer_id",
        "request_id",
        string="Requests",
        required=True,
        default=lambda self: [Command.set(self.env.context.get("active_ids", []))],
    )
    request_count = fields.Integer("Chosen", compute="_compute_request_count")
    user_id = fields.Many2one("res.users", "Assign to", domain=[("share", "=", False)])
    category_id = fields.Many2one("counterparty.request.category")
    tag_ids = fields.Many2many(
        "counterparty.request.tag",
        "counterparty_request_answer_tag_rel",
        "answer_id",
        "tag_id",
        string="Tags",
        help="Added to those that the requests have.",
    )
    body = fields.Html("Reply", help="Sent to everybody who asked, each in their own request.")
    close = fields.Boolean("Close them")
    # opened by the button of one request, which asks for nothing else
    is_closing = fields.Boolean(readonly=True)
    unanswered_count = fields.Integer("Never Answered", compute="_compute_request_count")
    told_otherwise = fields.Boolean(
        "Answered by phone or in person",
        help="Whoever wrote has heard from us already: the clock of the first answer stops now.",
    )

    @api.depends("request_ids")
    def _compute_request_count(self):
        for answer in self:
            answer.request_count = len(answer.request_ids)
            answer.unanswered_count = len(answer.request_ids.filtered("is_unanswered"))

    def action_apply(self):
        """Assign, categorise, tag, answer and close as far as chosen.

        :raises UserError: when some were done in the meantime; names them
        """
        done = self.request_ids.filtered(lambda request: request.state not in states.LIVE)
        if done:
            raise UserError(
                self.env._(
                    "Done already: %(requests)s. Leave them out.",
                    requests=", ".join(done.mapped("display_name")),
                )
            )
        lost = self.request_ids._filter_unreachable()
        if lost and not is_html_empty(self.body):
            raise UserError(
                self.env._(
                    "No address to write to: %(requests)s. Enter one, or leave them out.",
                    requests=", ".join(lost.mapped("display_name")),
                )
            )
        vals = {name: self[name].id for name in ("category_id", "user_id") if self[name]}
        if self.tag_ids:
            vals["tag_ids"] = [Command.link(tag.id) for tag in self.tag_ids]
        if vals:
            self.request_ids.write(vals)
        if not is_html_empty(self.body):
            for request in self.request_ids:
                request._answer(self.body)
        if self.told_otherwise:
            self.request_ids._answer_otherwise()
        if self.close:
            self.request_ids.action_close()
        return {"type": "ir.actions.act_window_close"}
