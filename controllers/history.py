import json

from odoo import http
from odoo.http import content_disposition, request

from ..tools.tables import write_xlsx
from ..tools.web_form import MAX_ID

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# a sheet of more would take minutes; the period narrows it
MOST_ROWS = 20_000


class CounterpartyHistory(http.Controller):
    """The history of a counterparty as a sheet; it reads with the rights of who asks."""

    @http.route(
        "/counterparty/history/xlsx", type="http", auth="user", methods=["POST"], readonly=True
    )
    def export(self, partner_id, filters="{}", **_kwargs):
        """Return what the panel shows, with all its pages."""
        try:
            number, wanted = min(int(partner_id), MAX_ID), json.loads(filters)
        except ValueError:
            return request.not_found()
        partner = request.env["res.partner"].browse(number).exists()
        if not partner or not isinstance(wanted, dict):
            return request.not_found()
        Timeline = request.env["counterparty.timeline"]
        columns, rows = Timeline._prepare_table(partner.id, wanted, MOST_ROWS)
        name = request.env._("History of %(partner)s", partner=partner.display_name)
        headers = [
            ("Content-Type", XLSX),
            ("Content-Disposition", content_disposition(f"{name}.xlsx")),
        ]
        return request.make_response(write_xlsx(columns, rows), headers)
