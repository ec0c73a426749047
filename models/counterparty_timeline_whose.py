from odoo import api, models
from odoo.tools import SQL

from .counterparty_timeline_legs import PAPERS

# up to so many people one literal leg each, which reads a page from the index; above it one leg for
# all, which sorts: 240 legs take longer to plan than that
LITERALS = 20
# of so few people all are read where one has rows: to ask each of them takes longer
FEW = 3
# of a model with so few documents of a family it is asked what is planned about these
FEW_DOCUMENTS = 200
FILLED = ("!=", False)


class CounterpartyTimelineWhoseMixin(models.AbstractModel):
    """Which rows are those of a counterparty and its people, and which another leg shows."""

    _name = "counterparty.timeline.whose.mixin"
    _description = "Whose rows a timeline shows"
    _inherit = ["counterparty.timeline.once.mixin"]

    # ------------------------------------------------------------
    # Which legs have rows at all
    # ------------------------------------------------------------

    @api.model
    def _find_present(self, legs, scope, filters):
        """Return ``{place: members}`` of the legs that have rows at all, for whomever.

        Most counterparties have two or three kinds of documents: to ask each model once for one
        row takes a third of the time of planning and putting together what would find nothing.

        :return: members are ids of partners, of a large family all, without asking; and the models
            of documents of which there are many
        """
        kinds = filters.get("kinds")
        if kinds:
            legs = {
                place: leg for place, leg in legs.items() if not leg.kinds.keys().isdisjoint(kinds)
            }
        if len(scope) > LITERALS:
            return dict.fromkeys(legs, scope), set(PAPERS)
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
        present, places, many = {}, list(looks.values()), set()
        if rows:
            found = self.env.execute_query(SQL(" UNION ALL ").join(rows))
            for number, members, is_large in found:
                for place in places[number]:
                    present.setdefault(place, set()).update(members)
                if is_large:
                    many.add(list(looks)[number][0])
        return {place: sorted(members) for place, members in sorted(present.items())}, many

    @api.model
    def _get_looks(self, leg):
        """Return model, field of the partner and conditions by which rows of a leg are found."""
        if leg.documents:
            return [(model, partner, ()) for model, partner in leg.documents.items()]
        if self.env[leg.model]._fields[leg.partner].type == "many2many":
            return [(leg.model, leg.partner, ())]
        # those alone that narrow
        narrow = [
            one
            for one in leg.where
            if one[1] == "=" or one[1:] == FILLED or one[1] == "in" and False not in one[2]
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
        whose = self._sql_one_of(SQL.identifier(column), members)
        table = SQL.identifier(table)
        is_large = SQL("FALSE")
        if model in PAPERS:
            is_large = SQL(
                "EXISTS (SELECT FROM %s WHERE %s OFFSET %s)", table, whose, FEW_DOCUMENTS
            )
        # without order: one row, whatever index finds it
        return SQL(
            "(SELECT %s AS look, %s AS members, %s AS many FROM %s WHERE %s%s LIMIT 1)",
            number,
            members,
            is_large,
            table,
            whose,
            SQL().join(SQL(" AND %s", condition) for condition in where),
        )

    # ------------------------------------------------------------
    # Whose rows
    # ------------------------------------------------------------

    @api.model
    def _sql_partners(self, leg, records, scope, members, many):
        """Return one condition per member of a family that has rows, or one for all of many.

        :param many: names of the models of which the family has many documents
        """
        if leg.documents:
            return [self._sql_about(leg, records, scope, many)]
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
        if leg.once:
            once = getattr(self, f"_sql_once_{leg.once}")(table, scope)
            conditions = [SQL("%s AND %s", condition, once) for condition in conditions]
        return conditions

    @api.model
    def _sql_about(self, leg, records, scope, many):
        """Return the condition of what belongs to documents of the family.

        Of few documents it is asked what is planned about them. Of many, one open activity after
        the other is asked whose it is: the largest has 40,000 documents.
        """
        conditions = []
        for model, partner in leg.documents.items():
            documents = self.env[model]
            documents.flush_model([partner])
            number = SQL.identifier(records._table, "res_id")
            table = SQL.identifier(documents._table)
            whose = self._sql_one_of(SQL.identifier("document", partner), scope)
            if model in many:
                found = SQL(
                    "EXISTS (SELECT FROM %s document WHERE document.id = %s AND %s OFFSET 0)",
                    table,
                    number,
                    whose,
                )
            else:
                # an array is read once, and looked up in the index of open activities
                found = SQL(
                    "%s = ANY(ARRAY(SELECT id FROM %s document WHERE %s))", number, table, whose
                )
            name = SQL.identifier(records._table, "res_model")
            conditions.append(SQL("(%s = %s AND %s)", name, model, found))
        return SQL("(%s)", SQL(" OR ").join(conditions))

    @api.model
    def _sql_one_of(self, column, ids):
        """Return the condition that a column is one of some ids; of one it is planned sooner."""
        if len(ids) == 1:
            return SQL("%s = %s", column, ids[0])
        return SQL("%s = ANY(%s)", column, ids)

    @api.model
    def _sql_where(self, name, operator, value):
        """Return a condition of a leg as its index has it."""
        if (operator, value) == FILLED:
            return SQL("%s IS NOT NULL", SQL.identifier(name))
        if operator == "in":
            return SQL("%s IN %s", SQL.identifier(name), tuple(value))
        return SQL("%s = %s", SQL.identifier(name), value)
