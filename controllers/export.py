import json

from odoo.http import request

from odoo.addons.web.controllers import export

from ..tools import ratio

RATIOS = ("margin", "markup")


class ExcelExport(export.ExcelExport):
    """Sheets of the profit reports end with a total, and their ratios are ratios of sums."""

    def from_group_data(self, fields, columns_headers, groups):
        """Write ratios of sums into the groups of profit reports, and a total below them.

        The host averages the ratios of rows, and knows no total.
        """
        if _has_totals(groups._model):
            _correct_ratios(groups)
            _add_total(groups)
        return super().from_group_data(fields, columns_headers, groups)

    def from_data(self, fields, columns_headers, rows):
        """Write a total below the rows of profit reports."""
        # the host tells the rows alone, the request of which model they are
        asked = json.loads(request.params.get("data") or "{}")
        Model = request.env.get(asked.get("model"))
        if Model is not None and rows and _has_totals(Model) and not asked.get("import_compat"):
            names = [field["name"] for field in fields]
            rows = [*_say_no_ratios(names, rows), _total(Model, names, rows)]
        return super().from_data(fields, columns_headers, rows)


def _has_totals(model):
    return getattr(model, "_counterparty_export_total", False)


def _total(model, names, rows):
    """Return the row of sums: of ratios that of the sums, of texts nothing."""
    sums = {}
    for at, name in enumerate(names):
        field = model._fields.get(name)
        if field and field.aggregator == "sum":
            sums[name] = sum(row[at] or 0 for row in rows)
    ratios = {name: ratio.exported(name, sums) for name in RATIOS if name in names}
    label = model.env._("Total")
    return [
        sums.get(name, ratios.get(name, label if not at else "")) for at, name in enumerate(names)
    ]


def _say_no_ratios(names, rows):
    """Leave the cell of a ratio empty where there is none, as the lists do.

    A number that is not there is read as zero: without its parts a sheet cannot tell.
    """
    told = {
        names.index(name): name
        for name in RATIOS
        if name in names and ratio.needed(name) <= set(names)
    }
    for row in rows:
        values = dict(zip(names, row, strict=True))
        yield [
            "" if at in told and ratio.exported(told[at], values) is None else value
            for at, value in enumerate(row)
        ]


def _correct_ratios(node):
    """Replace the ratios of a group and all groups in it; empty when its sums are not exported."""
    node.data = list(_say_no_ratios(node._export_field_names, node.data))
    sums = node.aggregated_values
    for name in RATIOS:
        if name in sums:
            sums[name] = ratio.exported(name, sums)
    for child in node.children.values():
        _correct_ratios(child)


def _add_total(tree):
    """Put the sums of all groups below them, as if they were one more group."""
    total = export.GroupsTreeNode(
        tree._model, tree._export_field_names, tree._groupby, ["char", *tree._groupby_type[1:]]
    )
    total.count = tree.count
    total.aggregated_values = dict(tree.aggregated_values)
    tree.children[(False, tree._model.env._("Total"))] = total
