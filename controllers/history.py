import json

from psycopg2 import DataError
from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.http import content_disposition, request

from ..tools.tables import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# a sheet of more would take minutes; the period narrows it
MOST_ROWS = 20_000


class CounterpartyHistory(http.Controller):
    """The history of a counterparty as a sheet; it reads with the rights of who asks."""

    @http.route(
        "/counterparty/history/xlsx", type="http", auth="user", methods=["POST"], readonly=True
    )
    def export(self, partner_id, filters="{}", **_kwargs):
        """Return what the panel shows, with all its pages.

        :raises BadRequest: when it is not the panel that asks
        """
        try:
            partner = request.env["res.partner"].browse(int(partner_id)).exists()
            asked = dict(json.loads(filters))
        except (ValueError, TypeError, DataError) as error:
            raise BadRequest from error
        Timeline = request.env["counterparty.timeline"]
        columns, rows = Timeline._prepare_table(partner.id, asked, MOST_ROWS)
        name = request.env._("History of %(partner)s", partner=partner.display_name)
        headers = [
            ("Content-Type", XLSX),
            ("Content-Disposition", content_disposition(f"{name}.xlsx")),
        ]
        return request.make_response(write_xlsx(columns, rows), headers)
