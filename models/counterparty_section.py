from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain


class SectionEntry(NamedTuple):
    """What a dossier needs to know of a section, kept in the registry's cache."""

    id: int
    code: str
    name: str
    icon: str
    is_core: bool


class CounterpartySection(models.Model):
    """A part of a counterparty's dossier: contacts, orders, contracts, payments."""

    _name = "counterparty.section"
    _inherit = ["counterparty.core.mixin"]
    _description = "Dossier Section"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        compute="_compute_code",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Short technical name, letters and digits only. It cannot change later.",
    )
    sequence = fields.Integer(default=100)
    icon = fields.Char(default="fa-folder-o", help="Name of a Font Awesome icon: fa-shield.")
    type_ids = fields.Many2many(
        "counterparty.type",
        string="Types",
        help="The types of counterparty that show this section.",
    )

    _code_uniq = models.UniqueIndex("(code)", "There is already a section with this code.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z0-9_]+$')",
        "The code of a section consists of lower case letters, digits and underscores.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_kinds(self):
        every = self.env["counterparty.document.kind"].with_context(active_test=False)
        for section, kinds in every._read_group(
            [("section_id", "in", self.ids)], ["section_id"], ["id:recordset"]
        ):
            raise UserError(
                self.env._(
                    "“%(section)s” shows the documents of these kinds: %(kinds)s. "
                    "Choose another section for them first.",
                    section=section.name,
                    kinds=", ".join(kinds.mapped("name")),
                )
            )

    # ------------------------------------------------------------
    # Catalogue
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_all_codes(self):
        """Return the codes of all sections in the order in which a dossier shows them."""
        # form expressions of every user need the codes, whatever they may read
        return tuple(self.sudo().search(Domain.TRUE).mapped("code"))

    @api.model
    def _get_catalogue(self):
        """Return a :class:`SectionEntry` for each, in a dossier's order and the user's language."""
        return self._get_cached_catalogue(self.env.lang or "en_US")

    @api.model
    @tools.ormcache("lang")
    def _get_cached_catalogue(self, lang):
        # the catalogue of sections is no secret: a form names them to everybody who sees it
        sections = self.sudo().with_context(lang=lang).search(Domain.TRUE)
        return tuple(
            SectionEntry(
                section.id,
                section.code,
                section.name,
                section.icon or "fa-folder-o",
                section.is_core,
            )
            for section in sections
        )

    # ------------------------------------------------------------
    # Core
    # ------------------------------------------------------------

    def _is_used(self):
        # views and imports of users rely on a code from its first day
        return True

    def _get_core_message(self):
        return self.env._(
            "“%(section)s” is a core section and cannot be deleted. "
            "Remove it from the types that should not show it.",
            section=self.name,
        )

    def _get_locked_message(self):
        return self.env._(
            "The code of “%(section)s” cannot change: views and imports rely on it. "
            "Create a new section instead.",
            section=self.name,
        )
