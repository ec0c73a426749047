from odoo import api, models
from odoo.tools import SQL

from ..tools import timeline
from .counterparty_timeline_once import CALCULATED

# of a column of a row: 112 of them are put together for each page
CAST = {kind: f"%s::{kind}" for kind in ("text", "float8", "int4")}
NOTHING = {kind: SQL("NULL::%s", SQL.identifier(kind)) for kind in CAST}


class CounterpartyTimelineQueryMixin(models.AbstractModel):
    """How a page of the timeline is put together: one literal leg per model and person."""

    _name = "counterparty.timeline.query.mixin"
    _description = "Query of a timeline"
    _inherit = ["counterparty.timeline.whose.mixin"]

    @api.model
    def _get_sources(self, legs, scope, filters):
        """Return ``{place: (leg, model, query)}`` with what each model's own search says."""
        sources = {}
        for place, leg in legs.items():
            domain = self._domain_leg(leg, scope, filters)
            if domain is None:
                continue
            records = self.env[leg.model]
            if leg.checked:
                # asked about the rows of the page, not about all there are: _filter_checked
                records = records.sudo()
            query = records._search(domain)
            if not query.is_empty():
                sources[place] = (leg, records, query)
        return sources

    @api.model
    def _sql_page(self, sources, scope, found, filters, position, size):
        """Return the query of a page.

        :param found: what ``_find_present`` has found
        """
        present, many = found
        legs = []
        for place, (leg, records, query) in sources.items():
            bounds = self._sql_bounds(place, leg, filters, position)
            head, tail = self._sql_leg(place, leg, records, query, size)
            legs += [
                SQL("%s %s AND %s %s", head, condition, bounds, tail)
                for condition in self._sql_partners(leg, records, scope, present[place], many)
            ]
        return SQL(
            "SELECT * FROM (%s) AS leg ORDER BY moment DESC, place, id DESC LIMIT %s",
            SQL(" UNION ALL ").join(SQL("(%s)", leg) for leg in legs),
            size,
        )

    @api.model
    def _sql_leg(self, place, leg, records, query, size):
        """Return the beginning and the end of a leg, between which it says whose rows and when."""
        day = self._sql_date(leg, records)
        moment = day
        if leg.by_day:
            zone = SQL("timezone(%s, %s::timestamp)", str(self.env.tz), day)
            moment = SQL("timezone('UTC', %s)", zone)
        # first: a column may bring a join of its own
        columns = SQL(", ").join(self._sql_columns(leg, records, query))
        head = SQL(
            "SELECT %s AS moment, %s AS place, %s AS id, %s FROM %s WHERE %s",
            moment,
            place,
            SQL.identifier(records._table, "id"),
            columns,
            query.from_clause,
            SQL("%s AND", query.where_clause) if query.where_clause.code else SQL(),
        )
        # the columns themselves, qualified: a name would mean the output and lose the index
        tail = SQL(
            "ORDER BY %s DESC, %s DESC LIMIT %s", day, SQL.identifier(records._table, "id"), size
        )
        return head, tail

    @api.model
    def _sql_date(self, leg, records):
        columns = []
        for name in leg.dates:
            column = self._sql_field(records, name)
            if leg.by_day and records._fields[name].type == "datetime":
                column = SQL("%s::date", column)
            columns.append(column)
        return SQL("COALESCE(%s)", SQL(", ").join(columns)) if columns[1:] else columns[0]

    @api.model
    def _sql_columns(self, leg, records, query):
        """Return kind, title, subtitle, amount, currency, two states and partner of a row.

        Read with the page itself: what the user may read of a record without asking it.
        """

        def column(name, kind, names=()):
            known = [
                self._sql_field(records, each, query)
                for each in names or [name]
                if each and self._may_read_field(records, each)
            ]
            if not known:
                return NOTHING[kind]
            value = SQL("COALESCE(%s)", SQL(", ").join(known)) if known[1:] else known[0]
            return SQL(CAST[kind], value)

        states = [*leg.states, "", ""]
        has_partner = not leg.documents and records._fields[leg.partner].type != "many2many"
        return [
            self._sql_kind(leg, records) if leg.kind_field else NOTHING["text"],
            column("", "text", leg.titles),
            column(leg.subtitle, "text"),
            column(leg.amount, "float8"),
            column(leg.currency if leg.amount else "", "int4"),
            column(states[0], "text"),
            column(states[1], "text"),
            column(leg.partner if has_partner else "", "int4"),
        ]

    @api.model
    def _sql_kind(self, leg, records):
        """Return the value that tells the kind of a record.

        Which way goods move is no secret of whoever may read the transfer.
        """
        value = self._sql_field(records, leg.kind_field)
        if leg.model == "stock.picking":
            code = SQL.identifier("code", to_flush=self.env["stock.picking.type"]._fields["code"])
            value = SQL("(SELECT %s FROM stock_picking_type WHERE id = %s)", code, value)
        return SQL("%s::text", value)

    @api.model
    def _may_read_field(self, records, name):
        # of a field without groups the host asks the user's record, for nothing
        if name in CALCULATED:
            return True
        field = records._fields[name.partition(".")[0]]
        return not field.groups or records._has_field_access(field, "read")

    @api.model
    def _sql_field(self, records, name, query=None):
        """Return the column of a field, the short way where it is no more than that.

        The host's way asks once more for the access: a third of the time of a page. Of a currency
        it reads the user's company first, for records that have none.
        """
        if name in CALCULATED:
            return getattr(self, CALCULATED[name])(records._table)
        name, _dot, further = name.partition(".")
        field = records._fields[name]
        if further:
            named = self.env[field.comodel_name]
            return SQL(
                "(SELECT %s FROM %s WHERE id = %s)",
                SQL.identifier(further, to_flush=named._fields[further]),
                SQL.identifier(named._table),
                self._sql_field(records, name),
            )
        if field.store and field.column_type and not (field.translate or field.company_dependent):
            return SQL.identifier(records._table, name, to_flush=field)
        return records._field_to_sql(records._table, name, query)

    @api.model
    def _sql_bounds(self, place, leg, filters, position):
        """Return the condition of what lies in the period and after the position."""
        records, zone = self.env[leg.model].sudo(), str(self.env.tz)
        day = self._sql_date(leg, records)
        bounds = []
        if filters.get("until"):
            bounds.append(timeline.bound_until(filters["until"], leg.by_day, zone))
        if position:
            bounds.append(timeline.bound_after(position, place, leg.by_day, zone))
        conditions = [self._sql_bound(records, day, bound) for bound in bounds]
        if filters.get("since"):
            start = timeline.start_of(filters["since"], leg.by_day, zone)
            conditions.append(SQL("%s >= %s", day, start))
        return SQL(" AND ").join(conditions) if conditions else SQL("%s IS NOT NULL", day)

    @api.model
    def _sql_bound(self, records, day, bound):
        if bound.below is None:
            return SQL("%s < %s", day, bound.last)
        if bound.below == timeline.ANY_ID:
            return SQL("%s <= %s", day, bound.last)
        row_id = SQL.identifier(records._table, "id")
        return SQL("(%s, %s) < (%s, %s)", day, row_id, bound.last, bound.below)
