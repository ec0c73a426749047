from odoo import models
from odoo.exceptions import AccessError

EXPORT = "counterparty_export"  # context: hidden links are empty cells


class CounterpartyOwnLinksMixin(models.AbstractModel):
    """Own fields that link to records which the user may not read.

    One such link would stop the host from grouping or exporting the whole list.
    """

    _name = "counterparty.own.links.mixin"
    _description = "Links of own fields"

    def _web_read_group_groupby_properties_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_properties_formatter(groupby_spec, values)
        path = groupby_spec.partition(":")[0]

        def name_or_hide(value):
            try:
                return formatter(value)
            except AccessError:
                return (value, self.env._("No access")), [(path, "=", value)]

        return name_or_hide

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        records = self.with_context(**{EXPORT: True}) if _is_toplevel_call else self
        return super(CounterpartyOwnLinksMixin, records)._export_rows(
            fields, _is_toplevel_call=_is_toplevel_call
        )

    def read(self, fields=None, load="_classic_read"):
        rows = super().read(fields, load)
        if not self.env.context.get(EXPORT):
            return rows
        for row in rows:
            for name, value in row.items():
                field = self._fields.get(name)
                if field is not None and field.type == "properties":
                    for entry in value or ():
                        self._hide_unnamed(entry)
        return rows

    def _hide_unnamed(self, entry):
        # the host gives the number of a hidden record and no name for it
        value = entry.get("value")
        if entry["type"] == "many2one" and value and not value[1]:
            entry["value"] = False
        elif entry["type"] == "many2many" and value:
            entry["value"] = [link for link in value if link[1]]
