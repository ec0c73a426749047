from odoo.addons.web.controllers import export

from ..tools import ratio

REPORTS = ("counterparty.profit.report", "counterparty.campaign.report")


class ExcelExport(export.ExcelExport):
    def from_group_data(self, fields, columns_headers, groups):
        """Write ratios of sums into the groups of profit reports, where the host averages rows."""
        if groups._model._name in REPORTS:
            _correct_ratios(groups)
        return super().from_group_data(fields, columns_headers, groups)


def _correct_ratios(node):
    """Replace the ratios of a group and all groups in it; empty when its sums are not exported."""
    sums = node.aggregated_values
    for name in ("margin", "markup"):
        if name in sums:
            sums[name] = ratio.exported(name, sums)
    for child in node.children.values():
        _correct_ratios(child)
