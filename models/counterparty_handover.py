from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.request_states import LIVE

UNDO_HOURS = 24
# whose activities move with the counterparties
ACTIVITY_MODELS = (
    "res.partner",
    "crm.lead",
    "sale.order",
    "purchase.order",
    "account.move",
    "counterparty.document",
    "counterparty.holding",
    "counterparty.request",
)
# where a model notes the moment since when its person has the record
ASSIGNED_AT = {"crm.lead": "date_open", "counterparty.request": "assigned_at"}
SILENT = {"mail_auto_subscribe_no_notify": True, "mail_activity_quick_update": True}


class HandoverSource(NamedTuple):
    """Records that a hand-over moves: those of a model whose field names the person."""

    count_field: str
    model: str
    field: str
    domain: Domain


class CounterpartyHandover(models.Model):
    """One person's counterparties and open work given to another, kept so that it can be undone."""

    _name = "counterparty.handover"
    _description = "Hand-over of Counterparties"
    _order = "id desc"

    from_user_id = fields.Many2one(
        "res.users",
        "From",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        context={"active_test": False},
    )
    to_user_id = fields.Many2one(
        "res.users", "To", required=True, ondelete="restrict", domain="[('share', '=', False)]"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    reason = fields.Char()
    state = fields.Selection(
        [("draft", "Preview"), ("done", "Handed over"), ("undone", "Undone")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    done_at = fields.Datetime("Handed Over On", readonly=True, copy=False)
    undo_until = fields.Datetime(compute="_compute_undo_until")
    can_undo = fields.Boolean(compute="_compute_undo_until")
    line_ids = fields.One2many(
        "counterparty.handover.line", "handover_id", "Records", readonly=True, copy=False
    )

    # what moves
    partner_count = fields.Integer("Counterparties", compute="_compute_counts")
    role_count = fields.Integer("Roles", compute="_compute_counts")
    activity_count = fields.Integer("Open Activities", compute="_compute_counts")
    opportunity_count = fields.Integer("Open Opportunities", compute="_compute_counts")
    quotation_count = fields.Integer("Quotations", compute="_compute_counts")
    rfq_count = fields.Integer("Requests for Quotation", compute="_compute_counts")
    document_count = fields.Integer("Documents", compute="_compute_counts")
    holding_count = fields.Integer("Groups", compute="_compute_counts")
    request_count = fields.Integer("Requests", compute="_compute_counts")

    # ------------------------------------------------------------
    # Compute and constraints
    # ------------------------------------------------------------

    @api.depends("from_user_id", "to_user_id")
    def _compute_display_name(self):
        for handover in self:
            if not handover.from_user_id or not handover.to_user_id:
                handover.display_name = self.env._("Hand-over")
                continue
            handover.display_name = self.env._(
                "%(user)s to %(to)s",
                user=handover.from_user_id.name,
                to=handover.to_user_id.name,
            )

    @api.depends("done_at", "state")
    def _compute_undo_until(self):
        now = fields.Datetime.now()
        for handover in self:
            until = handover.done_at and handover.done_at + timedelta(hours=UNDO_HOURS)
            handover.undo_until = until
            handover.can_undo = handover.state == "done" and now <= until

    @api.depends("from_user_id", "company_id", "state", "line_ids")
    def _compute_counts(self):
        for handover in self:
            counts = handover._get_counts()
            for name in {source.count_field for source in handover._get_sources()}:
                handover[name] = counts.get(name, 0)

    @api.constrains("from_user_id", "to_user_id")
    def _check_two_people(self):
        for handover in self:
            if handover.from_user_id == handover.to_user_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot hand over to themselves. Choose another person.",
                        user=handover.from_user_id.name,
                    )
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_hand_over(self):
        """Give everything of the preview to the other person, without a mail for each record."""
        for handover in self:
            if handover.state != "draft":
                raise UserError(
                    self.env._(
                        "The hand-over from %(user)s was already made. Start a new one.",
                        user=handover.from_user_id.name,
                    )
                )
            handover._move_records()
            handover.write({"state": "done", "done_at": fields.Datetime.now()})

    def action_undo(self):
        """Give back what the other person still has, within a day."""
        for handover in self:
            if handover.state == "undone":
                raise UserError(
                    self.env._(
                        "The hand-over from %(user)s was already undone.",
                        user=handover.from_user_id.name,
                    )
                )
            if not handover.can_undo:
                raise UserError(
                    self.env._(
                        "A hand-over can be undone within %(hours)s hours. "
                        "Make a new one from %(to)s to %(user)s.",
                        hours=UNDO_HOURS,
                        to=handover.to_user_id.name,
                        user=handover.from_user_id.name,
                    )
                )
            handover.line_ids._give_back()
            handover.state = "undone"

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    def _get_sources(self):
        """Return the kinds of records that move; areas add theirs.

        :return: list of :class:`HandoverSource`
        """
        company = Domain("company_id", "in", [self.company_id.id, False])
        open_offer = Domain("state", "in", ["draft", "sent"]) & company
        # the company of an activity is that of its record, whoever may read that
        on_records = Domain.OR(
            Domain("res_model", "=", name)
            & Domain("res_id", "in", self.env[name].sudo()._search(company))
            for name in ACTIVITY_MODELS
        )
        return [
            HandoverSource("partner_count", "res.partner", "user_id", company),
            HandoverSource("partner_count", "res.partner", "buyer_id", company),
            HandoverSource("role_count", "counterparty.role", "responsible_id", company),
            HandoverSource("activity_count", "mail.activity", "user_id", on_records),
            HandoverSource(
                "opportunity_count",
                "crm.lead",
                "user_id",
                Domain("won_status", "=", "pending") & company,
            ),
            HandoverSource("quotation_count", "sale.order", "user_id", open_offer),
            HandoverSource("rfq_count", "purchase.order", "user_id", open_offer),
            HandoverSource("document_count", "counterparty.document", "responsible_id", company),
            HandoverSource("holding_count", "counterparty.holding", "responsible_id", company),
            HandoverSource(
                "request_count",
                "counterparty.request",
                "user_id",
                Domain("state", "in", list(LIVE)) & company,
            ),
        ]

    def _get_counts(self):
        """Return ``{count field: records}``, of the preview or of what was really moved.

        Who is salesperson and buyer of the same partner counts it once.
        """
        found = defaultdict(set)
        lines = self.line_ids.grouped(lambda line: (line.model, line.field))
        for source in self._get_sources():
            if self.state != "draft":
                moved = lines.get((source.model, source.field), self.line_ids.browse())
                ids = moved.mapped("res_id")
            else:
                ids = self._search_records(source).ids if self.from_user_id else []
            if source.model == "res.partner":
                # contacts and addresses move along, and are no counterparties of their own
                records = self.env[source.model].sudo().browse(ids).exists()
                ids = records.commercial_partner_id.ids
            found[source.count_field].update(ids)
        return {name: len(ids) for name, ids in found.items()}

    def _search_records(self, source):
        # a manager hands over documents of areas they may not open; the domain keeps to the company
        Model = self.env[source.model].sudo()
        return Model.search(source.domain & Domain(source.field, "=", self.from_user_id.id))

    def _get_followed_ids(self, records):
        """Return ids of the records that the other person follows already."""
        followers = self.env["mail.followers"].sudo()  # of documents of other areas too
        return set(
            followers.search(
                [
                    ("res_model", "=", records._name),
                    ("res_id", "in", records.ids),
                    ("partner_id", "=", self.to_user_id.partner_id.id),
                ]
            ).mapped("res_id")
        )

    @api.model
    def _get_line_name(self, record):
        if record._name == "counterparty.role":
            return self.env._(
                "%(partner)s: %(role)s",
                partner=record.partner_id.display_name,
                role=record.display_name,
            )
        return record.display_name

    def _move_records(self):
        self.ensure_one()
        vals_list = []
        # all are read before any moves: a role follows its partner's salesperson by itself
        found = [(source, self._search_records(source)) for source in self._get_sources()]
        for source, records in found:
            followed = self._get_followed_ids(records)
            moment = ASSIGNED_AT.get(source.model)
            vals_list += [
                {
                    "handover_id": self.id,
                    "model": source.model,
                    "field": source.field,
                    "res_id": record.id,
                    "name": self._get_line_name(record),
                    # of what has no followers nobody becomes one
                    "is_new_follower": "message_follower_ids" in record._fields
                    and record.id not in followed,
                    "assigned_at": moment and record[moment],
                }
                for record in records
            ]
            records.with_context(**SILENT).write({source.field: self.to_user_id.id})
        # lines are written by the hand-over alone, users only read them
        self.env["counterparty.handover.line"].sudo().create(vals_list)
