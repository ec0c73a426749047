from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class GroupedMany2many(fields.Many2many):
    """Grouped by a query of its own; to say so needs none.

    The host asks for it by making the query, with every write on journal items.
    """

    def _description_groupable(self, env):
        return True


class CounterpartyHoldingGroupMixin(models.AbstractModel):
    """A host model of which records belong to the groups of their partner.

    Groups follow from memberships as of today, or as of the day in the context.
    """

    _name = "counterparty.holding.group.mixin"
    _description = "Filtered and grouped by holding"

    # the column that holds a partner, or a contact of one
    _counterparty_holding_partner = "partner_id"

    counterparty_holding_ids = GroupedMany2many(
        "counterparty.holding",
        string="Holdings",
        compute="_compute_counterparty_holding_ids",
        search="_search_counterparty_holding_ids",
        groups="counterparty_crm.group_user",
        help="The groups that the counterparty belongs to.",
    )

    @api.depends_context("counterparty_as_of")
    def _compute_counterparty_holding_ids(self):
        Holding = self.env["counterparty.holding"]
        entities = {record: record._get_counterparty_entity() for record in self}
        partner_ids = {entity.id for entity in entities.values() if entity.id}
        found = Holding._get_holdings_of(partner_ids, Holding._get_day())
        for record, entity in entities.items():
            record.counterparty_holding_ids = found.get(entity.id, Holding)

    def _get_counterparty_entity(self):
        """Return the commercial entity whose groups count."""
        return self[self._counterparty_holding_partner].commercial_partner_id._origin

    def _search_counterparty_holding_ids(self, operator, value):
        Holding = self.env["counterparty.holding"]
        if operator == "in":
            chosen = Domain("id", "in", [holding for holding in value if holding])
            found = self._domain_counterparty_holding(Holding.search(chosen))
            if False in value:
                found |= ~self._domain_counterparty_holding(Holding.search(Domain.TRUE))
            return found
        if operator in ("any", "ilike", "=ilike"):
            domain = value if operator == "any" else Domain("name", operator, value)
            return self._domain_counterparty_holding(Holding.search(domain))
        return NotImplemented

    def _domain_counterparty_holding(self, holdings):
        """Return the domain of records whose partner belongs to one of the groups."""
        walk = self._sql_counterparty_members(holdings)
        members = SQL("(SELECT partner_id FROM (%s) AS m)", walk)
        path = self._counterparty_holding_partner
        path = "commercial_partner_id" if path == "id" else f"{path}.commercial_partner_id"
        return Domain(path, "in", members)

    def _read_group_groupby(self, alias, groupby_spec, query):
        # the groups are not stored; lists group by them all the same
        if groupby_spec != "counterparty_holding_ids":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[groupby_spec], "read")
        holdings = self.env["counterparty.holding"].search(Domain.TRUE)
        members = query.make_alias(alias, groupby_spec)
        query.add_join(
            "LEFT JOIN",
            members,
            SQL(
                """(SELECT m.holding_id, partner.id AS partner_id
                      FROM (%s) AS m
                      JOIN res_partner partner ON partner.commercial_partner_id = m.partner_id)""",
                self._sql_counterparty_members(holdings),
            ),
            SQL(
                "%s = %s",
                SQL.identifier(alias, self._counterparty_holding_partner),
                SQL.identifier(members, "partner_id"),
            ),
        )
        return SQL.identifier(members, "holding_id")

    def _sql_counterparty_members(self, holdings):
        return holdings._sql_members(holdings._get_day())
