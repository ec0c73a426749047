from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import documents
from ..tools.import_templates import template_path
from ..tools.periods import Period
from .counterparty_document_privacy import PERSONAL


class CounterpartyDocument(models.Model):
    """A dated paper of a counterparty that the host has no place for.

    Its kind says what it records: a contract, a rental, a client card, a customs declaration, a
    supplier agreement, a certificate or a personal document.
    """

    _name = "counterparty.document"
    _inherit = [
        "counterparty.document.privacy.mixin",
        "counterparty.document.sharing.mixin",
        "counterparty.document.number.mixin",
        "counterparty.document.reminder.mixin",
        "counterparty.document.rental.mixin",
        "counterparty.document.card.mixin",
        "counterparty.document.customs.mixin",
        "counterparty.document.agreement.mixin",
        "counterparty.document.opportunity.mixin",
        "counterparty.document.portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Document"
    _order = "date_to desc, date_from desc, id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    # what it is
    name = fields.Char("Subject")
    kind_id = fields.Many2one(
        "counterparty.document.kind", required=True, index=True, ondelete="restrict"
    )
    usage = fields.Selection(related="kind_id.usage", store=True, precompute=True)
    section_id = fields.Many2one(related="kind_id.section_id", store=True, precompute=True)
    is_personal = fields.Boolean(related="kind_id.is_personal", store=True, precompute=True)
    has_validity = fields.Boolean(related="kind_id.has_validity")
    has_amount = fields.Boolean(related="kind_id.has_amount")
    active = fields.Boolean(default=True)
    can_edit = fields.Boolean(
        compute="_compute_can_edit", help="Whether the reader may change the document."
    )

    # whose it is
    partner_id = fields.Many2one(
        "res.partner", string="Counterparty", required=True, index=True, ondelete="restrict"
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: the document counts for all companies.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index="btree_not_null",
        help="Is reminded before the document expires.",
    )

    # validity
    issuer = fields.Char(help="Who issued it: the police, a notary, a certification body.")
    date_issue = fields.Date("Issued On")
    date_from = fields.Date("Valid From", tracking=True)
    date_to = fields.Date("Valid Until", tracking=True, help="Last day. Empty: without end.")
    state = fields.Selection(
        [
            ("future", "Not yet"),
            ("valid", "Valid"),
            ("expiring", "Expires soon"),
            ("expired", "Expired"),
            ("renewed", "Renewed"),
        ],
        compute="_compute_state",
        search="_search_state",
    )
    retention_date = fields.Date(
        "Keep Until",
        compute="_compute_retention_date",
        store=True,
        readonly=False,
        copy=False,
        help="After this day the document is to be destroyed.",
    )

    # content
    amount = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    note = fields.Html()

    # renewal
    previous_id = fields.Many2one(
        "counterparty.document",
        "Renewal of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    next_ids = fields.One2many("counterparty.document", "previous_id", "Renewed by")

    _period_valid = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day of a document cannot be before its first."
    )
    _one_renewal = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL", "This document has been renewed already."
    )
    _amounts_positive = models.Constraint(
        "CHECK (amount >= 0)", "The amount of a document cannot be negative."
    )

    # ------------------------------------------------------------
    # Compute and search
    # ------------------------------------------------------------

    @api.depends_context("uid")
    def _compute_can_edit(self):
        own = self._origin._filtered_access("write")
        for document in self:
            document.can_edit = not document._origin or document._origin in own

    @api.depends("date_from", "date_to", "reminder_days", "next_ids", "kind_id")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for document in self:
            # dates of a kind without validity are not shown, so they say nothing either
            dated = document.has_validity or not document.kind_id
            document.state = documents.document_state(
                document._get_period() if dated else Period(None, None),
                document.reminder_days,
                today,
                is_renewed=bool(document.next_ids),
            )

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        ended = Domain("date_to", "<", "today")
        started = Domain("date_from", "=", False) | Domain("date_from", "<=", "today")
        expiring = Domain("reminder_date", "<=", "today") & Domain("next_ids", "=", False)
        current = ~ended & started
        domains = {
            "future": ~ended & ~started,
            "valid": current & ~expiring,
            "expiring": current & expiring,
            "expired": ended & Domain("next_ids", "=", False),
            "renewed": ended & Domain("next_ids", "!=", False),
        }
        dated = Domain("has_validity", "=", True)
        return Domain.OR(
            (domains[state] & dated) | (~dated if state == "valid" else Domain.FALSE)
            for state in value
            if state in domains
        )

    @api.depends("kind_id", "date_to", "date_issue")
    def _compute_retention_date(self):
        for document in self:
            years = document.kind_id.retention_years
            # a paper without validity is kept from its own day on
            end = document.date_to or (not document.has_validity and document.date_issue)
            if years and end:
                document.retention_date = fields.Date.add(end, years=years)

    @api.depends("company_id")
    def _compute_currency_id(self):
        for document in self:
            company = document.company_id or self.env.company
            document.currency_id = document.currency_id or company.currency_id

    @api.depends("kind_id", "number", "name", "is_personal")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        # names are read as system wherever a record links to them: only the user asking counts
        may_see = self.env.user.has_group(PERSONAL)
        for document in self:
            if document.is_personal and not may_see:
                document.display_name = self.env._("Personal document")
                continue
            parts = [document.kind_id.name, document.number or document.name]
            document.display_name = " ".join(part for part in parts if part)

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("partner_id", "company_id")
    def _check_partner_company(self):
        for document in self:
            # a contact of another company may be hidden from the user
            owner = document.sudo().partner_id.company_id
            if owner and document.company_id != owner:
                raise ValidationError(
                    self.env._(
                        "%(partner)s belongs to the company %(company)s. "
                        "Enter the document in that company.",
                        partner=document.partner_id.display_name,
                        company=owner.name,
                    )
                )

    @api.constrains("previous_id", "partner_id", "kind_id")
    def _check_previous(self):
        for document in self.filtered("previous_id"):
            # whatever was entered, its own protection is looked at
            previous = document.sudo().previous_id
            fits = (
                previous.commercial_partner_id == document.commercial_partner_id
                and previous.usage == document.usage
                and previous.is_personal == document.is_personal
            )
            if not fits or document._has_cycle("previous_id"):
                raise ValidationError(
                    self.env._(
                        "“%(document)s” can only renew an earlier document of the same "
                        "counterparty and kind.",
                        document=document.display_name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        if "kind_id" in vals:
            self._check_protection_kept(vals["kind_id"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Refuse to delete cards on orders and rentals with invoices: they are archived."""
        # orders and invoices that the user may not see rely on the document all the same
        orders = (
            self.env["sale.order"]
            .sudo()
            ._read_group([("counterparty_card_id", "in", self.ids)], ["counterparty_card_id"])
        )
        periods = (
            self.env["counterparty.document.period"]
            .sudo()
            ._read_group(
                [("document_id", "in", self.ids), ("is_replaced", "!=", True)], ["document_id"]
            )
        )
        used = self.browse(document.id for [document] in orders + periods)[:1]
        if used:
            raise UserError(
                self.env._(
                    "“%(document)s” is on orders or invoices and cannot be deleted. "
                    "Archive it instead.",
                    document=used.display_name,
                )
            )

    def _check_protection_kept(self, kind_id):
        """Refuse to turn a personal document into an open one, or the other way round.

        What was said and sent under one protection would stand under the other.

        :raises UserError: names the document
        """
        kind = self.env["counterparty.document.kind"].browse(kind_id)
        for document in self:
            if document.is_personal != kind.is_personal:
                raise UserError(
                    self.env._(
                        "“%(document)s” cannot change between personal and open kinds. "
                        "Create a new document and delete this one.",
                        document=document.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_renew(self):
        """Open the document of the following period, created where there is none.

        A client card stays the same card, with its number, and becomes valid for longer.

        :raises UserError: for a document of a colleague, or one without an end
        """
        self.ensure_one()
        if not self.next_ids and self.has_access("read") and not self.has_access("write"):
            raise UserError(
                self.env._(
                    "“%(document)s” is looked after by %(user)s: ask for its renewal there.",
                    document=self.display_name,
                    user=self.responsible_id.name,
                )
            )
        if self.usage == "card":
            self.date_to = self._prepare_renewal_vals()["date_to"]
            return self._get_records_action()
        renewal = self.next_ids or self.copy(self._prepare_renewal_vals())
        return renewal._get_records_action()

    def _prepare_renewal_vals(self):
        """Return the values of the renewal that differ.

        :raises UserError: for a document without an end
        """
        self.ensure_one()
        if not self.date_to:
            raise UserError(
                self.env._(
                    "“%(document)s” has no end, so there is nothing to renew. "
                    "Enter its last day first.",
                    document=self.display_name,
                )
            )
        start = self.date_from or self.date_issue or self.create_date.date()
        period = documents.following_period(Period(min(start, self.date_to), self.date_to))
        return {
            "previous_id": self.id,
            "date_from": period.start,
            "date_to": period.end,
            "date_issue": False,
            "file": False,
            "file_name": False,
        }

    @api.model
    def get_import_templates(self):
        """Return the template of the register in the user's language."""
        return [
            {
                "label": self.env._("Import Template for Documents"),
                "template": template_path("documents", self.env.lang),
            }
        ]

    def action_open_partner(self):
        """Open the counterparty of the document."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def _get_period(self):
        self.ensure_one()
        return Period(self.date_from or None, self.date_to or None)
