from datetime import date

from odoo import api, models
from odoo.tools import format_date

# paper is for reading; the sheet holds more
PRINTED_ROWS = 500
ACTION = "counterparty_crm.counterparty_timeline_action"
REPORT = "counterparty_crm.res_partner_report_timeline"


class CounterpartyTimelineOutputMixin(models.AbstractModel):
    """The timeline on paper and in a sheet: what is shown, with all its pages."""

    _name = "counterparty.timeline.output.mixin"
    _description = "Timeline on paper and in a sheet"

    @api.model
    def action_open_page(self, partner_id, filters=None):
        """Return the action that shows the timeline on a page of its own."""
        partner = self._check_partner(partner_id)
        action = self.env["ir.actions.client"]._for_xml_id(ACTION)
        return dict(
            action,
            display_name=self.env._("History of %(partner)s", partner=partner.display_name),
            context={"active_id": partner.id},
            params={"partner_id": partner.id, "filters": filters or {}},
        )

    @api.model
    def action_print(self, partner_id, filters=None):
        """Return the action that prints what the panel shows."""
        partner = self._check_partner(partner_id)
        data = {"partner_id": partner.id, "filters": filters or {}}
        return self.env.ref(REPORT).report_action(partner.ids, data=data, config=False)

    @api.model
    def _read_all(self, partner_id, filters, limit):
        """Return the rows of a timeline from its beginning, at most ``limit``.

        :return: the rows, and whether there would be more
        """
        rows, cursor = [], None
        while len(rows) < limit:
            page = self.get_page(partner_id, filters, cursor, limit - len(rows))
            rows += page["rows"]
            cursor = page["next"]
            if not cursor:
                break
        return rows, bool(cursor)

    @api.model
    def _prepare_table(self, partner_id, filters, limit):
        """Return the names of the columns and the rows of the sheet."""
        rows, more = self._read_all(partner_id, filters, limit)
        currencies = self.env["res.currency"].with_context(active_test=False)
        codes = {currency.id: currency.name for currency in currencies.search([])}
        columns = [
            self.env._("Date"),
            self.env._("Kind"),
            self.env._("Title"),
            self.env._("Details"),
            self.env._("Contact"),
            self.env._("Amount"),
            self.env._("Currency"),
            self.env._("State"),
        ]
        lines = [
            [
                date.fromisoformat(row["day"]),
                row["name"],
                row["title"] or "",
                row["subtitle"] or "",
                row["partner"],
                "" if row["amount"] is False else row["amount"],
                codes.get(row["currency_id"], ""),
                row["state"],
            ]
            for row in rows
        ]
        if more:
            # what has been cut must not look complete
            lines.append(["", self._say_more(more, limit)] + [""] * (len(columns) - 2))
        return columns, lines

    @api.model
    def _prepare_print(self, partner_id, filters):
        """Return what the printed timeline shows."""
        rows, more = self._read_all(partner_id, filters, PRINTED_ROWS)
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in rows} - {False})
        by_id = {currency.id: currency for currency in currencies}
        for row in rows:
            row["date"] = format_date(self.env, row["day"])
            row["currency"] = by_id.get(row["currency_id"], self.env["res.currency"])
        return {
            "rows": rows,
            "more": self._say_more(more),
            "said": self._say_filters(filters),
        }

    @api.model
    def _say_more(self, more, count=PRINTED_ROWS):
        if not more:
            return ""
        return self.env._(
            "The latest %(count)s entries; narrow the period for older ones.", count=count
        )

    @api.model
    def _say_filters(self, filters):
        """Return in words what the list was narrowed to."""
        filters = self._clean_filters(filters)
        names = {kind["kind"]: kind["name"] for kind in self._prepare_kinds(self._get_legs())}
        said = [", ".join(names[kind] for kind in filters.get("kinds", []) if kind in names)]
        if "since" in filters:
            said.append(self.env._("from %(day)s", day=format_date(self.env, filters["since"])))
        if "until" in filters:
            said.append(self.env._("until %(day)s", day=format_date(self.env, filters["until"])))
        if "text" in filters:
            said.append(self.env._("with “%(text)s”", text=filters["text"]))
        if "group" in filters:
            said.append(self.env._("whole group"))
        return " · ".join(part for part in said if part)
