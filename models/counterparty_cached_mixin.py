from odoo import api, models, tools


class CounterpartyCachedMixin(models.AbstractModel):
    """Rows that are read through a cache, in code or in record rules: any change empties it."""

    _name = "counterparty.cached.mixin"
    _description = "Rows Read through a Cache"

    # policy that others ask for with every record of theirs: plain columns, no secrets
    _kept_fields = ()

    def _with_kept(self):
        """Return the rows with their policy at hand, which then costs no query.

        What this transaction has read or written already stays.
        """
        for record in self:
            kept = self._read_kept(record.id)
            for name, value in zip(self._kept_fields, kept, strict=True):
                self._fields[name]._insert_cache(record, (value,))
        return self

    @api.model
    @tools.ormcache("id_", "self.env.lang")
    def _read_kept(self, id_):
        # policy is no secret to those whom it binds
        record = self.sudo().browse(id_)
        return tuple(
            self._fields[name].convert_to_cache(record[name], record, validate=False)
            for name in self._kept_fields
        )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
