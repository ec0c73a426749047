from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import timeline
from ..tools.day_input import clamp_day, read_day
from ..tools.timeline import Position
from .counterparty_timeline_legs import LEGS, SAID_ONCE

GROUP_USER = "counterparty_crm.group_user"
AREA_HOLDING = "counterparty_crm.group_area_holding"
PAGE = 40
MOST = 2000  # rows of one page, whoever asks
# up to so many people one literal leg each, which reads a page from the index; above it one leg for
# all, which sorts: 240 legs take longer to plan than that
LITERALS = 20
# of so few people all are read where one has rows: to ask each of them takes longer
FEW = 3
RULED = ("company_id", "partner_share")  # what the host's rule asks of a partner
# of a column of a row: 112 of them are put together for each page
CAST = {kind: f"%s::{kind}" for kind in ("text", "float8", "int4")}
NOTHING = {kind: SQL("NULL::%s", SQL.identifier(kind)) for kind in CAST}


class CounterpartyTimeline(models.AbstractModel):
    """Everything that passed between us and a counterparty, in one list.

    A UNION ALL of what each model's own search finds for the user: record rules hold by
    construction, and there is nothing to keep in step. One literal leg per model and member of the
    family, each read from its own index; pages begin after a position, never after an offset.
    """

    _name = "counterparty.timeline"
    _description = "Timeline of a Counterparty"
    _inherit = ["counterparty.timeline.row.mixin", "counterparty.timeline.output.mixin"]

    # ------------------------------------------------------------
    # Called by the client
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_page(self, partner_id, filters=None, cursor=None, limit=PAGE):
        """Return the rows of a counterparty's timeline that come after a position.

        :param partner_id: id of a counterparty, with its contacts, or of one contact alone
        :param filters: ``kinds`` (list), ``since`` and ``until`` (days, inclusive), ``text``,
            ``group`` (with the members of its groups that the user may see)
        :param cursor: the ``next`` of the page before
        :return: ``{"rows": [..], "next": cursor or False}``; with the first page also the
            ``kinds`` to filter by, and whether the user works with groups (``may_group``)
        :raises AccessError: for users without our rights, or without access to the counterparty
        """
        partner = self._check_partner(partner_id)
        filters = self._clean_filters(filters)
        legs = self._get_legs()
        position = self._read_position(cursor) if cursor else None
        limit = max(1, min(int(limit), MOST))
        found = self._read_page(legs, partner, filters, position, limit)
        page = {
            "rows": self._prepare_rows(legs, partner, found[:limit]),
            "next": timeline.format_position(found[limit - 1][0]) if found[limit:] else False,
        }
        if not cursor:
            page["kinds"] = self._prepare_kinds(legs)
            page["may_group"] = self.env.user.has_group(AREA_HOLDING)
        return page

    @api.model
    def _read_position(self, cursor):
        try:
            return timeline.parse_position(cursor)
        except ValueError as error:
            raise UserError(
                self.env._("Where this page of the history begins cannot be read. Read it again.")
            ) from error

    @api.model
    def _check_partner(self, partner_id):
        if not self.env.user.has_group(GROUP_USER):
            raise AccessError(self.env._("The history of counterparties is for their users."))
        partner = self.env["res.partner"].browse(int(partner_id))
        # the host's rule reads where companies belong, and would read all their columns with it;
        # the companies in which somebody works are no secret to them
        self.env.companies.sudo().fetch(["currency_id", "parent_path"])
        if not self._fetch_partners(partner.ids):
            partner.check_access("read")
            raise MissingError(self.env._("This counterparty has been deleted."))
        return partner

    @api.model
    def _fetch_partners(self, ids):
        """Return those partners that the user may see, with what the host's rule on them asks.

        Whoever asks a record that nothing is known of reads it with all its columns.
        """
        everybody = self.env["res.partner"].with_context(active_test=False)
        return everybody.search_fetch([("id", "in", ids)], RULED, order="id")

    @api.model
    def _clean_filters(self, filters):
        """Return filters with days as dates; what nobody asks for is left out.

        While somebody types a year its first digits are a day of long ago, or none.
        """
        filters = filters or {}
        cleaned = {name: filters[name] for name in ("kinds", "text", "group") if filters.get(name)}
        for name in ("since", "until"):
            if day := read_day(filters.get(name)):
                cleaned[name] = clamp_day(day)
        return cleaned

    # ------------------------------------------------------------
    # Legs
    # ------------------------------------------------------------

    @api.model
    def _get_catalogue(self):
        """Return all legs; areas and other modules extend the list."""
        return LEGS

    @api.model
    def _get_legs(self):
        """Return ``{place: leg}`` of the models that the user may read."""
        return {
            place: leg
            for place, leg in enumerate(self._get_catalogue())
            if leg.model in self.env and self.env[leg.model].has_access("read")
        }

    @api.model
    def _get_scope(self, partner, filters):
        """Return ids of the partners whose records the timeline shows.

        A commercial entity speaks for all its contacts and addresses, archived ones too; a contact
        for itself alone. Which they are says nothing of their documents: those have rules of their
        own, so this asks for none.
        """
        self.env["res.partner"].flush_model(["commercial_partner_id", "is_company", "parent_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM res_partner
                    WHERE id = %(id)s
                       OR (commercial_partner_id = %(id)s OR parent_id = %(id)s)
                          AND is_company IS NOT TRUE""",
                id=partner.id,
            )
        )
        ids = [row[0] for row in rows]
        if not filters.get("group"):
            return ids
        Holding = self.env["counterparty.holding"]
        if not Holding.has_access("read"):
            return ids
        day = Holding._get_day()
        holdings = Holding._get_holdings_of([partner.commercial_partner_id.id], day)
        holdings = holdings.get(partner.commercial_partner_id.id, Holding)
        if not holdings:
            return ids
        members = SQL("(SELECT partner_id FROM (%s) AS m)", holdings._sql_members(day))
        # the members that the user may see, with their contacts
        everybody = self.env["res.partner"].with_context(active_test=False)
        return list({*ids, *everybody._search([("commercial_partner_id", "in", members)])})

    @api.model
    def _domain_leg(self, leg, filters):
        """Return the domain of a leg's records, or nothing when the filters leave none."""
        domain = Domain(list(leg.where))
        kinds = filters.get("kinds")
        if kinds:
            asked = [kind for kind in leg.kinds if kind in kinds]
            if not asked:
                return None
            if leg.kind_field and len(asked) < len(leg.kinds):
                values = [value for kind in asked for value in leg.kinds[kind]]
                domain &= Domain(leg.kind_field, "in", self._get_kind_values(leg, values))
        if filters.get("text"):
            domain &= Domain.OR(Domain(name, "ilike", filters["text"]) for name in leg.texts)
        return domain

    @api.model
    def _get_kind_values(self, leg, values):
        """Return the values of the field itself where the leg names those of another."""
        if leg.model != "stock.picking":
            return values
        # which way goods move is no secret of whoever may read the transfer
        types = self.env["stock.picking.type"].sudo().with_context(active_test=False)
        return types.search([("code", "in", values)]).ids

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    @api.model
    def _read_page(self, legs, partner, filters, position, limit):
        """Return the rows of a page and one more, each ``(position, values)``.

        Models that ask the documents of their records who may read them are asked about the rows
        found; what drops out is filled up.
        """
        scope = self._get_scope(partner, filters)
        present = self._find_present(legs, scope, filters)
        size, page = limit + 1, []
        sources = self._get_sources({place: legs[place] for place in present}, filters)
        while sources:
            sql = self._sql_page(sources, scope, present, filters, position, size)
            found = [(Position(*row[:3]), row[3:]) for row in self.env.execute_query(sql) if row[2]]
            page += self._filter_checked(legs, partner, found)
            if len(page) > limit or len(found) < size:
                break
            position = found[-1][0]
            size = min(size * 4, MOST)
        return page[: limit + 1]

    @api.model
    def _find_present(self, legs, scope, filters):
        """Return ``{place: members}`` of the legs that have rows at all, for whomever.

        Most counterparties have two or three kinds of documents: to ask each model once for one
        row takes a third of the time of planning and putting together what would find nothing.

        :return: members are ids of partners; of a large family all, without asking
        """
        kinds = filters.get("kinds")
        if kinds:
            legs = {
                place: leg for place, leg in legs.items() if not leg.kinds.keys().isdisjoint(kinds)
            }
        if len(scope) > LITERALS:
            return dict.fromkeys(legs, scope)
        groups = [scope] if len(scope) <= FEW else [[member] for member in scope]
        # of activities it is asked whether there are documents: one look serves both
        looks = {}
        for place, leg in legs.items():
            for look in self._get_looks(leg):
                looks.setdefault(look, []).append(place)
        rows = [
            self._sql_present(number, look, members)
            for number, look in enumerate(looks)
            for members in groups
        ]
        present, places = {}, list(looks.values())
        if rows:
            for number, members in self.env.execute_query(SQL(" UNION ALL ").join(rows)):
                for place in places[number]:
                    present.setdefault(place, set()).update(members)
        return {place: sorted(members) for place, members in sorted(present.items())}

    @api.model
    def _get_looks(self, leg):
        """Return model, field of the partner and conditions by which rows of a leg are found."""
        if leg.documents:
            return [(model, partner, ()) for model, partner in leg.documents.items()]
        if self.env[leg.model]._fields[leg.partner].type == "many2many":
            return [(leg.model, leg.partner, ())]
        # those alone that narrow
        narrow = [
            one for one in leg.where if one[1] == "=" or one[1] == "in" and False not in one[2]
        ]
        return [(leg.model, leg.partner, tuple(narrow))]

    @api.model
    def _sql_present(self, number, look, members):
        """Return a look for any row of some members of a family."""
        model, column, conditions = look
        # whatever there is: whether the user may see it the leg itself asks
        records = self.env[model].sudo()
        field = records._fields[column]
        table, where = records._table, []
        if field.type == "many2many":
            table, column = field.relation, field.column2
        else:
            records.flush_model([column, *(name for name, _operator, _value in conditions)])
            where = [self._sql_where(*condition) for condition in conditions]
            if column == "author_id":
                where.append(self._sql_not_own(table))
        # without order: one row, whatever index finds it
        return SQL(
            "(SELECT %s AS look, %s AS members FROM %s WHERE %s%s LIMIT 1)",
            number,
            members,
            SQL.identifier(table),
            self._sql_one_of(SQL.identifier(column), members),
            SQL().join(SQL(" AND %s", condition) for condition in where),
        )

    @api.model
    def _sql_one_of(self, column, ids):
        """Return the condition that a column is one of some ids; of one it is planned sooner."""
        if len(ids) == 1:
            return SQL("%s = %s", column, ids[0])
        return SQL("%s = ANY(%s)", column, ids)

    @api.model
    def _sql_where(self, name, operator, value):
        """Return a condition of a leg as its index has it."""
        if operator == "in":
            return SQL("%s IN %s", SQL.identifier(name), tuple(value))
        return SQL("%s = %s", SQL.identifier(name), value)

    @api.model
    def _get_sources(self, legs, filters):
        """Return ``{place: (leg, model, query)}`` with what each model's own search says."""
        sources = {}
        for place, leg in legs.items():
            domain = self._domain_leg(leg, filters)
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
    def _sql_page(self, sources, scope, present, filters, position, size):
        legs = []
        for place, (leg, records, query) in sources.items():
            bounds = self._sql_bounds(place, leg, filters, position)
            head, tail = self._sql_leg(place, leg, records, query, size)
            legs += [
                SQL("%s %s AND %s %s", head, condition, bounds, tail)
                for condition in self._sql_partners(leg, records, scope, present[place])
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
            self._sql_currency(leg, records) if leg.amount else NOTHING["int4"],
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
        field = records._fields[name]
        return not field.groups or records._has_field_access(field, "read")

    @api.model
    def _sql_currency(self, leg, records):
        name = leg.currency
        if name.startswith("company_id."):
            # the host's way reads the user's company first, for records that have none
            return SQL(
                "(SELECT currency_id FROM res_company WHERE id = %s)",
                self._sql_field(records, "company_id"),
            )
        return SQL("%s::int4", self._sql_field(records, name))

    @api.model
    def _sql_field(self, records, name, query=None):
        """Return the column of a field, the short way where it is no more than that.

        The host's way asks once more for the access: a third of the time of a page.
        """
        field = records._fields[name]
        if field.store and field.column_type and not (field.translate or field.company_dependent):
            return SQL.identifier(records._table, name, to_flush=field)
        return records._field_to_sql(records._table, name, query)

    @api.model
    def _sql_partners(self, leg, records, scope, members):
        """Return one condition per member of a family that has rows, or one for all of many."""
        if leg.documents:
            return [self._sql_about(leg, records, scope)]
        field = records._fields[leg.partner]
        table = records._table
        if field.type == "many2many":
            # also written by one of the family: those rows stand in the leg of its author
            found = SQL(
                "%s IN (SELECT %s FROM %s WHERE %s = ANY(%s))",
                SQL.identifier(table, "id"),
                SQL.identifier(field.column1),
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                scope,
            )
            conditions = [found]
        else:
            column = self._sql_field(records, leg.partner)
            if len(scope) > LITERALS:
                conditions = [SQL("%s = ANY(%s)", column, scope)]
            else:
                conditions = [SQL("%s = %s", column, member) for member in members]
        if leg.model == "counterparty.interaction" and not leg.titles:
            # those about a partner itself stand among its own activities
            own = SQL(
                """NOT EXISTS (SELECT FROM mail_activity done
                                WHERE done.id = %s AND done.res_model = 'res.partner')""",
                SQL.identifier(table, "res_id"),
            )
            conditions = [SQL("%s AND %s", condition, own) for condition in conditions]
        if SAID_ONCE in leg.where and leg.partner != "res_id":
            conditions = [
                SQL("%s AND %s", condition, self._sql_other_messages(leg, table, scope))
                for condition in conditions
            ]
        return conditions

    @api.model
    def _sql_about(self, leg, records, scope):
        """Return the condition of what belongs to documents of the family.

        Asked of one open activity after the other: the largest has 40,000 documents, and all of
        them together far fewer plans.
        """
        conditions = []
        for model, partner in leg.documents.items():
            documents = self.env[model]
            documents.flush_model([partner])
            conditions.append(
                SQL(
                    """%s = %s AND EXISTS (SELECT FROM %s document
                                            WHERE document.id = %s AND %s OFFSET 0)""",
                    SQL.identifier(records._table, "res_model"),
                    model,
                    SQL.identifier(documents._table),
                    SQL.identifier(records._table, "res_id"),
                    self._sql_one_of(SQL.identifier("document", partner), scope),
                )
            )
        return SQL("(%s)", SQL(" OR ").join(conditions))

    @api.model
    def _sql_other_messages(self, leg, table, scope):
        """Return the condition of messages that no leg before has shown."""
        author = SQL.identifier(table, "author_id")
        elsewhere = SQL(
            "(%s IS DISTINCT FROM 'res.partner' OR NOT %s = ANY(%s))",
            SQL.identifier(table, "model"),
            SQL.identifier(table, "res_id"),
            scope,
        )
        if leg.partner == "author_id":
            # an author is one of the family: this says no more, in the words of the index
            return SQL("%s AND %s", elsewhere, self._sql_not_own(table))
        return SQL("%s AND (%s IS NULL OR NOT %s = ANY(%s))", elsewhere, author, author, scope)

    @api.model
    def _sql_not_own(self, table):
        """Return the condition of messages that do not stand under their author's own record."""
        return SQL(
            "(%s IS DISTINCT FROM 'res.partner' OR %s IS DISTINCT FROM %s)",
            SQL.identifier(table, "model"),
            SQL.identifier(table, "res_id"),
            SQL.identifier(table, "author_id"),
        )

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

    @api.model
    def _filter_checked(self, legs, partner, found):
        """Return the rows that the user may see by the model's own search."""
        asked, people = {}, set()
        for position, values in found:
            if legs[position.place].checked:
                asked.setdefault(legs[position.place].model, set()).add(position.id)
                people.add(values[-1])
        if not asked:
            return found
        # the host asks the documents of messages and activities, and who the user is: of both it
        # would read all columns
        self.env.user.fetch(["partner_id"])
        if others := people - {None, partner.id}:
            self._fetch_partners(others)
        allowed = {}
        for model, ids in asked.items():
            records = self.env[model].with_context(active_test=False)
            allowed[model] = set(records._search([("id", "in", list(ids))]))
        return [
            row
            for row in found
            if not legs[row[0].place].checked or row[0].id in allowed[legs[row[0].place].model]
        ]
