from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.own_fields import field_key


class CounterpartyCoreMixin(models.AbstractModel):
    """A catalogue that comes with the module and that users extend but never bend.

    Core rows may be renamed, reordered and archived; they are never deleted, and what rules,
    imports and upgrades rely on stays as it is. Rows of users are theirs until something uses them.
    """

    _name = "counterparty.core.mixin"
    _inherit = "counterparty.cached.mixin"
    _description = "Catalogue with a Core"

    # names of the fields that rules and imports rely on
    _core_fields = ("code",)

    is_core = fields.Boolean("Core", readonly=True, copy=False)

    @api.depends("name")
    def _compute_code(self):
        """Propose a code by the name: whoever adds a row need not think of one."""
        for record in self:
            if not record.code and record.name:
                record.code = field_key(record.name, self._name.rpartition(".")[2])

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("is_core") for vals in vals_list):
            raise UserError(
                self.env._("The core comes with the module: leave the column “Core” out.")
            )
        return super().create(vals_list)

    def write(self, vals):
        self._check_core_untouched(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_core(self):
        for record in self.filtered("is_core"):
            raise UserError(record._get_core_message())

    # ------------------------------------------------------------
    # Core
    # ------------------------------------------------------------

    def _check_core_untouched(self, vals):
        """Refuse values that would bend the core or break what relies on a row.

        :raises UserError: names the row and says what to do instead
        """
        relied_on = [name for name in self._core_fields if name in vals]
        for record in self:
            if vals.get("is_core", record.is_core) != record.is_core:
                raise UserError(
                    self.env._(
                        "Whether “%(record)s” belongs to the core cannot be changed.",
                        record=record.display_name,
                    )
                )
            changed = any(vals[name] != record[name] for name in relied_on)
            if changed and (record.is_core or record._is_used()):
                raise UserError(record._get_locked_message())

    def _is_used(self):
        """Tell whether records of others rely on one of the rows."""
        return False

    def _get_core_message(self):
        """Return why a core row cannot be deleted and what to do instead."""
        return self.env._(
            "“%(record)s” belongs to the core and cannot be deleted. "
            "Archive it if your company does not need it.",
            record=self.display_name,
        )

    def _get_locked_message(self):
        """Return why a row that is relied on keeps its code and what to do instead."""
        return self.env._(
            "The code of “%(record)s” cannot change: rules, imports and reports rely on it. "
            "Create a new one and archive this one.",
            record=self.display_name,
        )
