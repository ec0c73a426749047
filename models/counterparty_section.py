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


class CounterpartySection(models.Model):
    """A part of a counterparty's dossier: contacts, orders, contracts, payments."""

    _name = "counterparty.section"
    _description = "Dossier Section"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short technical name, letters and digits only. It cannot change later."
    )
    sequence = fields.Integer(default=100)
    icon = fields.Char(default="fa-folder-o", help="Name of a Font Awesome icon: fa-shield.")
    is_core = fields.Boolean("Core", readonly=True, copy=False)
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

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("is_core") for vals in vals_list):
            raise UserError(
                self.env._("The core comes with the module: leave the column “Core” out.")
            )
        sections = super().create(vals_list)
        self.env.registry.clear_cache()
        return sections

    def write(self, vals):
        self._check_core_untouched(vals)
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_core(self):
        for section in self:
            if section.is_core:
                raise UserError(
                    self.env._(
                        "“%(section)s” is a core section and cannot be deleted. "
                        "Remove it from the types that should not show it.",
                        section=section.name,
                    )
                )

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

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
            SectionEntry(section.id, section.code, section.name, section.icon or "fa-folder-o")
            for section in sections
        )

    def _check_core_untouched(self, vals):
        """Refuse a new code: forms and imports of users rely on it.

        :raises UserError: for a changed code, or a core mark set or removed by hand
        """
        for section in self:
            if "code" in vals and vals["code"] != section.code:
                raise UserError(
                    self.env._(
                        "The code of “%(section)s” cannot change: views and imports rely on it. "
                        "Create a new section instead.",
                        section=section.name,
                    )
                )
            if "is_core" in vals and vals["is_core"] != section.is_core:
                raise UserError(
                    self.env._(
                        "Whether “%(section)s” belongs to the core cannot be changed.",
                        section=section.name,
                    )
                )
