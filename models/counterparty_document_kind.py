from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import frozendict


class CounterpartyDocumentKind(models.Model):
    """A kind of document in the register: contract, client card, identity card, certificate."""

    _name = "counterparty.document.kind"
    _inherit = ["counterparty.core.mixin"]
    _description = "Document Kind"
    _order = "sequence, id"
    _core_fields = ("code", "usage", "is_personal")

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        compute="_compute_code",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        copy=False,
        help="Short technical name, letters and digits only. It cannot change later.",
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    section_id = fields.Many2one(
        "counterparty.section",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref("counterparty_crm.section_files"),
        help="The section of the dossier that shows documents of this kind.",
    )
    usage = fields.Selection(
        [
            ("plain", "Document with dates"),
            ("contract", "Contract"),
            ("rental", "Rental"),
            ("card", "Client card"),
            ("customs", "Customs declaration"),
            ("agreement", "Supplier agreement"),
        ],
        default="plain",
        required=True,
        help="What a document of this kind records besides number, dates and file.",
    )

    # flags
    is_personal = fields.Boolean(
        "Personal",
        help="Visible only to those with the right “Sees personal documents”.",
    )
    is_shared_with_partner = fields.Boolean(
        "Partner May See",
        compute="_compute_is_shared_with_partner",
        store=True,
        precompute=True,
        readonly=False,
        help="What new documents of this kind propose: each document may be shown to its partner "
        "or kept from it.",
    )
    has_validity = fields.Boolean(default=True)
    has_amount = fields.Boolean()
    reminder_days = fields.Integer(
        "Remind Before", default=30, help="Days before the end of validity."
    )
    retention_years = fields.Integer(
        "Keep for", help="Years after the end of validity, 0 for no limit."
    )
    document_count = fields.Integer("Documents", compute="_compute_document_count")

    _code_uniq = models.UniqueIndex("(code)", "There is already a document kind with this code.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z0-9_]+$')",
        "The code of a kind consists of lower case letters, digits and underscores.",
    )
    _days_positive = models.Constraint(
        "CHECK (reminder_days >= 0 AND retention_years >= 0)",
        "Days and years of a document kind cannot be negative.",
    )

    # cards, prices and invoices of a personal kind would be known by what they do
    _personal_plain = models.Constraint(
        "CHECK (NOT is_personal OR usage IN ('plain', 'contract'))",
        "A personal kind is a plain document or a contract.",
    )

    _personal_not_shared = models.Constraint(
        "CHECK (NOT (is_personal AND is_shared_with_partner))",
        "Documents of a personal kind are shown to the partner one by one, never by default.",
    )

    @api.depends("is_personal")
    def _compute_is_shared_with_partner(self):
        for kind in self:
            kind.is_shared_with_partner = kind.is_shared_with_partner and not kind.is_personal

    def _compute_document_count(self):
        counts = dict(
            self.env["counterparty.document"]._read_group(
                [("kind_id", "in", self.ids)], ["kind_id"], ["__count"]
            )
        )
        for kind in self:
            kind.document_count = counts.get(kind, 0)

    @api.constrains("section_id", "is_personal")
    def _check_personal_section(self):
        personal = self.env.ref("counterparty_crm.section_personal")
        for kind in self:
            if kind.section_id == personal and not kind.is_personal:
                raise ValidationError(
                    self.env._(
                        "“%(kind)s” shows in the section “%(section)s”, so it must be personal. "
                        "Tick “Personal” or choose another section.",
                        kind=kind.name,
                        section=personal.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for kind in self:
            if kind._is_used():
                raise UserError(
                    self.env._(
                        "There are documents of the kind “%(kind)s”. Archive it instead.",
                        kind=kind.name,
                    )
                )

    @api.model
    def _get_catalogue(self):
        """Return ``{section id: ((kind id, kind name), ...)}`` in the user's language."""
        return self._get_cached_catalogue(self.env.lang or "en_US")

    @api.model
    @tools.ormcache("lang")
    def _get_cached_catalogue(self, lang):
        # kinds are no secret, the documents of personal ones are
        kinds = self.sudo().with_context(lang=lang, active_test=False).search(Domain.TRUE)
        by_section = kinds.grouped("section_id")
        return frozendict(
            (section.id, tuple((kind.id, kind.name) for kind in own))
            for section, own in by_section.items()
        )

    def _is_used(self):
        # documents that the user may not see count too: they would lose their protection
        documents = self.env["counterparty.document"].sudo().with_context(active_test=False)
        return bool(documents.search_count([("kind_id", "in", self.ids)], limit=1))

    def _get_locked_message(self):
        return self.env._(
            "What “%(kind)s” is and whether it is personal cannot change: documents "
            "rely on it. Create a new kind and archive this one.",
            kind=self.name,
        )

    def action_open_documents(self):
        """Open the documents of this kind."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "counterparty_crm.counterparty_document_action"
        )
        return dict(
            action,
            display_name=self.name,
            domain=[("kind_id", "=", self.id)],
            context={"default_kind_id": self.id},
        )
